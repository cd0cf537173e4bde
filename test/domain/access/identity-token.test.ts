import fc from 'fast-check'
import {
  base64url,
  createLocalJWKSet,
  decodeJwt,
  decodeProtectedHeader,
  errors,
  exportJWK,
  generateKeyPair,
  jwtVerify,
} from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import { parseIdentityToken, tokenRefusal } from '../../../src/domain/access/identity-token.ts'
import {
  AUDIENCE,
  type Draft,
  GOOD_CLAIMS,
  goodDraft,
  ISSUER,
  makeSigningKeys,
  NOW_SECONDS,
  type SigningKeys,
  tokenOf,
} from '../../support/sign/forged-token.ts'

const TOLERANCE_SECONDS = 30
const NO_TOKEN = 'It is not a JSON Web Token.'
const UNSIGNED = 'Its signature does not check out.'
const ALGORITHM = 'Its algorithm is not allowed.'
const OTHER_AUDIENCE = `Its audience is not ${AUDIENCE}.`
const EXPIRED = 'It has expired.'
const failing = (claim: string) => `Its claim "${claim}" does not pass.`

let one: SigningKeys
let two: SigningKeys
let short: SigningKeys
let ellipticJwk: Record<string, unknown>
beforeAll(async () => {
  ;[one, two, short] = await Promise.all([makeSigningKeys('k1'), makeSigningKeys('k2'), makeShortKeys()])
  ellipticJwk = { ...(await exportJWK((await generateKeyPair('ES256', { extractable: true })).publicKey)), kid: 'k1' }
})

