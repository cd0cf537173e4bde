import { env } from 'cloudflare:workers'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { mintSecret } from '../../../../src/domain/access/secret.ts'
import { seedToken, seedUser } from '../../../support/seed/seed.ts'
import { openTestApp, SPENT } from '../../../support/worker/app.ts'
import type { Ask } from '../../../support/worker/client.ts'
import { openTestStores, type TestStores } from '../../../support/worker/stores.ts'
import { seedWorld, type World } from '../../../support/worker/world.ts'

const LEAKS = '/api/buildpass/v1/leaks'
const THANKS = '{"message":"Thank you. What was found among these is being ended."}'

let stores: TestStores
let world: World
let app: Awaited<ReturnType<typeof openTestApp>>
beforeAll(async () => {
  stores = await openTestStores()
  world = await seedWorld(stores, 'private')
  app = await openTestApp({ stores })
})

const report = (secrets: unknown, more: Ask = {}) => app.ask(LEAKS, { method: 'POST', json: { secrets }, ...more })
const statusOf = async (token: string) => (await app.ask('/api/buildpass/v1/token', { token })).status
const project = (scope: 'status' | 'view-builds' | 'all') =>
  seedToken(stores, { kind: 'project', project: world.project, scope })
async function auditOf(subject: string) {
  const { results } = await env.DB.prepare(
    'select action, user_id, actor_token_id, "from" from audit where subject = ?',
  )
    .bind(subject)
    .all()
  return results
}

describe('reporting found secrets', () => {
  it('answers 202 with one and the same body, whatever was found', async () => {
    const { secret } = await project('all')
    const answers = [
      await report([secret]),
      await report([secret]),
      await report([mintSecret('personal')]),
      await report(['hello', '', `${secret}x`]),
      await report([(await project('status')).secret]),
    ]
    for (const answer of answers) expect([answer.status, await answer.text()]).toEqual([202, THANKS])
  })

  it.each(['view-builds', 'all'] as const)('ends a %s token at once, and says so in the audit log', async (scope) => {
    const { id, secret } = await project(scope)
    expect(await statusOf(secret)).toBe(200)
    await report([secret])
    expect(await statusOf(secret)).toBe(401)
    expect(await auditOf(id)).toEqual([{ action: 'token.leaked', user_id: null, actor_token_id: null, from: 'local' }])
  })

  it('ends a personal token with all that it minted', async () => {
    const { secret } = await seedToken(stores, { kind: 'personal', user: await seedUser(stores.db) })
    const minted = await (
      await app.ask('/api/v1.1/user/token', { method: 'POST', token: secret, json: { label: 'child' } })
    ).json<{ token: string }>()
    await report([secret])
    expect([await statusOf(secret), await statusOf(minted.token)]).toEqual([401, 401])
  })

  it('only flags a status token, since it is meant to stand in URLs', async () => {
    const { id, secret } = await project('status')
    await report([secret])
    expect(await statusOf(secret)).toBe(200)
    const about = await (await app.ask('/api/buildpass/v1/token', { token: secret })).json<{
      leak_reported_at: string
    }>()
    expect(about.leak_reported_at).toMatch(/^\d{4}-/)
    expect(await auditOf(id)).toEqual([
      { action: 'token.leak_flagged', user_id: null, actor_token_id: null, from: 'local' },
    ])
  })

  it('takes up to 100 at a time, and each once', async () => {
    const { id, secret } = await project('all')
    const many = [secret, secret, ...Array.from({ length: 98 }, () => mintSecret('project'))]
    expect((await report(many)).status).toBe(202)
    expect(await auditOf(id)).toHaveLength(1)
  })

  it.each<[string, unknown, string]>([
    ['101 secrets', Array.from({ length: 101 }, () => 'x'), 'secrets: must hold 1 to 100 secrets'],
    ['no secrets', [], 'secrets: must hold 1 to 100 secrets'],
    ['numbers', [1], 'secrets.0: must be a string'],
    ['a secret of 501 characters', ['x'.repeat(501)], 'secrets.0: must be at most 500 characters long'],
    ['a text', 'bpp_x', 'secrets: must be a list'],
    ['nothing', undefined, 'secrets: is required'],
  ])('with %s is 400', async (_, secrets, message) => {
    const response = await report(secrets)
    expect([response.status, (await response.json<{ message: string }>()).message]).toEqual([400, message])
  })

  it('names at most 20 of thousands of mistakes', async () => {
    const { errors } = await (await report(Array.from({ length: 5_000 }, () => 1))).json<{ errors: unknown[] }>()
    expect(errors).toHaveLength(20)
  })

  it('does not echo a secret in any refusal', async () => {
    const { secret } = await project('all')
    for (const json of [{ secrets: secret }, { [secret]: 1 }, { secrets: [[secret]] }, secret])
      expect(await (await app.ask(LEAKS, { method: 'POST', json })).text()).not.toContain(secret.slice(8))
  })

  it('is limited by client address', async () => {
    const spent = await openTestApp({ limits: { leakReports: SPENT } })
    const response = await spent.ask(LEAKS, { method: 'POST', json: { secrets: ['x'] } })
    expect([response.status, response.headers.get('Retry-After')]).toEqual([429, expect.stringMatching(/^\d+$/)])
  })

  it('is charged to the address that Cloudflare saw, whatever a client says of itself', async () => {
    const charged: string[] = []
    const limit = async ({ key }: { key: string }) => {
      charged.push(key)
      return { success: true }
    }
    const watched = await openTestApp({ limits: { leakReports: { limit } } })
    const said = { 'X-Forwarded-For': '192.0.2.9', Forwarded: 'for=192.0.2.9', 'X-Real-IP': '192.0.2.9' }
    const headers = { 'CF-Connecting-IP': '198.51.100.1', ...said }
    await watched.ask(LEAKS, { method: 'POST', json: { secrets: ['x'] }, headers })
    await watched.ask(LEAKS, { method: 'POST', json: { secrets: ['x'] }, headers: said })
    expect(charged).toEqual(['198.51.100.1', 'local'])
  })
})

