import type { Context } from 'hono'
import { renewInvitation } from '../../../actions/make-sign-in-link.ts'
import type { InstanceRole } from '../../../domain/access/grant.ts'
import { AppError } from '../../../domain/error.ts'
import type { Viewer } from '../../../domain/people/session.ts'
import { parseLogin, type User } from '../../../domain/people/user.ts'
import { parseSlugParts, type Slug, slugText } from '../../../domain/project.ts'
import { deleteUser, listSoleAdmin, setInstanceRole } from '../../../storage/people/instance-users.ts'
import { listLetIn } from '../../../storage/people/let-in.ts'
import { findInvitation } from '../../../storage/people/sign-in-links.ts'
import { findUserByLogin } from '../../../storage/people/users.ts'
import { deleteCreator, listCreatorOrgs, putCreator } from '../../../storage/projects/project-settings.ts'
import { listMadeBy } from '../../../storage/tokens/made.ts'
import type { AppEnv } from '../../frame/open-request.ts'
import type { App } from '../../frame/route.ts'
import { redirectTo } from '../frame/flash.ts'
import { page } from '../frame/page.ts'
import { Field, Form, fieldAttributes } from '../parts/form-parts.tsx'
import { Icon } from '../parts/icon.tsx'
import { DataTable, PageHead, Time } from '../parts/parts.tsx'
import { LetInBy } from '../settings/let-in-list.tsx'
import { LossForm } from '../settings/loss-form.tsx'
import { VcsField } from '../settings/new-project.tsx'
import { instancePage, USERS_PATH } from './instance-layout.tsx'
import { invitationPage, personPath } from './users-page.tsx'

const ROLES: Record<InstanceRole, string> = {
  user: 'User: sees their own projects',
  owner: 'Owner: also looks after users',
}

/** Instance → Users → one of them: their role, where they may create projects, and their end here. */
export function mountPersonPage(app: App): void {
  page(app, 'GET /instance/users/:login', async (c, { viewer, params }) =>
    personPage(c, viewer, await requirePerson(c, params)),
  )

  page(app, 'POST /instance/users/:login/invitation', async (c, { actor, viewer, params }) => {
    const person = await requirePerson(c, params)
    const invitation = await renewInvitation(c.env.stores, person, actor)
    if (!invitation)
      throw new AppError('conflict', `${person.login} was not invited here, or has come: there is nothing to renew.`)
    return invitationPage(c, viewer, person, { ...invitation, title: `${person.login} is invited again` })
  })

  page(app, 'POST /instance/users/:login/role', async (c, { actor, viewer, form, params }) => {
    const person = await requirePerson(c, params)
    const role = form.get('role')
    if (role !== 'owner' && role !== 'user') throw new AppError('invalid_input', 'Choose a role.')
    requireOther(viewer, person)
    if (role === person.instanceRole) return redirectTo(personPath(person), 'role-unchanged', person.login)
    if (!(await setInstanceRole(c.env.stores, person, role, actor))) throw new AppError('user_not_found')
    return redirectTo(personPath(person), role === 'owner' ? 'owner-made' : 'owner-ended', person.login)
  })

  page(app, 'POST /instance/users/:login/creator', async (c, { actor, viewer, form, params }) => {
    const person = await requirePerson(c, params)
    const slug = orgOf(form)
    if (!slug) return personPage(c, viewer, person, form)
    if ((await putCreator(c.env.stores, slug, person, actor)) === 'no_user') throw new AppError('user_not_found')
    return redirectTo(personPath(person), 'creator-granted', person.login)
  })

  page(app, 'POST /instance/users/:login/creator/end', async (c, { actor, viewer, form, params }) => {
    const person = await requirePerson(c, params)
    const slug = orgOf(form)
    if (!slug) return personPage(c, viewer, person, form)
    await deleteCreator(c.env.stores, slug, person, actor)
    return redirectTo(personPath(person), 'creator-ended', person.login)
  })

  page(app, 'GET /instance/users/:login/remove', async (c, { viewer, params }) => {
    const person = await requirePerson(c, params)
    requireOther(viewer, person)
    return removalPage(c, viewer, person)
  })

  page(app, 'POST /instance/users/:login/remove', async (c, { actor, viewer, form, params }) => {
    const person = await requirePerson(c, params)
    requireOther(viewer, person)
    const endMade = form.get('end_made') === 'yes'
    if (!(await deleteUser(c.env.stores, person, { endMade }, actor))) throw new AppError('user_not_found')
    return redirectTo(USERS_PATH, 'user-removed', person.login)
  })
}

async function requirePerson(c: Context<AppEnv>, named: { readonly login: string }): Promise<User> {
  const login = parseLogin(named.login)
  const person = login && (await findUserByLogin(c.env.stores.db, login))
  if (!person) throw new AppError('user_not_found')
  return person
}

function requireOther(viewer: Viewer, person: User): void {
  if (person.id === viewer.userId)
    throw new AppError('conflict', 'Nobody does that to themselves, so that an owner always stays: ask another owner.')
}

function orgOf(form: URLSearchParams): Pick<Slug, 'vcs' | 'org'> | null {
  return parseSlugParts(form.get('vcs') ?? '', (form.get('org') ?? '').trim(), 'any')
}