/** Half as long as RFC 7518 §3.3 asks for; jose makes none. */
async function makeShortKeys(): Promise<SigningKeys> {
  const pair = (await crypto.subtle.generateKey(
    { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256', modulusLength: 1024, publicExponent: new Uint8Array([1, 0, 1]) },
    true,
    ['sign', 'verify'],
  )) as CryptoKeyPair
  const jwkOf = async (key: CryptoKey) => ({ ...(await exportJWK(key)), kid: 'k1' })
  return { key: pair.privateKey, jwk: await jwkOf(pair.publicKey), privateJwk: await jwkOf(pair.privateKey) }
}

/** Why we refuse; null where the token passes. */
async function ours(token: string, keys: Draft['keys']): Promise<string | null> {
  const parsed = parseIdentityToken(token)
  if (!parsed) return NO_TOKEN
  const now = NOW_SECONDS * 1000
  return tokenRefusal(parsed, keys, { issuer: ISSUER, audience: AUDIENCE, now, toleranceSeconds: TOLERANCE_SECONDS })
}

/** The same by jose, an implementation of the RFCs that many others use. */
async function theirs(token: string, keys: Draft['keys']): Promise<string | null> {
  try {
    decodeJwt(token)
    decodeProtectedHeader(token)
  } catch {
    return NO_TOKEN
  }
  try {
    await jwtVerify(token, createLocalJWKSet({ keys: keys as [] }), {
      issuer: ISSUER,
      audience: AUDIENCE,
      algorithms: ['RS256'],
      clockTolerance: TOLERANCE_SECONDS,
      currentDate: new Date(NOW_SECONDS * 1000),
      requiredClaims: ['exp', 'iat', 'sub'],
    })
    return null
  } catch (error) {
    if (error instanceof errors.JWTExpired) return EXPIRED
    if (error instanceof errors.JWTClaimValidationFailed)
      return error.claim === 'aud' ? OTHER_AUDIENCE : failing(error.claim)
    if (error instanceof errors.JOSEAlgNotAllowed) return ALGORITHM
    if (error instanceof errors.JOSEError) return UNSIGNED
    return `jose gives up: ${error}`
  }
}

async function bothOn(draft: Draft): Promise<readonly [ours: string | null, theirs: string | null]> {
  const token = await tokenOf(draft)
  return [await ours(token, draft.keys), await theirs(token, draft.keys)]
}

type Change = () => Partial<Draft>
const header = (more: Record<string, unknown>): Partial<Draft> => ({ header: { alg: 'RS256', kid: 'k1', ...more } })
const claims = (more: Record<string, unknown>): Partial<Draft> => ({ claims: { ...GOOD_CLAIMS, ...more } })
const key = (more: Record<string, unknown>): Partial<Draft> => ({ keys: [{ ...one.jwk, ...more }] })
const payload = (written: string | Uint8Array): Partial<Draft> => ({ payload: written })
const rewrite = (written: (token: string) => string): Partial<Draft> => ({ rewrite: written })
const parts = (change: (parts: [string, string, string]) => readonly string[]): Partial<Draft> =>
  rewrite((token) => change(token.split('.') as [string, string, string]).join('.'))
const hmacOf = (text: string): Partial<Draft> => ({ ...header({ alg: 'HS256' }), signer: { secret: text } })
/** The other last character that stands for the same bytes: of its six bits, 256 bytes need two. */
const twin = (text: string) => text.slice(0, -1) + ({ A: 'B', Q: 'R', g: 'h', w: 'x' }[text.slice(-1)] ?? '')

describe('an identity token passes', () => {
  it.each<[string, Change]>([
    ['as its issuer makes it', () => ({})],
    ['made out to several, us among them', () => claims({ aud: ['https://other.example', AUDIENCE] })],
    ['without the id of a key, where there is one key', () => header({ kid: undefined })],
    ['where its id is also that of a key of another kind', () => ({ keys: [ellipticJwk, two.jwk, one.jwk] })],
    ['where the key does not say what it is for', () => key({ alg: undefined, use: undefined })],
    ['where the key says that it verifies', () => key({ key_ops: ['verify'] })],
    ['of any type', () => header({ typ: 'anything' })],
    ['whatever keys its header offers', () => header({ jwk: two.jwk, jku: 'https://evil.example', x5u: 'x', x5c: [] })],
    ['with b64, which means nothing unless it is critical', () => header({ b64: false })],
    ['issued by a clock ahead of ours', () => claims({ iat: NOW_SECONDS + 1000 })],
    ['half a minute before its time', () => claims({ nbf: NOW_SECONDS + 30 })],
    ['half a minute after its time, nearly', () => claims({ exp: NOW_SECONDS - 29 })],
    ['that says a thing twice, by the last', () => payload(JSON.stringify(GOOD_CLAIMS).replace('{', '{"aud":"x",'))],
  ])('%s', async (_, change) => {
    expect(await bothOn({ ...goodDraft(one), ...change() })).toEqual([null, null])
  })
})

describe('an identity token is refused', () => {
  it.each<[string, string, Change]>([
    ['without a signature', ALGORITHM, () => ({ ...header({ alg: 'none' }), signer: 'nobody' })],
    ['that is empty', UNSIGNED, () => ({ signer: 'nobody' })],
    ['signed with the public key as a secret', ALGORITHM, () => hmacOf(JSON.stringify(one.jwk))],
    ['signed with its modulus as a secret', ALGORITHM, () => hmacOf(String(one.jwk.n))],
    ['of a longer hash', ALGORITHM, () => header({ alg: 'RS384' })],
    ['of an algorithm for other keys', ALGORITHM, () => ({ ...header({ alg: 'ES256' }), keys: [ellipticJwk] })],
    ['of an algorithm in small letters', ALGORITHM, () => header({ alg: 'rs256' })],
    ['of a key of another id', UNSIGNED, () => header({ kid: 'k2' })],
    ['of a key whose id is a number', UNSIGNED, () => ({ ...header({ kid: 1 }), ...key({ kid: 1 }) })],
    ['of a key whose id is null', UNSIGNED, () => ({ ...header({ kid: null }), ...key({ kid: null }) })],
    ['of a stranger’s key', UNSIGNED, () => ({ signer: two.key })],
    ['of a key that it brings along', UNSIGNED, () => ({ ...header({ jwk: two.jwk }), signer: two.key })],
    ['where two keys have its id', UNSIGNED, () => ({ keys: [one.jwk, { ...two.jwk, kid: 'k1' }] })],
    [
      'without an id, where there are two keys',
      UNSIGNED,
      () => ({ ...header({ kid: undefined }), keys: [one.jwk, two.jwk] }),
    ],
    ['where there are no keys', UNSIGNED, () => ({ keys: [] })],
    ['where the key is of another kind', UNSIGNED, () => ({ keys: [ellipticJwk] })],
    ['where the key says that it is of another kind', UNSIGNED, () => key({ kty: 'EC' })],
    ['where the key is for encryption', UNSIGNED, () => key({ use: 'enc' })],
    ['where the key is for another algorithm', UNSIGNED, () => key({ alg: 'RS512' })],
    ['where the key does not verify', UNSIGNED, () => key({ key_ops: ['sign'] })],
    ['where the key’s operations are no list', UNSIGNED, () => key({ key_ops: 'verify' })],
    ['where the private key is shown', UNSIGNED, () => ({ keys: [one.privateJwk] })],
    [
      'with other claims than were signed',
      UNSIGNED,
      () => parts(([a, , c]) => [a, base64url.encode(JSON.stringify({ ...GOOD_CLAIMS, sub: 'another' })), c]),
    ],
    ['with another header than was signed', UNSIGNED, () => parts(([, b, c]) => ['eyJhbGciOiJSUzI1NiJ9', b, c])],
    ['with a cut signature', UNSIGNED, () => rewrite((token) => token.slice(0, -4))],
    ['with a signature that is no base64url', UNSIGNED, () => parts(([a, b]) => [a, b, '%%%%'])],
    ['with a critical extension', UNSIGNED, () => header({ crit: ['exp'], exp: 1 })],
    ['with no critical extension in the list of them', UNSIGNED, () => header({ crit: [] })],
    ['with null in place of critical extensions', UNSIGNED, () => header({ crit: null })],
    ['with claims that are signed as they stand', UNSIGNED, () => header({ crit: ['b64'], b64: false })],
    ['of two parts', NO_TOKEN, () => parts(([a, b]) => [a, b])],
    ['of four parts', NO_TOKEN, () => rewrite((token) => `${token}.`)],
    ['of five parts, an encrypted one', NO_TOKEN, () => rewrite((token) => `${token}.AA.AA`)],
    ['that is empty text', NO_TOKEN, () => rewrite(() => '')],
    ['that is dots', NO_TOKEN, () => rewrite(() => '..')],
    ['without a header', NO_TOKEN, () => parts(([, b, c]) => ['', b, c])],
    ['without claims', NO_TOKEN, () => parts(([a, , c]) => [a, '', c])],
    [
      'in base64 of the other alphabet',
      NO_TOKEN,
      () => ({ ...header({ x: '???' }), ...rewrite((t) => t.replace(/_/g, '/')) }),
    ],
    ['whose claims are a list', NO_TOKEN, () => payload('[]')],
    ['whose claims are a text', NO_TOKEN, () => payload('"x"')],
    ['whose claims are null', NO_TOKEN, () => payload('null')],
    ['whose claims are not JSON', NO_TOKEN, () => payload(`${JSON.stringify(GOOD_CLAIMS)}}`)],
    ['whose claims are not UTF-8', NO_TOKEN, () => payload(Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d))],
    ['from another issuer', failing('iss'), () => claims({ iss: 'https://evil.example' })],
    ['from a list of issuers', failing('iss'), () => claims({ iss: [ISSUER] })],
    ['made out to somebody else', OTHER_AUDIENCE, () => claims({ aud: 'https://other.example' })],
    ['made out to a longer name', OTHER_AUDIENCE, () => claims({ aud: `${AUDIENCE}.evil.example` })],
    ['made out to others', OTHER_AUDIENCE, () => claims({ aud: ['https://other.example'] })],
    ['made out to a list in a list', OTHER_AUDIENCE, () => claims({ aud: [[AUDIENCE]] })],
    ['made out to an object', OTHER_AUDIENCE, () => claims({ aud: { 0: AUDIENCE, length: 1 } })],
    ['made out to nobody', OTHER_AUDIENCE, () => claims({ aud: undefined })],
    ...['iss', 'sub', 'iat', 'exp'].map((claim): [string, string, Change] => [
      `without ${claim}`,
      failing(claim),
      () => claims({ [claim]: undefined }),
    ]),
    ...['iat', 'nbf', 'exp'].flatMap((claim) =>
      [String(NOW_SECONDS), null, true, {}].map((value): [string, string, Change] => [
        `whose ${claim} is ${JSON.stringify(value)}`,
        failing(claim),
        () => claims({ [claim]: value }),
      ]),
    ),
    ['more than half a minute before its time', failing('nbf'), () => claims({ nbf: NOW_SECONDS + 31 })],
    ['half a minute after its time', EXPIRED, () => claims({ exp: NOW_SECONDS - 30 })],
    ['after its time by far', EXPIRED, () => claims({ exp: 0 })],
  ])('%s: %s', async (_, refusal, change) => {
    expect(await bothOn({ ...goodDraft(one), ...change() })).toEqual([refusal, refusal])
  })
})

