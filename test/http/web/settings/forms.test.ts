import { describe, expect, it } from 'vitest'
import { type Project, slugText } from '../../../../src/domain/project.ts'
import { newFormId } from '../../../../src/http/web/frame/form-id.ts'
import { listMembers } from '../../../../src/storage/people/members.ts'
import { projects } from '../../../../src/storage/schema/schema.ts'
import { seedMember, seedProject, seedSession, seedUser } from '../../../support/seed/seed.ts'
import { type Asking, browse } from '../../../support/server/browse.ts'
import { openTestStores, type TestStores } from '../../../support/worker/stores.ts'
import { textOf } from '../../../support/worker/visit.ts'

type Open = Awaited<ReturnType<typeof open>>

/** An owner of the instance who is an admin of a project, and somebody else. */
async function open() {
  const stores = await openTestStores()
  const owner = await seedUser(stores.db, { instanceRole: 'owner' })
  const [project, other] = [await seedProject(stores.db), await seedUser(stores.db)]
  await seedMember(stores.db, project, owner, 'admin')
  const session = await seedSession(stores, owner)
  return { stores, project, owner, other, session, settings: `/${slugText(project)}/settings` }
}

describe('what a page says about the form before it', () => {
  type Act = { readonly path: (at: Open) => string; readonly form: (at: Open) => Record<string, string> }
  const members: Act['path'] = ({ settings }) => `${settings}/members`
  const role = (name: string): Act => ({ path: members, form: ({ other }) => ({ login: other.login, role: name }) })
  const at = (rest: string, form: Record<string, string>): Act => ({
    path: ({ settings }) => `${settings}${rest}`,
    form: () => form,
  })
  const person = (rest: string, form: Record<string, string>): Act => ({
    path: ({ other }) => `/instance/users/${other.login}${rest}`,
    form: () => form,
  })
  const own = (rest: string, form: Record<string, string>): Act => ({
    path: ({ settings, owner }) => `${settings}/members${rest.replace(':me', owner.login)}`,
    form: ({ owner }) => ({ login: owner.login, ...form }),
  })
  const retention = { artifact_days: '7', build_days: '70', keep_per_branch: '1' }
  const org = { vcs: 'gh', org: 'acme' }

  it.each<[string, readonly Act[], string]>([
    ['adding a member', [role('member')], 'LOGIN is added as a member.'],
    ['adding an admin', [role('admin')], 'LOGIN is added as an admin.'],
    ['a promotion', [role('member'), role('admin')], 'LOGIN is an admin now.'],
    ['a demotion', [role('admin'), role('member')], 'LOGIN is a member now, and no admin any more.'],
    ['the role that they have', [role('member'), role('member')], 'LOGIN has that role already: nothing was changed.'],
    [
      'a removal',
      [
        role('member'),
        { path: ({ settings, other }) => `${settings}/members/${other.login}/remove`, form: () => ({}) },
      ],
      'LOGIN is removed from the project.',
    ],
    ['leaving', [role('admin'), own('/:me/remove', {})], 'You are no longer a member of the project.'],
    [
      'one’s own demotion',
      [role('admin'), own('', { role: 'member', confirmed: 'yes' })],
      'ME is a member now, and no admin any more.',
    ],
    ['another default branch', [at('', { default_branch: 'trunk' })], 'The default branch is saved.'],
    ['retention', [at('/retention', retention)], 'How long builds are kept is saved.'],
    ['being shown', [at('/visibility', { visibility: 'public', understood: 'yes' })], 'The project is public now.'],
    ['a new owner', [person('/role', { role: 'owner' })], 'LOGIN is an owner of this instance now.'],
    [
      'an owner no more',
      [person('/role', { role: 'owner' }), person('/role', { role: 'user' })],
      'LOGIN is no longer an owner of this instance.',
    ],
    [
      'the same instance role',
      [person('/role', { role: 'user' })],
      'LOGIN has that role already: nothing was changed.',
    ],
    ['being let create', [person('/creator', org)], 'LOGIN may create projects there now.'],
    ['no longer', [person('/creator/end', org)], 'LOGIN may no longer create projects there.'],
    ['the end of a person', [person('/remove', {})], 'LOGIN is removed from this instance.'],
  ])('of %s is what happened', async (_, acts, said) => {
    const opened = await open()
    const { session, owner, other } = opened
    let response: Response | undefined
    for (const { path, form } of acts) response = await browse(path(opened), { session, form: form(opened) })
    expect(response?.status).toBe(303)
    const cookie = `${session.cookie}; ${(response?.headers.get('Set-Cookie') ?? '').split(';', 1)[0]}`
    const led = await browse(response?.headers.get('Location') ?? '', { session: { ...session, cookie } })
    const flash = /<p class="flash good" role="status">([^<]*)</.exec(await led.text())?.[1]
    expect(flash).toBe(said.replace(/LOGIN|ME/, (who) => (who === 'ME' ? owner : other).login))
  })

  it('names nobody whose login is none', async () => {
    const { session } = await open()
    for (const [text, said] of [
      ['member-added.<b>x', 'That person is added as a member.'],
      ['member-added', 'That person is added as a member.'],
      ['constructor.x', undefined],
    ] as const) {
      const cookie = `${session.cookie}; __Host-flash=${text}`
      const html = await (await browse('/account', { session: { ...session, cookie } })).text()
      expect(/<p class="flash good" role="status">([^<]*)</.exec(html)?.[1]).toBe(said)
    }
  })
})

