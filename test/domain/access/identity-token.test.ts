import { base64url, exportJWK, generateKeyPair } from 'jose'
import { beforeAll, describe, expect, it } from 'vitest'
import { readIdentityToken, verifyIdentityToken } from '../../../src/domain/access/identity-token.ts'
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

/** Why it is refused; null where the token passes. */
async function refusalOf(draft: Draft): Promise<string | null> {
  const token = await tokenOf(draft)
  if (!readIdentityToken(token)) return NO_TOKEN
  const expected = { issuer: ISSUER, audience: AUDIENCE, now: NOW_SECONDS * 1000, toleranceSeconds: TOLERANCE_SECONDS }
  const checked = await verifyIdentityToken(token, draft.keys, expected)
  if (checked.kind === 'verified') return null
  return checked.kind === 'refused' ? checked.reason : UNSIGNED
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
    expect(await refusalOf({ ...goodDraft(one), ...change() })).toBeNull()
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
    ['of a key that is too short', UNSIGNED, () => goodDraft(short)],
    ['of a key without a modulus', UNSIGNED, () => key({ n: undefined })],
    ['of a key that signs, too', UNSIGNED, () => key({ key_ops: ['verify', 'sign'] })],
    ['where what should be keys is none', UNSIGNED, () => ({ keys: ['k1' as never] })],
    ['without an algorithm', UNSIGNED, () => header({ alg: undefined })],
    [
      'of a time without end',
      failing('exp'),
      () => payload(JSON.stringify({ ...GOOD_CLAIMS, exp: 7e9 }).replace('7000000000', '1e999')),
    ],
    ['after its time by far', EXPIRED, () => claims({ exp: 0 })],
  ])('%s: %s', async (_, refusal, change) => {
    expect(await refusalOf({ ...goodDraft(one), ...change() })).toBe(refusal)
  })
})

it('tells by which key it can be checked, before anything of it is believed', async () => {
  const of = async (change: Partial<Draft>) => readIdentityToken(await tokenOf({ ...goodDraft(one), ...change }))
  expect(await of({})).toEqual({ issuer: ISSUER, keyId: 'k1', isAllowedAlgorithm: true })
  expect(await of({ ...header({ alg: undefined, kid: 5 }), ...claims({ iss: [ISSUER] }) })).toEqual({
    issuer: '',
    keyId: null,
    isAllowedAlgorithm: false,
  })
})
