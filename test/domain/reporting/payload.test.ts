import { describe, expect, it } from 'vitest'
import { lineAt, messageAt, personFrom, refAt, timeAt, urlAt, valueAt } from '../../../src/domain/reporting/payload.ts'
import { isRepositoryOf, repositoryOf, repositoryUrlOf } from '../../../src/domain/reporting/repository-url.ts'

describe('a field of a payload', () => {
  it('that is not there, or is no field of its own, reads as null', () => {
    expect(valueAt({ a: { b: 1 } }, 'a', 'b')).toBe(1)
    for (const path of [['b'], ['a', 'c'], ['a', 'b', 'c'], ['constructor'], ['a', 'toString']])
      expect(valueAt({ a: { b: 1 } }, ...path), path.join('.')).toBeNull()
  })

  it('is one bounded line', () => {
    expect(lineAt({ a: ' two\u0000\nlines ' }, 'a')).toBe('two lines')
    expect(lineAt({ a: 'x'.repeat(255) }, 'a')).toBe('x'.repeat(255))
    expect(lineAt({ a: 'x'.repeat(500) }, 'a')).toHaveLength(255)
    for (let i = 230; i < 256; i++)
      expect(lineAt({ a: `${'x'.repeat(i)}😀${'y'.repeat(30)}` }, 'a')?.isWellFormed()).toBe(true)
    expect([lineAt({ a: 7 }, 'a'), lineAt({ a: '' }, 'a'), lineAt({ a: {} }, 'a')]).toEqual(['7', null, null])
  })

  it('that is too long stays distinct', () => {
    const long = 'x'.repeat(5_000)
    for (const read of [lineAt, refAt]) {
      const [one, other, again] = [`${long}a`, `${long}b`, `${long}a`].map((a) => read({ a }, 'a'))
      expect(one).not.toBe(other)
      expect(again).toBe(one)
      expect(one).toMatch(/^x+…[\da-z]+$/)
    }
  })

  it('that is a message is its subject and the rest', () => {
    expect(messageAt({ m: 'Sort\r\n\r\nIt was not.\n' }, 'm')).toEqual({ subject: 'Sort', body: 'It was not.' })
    expect(messageAt({ m: 'Sort\n' }, 'm')).toEqual({ subject: 'Sort', body: null })
    expect(messageAt({}, 'm')).toEqual({ subject: null, body: null })
  })

  it.each([
    ['2026-11-24T15:23:28Z', 28_000],
    ['2026-11-24T15:23:28.886Z', 28_886],
    ['2026-11-24 15:23:28 UTC', 28_000],
    ['2026-11-24 17:23:28 +0200', 28_000],
    ['2026-11-24T16:23:28+01:00', 28_000],
    [1_795_533_808, 28_000],
    [1_795_533_808_886, 28_886],
  ])('time %s is read', (text, ms) => {
    expect(timeAt({ t: text }, 't')).toBe(Date.UTC(2026, 10, 24, 15, 23) + ms)
  })

  it.each([
    '',
    'yesterday',
    '2026-11-24',
    '2026-13-40T99:99:99Z',
    '2027-02-31T00:00:00Z',
    '2027-04-31 00:00:00 UTC',
    0,
    -1,
    1e300,
    true,
  ])('%s is no time', (value) => {
    expect(timeAt({ t: value }, 't')).toBeNull()
  })

  it('that is a URL is http(s)', () => {
    expect(urlAt({ u: 'https://a.example/b' }, 'u')).toBe('https://a.example/b')
    for (const u of ['javascript:alert(1)', 'a.example', 3, `https://a.example/${'x'.repeat(3_000)}`])
      expect(urlAt({ u }, 'u')).toBeNull()
  })

  it('that is a person leaves out what is not known', () => {
    expect(personFrom({ name: 'Ada', email: null })).toEqual({ name: 'Ada' })
    expect(personFrom({ name: null })).toBeNull()
  })
})

describe('a repository', () => {
  const web = { vcs: 'gh', org: 'Acme', repo: 'web' } as const

  it.each<[string | null, string | null]>([
    ['https://git.example.com/acme/web', 'https://git.example.com/acme/web'],
    ['https://git.example.com/acme/web.git', 'https://git.example.com/acme/web'],
    ['https://user:pw@git.example.com:8443/acme/web.git?x#y', 'https://git.example.com:8443/acme/web'],
    ['http://git.local/acme/web/', 'http://git.local/acme/web'],
    ['git@git.example.com:acme/web.git', 'https://git.example.com/acme/web'],
    ['ssh://git@git.example.com:2222/acme/web.git', 'https://git.example.com/acme/web'],
    ['https://git.example.com/acme/team/web', 'https://git.example.com/acme/team/web'],
    ['https://github.com/ACME/web', 'https://github.com/Acme/web'],
    ['git@github.com:acme/web.git', 'https://github.com/Acme/web'],
    // Another one, or none.
    ['https://gitlab.com/acme/web', null],
    ['https://git.example.com/acme/other', null],
    ['git@git.example.com:acme/we b\u0007/../web', null],
    ['git@github.com:acme/../evil/web', null],
    ['git@git.example.com:acme/%2E%2e/evil/web', null],
    ['javascript://acme/acme/web', null],
    [`https://git.example.com/acme/${'x'.repeat(600)}/web`, null],
    ['acme/web', null],
    ['', null],
    [null, null],
  ])('%j is shown as %j', (text, url) => {
    expect(repositoryUrlOf(web, text)).toBe(url)
  })

  it.each([
    'https://github.com/acme/web',
    'https://github.com/acme/web.git',
    'https://user:pw@github.com/acme/web.git',
    'git@github.com:acme/web.git',
    'ssh://git@github.com:22/acme/web.git',
    'git://github.com/ACME/Web',
    'https://git.example.com/acme/web',
  ])('%s is that of the project', (url) => {
    const name = repositoryOf(url)
    expect(name && isRepositoryOf(web, name)).toBe(true)
  })

  it.each([
    'https://gitlab.com/acme/web',
    'https://github.com/acme/website',
    'https://github.com/acme-web/web',
    'https://github.com/acme',
    'git@github.com:other/web.git',
    'git@github.com:acme/../evil/web',
  ])('%s is not', (url) => {
    const name = repositoryOf(url)
    expect(name ? isRepositoryOf(web, name) : false).toBe(false)
  })
})
