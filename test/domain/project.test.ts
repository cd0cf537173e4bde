import { describe, expect, it } from 'vitest'
import { parseSlug, parseSlugParts, slugKeyFor, slugText, vcsUrlFor } from '../../src/domain/project.ts'

describe('a slug', () => {
  it.each([
    ['gh/acme/web', 'gh/acme/web'],
    ['github/acme/web', 'gh/acme/web'],
    ['bitbucket/acme/web', 'bb/acme/web'],
    ['gitlab/acme/web.js', 'gl/acme/web.js'],
    ['gl/Acme-Corp/_x', 'gl/Acme-Corp/_x'],
  ])('%s names %s', (text, short) => {
    const slug = parseSlug(text)
    expect(slug && slugText(slug)).toBe(short)
  })

  it.each([
    '',
    'gh/acme',
    'gh/acme/web/main',
    'svn/acme/web',
    '__proto__/acme/web',
    'toString/acme/web',
    'gh//web',
    'gh/../web',
    'gh/acme/.',
    'gh/ac me/web',
    'gh/acme/wéb',
    `gh/acme/${'a'.repeat(101)}`,
    'gh/acme/web\n',
    'gh/acme%2Fevil/web',
  ])('%j names nothing', (text) => {
    expect(parseSlug(text)).toBeNull()
  })

  it('is looked up without regard to letter case, as at the host, and shown as written', () => {
    const written = parseSlugParts('github', 'Acme', 'Web')
    const other = parseSlugParts('gh', 'aCME', 'wEB')
    expect(written && slugText(written)).toBe('gh/Acme/Web')
    expect(written && other && slugKeyFor(written) === slugKeyFor(other)).toBe(true)
  })

  it.each([
    ['gh/acme/web', 'https://github.com/acme/web'],
    ['bb/acme/web', 'https://bitbucket.org/acme/web'],
    ['gl/acme/web', 'https://gitlab.com/acme/web'],
  ])('%s lives at %s', (text, url) => {
    const slug = parseSlug(text)
    expect(slug && vcsUrlFor({ ...slug, repositoryUrl: null })).toBe(url)
  })
})
