import type { Context } from 'hono'
import { type Invitation, inviteUser } from '../../../actions/make-sign-in-link.ts'
import type { Viewer } from '../../../domain/people/session.ts'
import { LOGIN_RULE, parseLogin, type User } from '../../../domain/people/user.ts'
import { type ListedUser, listUsers } from '../../../storage/people/instance-users.ts'
import { findInvitation } from '../../../storage/people/sign-in-links.ts'
import { findUserByLogin } from '../../../storage/people/users.ts'
import type { AppEnv } from '../../frame/open-request.ts'
import { publicOriginOf } from '../../frame/request/origin.ts'
import type { App } from '../../frame/route.ts'
import { FORM_ID, idForForm, newFormId } from '../frame/form-id.ts'
import { page } from '../frame/page.ts'
import { Field, Form, fieldAttributes } from '../parts/form-parts.tsx'
import { Copyable, DataTable, PageHead, Pager, Time } from '../parts/parts.tsx'
import { instancePage, USERS_PATH } from './instance-layout.tsx'

/** Instance → Users: the users, and inviting new ones. */
export function mountUsersPage(app: App): void {
  page(app, 'GET /instance/users', (c, { viewer }) => usersPage(c, viewer))

  page(app, 'POST /instance/users', async (c, { actor, viewer, form }) => {
    const text = (form.get('login') ?? '').trim()
    const login = parseLogin(text)
    if (!login) return usersPage(c, viewer, { text, error: `The login ${LOGIN_RULE}.`, status: 422 })
    const { stores } = c.env
    const invitation = await inviteUser(stores, login, actor, await idForForm(viewer, form))
    if (invitation) return invitationPage(c, viewer, { login }, { ...invitation, title: `${login} is added` })
    const taken = await findUserByLogin(stores.db, login)
    const isWaiting = taken && (await findInvitation(stores.db, taken.id))
    return usersPage(c, viewer, {
      text,
      error: isWaiting
        ? `${taken.login} is invited already and has not come yet: the invitation is renewed under “Manage”.`
        : `There is a person called ${login} already.`,
      ...(isWaiting ? { waiting: taken } : {}),
      status: 409,
    })
  })
}

/** The only page that shows an invitation's link. */
export function invitationPage(
  c: Context<AppEnv>,
  viewer: Viewer,
  person: Pick<User, 'login'>,
  { path, expiresAt, title }: Invitation & { readonly title: string },
): Response {
  const back = personPath(person)
  return instancePage(
    c,
    viewer,
    { title, here: USERS_PATH, crumbs: [{ text: person.login }], caching: 'no-store' },
    <>
      <PageHead title={title} />
      <div class="secret" data-once data-leads-to={back}>
        <h2>One-time sign-in link</h2>
        <p>
          Send it to {person.login}. It works once, within 72 hours (
          <Time at={expiresAt} now={c.env.stores.now()} as="date" />
          ). <strong>You will not be able to view it again.</strong>
        </p>
        <Copyable id="secret" text={publicOriginOf(c) + path} label="Sign-in link" />
        <a class="button" href={back}>
          Done
        </a>
      </div>
    </>,
  )
}

export function personPath({ login }: Pick<User, 'login'>): string {
  return `${USERS_PATH}/${login}`
}

type Refused = {
  readonly text?: string
  readonly error?: string
  readonly status?: number
  /** Whom the login belongs to, if they were invited and have not come. */
  readonly waiting?: User
}

async function usersPage(c: Context<AppEnv>, viewer: Viewer, refused: Refused = {}): Promise<Response> {
  const { text = '', error, status = 200, waiting } = refused
  const { db, now } = c.env.stores
  const asked = parseLogin(c.req.query('after') ?? '')
  const { people, after } = await listUsers(db, asked)
  return instancePage(
    c,
    viewer,
    { title: 'Users', here: USERS_PATH, status },
    <>
      <PageHead title="Users">
        Everybody who can sign in here. An owner looks after the instance and its users.
      </PageHead>
      <DataTable
        caption="Users by login"
        columns={[
          { label: 'Person' },
          { label: 'Projects', class: 'number' },
          { label: 'Here since' },
          { label: 'Last seen' },
          { label: 'Actions', class: 'end', unlabelled: true },
        ]}
        rows={people.map((person) => [
          <Person person={person} isViewer={person.login === viewer.user.login} />,
          person.projects,
          <Time at={person.createdAt} now={now()} as="date" />,
          <LastSeen person={person} now={now()} />,
          <div class="actions">
            <a class="button small" href={personPath(person)}>
              Manage<span class="unseen"> {person.login}</span>
            </a>
          </div>,
        ])}
      />
      <Pager
        newer={asked === null ? null : USERS_PATH}
        older={after && `${USERS_PATH}?after=${after}`}
        words={['First users', 'More users']}
      />
      <section class="section">
        <h2>Add a person</h2>
        <p>
          Makes a one-time link for the first sign-in, which works for 72 hours and can be renewed. Whoever comes by
          GitHub or Cloudflare Access needs none.
        </p>
        <Form viewer={viewer} action={USERS_PATH} class="inline-form">
          <input type="hidden" name={FORM_ID} value={newFormId()} />
          <Field
            name="login"
            label="Login"
            error={error}
            hint={waiting && <a href={personPath(waiting)}>Manage {waiting.login}</a>}
          >
            <input
              type="text"
              {...fieldAttributes('login', { error, hint: waiting !== undefined })}
              value={text}
              required
              autocomplete="off"
              autocapitalize="off"
              spellcheck={false}
            />
          </Field>
          <button type="submit" class="button primary">
            Add person
          </button>
        </Form>
      </section>
    </>,
  )
}

function LastSeen({ person: { lastSeenAt, invitedUntil }, now }: { person: ListedUser; now: number }) {
  if (lastSeenAt !== null) return <Time at={lastSeenAt} now={now} />
  if (invitedUntil === null) return <span class="muted">Not signed in</span>
  return <span class="tag warn">{invitedUntil > now ? 'Invited' : 'Invitation expired'}</span>
}

function Person({ person, isViewer }: { person: ListedUser; isViewer: boolean }) {
  return (
    <>
      <strong>
        {person.login}
        {person.instanceRole === 'owner' && <span class="tag">owner</span>}
        {isViewer && <span class="tag">you</span>}
      </strong>
      {person.name !== person.login && <span class="muted">{person.name}</span>}
    </>
  )
}
