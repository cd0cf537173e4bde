import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { slugText } from '../../../../src/domain/project.ts'
import { newFormId } from '../../../../src/http/web/frame/form-id.ts'
import { listLetIn } from '../../../../src/storage/people/let-in.ts'
import { seedMember, seedProject, seedSession, seedUser } from '../../../support/seed/seed.ts'
import { browse } from '../../../support/server/browse.ts'
import { callJson, seedPerson } from '../../../support/worker/call.ts'
import { scansOf } from '../../../support/worker/query-plan.ts'
import { openTestStores, type TestStores } from '../../../support/worker/stores.ts'
import { textOf } from '../../../support/worker/visit.ts'

let stores: TestStores
let project: Awaited<ReturnType<typeof seedProject>>
/** Who removes and demotes. */
let admin: Awaited<ReturnType<typeof seedPerson>>
/** Who was trusted. */
let mallory: Awaited<ReturnType<typeof seedPerson>>
let base: string

beforeEach(async () => {
  stores = await openTestStores()
  project = await seedProject(stores.db)
  admin = await seedPerson(stores, project, 'admin')
  mallory = await seedPerson(stores, project, 'admin')
  base = `/api/buildpass/v1/projects/${slugText(project)}`
})

const TARGET = { kind: 'webhook', url: 'https://ci.example.com/start', send_env_vars: true }

const put = (login: string, role: 'admin' | 'member', by: { token: string }, query = '') =>
  callJson(`${base}/members/${login}${query}`, { method: 'PUT', token: by.token, json: { role } })
const remove = (login: string) => callJson(`${base}/members/${login}`, { method: 'DELETE', token: admin.token })
const target = async () => (await callJson(`${base}/dispatch-target`, { token: admin.token })).status
const roleOf = async (login: string) =>
  (await callJson(`${base}/members`, { token: admin.token })).body.items.find(
    (item: { login: string }) => item.login === login,
  )?.role

/** A signed-in owner of the instance. */
async function seedOwner() {
  const user = await seedUser(stores.db, { instanceRole: 'owner' })
  const session = await seedSession(stores, user)
  return {
    user,
    get: async (path: string) => textOf(await (await browse(path, { session })).text()),
    post: (path: string, form: Record<string, string>) => browse(path, { session, form }),
  }
}

async function invite(by: Awaited<ReturnType<typeof seedOwner>>) {
  const login = `new-${crypto.randomUUID().slice(0, 8)}`
  const page = await (await by.post('/instance/users', { login, once: newFormId() })).text()
  return { login, secret: /sign-in\/link\/([0-9A-Za-z]{43})/.exec(page)?.[1] ?? '' }
}

const signIn = async (secret: string) =>
  (await browse('/sign-in/link', { form: { secret } })).headers.get('Set-Cookie')?.includes('__Host-session=') ?? false

describe('whom an admin let into a project', () => {
  it('is told when she is removed, as what they are now, and they stay', async () => {
    const [sock, puppet] = [await seedUser(stores.db), await seedUser(stores.db)]
    await put(sock.login, 'admin', mallory)
    await put(puppet.login, 'member', mallory)
    await put((await seedUser(stores.db)).login, 'member', admin)
    const { body } = await remove(mallory.user.login)
    expect(body.let_in).toEqual(
      [
        { login: sock.login, role: 'admin' },
        { login: puppet.login, role: 'member' },
      ].sort((one, other) => (one.login < other.login ? -1 : 1)),
    )
    expect(await roleOf(sock.login)).toBe('admin')
  })

  it('is who raised them, and not who confirms or lowers what they are', async () => {
    const [raised, confirmed] = [await seedUser(stores.db), await seedUser(stores.db)]
    await put(raised.login, 'member', admin)
    await put(raised.login, 'admin', mallory)
    await put(confirmed.login, 'admin', mallory)
    await put(confirmed.login, 'admin', admin)
    await put(confirmed.login, 'member', admin)
    const { body } = await remove(mallory.user.login)
    expect(body.let_in.map(({ login }: { login: string }) => login).sort()).toEqual(
      [raised.login, confirmed.login].sort(),
    )
  })

  it('is on the page that removes her', async () => {
    const sock = await seedUser(stores.db)
    await put(sock.login, 'admin', mallory)
    const session = await seedSession(stores, admin.user)
    const path = `/${slugText(project)}/settings/members/${mallory.user.login}/remove`
    const page = textOf(await (await browse(path, { session })).text())
    expect(page).toContain(`Whom ${mallory.user.login} let in`)
    expect(page).toContain(`${sock.login}, admin`)
  })
})

