import type { Context } from 'hono'
import { inviteUser } from '../../actions/make-sign-in-link.ts'
import type { Viewer } from '../../domain/session.ts'
import { LOGIN_RULE, parseLogin, type User } from '../../domain/user.ts'
import type { AppEnv } from '../../env.ts'
import { type ListedUser, listUsers } from '../../storage/instance-users.ts'
import { publicOriginOf } from '../origin.ts'
import type { App } from '../route.ts'
import { Field, Form, fieldAttributes } from './form-parts.tsx'
import { instancePage, USERS_PATH } from './instance-layout.tsx'
import { page } from './page.ts'
import { Copyable, DataTable, PageHead, Pager, Time } from './parts.tsx'

/** Instance → Users: who is here, and who is let in. */
export function mountUsersPage(app: App): void {
  page(app, 'GET /instance/users', (c, { viewer }) => usersPage(c, viewer))

  page(app, 'POST /instance/users', async (c, { actor, viewer, form }) => {
    const text = (form.get('login') ?? '').trim()
    const login = parseLogin(text)
    if (!login) return usersPage(c, viewer, { text, error: `The login ${LOGIN_RULE}.`, status: 422 })
    const link = await inviteUser(c.env.stores, login, actor)
    if (!link) return usersPage(c, viewer, { text, error: `There is a person called ${login} already.`, status: 409 })
    return instancePage(
      c,
      viewer,
      { title: 'Person added', here: USERS_PATH, crumbs: [{ text: login }], caching: 'no-store' },
      <>
        <PageHead title={`${login} is added`} />
        <div class="secret" data-once data-leads-to={USERS_PATH}>
          <h2>One-time sign-in link</h2>
          <p>
            Send it to {login}. It works once, within 15 minutes.{' '}
            <strong>You will not be able to view it again.</strong>
          </p>
          <Copyable id="secret" text={publicOriginOf(c) + link.path} label="Sign-in link" />
          <a class="button" href={USERS_PATH}>
            Done
          </a>
        </div>
      </>,
    )
  })
}

export function personPath({ login }: Pick<User, 'login'>): string {
  return `${USERS_PATH}/${login}`
}

type Refused = { readonly text?: string; readonly error?: string; readonly status?: number }

async function usersPage(c: Context<AppEnv>, viewer: Viewer, { text = '', error, status = 200 }: Refused = {}) {
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
          person.lastSeenAt === null ? (
            <span class="muted">Not signed in</span>
          ) : (
            <Time at={person.lastSeenAt} now={now()} />
          ),
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
        <p>Makes a one-time link for the first sign-in. Whoever comes by GitHub or Cloudflare Access needs none.</p>
        <Form viewer={viewer} action={USERS_PATH} class="inline-form">
          <Field name="login" label="Login" error={error}>
            <input
              type="text"
              {...fieldAttributes('login', { error })}
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