async function personPage(c: Context<AppEnv>, viewer: Viewer, person: User, refused?: URLSearchParams) {
  const { db, now } = c.env.stores
  const [orgs, invitation, letIn] = await Promise.all([
    listCreatorOrgs(db, person.id),
    findInvitation(db, person.id),
    listLetIn(db, person.id, null),
  ])
  const base = personPath(person)
  const isViewer = person.id === viewer.userId
  const error = refused && 'Use 1 to 100 letters, digits, “.”, “_” and “-”.'
  return instancePage(
    c,
    viewer,
    { title: person.login, here: USERS_PATH, crumbs: [{ text: person.login }], status: refused ? 422 : 200 },
    <>
      <PageHead
        title={person.login}
        actions={
          !isViewer && (
            <a class="button danger" href={`${base}/remove`}>
              Remove
            </a>
          )
        }
      >
        {person.name !== person.login && <>{person.name} · </>}
        {invitation ? 'Added' : 'Here since'} <Time at={person.createdAt} now={now()} as="date" />
      </PageHead>
      {invitation && (
        <section class="callout warn invitation">
          <h2>{invitation.expiresAt > now() ? 'Invited' : 'The invitation has expired'}</h2>
          <p>
            {person.login} has not come yet. The link {invitation.expiresAt > now() ? 'works until' : 'worked until'}{' '}
            <Time at={invitation.expiresAt} now={now()} as="date" />. A new one works for 72 hours, and the one before
            is dead at once.
          </p>
          <Form viewer={viewer} action={`${base}/invitation`}>
            <button type="submit" class="button">
              <Icon name="turn" /> Renew invitation
            </button>
          </Form>
        </section>
      )}
      {isViewer ? (
        <p>You are an owner. Another owner can change that, or remove you.</p>
      ) : (
        <Form viewer={viewer} action={`${base}/role`} class="inline-form">
          <Field name="role" label="Role on this instance">
            <select {...fieldAttributes('role')}>
              {Object.entries(ROLES).map(([role, text]) => (
                <option value={role} selected={role === person.instanceRole}>
                  {text}
                </option>
              ))}
            </select>
          </Field>
          <button type="submit" class="button">
            Save
          </button>
        </Form>
      )}
      <LetInBy login={person.login} letIn={letIn} />
      <section class="section">
        <h2>May create projects in</h2>
        <p>
          {person.instanceRole === 'owner'
            ? 'Owners may create projects anywhere; this counts once they are no owner any more.'
            : 'Whoever creates a project is its first admin.'}
        </p>
        {orgs.length > 0 && (
          <DataTable
            caption={`Where ${person.login} may create projects`}
            columns={[{ label: 'Organization' }, { label: 'Actions', class: 'end', unlabelled: true }]}
            rows={orgs.map(({ vcs, org }) => [
              <strong>
                {vcs}/{org}
              </strong>,
              <Form viewer={viewer} action={`${base}/creator/end`} class="actions">
                <input type="hidden" name="vcs" value={vcs} />
                <input type="hidden" name="org" value={org} />
                <button type="submit" class="button small danger">
                  Remove
                  <span class="unseen">
                    {' '}
                    {vcs}/{org}
                  </span>
                </button>
              </Form>,
            ])}
          />
        )}
        <Form viewer={viewer} action={`${base}/creator`} class="inline-form more">
          <VcsField chosen={refused?.get('vcs') ?? 'gh'} />
          <Field name="org" label="Organization or user" error={error}>
            <input
              type="text"
              {...fieldAttributes('org', { error })}
              value={refused?.get('org') ?? ''}
              required
              autocomplete="off"
              autocapitalize="off"
              spellcheck={false}
            />
          </Field>
          <button type="submit" class="button">
            Allow
          </button>
        </Form>
      </section>
    </>,
  )
}

async function removalPage(c: Context<AppEnv>, viewer: Viewer, person: User): Promise<Response> {
  const { db } = c.env.stores
  const [orphans, made, letIn] = await Promise.all([
    listSoleAdmin(db, person.id),
    listMadeBy(db, person.id, null),
    listLetIn(db, person.id, null),
  ])
  const base = personPath(person)
  const title = `Remove ${person.login}`
  const crumbs = [{ text: person.login, href: base }, { text: 'Remove' }]
  return instancePage(
    c,
    viewer,
    { title, here: USERS_PATH, crumbs },
    <>
      <PageHead title={`${title} from this instance?`}>
        Their sessions, memberships, personal tokens and unused invitations end at once here, and everywhere within 10
        seconds. If GitHub or Cloudflare Access still lets them in, they come back as somebody new.
      </PageHead>
      <LossForm
        viewer={viewer}
        action={`${base}/remove`}
        login={person.login}
        left={{ made, letIn }}
        withProject
        button="Remove person"
        back={base}
      >
        {orphans.length > 0 && (
          <div class="callout warn">
            <h2>You become admin of</h2>
            <ul class="bullets">
              {orphans.map((slug) => (
                <li>{slugText(slug)}</li>
              ))}
            </ul>
            <p>{person.login} is the only one, and a project needs one. Its audit log will say so.</p>
          </div>
        )}
      </LossForm>
    </>,
  )
}
