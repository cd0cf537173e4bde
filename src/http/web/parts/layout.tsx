import type { Context } from 'hono'
import type { Child } from 'hono/jsx'
import { MAX_SHOWN_NOTICES } from '../../../domain/notices/notice.ts'
import type { Viewer } from '../../../domain/people/session.ts'
import type { User } from '../../../domain/people/user.ts'
import { type Caching, cacheControlFor } from '../../frame/answers/answers.ts'
import type { AppEnv } from '../../frame/open-request.ts'
import { type Flash, FORGET_FLASH, flashOf } from '../frame/flash.ts'
import { Form } from './form-parts.tsx'
import { Icon } from './icon.tsx'
import { visibleMarkup } from './visible-markup.ts'

/** A step on the way to a page; the last one is the page itself and needs no `href`. */
export type Crumb = { readonly text: string; readonly href?: string }

/** The layout around a page's content. */
export type Frame = {
  /** For the window; the page's own `<h1>` is part of its content. */
  readonly title: string
  readonly viewer: Viewer | null
  readonly crumbs?: readonly Crumb[]
  /** Said at the top of this one answer; by default what the last form left behind. */
  readonly flash?: Flash
  readonly status?: number
  /** `no-store` where a secret is shown. */
  readonly caching?: Caching
  /** Other origins to which a form of the page leads, e.g. to sign in there. */
  readonly formsLeadTo?: readonly string[]
  /** `no-referrer` where the page's own address is a secret. */
  readonly referrer?: 'same-origin' | 'no-referrer'
  /** For people without an account, who were sent its address: search engines are told to leave it out. */
  readonly isForGuests?: boolean
  readonly wide?: boolean
}

/** A whole page as the answer to this request. */
export function renderPage(c: Context<AppEnv>, frame: Frame, content: Child): Response {
  const left = flashOf(c)
  const flash = frame.flash ?? left
  const html = (
    <Page
      frame={frame}
      flash={flash}
      version={c.env.settings.assetVersion}
      offersSignIn={!frame.isForGuests && !c.req.path.startsWith('/sign-in')}
    >
      {content}
    </Page>
  )
  const headers = new Headers(headersFor(frame))
  if (frame.isForGuests) headers.set('X-Robots-Tag', NO_ROBOTS)
  if (left) headers.append('Set-Cookie', FORGET_FLASH)
  return new Response(`<!doctype html>${visibleMarkup(String(html))}`, { status: frame.status ?? 200, headers })
}

/** What tells search engines to leave a page out. */
export const NO_ROBOTS = 'noindex, nofollow, noarchive'

/** What the browser calls the page. */
export function windowTitleFor(title: string): string {
  return `${title} · Buildpass`
}

function headersFor({ caching = 'private', formsLeadTo = [], referrer = 'same-origin' }: Frame) {
  return {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy': [
      "default-src 'none'",
      "style-src 'self'",
      "script-src 'self'",
      "img-src 'self' https: data:",
      "connect-src 'self'",
      `form-action ${["'self'", ...formsLeadTo].join(' ')}`,
      "frame-ancestors 'none'",
      "base-uri 'none'",
    ].join('; '),
    'Cache-Control': cacheControlFor(caching),
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Permissions-Policy': 'camera=(), geolocation=(), microphone=(), payment=()',
    'Referrer-Policy': referrer,
    'Strict-Transport-Security': 'max-age=31536000',
    Vary: 'Cookie',
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
  }
}

function Page(props: { frame: Frame; flash: Flash | null; version: string; offersSignIn: boolean; children?: Child }) {
  const { frame, flash, version, offersSignIn, children } = props
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        {frame.isForGuests && <meta name="robots" content={NO_ROBOTS} />}
        <title>{windowTitleFor(frame.title)}</title>
        <link rel="icon" type="image/svg+xml" href={`/assets/icon.svg?v=${version}`} />
        <link rel="stylesheet" href={`/assets/app.css?v=${version}`} />
        <script src={`/assets/app.js?v=${version}`} defer />
      </head>
      <body>
        <a class="skip" href="#main">
          Skip to content
        </a>
        <Header viewer={frame.viewer} crumbs={frame.crumbs ?? []} offersSignIn={offersSignIn} />
        <main id="main" class={frame.wide ? 'main wide' : 'main'}>
          {flash && (
            <p class={`flash ${flash.tone}`} role={flash.tone === 'bad' ? 'alert' : 'status'}>
              {flash.text}
            </p>
          )}
          {children}
        </main>
        {/* What the script did, for those who do not see it. */}
        <p class="unseen" id="said" role="status" />
      </body>
    </html>
  )
}