describe('an admin who is made a member', () => {
  beforeEach(async () => {
    await callJson(`${base}/dispatch-target`, { method: 'PUT', token: mallory.token, json: TARGET })
    await put((await seedUser(stores.db)).login, 'member', mallory)
  })

  it('leaves what she made, which the answer lists with whom she let in', async () => {
    const { status, body } = await put(mallory.user.login, 'member', admin)
    expect([status, body]).toEqual([
      200,
      {
        login: mallory.user.login,
        role: 'member',
        made: [{ kind: 'dispatch_target', id: project.id, name: 'webhook' }],
        let_in: [{ login: expect.any(String), role: 'member' }],
        ended: false,
      },
    ])
    expect(await target()).toBe(200)
  })

  it('has it ended with her role where that is asked for, each in the audit log', async () => {
    const { body } = await put(mallory.user.login, 'member', admin, '?end_made=true')
    expect([body.ended, await target(), await roleOf(mallory.user.login)]).toEqual([true, 404, 'member'])
    const { results } = await env.DB.prepare(
      'select action from audit where project_id = ? and user_id = ? order by id desc limit 2',
    )
      .bind(project.id, admin.user.id)
      .all<{ action: string }>()
    expect(results.map(({ action }) => action).sort()).toEqual(['dispatch_target.deleted', 'member.set'])
  })

  it('stays, with all that she made, where no other admin is', async () => {
    await put(admin.user.login, 'member', mallory)
    const { status } = await put(mallory.user.login, 'member', mallory, '?end_made=true')
    expect([status, await target()]).toEqual([409, 403])
    expect((await callJson(`${base}/dispatch-target`, { token: mallory.token })).status).toBe(200)
  })

  it('loses nothing when she was no admin', async () => {
    await put(mallory.user.login, 'member', admin)
    const { body } = await put(mallory.user.login, 'member', admin, '?end_made=true')
    expect([body, await target()]).toEqual([{ login: mallory.user.login, role: 'member' }, 200])
  })

  it('is asked about on the page first, with the choice to end it', async () => {
    const session = await seedSession(stores, admin.user)
    const path = `/${slugText(project)}/settings/members`
    const form = { login: mallory.user.login, role: 'member' }
    const asked = await browse(path, { session, form })
    const page = await asked.text()
    expect([asked.status, await roleOf(mallory.user.login)]).toEqual([200, 'admin'])
    expect(textOf(page)).toContain(`What ${mallory.user.login} made`)
    expect(textOf(page)).toContain(`Whom ${mallory.user.login} let in`)
    expect(page).toContain('name="end_made"')
    expect((await browse(path, { session, form: { ...form, confirmed: 'yes', end_made: 'yes' } })).status).toBe(303)
    expect([await roleOf(mallory.user.login), await target()]).toEqual(['member', 404])
  })
})