describe('a form that makes something, sent twice', () => {
  type Made = {
    readonly path: (at: Open) => string
    readonly form: (at: Open) => Record<string, string>
    readonly count: (stores: TestStores, at: Open) => Promise<number>
    /** Where the second answer leads, if it leads on as the first did. */
    readonly leadsOn: boolean
  }
  const inSettings =
    (rest: string) =>
    ({ settings }: Open) =>
      `${settings}${rest}`
  const rows =
    (table: string) =>
    async (stores: TestStores, { project }: { project: Project }) =>
      countOf(stores, `select count(*) as n from ${table} where project_id = '${project.id}'`)

  it.each<[string, Made]>([
    [
      'Add project',
      {
        path: () => '/projects',
        form: ({ project }) => ({
          vcs: 'gh',
          org: project.org,
          repo: 'twice',
          default_branch: 'main',
          visibility: 'private',
        }),
        count: async (stores, { project }) =>
          countOf(stores, `select count(*) as n from projects where org = '${project.org}' and repo = 'twice'`),
        leadsOn: true,
      },
    ],
    [
      'Add publisher',
      {
        path: inSettings('/publishers'),
        form: () => ({ kind: 'github', 'claim:repository_id': '1' }),
        count: rows('publishers'),
        leadsOn: true,
      },
    ],
    [
      'Add webhook',
      { path: inSettings('/webhooks'), form: () => ({ source: 'github' }), count: rows('webhooks'), leadsOn: false },
    ],
    [
      'Add Token',
      {
        path: inSettings('/api'),
        form: () => ({ label: 'x', scope: 'all', expiry: 'never' }),
        count: rows('tokens'),
        leadsOn: false,
      },
    ],
    [
      'Create a Status token',
      {
        path: inSettings('/badges/token'),
        form: () => ({ branch: 'main', style: 'shield' }),
        count: rows('tokens'),
        leadsOn: false,
      },
    ],
    [
      'Add API Token',
      {
        path: () => '/account/api',
        form: () => ({ label: 'x', expiry: 'never' }),
        count: async (stores, { owner }) =>
          countOf(stores, `select count(*) as n from tokens where user_id = '${owner.id}'`),
        leadsOn: false,
      },
    ],
    [
      'Add member',
      {
        path: inSettings('/members'),
        form: ({ other }) => ({ login: other.login, role: 'member' }),
        count: async (stores, { project }) => (await listMembers(stores.db, project.id)).length - 1,
        leadsOn: true,
      },
    ],
    [
      'Add person',
      {
        path: () => '/instance/users',
        form: ({ project }) => ({ login: `twice-${project.org}`.slice(0, 30).toLowerCase() }),
        count: async (stores, { project }) =>
          countOf(
            stores,
            `select count(*) as n from users where login = '${`twice-${project.org}`.slice(0, 30).toLowerCase()}'`,
          ),
        leadsOn: false,
      },
    ],
  ])('makes one: %s', async (_, { path, form, count, leadsOn }) => {
    const opened = await open()
    const { stores, session } = opened
    const asking: Asking = { session, form: { ...form(opened), once: newFormId() } }
    const answers = await Promise.all([browse(path(opened), asking), browse(path(opened), asking)])
    answers.push(await browse(path(opened), asking))
    expect(await count(stores, opened)).toBe(1)
    if (leadsOn) expect(answers.map(({ status }) => status)).toEqual([303, 303, 303])
    for (const answer of answers) {
      expect(answer.status).not.toBe(500)
      expect(textOf(await answer.text())).not.toMatch(/There is a (project|person)/)
    }
  })

  it('says that there is such a project where another one has the name', async () => {
    const { session, project, stores } = await open()
    const form = { vcs: 'gh', org: project.org, repo: project.repo, default_branch: 'main', visibility: 'private' }
    const before = await stores.db.$count(projects)
    const taken = await browse('/projects', { session, form: { ...form, once: newFormId() } })
    expect([taken.status, await taken.text()]).toEqual([409, expect.stringContaining('There is a project')])
    expect(await stores.db.$count(projects)).toBe(before)
  })
})

async function countOf(stores: TestStores, sql: string): Promise<number> {
  const [row] = await stores.db.all<{ n: number }>(sql)
  return row?.n ?? 0
}
