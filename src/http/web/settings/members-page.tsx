import type { Context } from 'hono'
import { AppError } from '../../../domain/error.ts'
import type { Viewer } from '../../../domain/people/session.ts'
import { parseLogin } from '../../../domain/people/user.ts'
import type { Project, Role } from '../../../domain/project.ts'
import { selectRoleOf } from '../../../storage/edge/download-proof.ts'
import { listLetIn } from '../../../storage/people/let-in.ts'
import {
  deleteMember,
  demoteAdmin,
  type LeftBehind,
  listMembers,
  type Member,
  putMember,
} from '../../../storage/people/members.ts'
import { findUserByLogin } from '../../../storage/people/users.ts'
import type { Db } from '../../../storage/stores.ts'
import { listMadeBy } from '../../../storage/tokens/made.ts'
import type { AppEnv } from '../../frame/open-request.ts'
import type { App } from '../../frame/route.ts'
import { type FlashCode, redirectTo } from '../frame/flash.ts'
import { page } from '../frame/page.ts'
import { projectPath } from '../frame/paths.ts'
import { Field, Form, fieldAttributes } from '../parts/form-parts.tsx'
import { DataTable, PageHead, Pager, Time } from '../parts/parts.tsx'
import { settingsPage, settingsPath } from '../parts/settings-layout.tsx'
import { LossForm } from './loss-form.tsx'

const ROLES: Record<Role, { readonly name: string; readonly may: string }> = {
  member: { name: 'Member', may: 'reads builds and artifacts, and reports builds' },
  admin: { name: 'Admin', may: 'also manages settings, tokens and members' },
}

/** What giving somebody a role came to. */
const SAID: Record<'added' | 'changed' | 'unchanged', Record<Role, FlashCode>> = {
  added: { member: 'member-added', admin: 'admin-added' },
  changed: { member: 'member-made', admin: 'admin-made' },
  unchanged: { member: 'role-unchanged', admin: 'role-unchanged' },
}

const MEMBERS_A_PAGE = 50

const LAST_ADMIN = 'A project needs at least one admin: give somebody else that role first.'

/** Project settings → Members. */
export function mountMembers(app: App): void {
  page(app, 'GET /:vcs/:org/:repo/settings/members', (c, { viewer, project }) => membersPage(c, viewer, project))

  page(app, 'POST /:vcs/:org/:repo/settings/members', async (c, { actor, viewer, project, form }) => {
    const { stores } = c.env
    const login = parseLogin((form.get('login') ?? '').trim())
    const role = parseRole(form.get('role'))
    const user = login ? await findUserByLogin(stores.db, login) : null
    if (!user || !role)
      return membersPage(c, viewer, project, { form, error: 'Nobody of that login has signed in here yet.' })
    if (role === 'member') {
      const endMade = form.get('end_made') === 'yes'
      if (form.get('confirmed') !== 'yes' && (await isAdmin(stores.db, project.id, user.id))) {
        const left = await leftBehindBy(stores.db, project.id, user.id)
        if (left.made.length + left.letIn.length > 0)
          return demotionPage(c, viewer, project, { login: user.login, left })
      }
      const demotion = await demoteAdmin(stores, project.id, { user, endMade }, actor)
      if (demotion.kind === 'last_admin') return membersPage(c, viewer, project, { form, refused: LAST_ADMIN })
      if (demotion.kind === 'demoted') return onwards(viewer, project, user, { role, flash: SAID.changed[role] })
    }
    const done = await putMember(stores, project.id, { user, role }, actor)
    if (done === 'last_admin') return membersPage(c, viewer, project, { form, refused: LAST_ADMIN })
    if (done === 'no_user') throw new AppError('user_not_found')
    return onwards(viewer, project, user, { role, flash: SAID[done][role] })
  })

  page(app, 'GET /:vcs/:org/:repo/settings/members/:login/remove', async (c, { viewer, project, params }) => {
    const user = await requireUser(c, params)
    return removalPage(c, viewer, project, { user })
  })

  page(
    app,
    'POST /:vcs/:org/:repo/settings/members/:login/remove',
    async (c, { actor, viewer, project, form, params }) => {
      const { stores } = c.env
      const user = await requireUser(c, params)
      const removal = await deleteMember(stores, project.id, { user, endMade: form.get('end_made') === 'yes' }, actor)
      if (removal.kind === 'last_admin') return removalPage(c, viewer, project, { user, refused: LAST_ADMIN })
      if (removal.kind === 'not_a_member') throw new AppError('user_not_found')
      return onwards(viewer, project, user, {
        role: null,
        flash: user.id === viewer.userId ? 'project-left' : 'member-removed',
      })
    },
  )
}

function parseRole(text: string | null): Role | null {
  return text !== null && Object.hasOwn(ROLES, text) ? (text as Role) : null
}

async function requireUser(
  c: Context<AppEnv>,
  named: { readonly login: string },
): Promise<{ id: string; login: string }> {
  const login = parseLogin(named.login)
  const user = login && (await findUserByLogin(c.env.stores.db, login))
  if (!user) throw new AppError('user_not_found')
  return user
}

/** Whoever gave up the settings is led to where they still may be. */
function onwards(
  viewer: Viewer,
  project: Project,
  { id, login }: { readonly id: string; readonly login: string },
  { role, flash }: { readonly role: Role | null; readonly flash: FlashCode },
): Response {
  if (id !== viewer.userId || role === 'admin') return redirectTo(`${settingsPath(project)}/members`, flash, login)
  return redirectTo(role || project.visibility === 'public' ? projectPath(project) : '/', flash, login)
}

type Refused = { readonly form?: URLSearchParams; readonly error?: string; readonly refused?: string }

