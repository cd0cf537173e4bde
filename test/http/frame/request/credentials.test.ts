import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mintSecret, type Secret, type TokenKind } from '../../../../src/domain/access/secret.ts'
import { type Credential, isFromQuery, readCredential } from '../../../../src/http/frame/request/credentials.ts'
import type { QueryTokens } from '../../../../src/settings.ts'

const BADGE = 'https://builds.test/gh/acme/web.svg'

/** What one request brings along, as a word, or the secret itself. */
function read(
  headers: Record<string, string>,
  { query = '', method = 'GET', queryTokens = 'all' as QueryTokens } = {},
): string {
  return wordFor(readCredential(new Request(`${BADGE}${query}`, { method, headers }), queryTokens))
}

function wordFor(credential: Credential): string {
  return credential.kind === 'secret' ? credential.secret : credential.kind
}

const basic = (userPass: string) => `Basic ${btoa(userPass)}`
const a = mintSecret('project')
const b = mintSecret('personal')
const c = mintSecret('project')
const d = mintSecret('project')

describe('a token is read', () => {
  it.each<[string, Record<string, string>, string]>([
    ['from Authorization: Bearer', { Authorization: `Bearer ${a}` }, ''],
    ['from Circle-Token', { 'Circle-Token': a }, ''],
    ['from Basic as the user name with an empty password', { Authorization: basic(`${a}:`) }, ''],
    ['from Basic with any password', { Authorization: basic(`${a}:x`) }, ''],
    ['from Basic with a password of colons and other bytes', { Authorization: basic(`${a}:é:x:`) }, ''],
    ['from Basic with a long password', { Authorization: basic(`${a}:${'x'.repeat(5_000)}`) }, ''],
    ['from ?circle-token=', {}, `?circle-token=${a}`],
    ['from the query beside other parameters', {}, `?style=shield&circle-token=${a}&label=x`],
    ['from the first of two query tokens', {}, `?circle-token=${a}&circle-token=${b}`],
    ['whatever the letter case of scheme and header name', { aUTHORIZATION: `bEARER ${a}` }, ''],
    ['whatever the letter case of Circle-Token', { 'cIRCLE-tOKEN': a }, ''],
    ['whatever the letter case of Basic', { authorization: basic(`${a}:`).replace('Basic', 'bASIC') }, ''],
    ['with blanks around it', { 'Circle-Token': `  ${a} ` }, ''],
    ['after several blanks', { Authorization: `Bearer   ${a}` }, ''],
  ])('%s', (_, headers, query) => expect(read(headers, { query })).toBe(a))

  it.each<[string, Record<string, string>, string]>([
    ['with nothing at all', {}, ''],
    ['in a query key of another letter case', {}, `?Circle-Token=${a}`],
    ['in a query key that only ends so', {}, `?not-circle-token=${a}`],
    ['in the fragment', {}, `#?circle-token=${a}`],
    ['on the path', {}, `/x&circle-token=${a}`],
  ])('not %s', (_, headers, query) => expect(read(headers, { query })).toBe('none'))
})

describe('of several credentials the first counts: Bearer, Circle-Token, Basic, query', () => {
  const bearer = { Authorization: `Bearer ${a}` }
  const header = { 'Circle-Token': b }
  const user = { Authorization: basic(`${c}:`) }
  const query = `?circle-token=${d}`
  it.each<[string, Record<string, string>, string, Secret]>([
    ['Bearer over Circle-Token and query', { ...bearer, ...header }, query, a],
    ['Circle-Token over Basic and query', { ...user, ...header }, query, b],
    ['Basic over query', user, query, c],
    ['Circle-Token over query', header, query, b],
    [
      'Circle-Token over an Authorization of a scheme that is none of ours',
      { Authorization: 'Digest x', ...header },
      '',
      b,
    ],
  ])('%s', (_, headers, search, expected) => expect(read(headers, { query: search })).toBe(expected))

  it.each<[string, Record<string, string>, string, boolean]>([
    ['it is', {}, query, true],
    ['there is none in it', {}, '?style=shield', false],
    ['Bearer counts', bearer, query, false],
    ['Basic counts', user, query, false],
    ['Circle-Token counts', header, query, false],
    ['a header is empty', { 'Circle-Token': '' }, query, false],
  ])('whether it is that of the URL: %s', (_, headers, search, expected) =>
    expect(isFromQuery(new Request(`${BADGE}${search}`, { headers }))).toBe(expected),
  )

  it.each<[string, Record<string, string>]>([
    ['an empty Bearer', { Authorization: 'Bearer', 'Circle-Token': b }],
    ['an empty Bearer with a blank', { Authorization: 'Bearer ', 'Circle-Token': b }],
    ['a Bearer after a tab', { Authorization: 'Bearer\tnonsense', 'Circle-Token': b }],
    ['a nonsense Bearer', { Authorization: 'Bearer nonsense', 'Circle-Token': b }],
    ['two Bearers in one', { Authorization: `Bearer ${a}, Bearer ${a}`, 'Circle-Token': b }],
    ['an empty Circle-Token', { 'Circle-Token': '', Authorization: basic(`${c}:`) }],
    ['a nonsense Circle-Token', { 'Circle-Token': 'nonsense', Authorization: basic(`${c}:`) }],
    ['a Basic with the token as the password', { Authorization: basic(`:${c}`) }],
    ['a Basic without a colon', { Authorization: basic(c) }],
    ['a Basic that is no base64', { Authorization: 'Basic %%%' }],
    ['an unknown scheme', { Authorization: `Token ${c}` }],
    ['an empty Authorization', { Authorization: '' }],
  ])('%s is a bad credential, and no other stands in for it', (_, headers) =>
    expect(read(headers, { query })).toBe('malformed'),
  )

  it.each(['?circle-token=', '?circle-token=nonsense', `?circle-token=${a.toLowerCase()}x`, `?circle-token=${a}%20x`])(
    '%s is a bad credential, not an anonymous asker',
    (search) => expect(read({}, { query: search })).toBe('malformed'),
  )
})

