/** An account at the fake GitHub. */
export type FakeAccount = {
  readonly id: number
  readonly login: string
  readonly name?: string
  /** Organizations, with the state of the membership. */
  readonly orgs?: Readonly<Record<string, 'active' | 'pending'>>
}

export type FakeGithub = {
  /** Who is signed in to GitHub in the browser. */
  account: FakeAccount
  readonly handle: (request: Request) => Promise<Response>
}

export const FAKE_CLIENT = { id: 'fake-client', secret: 'fake-client-secret' } as const

/**
 * As much of GitHub as signing in needs, as strict as GitHub: a code works once, for the client, the address and the
 * PKCE verifier that it was given for, and a token tells who it is for.
 */
export function createFakeGithub(account: FakeAccount): FakeGithub {
  const codes = new Map<string, { account: FakeAccount; challenge: string; redirectUri: string }>()
  const tokens = new Map<string, FakeAccount>()
  const github: FakeGithub = { account, handle: async (request) => answer(request) }

  async function answer(request: Request): Promise<Response> {
    const { pathname, searchParams } = new URL(request.url)
    if (pathname === '/login/oauth/authorize') return authorize(searchParams)
    if (pathname === '/login/oauth/access_token') return exchange(new URLSearchParams(await request.text()))
    const holder = tokens.get(request.headers.get('Authorization')?.replace('Bearer ', '') ?? '')
    if (!holder || !request.headers.get('User-Agent'))
      return Response.json({ message: 'Bad credentials' }, { status: 401 })
    if (pathname === '/user') {
      const { id, login, name = null } = holder
      return Response.json({ id, login, name, avatar_url: null })
    }
    const org = /^\/user\/memberships\/orgs\/([^/]+)$/.exec(pathname)?.[1]
    const state = org === undefined ? undefined : holder.orgs?.[decodeURIComponent(org)]
    return state ? Response.json({ state }) : Response.json({ message: 'Not Found' }, { status: 404 })
  }

  function authorize(query: URLSearchParams): Response {
    const redirectUri = query.get('redirect_uri') ?? ''
    if (query.get('client_id') !== FAKE_CLIENT.id || query.get('code_challenge_method') !== 'S256')
      return new Response('bad request', { status: 400 })
    const code = crypto.randomUUID()
    codes.set(code, { account: github.account, challenge: query.get('code_challenge') ?? '', redirectUri })
    const back = new URLSearchParams({ code, state: query.get('state') ?? '' })
    return new Response(null, { status: 302, headers: { Location: `${redirectUri}?${back}` } })
  }

  async function exchange(form: URLSearchParams): Promise<Response> {
    const code = form.get('code') ?? ''
    const given = codes.get(code)
    codes.delete(code)
    const isRight =
      given !== undefined &&
      form.get('client_id') === FAKE_CLIENT.id &&
      form.get('client_secret') === FAKE_CLIENT.secret &&
      form.get('redirect_uri') === given.redirectUri &&
      (await challengeOf(form.get('code_verifier') ?? '')) === given.challenge
    // GitHub says what is wrong with 200.
    if (!isRight) return Response.json({ error: 'bad_verification_code' })
    const token = crypto.randomUUID()
    tokens.set(token, given.account)
    return Response.json({ access_token: token, token_type: 'bearer', scope: '' })
  }

  return github
}

async function challengeOf(verifier: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier))
  return btoa(String.fromCharCode(...new Uint8Array(digest)))
    .replace(/\+/g, '-')
    .replace(/\//g, '_')
    .replace(/=+$/, '')
}
