import type { Context } from 'hono'
import type { AppError, ErrorCode } from '../../../domain/error.ts'
import type { Viewer } from '../../../domain/people/session.ts'
import { messageOf, refusalHeaders, statusOf } from '../../frame/answers/errors.ts'
import type { AppEnv } from '../../frame/open-request.ts'
import { redirectTo } from '../frame/flash.ts'
import { signInPathFor, sitePathOf } from '../frame/site-path.ts'
import { renderPage } from './layout.tsx'

const TITLES: Partial<Record<ErrorCode, string>> = {
  permission_denied: 'Not allowed',
  too_many_requests: 'Too many attempts',
  unavailable: 'Temporarily unavailable',
}

const TITLE_OF_STATUS: Readonly<Record<number, string>> = { 404: 'Not found', 409: 'That did not work' }

const NOT_FOUND = 'There is nothing here, or it is private and you are not a member.'

/** A refusal as a page that says why, and what to do; whoever is not signed in is led to the sign-in page. */
export function refuseWithPage(c: Context<AppEnv>, error: AppError, viewer: Viewer | null): Response {
  if (error.code === 'login_required') return toSignIn(c)
  const status = statusOf(error.code)
  const title = TITLES[error.code] ?? TITLE_OF_STATUS[status] ?? 'That request did not work'
  const response = renderPage(
    c,
    { title, viewer, status, caching: 'no-store' },
    <Notice title={title} text={status === 404 ? NOT_FOUND : messageOf(error)} requestId={c.env.trace.id} />,
  )
  for (const [name, value] of Object.entries(refusalHeaders(error)))
    if (name !== 'WWW-Authenticate') response.headers.set(name, value)
  return response
}

/** A bug, as the person sees it. */
export function failWithPage(c: Context<AppEnv>, viewer: Viewer | null): Response {
  const title = 'Something went wrong'
  const text = 'This is our fault, and it was logged. Try again in a moment.'
  return renderPage(
    c,
    { title, viewer, status: 500, caching: 'no-store' },
    <Notice title={title} text={text} requestId={c.env.trace.id} />,
  )
}

function Notice({ title, text, requestId }: { title: string; text: string; requestId: string }) {
  return (
    <div class="notice">
      <h1>{title}</h1>
      <p>{text}</p>
      <p>
        Request id: <code>{requestId}</code>
      </p>
      <p>
        <a class="button" href="/">
          Go to the start page
        </a>
      </p>
    </div>
  )
}

/** A form leads back to the page that it stood on. */
function toSignIn(c: Context<AppEnv>): Response {
  const { pathname, search } = new URL(c.req.url)
  if (c.req.method !== 'POST') return redirectTo(signInPathFor(sitePathOf(pathname + search)))
  const referer = c.req.header('Referer')
  const from = referer && URL.canParse(referer) ? new URL(referer) : null
  return redirectTo(signInPathFor(from ? sitePathOf(from.pathname + from.search) : '/'), 'signed-out-meanwhile')
}