function Header(props: { viewer: Viewer | null; crumbs: readonly Crumb[]; offersSignIn: boolean }) {
  const { viewer, crumbs, offersSignIn } = props
  return (
    <header class="top">
      <a class="brand" href="/" aria-label="Buildpass, start page">
        <Mark />
        <span>Buildpass</span>
      </a>
      {crumbs.length > 0 && (
        <nav class="crumbs" aria-label="Breadcrumb">
          <ol>
            {crumbs.map(({ text, href }) => (
              <li>{href ? <a href={href}>{text}</a> : <span aria-current="page">{text}</span>}</li>
            ))}
          </ol>
        </nav>
      )}
      {viewer && (
        <>
          <Bell unread={viewer.unread} />
          <AccountMenu viewer={viewer} />
        </>
      )}
      {!viewer && offersSignIn && (
        <a class="button sign-in" href="/sign-in">
          Sign in
        </a>
      )}
    </header>
  )
}

/** Leads to the notices, and says how many of them are unread. */
function Bell({ unread }: { unread: number }) {
  const count = unread > MAX_SHOWN_NOTICES ? `${MAX_SHOWN_NOTICES}+` : `${unread}`
  return (
    <a class="bell" href="/notices" aria-label={unread === 0 ? 'Notices' : `Notices, ${count} unread`}>
      <Icon name="bell" />
      {unread > 0 && <span class="bell-count">{count}</span>}
    </a>
  )
}

/** The profile picture in the upper-right corner, and what it opens. */
function AccountMenu({ viewer }: { viewer: Viewer }) {
  const { user } = viewer
  return (
    <details class="menu">
      <summary aria-label={`Account menu of ${user.login}`}>
        <Picture user={user} />
      </summary>
      <div class="menu-items">
        <p class="menu-who">
          Signed in as <strong>{user.login}</strong>
          {user.instanceRole === 'owner' && <span class="tag">owner</span>}
        </p>
        <a href="/">
          <Icon name="home" /> Projects
        </a>
        <a href="/account">
          <Icon name="gear" /> User settings
        </a>
        {user.instanceRole === 'owner' && (
          <a href="/instance/users">
            <Icon name="globe" /> Instance
          </a>
        )}
        <Form viewer={viewer} action="/sign-out">
          <button type="submit" class="menu-button">
            <Icon name="leave" /> Sign out
          </button>
        </Form>
      </div>
    </details>
  )
}

/** The person's picture, or the first letter of the login on a colour that is always the same for it. */
export function Picture({ user }: { user: Pick<User, 'login' | 'avatarUrl'> }) {
  if (user.avatarUrl) return <img class="picture" src={user.avatarUrl} alt="" width="32" height="32" />
  const hue = [...user.login.toLowerCase()].reduce((sum, char) => sum + (char.codePointAt(0) ?? 0), 0) % 6
  return (
    <span class={`picture hue-${hue}`} aria-hidden="true">
      {user.login.charAt(0).toUpperCase()}
    </span>
  )
}

function Mark() {
  return (
    <svg class="mark" width="24" height="24" viewBox="0 0 24 24" aria-hidden="true">
      <path
        class="mark-back"
        d="M4 3h16a2 2 0 0 1 2 2v4a3 3 0 0 0 0 6v4a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2v-4a3 3 0 0 0 0-6V5a2 2 0 0 1 2-2z"
      />
      <path class="mark-tick" d="M8 12.2l2.8 2.8L16 9.4" />
    </svg>
  )
}
