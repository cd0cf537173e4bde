import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { selectIdentity } from '../../../../src/storage/people/identities.ts'
import { listSessions } from '../../../../src/storage/people/sessions.ts'
import { seedSession } from '../../../support/seed/seed.ts'
import { freshAddress } from '../../../support/sign/addresses.ts'
import { configuredApp } from '../../../support/worker/configured.ts'
import { openTestStores, type TestStores } from '../../../support/worker/stores.ts'

const ORIGIN = 'https://builds.test'
const ISSUER = 'https://acme.cloudflareaccess.test'
const AUDIENCE = 'aud-of-buildpass'

let keys: CryptoKeyPair
let strangerKeys: CryptoKeyPair
beforeAll(async () => {
  keys = (await generateKeyPair('RS256')) as CryptoKeyPair
  strangerKeys = (await generateKeyPair('RS256')) as CryptoKeyPair
})
beforeEach(() => {
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (input) => {
    expect(String(input)).toBe(`${ISSUER}/cdn-cgi/access/certs`)
    return Response.json({ keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'one', alg: 'RS256', use: 'sig' }] })
  })
})
afterEach(() => {
  vi.restoreAllMocks()
})

describe('signing in by Cloudflare Access', () => {
  it('offers to go on as who Access says, and finds the same person at another address', async () => {
    const sub = crypto.randomUUID()
    const login = `ada-${sub.slice(0, 8)}`
    const assertion = await assertionOf({ sub, email: `${login}@example.com` })
    const page = await get('/sign-in', { 'Cf-Access-Jwt-Assertion': assertion })
    expect(await page.text()).toContain(`Continue as ${login}@example.com`)
    const first = await signIn(assertion)
    expect(await loginOf(first)).toBe(login)
    const moved = await signIn(await assertionOf({ sub, email: 'married@example.com' }))
    expect(await loginOf(moved)).toBe(login)
  })

  it('comes to nothing when that account is unlinked meanwhile', async () => {
    const sub = crypto.randomUUID()
    const assertion = await assertionOf({ sub })
    await signIn(assertion)
    const stores = await openTestStores()
    const [{ userId } = { userId: '' }] = await selectIdentity(stores.db, { provider: 'access', subject: sub })
    const session = await seedSession(stores, { id: userId })
    let unlinked: Response | undefined
    stores.faults.beforeD1 = async (sqls) => {
      if (unlinked || !sqls.some((sql) => sql.startsWith('insert into "sessions"'))) return
      const path = `/account/identities/access/${sub}/unlink`
      unlinked = await post({ Cookie: session.cookie }, { path, body: `form_token=${session.formToken}` })
    }
    const refused = await post({ 'Cf-Access-Jwt-Assertion': assertion }, { stores })
    expect([unlinked?.status, refused.status, refused.headers.get('Set-Cookie')]).toEqual([303, 403, null])
    expect((await listSessions(stores.db, userId, stores.now())).map(({ method }) => method)).toEqual(['link'])
  })

  it.each([
    ['nothing', async () => null],
    ['junk', async () => 'a.b.c'],
    ['another key', () => assertionOf({ key: strangerKeys.privateKey })],
    ['another audience', () => assertionOf({ audience: 'aud-of-wiki' })],
    ['another team', () => assertionOf({ issuer: 'https://evil.cloudflareaccess.test' })],
    ['one that has run out', () => assertionOf({ expiresIn: -60 })],
    ['a service token, which is nobody', () => assertionOf({ sub: '' })],
    ['an unsigned one', async () => unsigned()],
  ])('refuses %s', async (_, make) => {
    const assertion = await make()
    const headers: Record<string, string> = assertion === null ? {} : { 'Cf-Access-Jwt-Assertion': assertion }
    const response = await post(headers)
    expect([response.status, response.headers.get('Set-Cookie')]).toEqual([403, null])
    expect(await (await get('/sign-in', headers)).text()).not.toContain('Continue as')
  })
})

type Claims = {
  readonly sub?: string
  readonly email?: string
  readonly key?: CryptoKey
  readonly audience?: string
  readonly issuer?: string
  readonly expiresIn?: number
}

function assertionOf(claims: Claims): Promise<string> {
  const {
    sub = 'somebody',
    email,
    key = keys.privateKey,
    audience = AUDIENCE,
    issuer = ISSUER,
    expiresIn = 60,
  } = claims
  const now = Math.floor(Date.now() / 1000)
  return new SignJWT({ sub, ...(email ? { email } : {}) })
    .setProtectedHeader({ alg: 'RS256', kid: 'one' })
    .setIssuer(issuer)
    .setAudience([audience])
    .setIssuedAt(now - 120)
    .setExpirationTime(now + expiresIn)
    .sign(key)
}

function unsigned(): string {
  const part = (value: object) => btoa(JSON.stringify(value)).replace(/=+$/, '')
  const exp = Math.floor(Date.now() / 1000) + 60
  return `${part({ alg: 'none' })}.${part({ sub: 'somebody', iss: ISSUER, aud: [AUDIENCE], iat: 0, exp })}.`
}

const app = (stores?: TestStores) => configuredApp({ access: { issuer: ISSUER, audience: AUDIENCE } }, stores)

function get(path: string, headers: Record<string, string>): Promise<Response> {
  return app()(new Request(ORIGIN + path, { headers }))
}

type Posted = { readonly path?: string; readonly body?: string; readonly stores?: TestStores }

function post(
  headers: Record<string, string>,
  { path = '/sign-in/access', body = 'next=/', stores }: Posted = {},
): Promise<Response> {
  return app(stores)(
    new Request(ORIGIN + path, {
      method: 'POST',
      headers: {
        'Content-Type': 'application/x-www-form-urlencoded',
        'Sec-Fetch-Site': 'same-origin',
        'CF-Connecting-IP': freshAddress(),
        ...headers,
      },
      body,
    }),
  )
}

async function signIn(assertion: string): Promise<string> {
  const response = await post({ 'Cf-Access-Jwt-Assertion': assertion })
  expect(response.status).toBe(303)
  return response.headers.get('Set-Cookie')?.split(';', 1)[0] ?? ''
}

async function loginOf(cookie: string): Promise<string | null> {
  return /Account menu of ([^"]+)"/.exec(await (await get('/account', { Cookie: cookie })).text())?.[1] ?? null
}
