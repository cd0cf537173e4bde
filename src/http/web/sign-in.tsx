import { deleteSession } from '../../storage/sessions.ts'
import { actorOf } from '../authorize.ts'
import type { App } from '../route.ts'
import { redirectTo } from './flash.ts'
import { renderPage } from './layout.tsx'
import { page } from './page.ts'
import { FORGET_SESSION } from './session-cookie.ts'
import { sitePathOf } from './site-path.ts'

/** Coming in and going out. */
export function mountSignIn(app: App): void {
  page(app, 'GET /sign-in', (c, { viewer }) => {
    const next = sitePathOf(c.req.query('next'))
    if (viewer) return redirectTo(next)
    return renderPage(c, { title: 'Sign in', viewer, caching: 'no-store' }, <h1>Sign in</h1>)
  })

  page(app, 'POST /sign-out', async (c, { viewer }) => {
    await deleteSession(c.env.stores, viewer.userId, viewer.session.id, actorOf(c, viewer))
    const response = redirectTo('/sign-in', 'signed-out')
    response.headers.append('Set-Cookie', FORGET_SESSION)
    return response
  })
}
