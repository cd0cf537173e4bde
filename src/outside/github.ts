import * as v from 'valibot'
import type { Identity } from '../domain/people/identity.ts'
import { type Ask, askJson, askOutside } from './ask.ts'

/** Signing in with GitHub: the OAuth app, and who may sign in (nobody by default). */
export type GithubSettings = {
  readonly clientId: string
  readonly clientSecret: string
  readonly orgs: readonly string[]
  /** In lower case. */
  readonly logins: readonly string[]
  readonly url: string
  readonly apiUrl: string
}

export type GithubAccount = {
  readonly identity: Identity
  readonly fullName: string | null
  readonly avatarUrl: string | null
  readonly isAllowed: boolean
}

const BOXES = { boxMs: 10_000, maxBytes: 256 * 1024 }

/** Whose the code is, and whether they may come in; null where GitHub does not take it. GitHub's token is forgotten at once. */
export async function findGithubAccount(
  github: GithubSettings,
  { code, verifier, redirectUri }: { readonly code: string; readonly verifier: string; readonly redirectUri: string },
): Promise<GithubAccount | null> {
  const form = new URLSearchParams({
    client_id: github.clientId,
    client_secret: github.clientSecret,
    code,
    code_verifier: verifier,
    redirect_uri: redirectUri,
  })
  const answer = await askJson(`${github.url}/login/oauth/access_token`, {
    method: 'POST',
    headers: { Accept: 'application/json', 'Content-Type': 'application/x-www-form-urlencoded' },
    body: form.toString(),
    ...BOXES,
  })
  // GitHub says with 200 what is wrong.
  const granted = v.safeParse(v.object({ access_token: v.string() }), answer)
  if (!granted.success) return null
  const authorization = {
    Accept: 'application/vnd.github+json',
    Authorization: `Bearer ${granted.output.access_token}`,
  }
  const asking: Ask = { headers: authorization, ...BOXES }
  const user = v.parse(
    v.object({
      id: v.pipe(v.number(), v.safeInteger()),
      login: v.string(),
      name: v.nullish(v.string()),
      avatar_url: v.nullish(v.string()),
    }),
    await askJson(`${github.apiUrl}/user`, asking),
  )
  return {
    identity: { provider: 'github', subject: String(user.id), name: user.login },
    fullName: user.name ?? null,
    avatarUrl: user.avatar_url?.startsWith('https://') ? user.avatar_url : null,
    isAllowed: await isAllowed(github, user.login, asking),
  }
}

async function isAllowed({ apiUrl, orgs, logins }: GithubSettings, login: string, asking: Ask): Promise<boolean> {
  if (logins.includes(login.toLowerCase())) return true
  for (const org of orgs) {
    const { text } = await askOutside(`${apiUrl}/user/memberships/orgs/${encodeURIComponent(org)}`, asking)
    const membership = text === null ? null : v.safeParse(v.object({ state: v.string() }), JSON.parse(text))
    if (membership?.success && membership.output.state === 'active') return true
  }
  return false
}