async function membersPage(
  c: Context<AppEnv>,
  viewer: Viewer,
  project: Project,
  refusal: Refused = {},
): Promise<Response> {
  const { db, now } = c.env.stores
  const after = parseLogin(c.req.query('after') ?? '')
  const rows = await listMembers(db, project.id, { after, limit: MEMBERS_A_PAGE + 1 })
  const members = rows.slice(0, MEMBERS_A_PAGE)
  const base = `${settingsPath(project)}/members`
  const isRefused = Boolean(refusal.error ?? refusal.refused)
  return settingsPage(
    c,
    { viewer, project, here: '/members' },
    {
      title: 'Members',
      status: isRefused ? 422 : 200,
      ...(refusal.refused ? { flash: { tone: 'bad', text: refusal.refused } } : {}),
    },
    <>
      <PageHead title="Members">
        A member {ROLES.member.may}; an admin {ROLES.admin.may}.
      </PageHead>
      <DataTable
        caption="Members of this project"
        columns={[
          { label: 'Person' },
          { label: 'Since' },
          { label: 'Role' },
          { label: 'Actions', class: 'end', unlabelled: true },
        ]}
        rows={members.map((member) => [
          <Person member={member} isViewer={member.login === viewer.user.login} />,
          <Time at={member.since} now={now()} />,
          <RoleForm viewer={viewer} member={member} action={base} />,
          <div class="actions">
            <a class="button small danger" href={`${base}/${member.login}/remove`}>
              Remove<span class="unseen"> {member.login}</span>
            </a>
          </div>,
        ])}
      />
      <Pager
        newer={after === null ? null : base}
        older={rows.length > MEMBERS_A_PAGE ? `${base}?after=${members.at(-1)?.login}` : null}
        words={['First members', 'More members']}
      />
      <section class="section">
        <h2>Add a member</h2>
        <p>Somebody who has signed in here before.</p>
        <Form viewer={viewer} action={base} class="inline-form">
          <Field name="login" label="Login" error={refusal.error}>
            <input
              type="text"
              {...fieldAttributes('login', { error: refusal.error })}
              value={refusal.error ? (refusal.form?.get('login') ?? '') : ''}
              required
              autocomplete="off"
              autocapitalize="off"
              spellcheck={false}
            />
          </Field>
          <div class="field">
            <label for="role">Role</label>
            <RoleSelect id="role" chosen="member" />
          </div>
          <button type="submit" class="button primary">
            Add member
          </button>
        </Form>
      </section>
    </>,
  )
}

function Person({ member, isViewer }: { member: Member; isViewer: boolean }) {
  return (
    <>
      <strong>
        {member.login}
        {isViewer && <span class="tag"> you</span>}
      </strong>
      {member.name !== member.login && <span class="muted">{member.name}</span>}
    </>
  )
}

function RoleForm({ viewer, member, action }: { viewer: Viewer; member: Member; action: string }) {
  const id = `role-${member.login}`
  return (
    <Form viewer={viewer} action={action} class="role-form">
      <input type="hidden" name="login" value={member.login} />
      <label for={id} class="unseen">
        Role of {member.login}
      </label>
      <RoleSelect id={id} chosen={member.role} />
      <button type="submit" class="button small">
        Save<span class="unseen"> role of {member.login}</span>
      </button>
    </Form>
  )
}

function RoleSelect({ id, chosen }: { id: string; chosen: Role }) {
  return (
    <select id={id} name="role">
      {Object.entries(ROLES).map(([role, { name }]) => (
        <option value={role} selected={role === chosen}>
          {name}
        </option>
      ))}
    </select>
  )
}

async function isAdmin(db: Db, projectId: string, userId: string): Promise<boolean> {
  const [held] = await selectRoleOf(db, projectId, userId)
  return held?.role === 'admin'
}

/** What somebody made for a project, and whom they let into it. */
async function leftBehindBy(db: Db, projectId: string, userId: string): Promise<LeftBehind> {
  const [made, letIn] = await Promise.all([listMadeBy(db, userId, projectId), listLetIn(db, userId, projectId)])
  return { made, letIn }
}

function demotionPage(
  c: Context<AppEnv>,
  viewer: Viewer,
  project: Project,
  { login, left }: { readonly login: string; readonly left: LeftBehind },
): Response {
  const base = `${settingsPath(project)}/members`
  const title = `Make ${login} a member`
  return settingsPage(
    c,
    { viewer, project, here: '/members' },
    { title },
    <>
      <PageHead title={`${title}?`}>A member {ROLES.member.may}, and makes none of what is listed here.</PageHead>
      <LossForm viewer={viewer} action={base} login={login} left={left} button="Make member" back={base}>
        <input type="hidden" name="login" value={login} />
        <input type="hidden" name="role" value="member" />
        <input type="hidden" name="confirmed" value="yes" />
      </LossForm>
    </>,
  )
}

async function removalPage(
  c: Context<AppEnv>,
  viewer: Viewer,
  project: Project,
  { user, refused }: { readonly user: { id: string; login: string }; readonly refused?: string },
): Promise<Response> {
  const left = await leftBehindBy(c.env.stores.db, project.id, user.id)
  const base = `${settingsPath(project)}/members`
  return settingsPage(
    c,
    { viewer, project, here: '/members' },
    {
      title: `Remove ${user.login}`,
      status: refused ? 422 : 200,
      ...(refused ? { flash: { tone: 'bad', text: refused } } : {}),
    },
    <>
      <PageHead title={`Remove ${user.login} from this project?`}>
        Their personal tokens lose access to it at once here, and everywhere within seconds.
      </PageHead>
      <LossForm
        viewer={viewer}
        action={`${base}/${user.login}/remove`}
        login={user.login}
        left={left}
        button="Remove member"
        back={base}
      />
    </>,
  )
}