describe('we say otherwise than jose', () => {
  it.each<[string, string | null, string | null | RegExp, Change]>([
    [
      'of padding at the end, which the signature does not cover',
      UNSIGNED,
      null,
      () => rewrite((token) => `${token}==`),
    ],
    ['of a line break at the end', UNSIGNED, null, () => rewrite((token) => `${token}\n`)],
    ['of another spelling of the same signature', UNSIGNED, null, () => rewrite(twin)],
    ['of the one extension that jose knows', UNSIGNED, null, () => header({ crit: ['b64'], b64: true })],
    [
      'of a time without end',
      failing('exp'),
      null,
      () => payload(JSON.stringify({ ...GOOD_CLAIMS, exp: 7e9 }).replace('7000000000', '1e999')),
    ],
    ['of a token without an algorithm, only why', ALGORITHM, UNSIGNED, () => header({ alg: undefined })],
    ['of a key that is too short, where jose throws', UNSIGNED, /gives up/, () => goodDraft(short)],
    ['of a key without a modulus, where jose throws', UNSIGNED, /gives up/, () => key({ n: undefined })],
    ['of a key that signs, too, where jose throws', UNSIGNED, /gives up/, () => key({ key_ops: ['verify', 'sign'] })],
    ['of a key that says oddly whether it may be exported', null, UNSIGNED, () => key({ ext: 'yes' })],
  ])('%s', async (_, mine, other, change) => {
    expect(await bothOn({ ...goodDraft(one), ...change() })).toEqual([
      mine,
      other instanceof RegExp ? expect.stringMatching(other) : other,
    ])
  })
})

