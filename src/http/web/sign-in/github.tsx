import type { Context } from 'hono'
import * as v from 'valibot'
import { randomBase62 } from '../../../domain/access/secret.ts'
import { AppError } from '../../../domain/error.ts'
import { fromBase64Url, toBase64Url } from '../../../domain/formats/encoding.ts'
import { lazily } from '../../../domain/lazily.ts'
import type { Viewer } from '../../../domain/people/session.ts'
import { findGithubAccount, type GithubAccount, type GithubSettings } from '../../../outside/github.ts'
import { findOrInsertPerson, linkIdentity } from '../../../storage/people/identities.ts'
import { actorOf } from '../../frame/authorize.ts'
import type { AppEnv } from '../../frame/open-request.ts'
import { publicOriginOf } from '../../frame/request/origin.ts'
import type { App } from '../../frame/route.ts'
import { logFault } from '../../frame/trace.ts'
import { redirectTo } from '../frame/flash.ts'
import { chargeAttempt, Gate } from '../frame/gate.tsx'
import { ownCookie, ownCookieOf } from '../frame/own-cookie.ts'
import { page } from '../frame/page.ts'
import { sitePathOf } from '../frame/site-path.ts'
import { renderPage } from '../parts/layout.tsx'
import { beginSession } from './begin-session.ts'

const CALLBACK = '/sign-in/github/callback'

/** Signing in with GitHub (OAuth 2 with state and PKCE), and linking a GitHub account while signed in. */
export function mountGithub(app: App): void {
  page(app, 'POST /sign-in/github', async (c, { form }) => {
    await chargeAttempt(c)
    return toGithub(c, { next: sitePathOf(form.get('next')), linkTo: null })
  })

  page(app, 'POST /account/identities/github', (c, { viewer }) =>
    toGithub(c, { next: '/account', linkTo: viewer.userId }),
  )

  page(app, 'GET /sign-in/github/callback', async (c, { viewer }) => {
    await chargeAttempt(c)
    const attempt = attemptOf(c)
    const response = attempt
      ? await finish(c, attempt, viewer)
      : await sayNo(c, 'This sign-in was not begun here, or too long ago.')
    response.headers.append('Set-Cookie', ownCookie(COOKIE, '', 0))
    return response
  })
}

/** A sign-in under way, kept by the browser that began it. */
type SignInAttempt = {
  readonly state: string
  readonly verifier: string
  readonly next: string
  /** The person to link the account to; null to sign in. */
  readonly linkTo: string | null
}

const COOKIE = 'github'
const ATTEMPT_SECONDS = 600

async function toGithub(c: Context<AppEnv>, wish: Pick<SignInAttempt, 'next' | 'linkTo'>): Promise<Response> {
  const github = requireGithub(c)
  const attempt: SignInAttempt = { state: randomBase62(43), verifier: randomBase62(64), ...wish }
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(attempt.verifier))
  const query = new URLSearchParams({
    client_id: github.clientId,
    redirect_uri: publicOriginOf(c) + CALLBACK,
    state: attempt.state,
    code_challenge: toBase64Url(digest),
    code_challenge_method: 'S256',
    allow_signup: 'false',
    // Private memberships show to no one else.
    ...(github.orgs.length > 0 ? { scope: 'read:org' } : {}),
  })
  const response = redirectTo(`${github.url}/login/oauth/authorize?${query}`)
  const kept = toBase64Url(new TextEncoder().encode(JSON.stringify(attempt)))
  response.headers.append('Set-Cookie', ownCookie(COOKIE, kept, ATTEMPT_SECONDS))
  return response
}

const attemptShape = lazily(() =>
  v.object({ state: v.string(), verifier: v.string(), next: v.string(), linkTo: v.nullable(v.string()) }),
)

/** What this browser began, if GitHub's answer belongs to it. */
function attemptOf(c: Context<AppEnv>): SignInAttempt | null {
  try {
    const kept: unknown = JSON.parse(new TextDecoder().decode(fromBase64Url(ownCookieOf(c, COOKIE))))
    const attempt = v.parse(attemptShape(), kept)
    return attempt.state === c.req.query('state') ? attempt : null
  } catch {
    return null // No cookie of ours.
  }
}

async function finish(c: Context<AppEnv>, attempt: SignInAttempt, viewer: Viewer | null): Promise<Response> {
  const { stores } = c.env
  const github = requireGithub(c)
  const code = c.req.query('code')
  if (!code) return sayNo(c, 'GitHub did not confirm who you are.')
  let account: GithubAccount | null
  try {
    const redirectUri = publicOriginOf(c) + CALLBACK
    account = await findGithubAccount(github, { code, verifier: attempt.verifier, redirectUri })
  } catch (error) {
    logFault(c.env.trace, 'github_unreachable', error)
    return sayNo(c, 'GitHub could not be asked who you are. Try again in a moment.')
  }
  if (!account) return sayNo(c, 'GitHub did not confirm who you are.')
  if (!account.isAllowed)
    return sayNo(c, `The GitHub account ${account.identity.name} is not on the list of those who may sign in here.`)
  if (attempt.linkTo === null) {
    const userId = await findOrInsertPerson(stores, account.identity, account)
    const proof = { method: 'github', subject: account.identity.subject } as const
    return beginSession(c, userId, { proof, next: sitePathOf(attempt.next), before: viewer })
  }
  // Both at once: the session is that of whoever began to link, and GitHub has just confirmed the account.
  if (viewer?.userId !== attempt.linkTo)
    return sayNo(c, 'You were signed out meanwhile: sign in, then link the account.')
  const linked = await linkIdentity(stores, viewer.userId, account.identity, actorOf(c, { needs: 'session', viewer }))
  return redirectTo('/account', linked ? 'identity-linked' : 'identity-taken')
}

function requireGithub(c: Context<AppEnv>): GithubSettings {
  const { github } = c.env.settings
  if (!github) throw new AppError('route_not_found')
  return github
}

function sayNo(c: Context<AppEnv>, text: string): Response {
  return renderPage(
    c,
    { title: 'Not signed in', viewer: null, status: 403, caching: 'no-store' },
    <Gate title="You are not signed in">
      <p>{text}</p>
      <a class="button" href="/sign-in">
        Back to sign-in
      </a>
    </Gate>,
  )
}
