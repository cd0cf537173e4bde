import type { Context } from 'hono'
import { AppError } from '../../../domain/error.ts'
import { type IdentityProvider, PROVIDERS } from '../../../domain/people/identity.ts'
import type { Session, SignInMethod, Viewer } from '../../../domain/people/session.ts'
import { type LinkedIdentity, listIdentities, unlinkIdentity } from '../../../storage/people/identities.ts'
import { deleteOtherSessions, deleteSession, listSessions } from '../../../storage/people/sessions.ts'
import type { AppEnv } from '../../frame/open-request.ts'
import type { App } from '../../frame/route.ts'
import { browserName } from '../frame/browser-name.ts'
import { redirectTo } from '../frame/flash.ts'
import { page } from '../frame/page.ts'
import { Form } from '../parts/form-parts.tsx'
import { Icon } from '../parts/icon.tsx'
import { Picture } from '../parts/layout.tsx'
import { DataTable, PageHead, Time } from '../parts/parts.tsx'
import { FORGET_SESSION } from '../sign-in/session-cookie.ts'
import { accountPage } from './account-layout.tsx'

/** What each way of signing in is called. */
export const METHODS: Record<SignInMethod, string> = {
  link: 'one-time link',
  github: PROVIDERS.github.name,
  access: PROVIDERS.access.name,
}

/** User settings → Profile and sessions. */
export function mountAccount(app: App): void {
  page(app, 'GET /account', async (c, { viewer }) => {
    const { db, now } = c.env.stores
    const [sessions, identities] = await Promise.all([
      listSessions(db, viewer.userId, now()),
      listIdentities(db, viewer.userId),
    ])
    const { github } = c.env.settings
    return accountPage(
      c,
      viewer,
      { title: 'User Settings', here: '/account', ...(github ? { formsLeadTo: [new URL(github.url).origin] } : {}) },
      <>
        <PageHead title="User Settings" />
        <Profile viewer={viewer} now={now()} />
        <Identities c={c} viewer={viewer} identities={identities} now={now()} />
        <Sessions viewer={viewer} sessions={sessions} now={now()} />
      </>,
    )
  })

  page(app, 'POST /account/sessions/:id/end', async (c, { actor, viewer, params: { id } }) => {
    await deleteSession(c.env.stores, viewer.userId, id, actor)
    if (id !== viewer.session.id) return redirectTo('/account', 'session-ended')
    const response = redirectTo('/sign-in', 'signed-out')
    response.headers.append('Set-Cookie', FORGET_SESSION)
    return response
  })

  page(app, 'POST /account/sessions/end-others', async (c, { actor, viewer }) => {
    await deleteOtherSessions(c.env.stores, viewer.userId, viewer.session.id, actor)
    return redirectTo('/account', 'sessions-ended')
  })

  page(app, 'POST /account/identities/:provider/:subject/unlink', async (c, { actor, viewer, params }) => {
    const { provider, subject } = params
    if (!Object.hasOwn(PROVIDERS, provider)) throw new AppError('route_not_found')
    const identity = { provider: provider as IdentityProvider, subject }
    const unlinked = await unlinkIdentity(c.env.stores, viewer, identity, actor)
    if (!unlinked) throw new AppError('route_not_found')
    return redirectTo('/account', 'identity-unlinked')
  })
}

function Profile({ viewer, now }: { viewer: Viewer; now: number }) {
  const { user } = viewer
  return (
    <div class="profile">
      <Picture user={user} />
      <div>
        <h2>{user.login}</h2>
        <p class="muted">
          {user.name !== user.login && <>{user.name} · </>}
          {user.instanceRole === 'owner' ? 'owner of this instance' : 'member of this instance'} · here since{' '}
          <Time at={user.createdAt} now={now} as="date" />
        </p>
      </div>
    </div>
  )
}

function Identities(props: { c: Context<AppEnv>; viewer: Viewer; identities: readonly LinkedIdentity[]; now: number }) {
  const { c, viewer, identities, now } = props
  const { github, access } = c.env.settings
  const offered: IdentityProvider[] = [...(github ? ['github' as const] : []), ...(access ? ['access' as const] : [])]
  const unlinked = offered.filter((provider) => !identities.some((identity) => identity.provider === provider))
  return (
    <section class="section">
      <h2>Ways to sign in</h2>
      <p>
        {identities.length === 0 && offered.length === 0
          ? 'With one-time links, which whoever runs this instance makes. No other way is set up here.'
          : 'Accounts elsewhere by which you can sign in here. Link one while you are signed in by the other.'}
      </p>
      {identities.length > 0 && (
        <DataTable
          caption="Linked accounts"
          columns={[
            { label: 'Account' },
            { label: 'Linked' },
            { label: 'Last used' },
            { label: 'Actions', class: 'end', unlabelled: true },
          ]}
          rows={identities.map(({ provider, subject, name, createdAt, lastUsedAt }) => [
            <>
              <strong>{PROVIDERS[provider].name}</strong>
              <span class="muted">{name}</span>
            </>,
            <Time at={createdAt} now={now} />,
            <Time at={lastUsedAt} now={now} />,
            <Form
              viewer={viewer}
              action={`/account/identities/${provider}/${encodeURIComponent(subject)}/unlink`}
              class="actions"
            >
              <button type="submit" class="button small danger">
                Unlink<span class="unseen"> {PROVIDERS[provider].name}</span>
              </button>
            </Form>,
          ])}
        />
      )}
      {unlinked.length > 0 && (
        <div class="row links">
          {unlinked.map((provider) => (
            <Form viewer={viewer} action={`/account/identities/${provider}`}>
              <button type="submit" class="button">
                <Icon name="plus" /> Link {PROVIDERS[provider].name}
              </button>
            </Form>
          ))}
        </div>
      )}
    </section>
  )
}

function Sessions({ viewer, sessions, now }: { viewer: Viewer; sessions: readonly Session[]; now: number }) {
  return (
    <section class="section">
      <div class="section-head">
        <div>
          <h2>Sessions</h2>
          <p>Browsers in which you are signed in. One that is not used for 30 days ends by itself.</p>
        </div>
        {sessions.length > 1 && (
          <Form viewer={viewer} action="/account/sessions/end-others">
            <button type="submit" class="button danger">
              End all others
            </button>
          </Form>
        )}
      </div>
      <DataTable
        caption="Your sessions"
        columns={[
          { label: 'Browser' },
          { label: 'Signed in' },
          { label: 'Last used' },
          { label: 'Actions', class: 'end', unlabelled: true },
        ]}
        rows={sessions.map((session) => [
          <>
            <strong>{browserName(session.userAgent)}</strong>
            {session.id === viewer.session.id ? (
              <span class="tag good">this browser</span>
            ) : (
              <span class="muted">{session.from ?? ''}</span>
            )}
          </>,
          <span>
            <Time at={session.createdAt} now={now} /> <span class="muted">by {METHODS[session.method]}</span>
          </span>,
          <Time at={session.lastSeenAt} now={now} />,
          <Form viewer={viewer} action={`/account/sessions/${session.id}/end`} class="actions">
            <button type="submit" class="button small danger">
              {session.id === viewer.session.id ? 'Sign out' : 'End'}
              <span class="unseen"> {browserName(session.userAgent)}</span>
            </button>
          </Form>,
        ])}
      />
    </section>
  )
}