describe('whom an owner let in', () => {
  it('is on the pages that show and remove them: invited, made an owner, a creator, a member', async () => {
    const [owner, leaving] = [await seedOwner(), await seedOwner()]
    const { login } = await invite(leaving)
    const other = await seedUser(stores.db)
    await leaving.post(`/instance/users/${login}/creator`, { vcs: 'gh', org: 'Acme' })
    await leaving.post(`/instance/users/${login}/role`, { role: 'owner' })
    await leaving.post(`/instance/users/${other.login}/role`, { role: 'owner' })
    for (const path of ['', '/remove']) {
      const page = await owner.get(`/instance/users/${leaving.user.login}${path}`)
      expect(page).toContain(`Whom ${leaving.user.login} let in`)
      expect(page).toContain(`${login}, owner`)
      expect(page).toContain(`${other.login}, owner`)
      expect(page).toContain(`${login}, may create projects of gh/acme`)
    }
    await owner.post(`/instance/users/${other.login}/role`, { role: 'user' })
    expect(await owner.get(`/instance/users/${leaving.user.login}/remove`)).not.toContain(other.login)
  })

  it('comes by an invitation that another owner renewed, whose it is then', async () => {
    const [owner, leaving] = [await seedOwner(), await seedOwner()]
    const { login } = await invite(leaving)
    const renewed = await (await owner.post(`/instance/users/${login}/invitation`, {})).text()
    await owner.post(`/instance/users/${leaving.user.login}/remove`, {})
    expect(await signIn(/sign-in\/link\/([0-9A-Za-z]{43})/.exec(renewed)?.[1] ?? '')).toBe(true)
  })

  it('cannot come by an invitation when its maker is removed, nor when they are no owner any more', async () => {
    const [owner, leaving, demoted] = [await seedOwner(), await seedOwner(), await seedOwner()]
    const [one, two, kept] = [await invite(leaving), await invite(demoted), await invite(owner)]
    expect((await owner.post(`/instance/users/${leaving.user.login}/remove`, {})).status).toBe(303)
    expect((await owner.post(`/instance/users/${demoted.user.login}/role`, { role: 'user' })).status).toBe(303)
    const renewed = await owner.post(`/instance/users/${two.login}/invitation`, {})
    const again = /sign-in\/link\/([0-9A-Za-z]{43})/.exec(await renewed.text())?.[1] ?? ''
    const secrets = [one.secret, two.secret, again, kept.secret]
    expect(await Promise.all(secrets.map(signIn))).toEqual([false, false, true, true])
  })
})

it('each list of who was let in finds its rows by indexes', async () => {
  stores.recorded.length = 0
  await listLetIn(stores.db, 'u', null)
  await listLetIn(stores.db, 'u', 'p')
  expect(stores.recorded).toHaveLength(2)
  for (const statement of [...stores.recorded]) expect(await scansOf(stores.db, statement)).toEqual([])
})

it('what was there before is known from the audit log', async () => {
  const [inviter, owner] = [await seedUser(stores.db), await seedOwner()]
  const member = await seedUser(stores.db)
  await seedMember(stores.db, project, member, 'member')
  const { login } = await invite(owner)
  await owner.post(`/instance/users/${login}/role`, { role: 'owner' })
  await owner.post(`/instance/users/${login}/creator`, { vcs: 'gh', org: 'Acme' })
  await env.DB.batch([
    env.DB.prepare(
      "insert into audit (at, action, user_id, project_id, subject) values (0, 'member.set', ?, ?, ?)",
    ).bind(inviter.id, project.id, member.login.toUpperCase()),
    env.DB.prepare('update users set invited_by = null, made_owner_by = null'),
    env.DB.prepare('update sign_in_links set made_by = null'),
    env.DB.prepare('update org_creators set granted_by = null'),
    env.DB.prepare('update members set added_by = null'),
  ])
  const migration = env.TEST_MIGRATIONS.find(({ name }) => name.includes('let-in-by'))
  const backfill = (migration?.queries ?? []).filter((query) => /^(?:--[^\n]*\n)*UPDATE/.test(query.trim()))
  expect(backfill).toHaveLength(5)
  await env.DB.batch(backfill.map((query) => env.DB.prepare(query)))
  const maker = env.DB.prepare('select made_by from sign_in_links join users on users.id = user_id where login = ?')
  expect(await maker.bind(login).first('made_by')).toBe(owner.user.id)
  const letIn = (id: string) => listLetIn(stores.db, id, null)
  expect(await letIn(inviter.id)).toEqual([{ login: member.login, role: 'member', of: slugText(project) }])
  expect(await letIn(owner.user.id)).toEqual([
    { login, role: 'owner', of: null },
    { login, role: 'creator', of: 'gh/acme' },
  ])
})
