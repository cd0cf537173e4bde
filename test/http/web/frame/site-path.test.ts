import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { signInPathFor, sitePathOf } from '../../../../src/http/web/frame/site-path.ts'

const SITE = 'https://builds.test'

describe('where to go after signing in', () => {
  it.each([
    ['/gh/acme/web?branch=a%2Fb', '/gh/acme/web?branch=a%2Fb'],
    ['/account/api', '/account/api'],
    ['/', '/'],
  ])('%s is a page of ours', (text, path) => {
    expect(sitePathOf(text)).toBe(path)
  })

  it.each([
    'https://evil.test',
    '//evil.test',
    '///evil.test',
    '/\\evil.test',
    '\\/evil.test',
    '/\t/evil.test',
    '/\n/evil.test',
    ' //evil.test',
    '/.//evil.test',
    '/a/..//evil.test',
    '/%09/../..//evil.test',
    'javascript:alert(1)',
    'evil.test',
    '',
    null,
    undefined,
  ])('%j leads to the start page', (text) => {
    const path = sitePathOf(text)
    expect(new URL(path, SITE).origin).toBe(SITE)
    expect(path.startsWith('//')).toBe(false)
  })

  it('never leads to another host, whatever is asked for', () => {
    const pieces = fc.constantFrom(
      '/',
      '\\',
      '.',
      '..',
      '//',
      '@',
      ':',
      '?',
      '#',
      '%2f',
      '%5c',
      '\t',
      '\n',
      ' ',
      'evil.test',
      'a',
    )
    const texts = fc.oneof(
      fc.string(),
      fc.array(pieces, { maxLength: 8 }).map((parts) => `/${parts.join('')}`),
    )
    fc.assert(
      fc.property(texts, (text) => {
        const path = sitePathOf(text)
        return new URL(path, SITE).origin === SITE && path.startsWith('/') && !/^\/[/\\]/.test(path)
      }),
      { numRuns: 2_000 },
    )
  })

  it('comes back from the sign-in page as it went', () => {
    const path = '/gh/acme/web/settings?x=1&y=%26'
    const next = new URL(signInPathFor(path), SITE).searchParams.get('next')
    expect(sitePathOf(next)).toBe(path)
  })
})

it.each([
  ['/gh/acme/web?circle-token=bpp_x', '/gh/acme/web'],
  ['/gh/acme/web?branch=a%20b&circle-token=bpp_x&x=1', '/gh/acme/web?branch=a%20b&x=1'],
  ['/gh/acme/web?circle-token=a&circle-token=b', '/gh/acme/web'],
  ['/gh/acme/web?xcircle-token=a', '/gh/acme/web?xcircle-token=a'],
])('a token in the address of %j is not carried on', (text, path) => {
  expect(sitePathOf(text)).toBe(path)
})