describe('QUERY_TOKENS', () => {
  const kinds: readonly TokenKind[] = ['project', 'personal', 'reporting']
  const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']
  const isRead = (method: string) => method === 'GET' || method === 'HEAD'
  const ACCEPTS: Record<QueryTokens, (kind: TokenKind, method: string) => boolean> = {
    all: (_, method) => isRead(method),
    project: (kind, method) => kind === 'project' && isRead(method),
    off: () => false,
    'all-methods': () => true,
  }
  const rows = (['all', 'project', 'off', 'all-methods'] as const).flatMap((queryTokens) =>
    kinds.flatMap((kind) => methods.map((method) => ({ queryTokens, kind, method }))),
  )
  it.each(rows)('$queryTokens with a $kind token in a $method', ({ queryTokens, kind, method }) => {
    const secret = mintSecret(kind)
    const said = read({}, { query: `?circle-token=${secret}`, method, queryTokens })
    expect(said).toBe(ACCEPTS[queryTokens](kind, method) ? secret : 'refused')
  })

  it('says in the refusal that a header is the way', () => {
    for (const queryTokens of ['off', 'project', 'all'] as const) {
      const request = new Request(`${BADGE}?circle-token=${b}`, { method: 'POST' })
      expect(readCredential(request, queryTokens)).toEqual({
        kind: 'refused',
        reason: expect.stringContaining('Circle-Token header'),
      })
    }
  })

  it('does not touch tokens in headers', () => {
    expect(read({ 'Circle-Token': b }, { method: 'POST', queryTokens: 'off' })).toBe(b)
  })
})

describe('whatever is sent', () => {
  // Header values as a client can send them.
  const value = fc.oneof(
    fc.string({ unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)) }),
    fc.constantFrom('Bearer', 'Basic', 'Bearer ', 'Basic ', basic(`${a}:`), basic(':'), `Bearer ${a}`, a, `${a}${a}`),
    fc.string({ unit: 'grapheme-ascii' }).map((text) => `Bearer ${text}`),
    fc.string({ unit: 'grapheme-ascii' }).map((text) => basic(`${text}:`)),
    fc.nat({ max: a.length }).map((length) => a.slice(0, length)),
  )
  const query = fc.oneof(fc.string(), value.map(encodeURIComponent)).map((text) => text.replaceAll('#', ''))

  it('nothing throws, and a secret is given only if it was sent whole', () => {
    fc.assert(
      fc.property(
        fc.option(value, { nil: null }),
        fc.option(value, { nil: null }),
        fc.option(query, { nil: null }),
        fc.constantFrom<QueryTokens>('all', 'project', 'off', 'all-methods'),
        (authorization, circleToken, token, queryTokens) => {
          const headers = new Headers()
          if (authorization !== null) headers.set('Authorization', authorization)
          if (circleToken !== null) headers.set('Circle-Token', circleToken)
          const request = new Request(`${BADGE}${token === null ? '' : `?circle-token=${token}`}`, { headers })
          const credential = readCredential(request, queryTokens)
          if (credential.kind !== 'secret') return
          expect(credential.secret).toBe(a)
          const sent = [authorization, circleToken, token, decodedBasic(authorization)]
          expect(sent.some((text) => text?.includes(a))).toBe(true)
        },
      ),
      { numRuns: 500 },
    )
  })
})

describe('a scheme that only looks like Bearer', () => {
  it.each(['NotBearer', 'X Bearer', 'Bearerish'])('such as %s is not one', (scheme) => {
    expect(read({ Authorization: `${scheme} ${a}` })).toBe('malformed')
    // It is no Bearer credential, so the next place counts.
    expect(read({ Authorization: `${scheme} ${a}`, 'Circle-Token': b })).toBe(b)
  })
})

describe('Basic', () => {
  it.each([
    ['a scheme that only ends in its name', `NotBasic ${btoa(`${a}:`)}`],
    ['something after the credentials', `${basic(`${a}:`)} x`],
    ['no colon', basic(`${a}x`)],
    ['blanks around the token', basic(` ${a} :`)],
  ])('with %s is malformed', (_, authorization) => {
    expect(read({ Authorization: authorization })).toBe('malformed')
  })
})

function decodedBasic(authorization: string | null): string {
  try {
    return atob((authorization ?? '').replace(/^basic +/i, ''))
  } catch {
    return ''
  }
}