describe("GitHub's secret scanning", () => {
  const KEYS_URL = 'https://keys.test/secret_scanning'
  let pair: CryptoKeyPair
  let keyId: string
  let asked: string[]

  beforeEach(async () => {
    pair = (await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, [
      'sign',
      'verify',
    ])) as CryptoKeyPair
    keyId = crypto.randomUUID()
    app = await openTestApp({ stores, vars: { GITHUB_SECRET_SCANNING_KEYS: KEYS_URL } })
    asked = []
    const pem = await pemOf(pair.publicKey)
    vi.spyOn(globalThis, 'fetch').mockImplementation(async (input) => {
      asked.push(String(input))
      return Response.json({ public_keys: [{ key_identifier: keyId, key: pem, is_current: true }] })
    })
  })
  afterEach(() => {
    vi.restoreAllMocks()
  })

  const alerts = (...secrets: string[]) =>
    JSON.stringify(
      secrets.map((token) => ({ token, type: 'buildpass_token', url: 'https://github.com/a/b', source: 'content' })),
    )
  const send = (body: string, signature: string, identifier = keyId) =>
    app.ask(LEAKS, {
      method: 'POST',
      body,
      headers: {
        'Content-Type': 'application/json',
        'Github-Public-Key-Identifier': identifier,
        'Github-Public-Key-Signature': signature,
      },
    })

  it('is believed by its signature, whose key is read once', async () => {
    for (let i = 0; i < 8; i++) {
      const { secret } = await project('all')
      const body = alerts(secret, mintSecret('personal'))
      const response = await send(body, await signed(pair.privateKey, body))
      expect([response.status, await response.text()]).toEqual([202, THANKS])
      expect(await statusOf(secret)).toBe(401)
    }
    expect(asked).toEqual([KEYS_URL])
  })

  it.each<[string, (body: string) => Promise<string>]>([
    ['of another body', (body) => signed(pair.privateKey, `${body} `)],
    ['of another key', async (body) => signed((await newPair()).privateKey, body)],
    ['that is nonsense', async () => 'bm9uc2Vuc2U='],
    ['that is no base64', async () => '!!!'],
    ['that is missing', async () => ''],
    ['with a byte too many', async (body) => btoa(`${atob(await signed(pair.privateKey, body))}x`)],
    ['that is the raw form', async (body) => rawSigned(pair.privateKey, body)],
  ])('is refused with a signature %s, and nothing ends', async (_, sign) => {
    const { secret } = await project('all')
    const body = alerts(secret)
    const response = await send(body, await sign(body))
    expect([response.status, await response.text()]).toEqual([
      401,
      expect.stringContaining('Github-Public-Key-Signature'),
    ])
    expect(await statusOf(secret)).toBe(200)
  })

  it('is refused with a key that GitHub does not have', async () => {
    const body = alerts('x')
    expect((await send(body, await signed(pair.privateKey, body), 'unknown')).status).toBe(401)
  })

  it.each<[string, () => Promise<Response>]>([
    ['answers 500', async () => new Response('no', { status: 500 })],
    ['is away', () => Promise.reject(new TypeError('connection lost'))],
    ['has no keys', async () => Response.json({})],
    ['has a key that is none', async () => Response.json({ public_keys: [{ key_identifier: keyId, key: '!' }] })],
  ])('is asked to come again while the list of keys %s', async (_, answer) => {
    vi.spyOn(globalThis, 'fetch').mockImplementation(answer)
    const body = alerts('x')
    const response = await send(body, await signed(pair.privateKey, body))
    expect([response.status, response.headers.get('Retry-After')]).toEqual([503, expect.stringMatching(/^\d+$/)])
  })
})

async function newPair(): Promise<CryptoKeyPair> {
  return (await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, [
    'sign',
    'verify',
  ])) as CryptoKeyPair
}

async function pemOf(key: CryptoKey): Promise<string> {
  const spki = new Uint8Array((await crypto.subtle.exportKey('spki', key)) as ArrayBuffer)
  const lines = btoa(String.fromCharCode(...spki)).replace(/(.{64})/g, '$1\n')
  return `-----BEGIN PUBLIC KEY-----\n${lines}\n-----END PUBLIC KEY-----\n`
}

async function rawSigned(key: CryptoKey, body: string): Promise<string> {
  const raw = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, key, new TextEncoder().encode(body))
  return btoa(String.fromCharCode(...new Uint8Array(raw)))
}

/** The signature as GitHub sends it: DER (RFC 3279 §2.2.3) in base64. */
async function signed(key: CryptoKey, body: string): Promise<string> {
  const raw = Uint8Array.from(atob(await rawSigned(key, body)), (char) => char.charCodeAt(0))
  const integers = [raw.slice(0, 32), raw.slice(32)].flatMap((half) => {
    const digits = half.slice(half.findIndex((byte) => byte !== 0))
    const positive = (digits[0] ?? 0) >= 0x80 ? [0, ...digits] : [...digits]
    return [0x02, positive.length, ...positive]
  })
  return btoa(String.fromCharCode(0x30, integers.length, ...integers))
}
