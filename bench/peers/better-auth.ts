import { apiKey } from '@better-auth/api-key'
import { betterAuth } from 'better-auth'
import { getMigrations } from 'better-auth/db/migration'
import { toHex } from '../../src/domain/formats/encoding.ts'
import { type Measured, measured } from '../measured.ts'
import { bearerOf } from './bearer.ts'

type Env = Measured & { readonly DB: D1Database; readonly SVG: string }

type Auth = ReturnType<typeof authOn>

const auths = new WeakMap<D1Database, Auth>()

export default measured<Env>({
  async fetch(request, env) {
    const auth = auths.get(env.DB) ?? authOn(env.DB)
    auths.set(env.DB, auth)
    const { pathname } = new URL(request.url)
    if (pathname === '/mint') return new Response(await mint(auth))
    if (pathname === '/revoke') return revoke(auth, bearerOf(request))
    const { valid } = await auth.api.verifyApiKey({ body: { key: bearerOf(request) } })
    return valid
      ? new Response(env.SVG, { headers: { 'Content-Type': 'image/svg+xml' } })
      : new Response(null, { status: 401 })
  },
})

function authOn(database: D1Database) {
  return betterAuth({
    baseURL: 'https://peers.example.com',
    // It signs cookies, of which there are none here.
    secret: toHex(crypto.getRandomValues(new Uint8Array(32))),
    database,
    // Its usual limit is ten uses a day, which no badge could live with.
    plugins: [apiKey({ rateLimit: { enabled: false } })],
    telemetry: { enabled: false },
  })
}

async function mint(auth: Auth): Promise<string> {
  const { runMigrations } = await getMigrations(auth.options)
  await runMigrations()
  const { internalAdapter } = await auth.$context
  const user = await internalAdapter.createUser(
    { name: 'Bench', email: `${crypto.randomUUID()}@example.com` },
    { method: 'admin' },
  )
  return (await auth.api.createApiKey({ body: { userId: user.id } })).key
}

async function revoke(auth: Auth, secret: string): Promise<Response> {
  const { key } = await auth.api.verifyApiKey({ body: { key: secret } })
  if (!key) return new Response(null, { status: 404 })
  await auth.api.updateApiKey({ body: { keyId: key.id, userId: key.referenceId, enabled: false } })
  return new Response(null, { status: 204 })
}
