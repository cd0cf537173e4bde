import type { Context } from 'hono'
import { isLoopback } from '../../../domain/notices/loopback.ts'
import { parseLinkSecret } from '../../../domain/people/sign-in-link.ts'
import { deleteSession } from '../../../storage/people/sessions.ts'
import { consumeLink, findLink } from '../../../storage/people/sign-in-links.ts'
import type { AppEnv } from '../../frame/open-request.ts'
import { publicOriginOf } from '../../frame/request/origin.ts'
import type { App } from '../../frame/route.ts'
import { redirectTo } from '../frame/flash.ts'
import { chargeAttempt, Gate } from '../frame/gate.tsx'
import { page } from '../frame/page.ts'
import { sitePathOf } from '../frame/site-path.ts'
import { renderPage } from '../parts/layout.tsx'
import { Copyable } from '../parts/parts.tsx'
import { beginSession } from './begin-session.ts'
import { accessIdentityOf } from './cloudflare-access.tsx'
import { FORGET_SESSION } from './session-cookie.ts'

/** Coming in and going out. */
export function mountSignIn(app: App): void {
  page(app, 'GET /sign-in', async (c, { viewer }) => {
    const next = sitePathOf(c.req.query('next'))
    if (viewer) return redirectTo(next)
    const { github, access } = c.env.settings
    const identity = access && (await accessIdentityOf(c.env.outside, access, c.req.raw))
    return renderPage(
      c,
      {
        title: 'Sign in',
        viewer,
        caching: 'no-store',
        ...(github ? { formsLeadTo: [new URL(github.url).origin] } : {}),
      },
      <Gate title="Sign in to Buildpass">
        {identity && <Provider action="/sign-in/access" next={next} text={`Continue as ${identity.name}`} />}
        {github && <Provider action="/sign-in/github" next={next} text="Continue with GitHub" />}
        <LinkHelp c={c} isOnly={!identity && !github} />
      </Gate>,
    )
  })

  page(app, 'GET /sign-in/link/:secret', async (c, { viewer, params }) => {
    const secret = parseLinkSecret(params.secret)
    const link = secret && (await findLink(c.env.stores.db, secret, c.env.stores.now()))
    if (!link) return deadLink(c)
    return renderPage(
      c,
      { title: 'Sign in', viewer: null, caching: 'no-store', referrer: 'no-referrer' },
      <Gate title={`Sign in as ${link.login}`}>
        <p class="muted">This link works once.</p>
        {viewer && (
          <p class="callout warn">
            This browser is signed in as <strong>{viewer.user.login}</strong>; that session will end.
          </p>
        )}
        <form method="post" action="/sign-in/link">
          <input type="hidden" name="secret" value={secret} />
          {viewer && <input type="hidden" name="form_token" value={viewer.formToken} />}
          <button type="submit" class="button primary full">
            Sign in as {link.login}
          </button>
        </form>
      </Gate>,
    )
  })

  page(app, 'POST /sign-in/link', async (c, { viewer, form }) => {
    await chargeAttempt(c)
    const secret = parseLinkSecret(form.get('secret') ?? '')
    const userId = secret && (await consumeLink(c.env.stores.db, secret, c.env.stores.now()))
    return userId ? beginSession(c, userId, { proof: { method: 'link' }, next: '/', before: viewer }) : deadLink(c)
  })

  // A step of its own, because only the next request shows whether the browser kept the cookie.
  page(app, 'GET /sign-in/done', (c, { viewer }) => {
    if (viewer) return redirectTo(sitePathOf(c.req.query('next')))
    return renderPage(
      c,
      { title: 'Not signed in', viewer: null, status: 400, caching: 'no-store' },
      <Gate title="Your browser did not keep the session">
        <p>
          The session cookie is marked <code>Secure</code>. Chrome, Edge and Firefox keep it at{' '}
          <code>http://127.0.0.1</code> and <code>http://localhost</code>; Safari keeps it over https only. If cookies
          are blocked for this site, allow them and sign in again.
        </p>
      </Gate>,
    )
  })

  page(app, 'POST /sign-out', async (c, { actor, viewer }) => {
    await deleteSession(c.env.stores, viewer.userId, viewer.session.id, actor)
    const response = redirectTo('/sign-in', 'signed-out')
    response.headers.append('Set-Cookie', FORGET_SESSION)
    return response
  })
}

function deadLink(c: Context<AppEnv>): Response {
  return renderPage(
    c,
    { title: 'Link used or expired', viewer: null, status: 404, caching: 'no-store', referrer: 'no-referrer' },
    <Gate title="This link does not work any more">
      <p>
        A sign-in link works once and for 15 minutes, an invitation once and for 72 hours. Who invited you can renew an
        invitation.
      </p>
      <LinkHelp c={c} />
    </Gate>,
  )
}

function Provider({ action, next, text }: { action: string; next: string; text: string }) {
  return (
    <form method="post" action={action}>
      <input type="hidden" name="next" value={next} />
      <button type="submit" class="button primary full">
        {text}
      </button>
    </form>
  )
}

/** How whoever runs the instance gets a link. */
function LinkHelp({ c, isOnly = true }: { c: Context<AppEnv>; isOnly?: boolean }) {
  const isLocal = isLoopback(new URL(publicOriginOf(c)).hostname)
  return (
    <div class="link-help">
      <p>
        {isOnly ? 'You come in with a one-time link.' : 'Or with a one-time link.'} Whoever runs this instance makes
        one:
      </p>
      <Copyable
        id="link-command"
        text={`npm run sign-in-link -- ${isLocal ? 'demo' : '<login> --remote'}`}
        label="Command that makes a sign-in link"
      />
    </div>
  )
}
