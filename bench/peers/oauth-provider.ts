import OAuthProvider, { type OAuthHelpers } from '@cloudflare/workers-oauth-provider'
import { toBase64Url } from '../../src/domain/formats/encoding.ts'
import { type Measured, measured } from '../measured.ts'
import { bearerOf } from './bearer.ts'

type Env = Measured & { readonly OAUTH_KV: KVNamespace; readonly OAUTH_PROVIDER: OAuthHelpers; readonly SVG: string }

const REDIRECT = 'https://client.example.com/callback'
let provider: OAuthProvider<Env> | undefined

export default measured<Env>({
  fetch(request, env, ctx) {
    // The audience of its tokens is an address, which is known when the first request comes.
    provider ??= providerAt(new URL(request.url).origin)
    return provider.fetch(request, env, ctx)
  },
})

function providerAt(origin: string): OAuthProvider<Env> {
  return new OAuthProvider<Env>({
    apiRoute: '/badge',
    apiHandler: {
      fetch: (_request, env) => new Response(env.SVG, { headers: { 'Content-Type': 'image/svg+xml' } }),
    },
    defaultHandler: {
      async fetch(request, env, ctx) {
        const { pathname } = new URL(request.url)
        if (pathname === '/mint') return new Response(await mint(origin, env, ctx))
        if (pathname === '/revoke') {
          const [userId = '', grantId = ''] = bearerOf(request).split(':')
          await env.OAUTH_PROVIDER.revokeGrant(grantId, userId)
        }
        return new Response(null, { status: 204 })
      },
    },
    authorizeEndpoint: '/authorize',
    tokenEndpoint: '/token',
    scopesSupported: ['status'],
    resourceMetadata: { resource: `${origin}/badge`, authorization_servers: [origin] },
  })
}

/** A client of its own that a user let in, and the access token that it got for its code. */
async function mint(origin: string, env: Env, ctx: ExecutionContext): Promise<string> {
  const client = await env.OAUTH_PROVIDER.createClient({
    redirectUris: [REDIRECT],
    tokenEndpointAuthMethod: 'client_secret_post',
  })
  const verifier = `${crypto.randomUUID()}${crypto.randomUUID()}`
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))
  const challenge = toBase64Url(digest)
  const asked = new URL(`${origin}/authorize`)
  const params = {
    response_type: 'code',
    client_id: client.clientId,
    redirect_uri: REDIRECT,
    scope: 'status',
    state: 'bench',
    resource: `${origin}/badge`,
    code_challenge: challenge,
    code_challenge_method: 'S256',
  }
  for (const [name, value] of Object.entries(params)) asked.searchParams.set(name, value)
  const { redirectTo } = await env.OAUTH_PROVIDER.completeAuthorization({
    request: await env.OAUTH_PROVIDER.parseAuthRequest(new Request(asked)),
    userId: crypto.randomUUID(),
    metadata: {},
    scope: ['status'],
    props: { scope: 'status' },
  })
  const body = new URLSearchParams({
    grant_type: 'authorization_code',
    code: new URL(redirectTo).searchParams.get('code') ?? '',
    redirect_uri: REDIRECT,
    client_id: client.clientId,
    client_secret: client.clientSecret ?? '',
    code_verifier: verifier,
  })
  const answer = await provider?.fetch(new Request(`${origin}/token`, { method: 'POST', body }), env, ctx)
  const text = await answer?.text()
  if (answer?.status !== 200) throw new Error(`the token was refused: ${text}`)
  return JSON.parse(text ?? '').access_token
}