/** Mostly what is right, so that what is wrong stands alone often enough. */
const mostly = <T>(right: T, ...wrong: readonly T[]): fc.Arbitrary<T> =>
  fc.oneof(
    { weight: 25, arbitrary: fc.constant(right) },
    { weight: wrong.length, arbitrary: fc.constantFrom(...wrong) },
  )

it('accepts what jose accepts and refuses what jose refuses, whatever else is put together', async () => {
  const anyTime = fc.integer({ min: NOW_SECONDS - 60, max: NOW_SECONDS + 60 })
  const keysFor: Record<string, () => Draft['keys']> = {
    one: () => [one.jwk],
    both: () => [two.jwk, one.jwk],
    twins: () => [one.jwk, { ...two.jwk, kid: 'k1' }],
    nameless: () => [{ ...one.jwk, kid: undefined }],
    mixed: () => [ellipticJwk, { ...two.jwk, use: 'enc' }, one.jwk],
    elsewhere: () => [two.jwk],
    private: () => [one.privateJwk],
  }
  const rewrites: Record<string, (token: string) => string> = {
    none: (token) => token,
    swapped: (token) => token.replace(/\.(.)(.)/, '.$2$1'),
    cut: (token) => token.slice(0, -5),
    longer: (token) => `${token}AAAA`,
    dotted: (token) => `${token}.`,
    dotless: (token) => token.replace('.', ''),
  }
  let accepted = 0
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        alg: mostly<unknown>('RS256', 'none', 'HS256', 'RS512', 'PS256', 'ES256', null, 5, ['RS256']),
        kid: mostly<unknown>('k1', undefined, 'k2', null, 1),
        b64: mostly<unknown>(undefined, true, false),
        crit: mostly<unknown>(undefined, ['exp'], [], 'exp'),
        iss: mostly<unknown>(ISSUER, undefined, null, [ISSUER]),
        aud: mostly<unknown>(AUDIENCE, [AUDIENCE], ['x', AUDIENCE], undefined, null, [], 'x'),
        sub: mostly<unknown>('job', undefined, null, 5),
        iat: fc.oneof({ weight: 9, arbitrary: anyTime }, fc.constantFrom(undefined, null, '5')),
        nbf: fc.oneof({ weight: 9, arbitrary: fc.constant(undefined) }, anyTime, fc.constantFrom(null, '5', -1.5)),
        exp: fc.oneof(
          { weight: 9, arbitrary: anyTime.map((at) => at + 30) },
          anyTime,
          fc.constantFrom(undefined, null, '5'),
        ),
        signer: mostly('one', 'two', 'nobody', 'hmac'),
        keys: mostly(...(Object.keys(keysFor) as [string])),
        rewritten: mostly(...(Object.keys(rewrites) as [string])),
      }),
      async ({ alg, kid, b64, crit, signer, keys, rewritten, ...said }) => {
        const signers = { one: one.key, two: two.key, nobody: 'nobody', hmac: { secret: String(one.jwk.n) } } as const
        const [mine, other] = await bothOn({
          header: { alg, kid, b64, crit },
          claims: said,
          signer: signers[signer as keyof typeof signers],
          keys: keysFor[keys]?.() ?? [],
          ...rewrite(rewrites[rewritten] ?? String),
        })
        if (mine === null) accepted += 1
        expect(mine === null, `${mine} / ${other}`).toBe(other === null)
      },
    ),
    { numRuns: 400 },
  )
  expect(accepted).toBeGreaterThan(40)
})
