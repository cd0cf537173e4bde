import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  apartText,
  collisionsOf,
  localSegments,
  nameRulesOf,
  openPlace,
  pathInside,
} from '../../cli/files/local-path.ts'

describe('what lies in a folder', () => {
  it('is whatever is below it, also by names that begin with dots', () => {
    const name = fc.oneof(
      fc.constantFrom('..a', '...', '..data', '.x', 'a', '..sub'),
      fc.string({ minLength: 1 }).filter((text) => !/[/\\\0]/.test(text) && text !== '.' && text !== '..'),
    )
    const folder = fc.constantFrom('/', '/srv/a', '/srv/..a')
    fc.assert(
      fc.property(folder, fc.array(name, { maxLength: 4 }), (root, names) => {
        expect(pathInside(root, join(root, ...names))).toBe(names.join('/'))
      }),
    )
  })

  it.each([
    ['/srv/a', '/srv'],
    ['/srv/a', '/srv/ab'],
    ['/srv/a', '/srv/..a'],
    ['/srv/a', '/'],
    ['/srv/a', '/etc/passwd'],
  ])('%s: not %s', (folder, path) => expect(pathInside(folder, path)).toBeNull())
})

describe('where an artifact path leads', () => {
  it.each(['../x', 'a/../../x', '/etc/passwd', 'a//b', './a', 'a/.', '', 'a\u0000b', 'a\nb'])(
    'is nowhere for %j',
    (path) => {
      expect(() => localSegments(path, 'linux')).toThrow('artifact path')
      expect(() => localSegments(path, 'win32')).toThrow('artifact path')
    },
  )

  it.each([
    ['con', '_con'],
    ['logs/NUL.txt', 'logs/_NUL.txt'],
    ['COM1.log', '_COM1.log'],
    ['lpt9', '_lpt9'],
    ['console.log', 'console.log'],
    ['a:b|c?.txt', 'a_b_c_.txt'],
    ['C:\\Windows\\x', 'C__Windows_x'],
    ['..\\..\\x', '.._.._x'],
    ['name.', 'name_'],
    ['name ', 'name_'],
    ['naïve – 数据.csv', 'naïve – 数据.csv'],
  ])('on Windows is, for %j, %j', (path, expected) => {
    expect(localSegments(path, 'win32').join('/')).toBe(expected)
  })

  it('keeps every name as it is elsewhere', () => {
    for (const path of ['con', 'a:b', 'C:\\x', 'name.']) expect(localSegments(path, 'linux').join('/')).toBe(path)
  })

  it('never has a segment that goes up or holds a separator, for any path', () => {
    fc.assert(
      fc.property(fc.string(), (path) => {
        let segments: readonly string[]
        try {
          segments = localSegments(path, 'win32')
        } catch {
          return
        }
        for (const segment of segments) {
          expect(segment).not.toMatch(/[\\/:*?"<>|]|^\.{0,2}$|[. ]$/)
          expect(segment).not.toMatch(/^(con|prn|aux|nul)(\.|$)/i)
        }
      }),
    )
  })
})

describe('two artifacts', () => {
  const places = (...paths: string[]) => paths.map((path) => ({ path, segments: path.split('/') }))

  const nfc = 'Ünï.txt'.normalize('NFC')
  const nfd = nfc.normalize('NFD')
  const pairs = (platform: NodeJS.Platform, ...paths: string[]) =>
    collisionsOf(places(...paths), nameRulesOf(platform)).map(([one, other]) => [one.path, other.path])

  it.each<[NodeJS.Platform, string[], string[][]]>([
    ['linux', ['a', 'b', 'a'], [['a', 'a']]],
    ['linux', ['a/b', 'a'], [['a', 'a/b']]],
    ['linux', ['A.txt', 'a.txt'], []],
    ['win32', ['A.txt', 'a.txt'], [['A.txt', 'a.txt']]],
    ['darwin', ['A.txt', 'a.txt', 'b'], [['A.txt', 'a.txt']]],
    ['darwin', ['a/b', 'ab', 'a.b'], []],
    ['linux', [nfc, nfd], []],
    ['win32', [nfc, nfd], []],
    ['darwin', [nfc, nfd], [[nfc, nfd]]],
    ['darwin', [nfd, `${nfc.toUpperCase()}/x`], [[nfd, `${nfc.toUpperCase()}/x`]]],
  ])('on %s, of %j, collide as its file system has it', (platform, paths, expected) => {
    expect(pairs(platform, ...paths)).toEqual(expected)
  })

  it('are told apart by code points where they look the same', () => {
    const [one, other] = places(nfc, nfd)
    expect(one && other && apartText([one, other])).toBe('\\u{dc}n\\u{ef}.txt and U\\u{308}ni\\u{308}.txt')
    const [upper, lower] = places('Ü', 'ü')
    expect(upper && lower && apartText([upper, lower])).toBe('Ü and ü')
  })
})

describe('a place for a file', () => {
  let root: string
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'buildpass-place-'))
  })
  afterEach(() => rmSync(root, { recursive: true }))

  it('is made below the folder, folders and all', () => {
    const file = openPlace(join(root, 'new'), ['a', 'b', 'c.txt'])
    expect(file.endsWith(join('new', 'a', 'b', 'c.txt'))).toBe(true)
    expect(existsSync(join(root, 'new/a/b'))).toBe(true)
  })

  it('is refused where a link leads out', () => {
    const outside = join(root, 'outside')
    const inside = join(root, 'inside')
    mkdirSync(outside)
    mkdirSync(inside)
    symlinkSync(outside, join(inside, 'link'))
    expect(() => openPlace(inside, ['link', 'deep', 'x'])).toThrow('leads out')
    expect(existsSync(join(outside, 'deep'))).toBe(false)
  })

  it('is refused where a folder is', () => {
    mkdirSync(join(root, 'a'))
    expect(() => openPlace(root, ['a'])).toThrow('is a folder')
  })
})
