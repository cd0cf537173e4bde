import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  artifactPathProblem,
  contentDispositionFor,
  encodePath,
  fileNameOf,
} from '../../../src/domain/artifacts/artifact.ts'
import { visibleLine } from '../../../src/domain/formats/visible-text.ts'

const unicode = fc.string({ unit: 'grapheme', minLength: 1 })
const awkward = fc.string({
  unit: fc.constantFrom('"', '\\', '%', "'", ';', ' ', '*', '(', '数', '🚀', 'é', '+', '#', '?'),
})

describe('an artifact path', () => {
  it('on a URL decodes to what it was, and stays within its segments', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(unicode, awkward), { minLength: 1 }), (segments) => {
        const path = segments.join('/')
        const encoded = encodePath(path)
        expect(encoded).toMatch(/^[\w.~%/-]*$/)
        expect(encoded.split('/').map(decodeURIComponent).join('/')).toBe(path)
      }),
    )
  })

  it('that is accepted resolves to itself on a URL', () => {
    fc.assert(
      fc.property(
        fc.oneof(unicode, awkward, fc.constantFrom('.', '..', 'a/../b', './a', 'a//b', '…', '.a')),
        (path) => {
          if (artifactPathProblem(path) !== null) return
          expect(new URL(`https://a.test/x/${encodePath(path)}`).pathname).toBe(`/x/${encodePath(path)}`)
        },
      ),
    )
  })

  it.each<[string, string | null]>([
    ['a', null],
    ['a/b.c', null],
    ['...', null],
    ['..a/.b', null],
    ['x'.repeat(1_024), null],
    ['', 'must not be empty'],
    ['x'.repeat(1_025), 'must be at most 1024 bytes'],
    ['数'.repeat(342), 'must be at most 1024 bytes'],
    ['.', 'must not have a "." or ".." segment'],
    ['a/..', 'must not have a "." or ".." segment'],
    ['/a', 'must not have an empty segment'],
    ['a/', 'must not have an empty segment'],
    ['a\nb', 'must not contain control characters'],
    ['a\u007fb', 'must not contain control characters'],
    ['a\ud800', 'must be well-formed Unicode'],
  ])('%j: %s', (path, problem) => expect(artifactPathProblem(path)).toBe(problem))
})

describe('the name under which a download is saved', () => {
  it('survives Content-Disposition, whatever it is (RFC 6266, RFC 8187)', () => {
    fc.assert(
      fc.property(fc.oneof(unicode, awkward), fc.constantFrom('attachment', 'inline'), (name, disposition) => {
        const header = contentDispositionFor(name, disposition)
        const [, kind, fallback, extended] = /^(\w+); filename="([^"]*)"; filename\*=UTF-8''(.*)$/.exec(header) ?? []
        expect(kind).toBe(disposition)
        // A quoted-string without escapes, which clients read differently.
        expect(fallback).toMatch(/^[\x20-\x7e]*$/)
        expect(fallback).not.toMatch(/[\\%"]/)
        // Attr-chars and percent-encoded octets only.
        expect(extended).toMatch(/^(?:[A-Za-z0-9!#$&+.^_`|~-]|%[0-9A-F]{2})*$/)
        expect(decodeURIComponent(extended ?? '')).toBe(visibleLine(name))
      }),
    )
  })

  it.each([
    ['naïve 日本語.txt', 'naïve 日本語.txt'],
    ['invoice\u202egpj.exe', 'invoice␣U+202Egpj.exe'],
    ['a\u200bb\ufeff.sh', 'a␣U+200Bb␣U+FEFF.sh'],
    ['a\u2028b', 'a␣U+2028b'],
    ['👩\u200d💻.png', '👩\u200d💻.png'],
  ])('%j is saved under no name that hides something: %j', (name, saved) => {
    const [, extended = ''] = contentDispositionFor(name, 'attachment').split("filename*=UTF-8''")
    expect(decodeURIComponent(extended)).toBe(saved)
  })

  it.each([
    ['a.txt', 'a.txt'],
    ['out/b/c.txt', 'c.txt'],
    ['out/.hidden', '.hidden'],
  ])('of %s is %s', (path, name) => expect(fileNameOf(path)).toBe(name))
})
