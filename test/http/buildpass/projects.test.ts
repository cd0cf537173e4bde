import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { randomBase62 } from '../../../src/domain/access/secret.ts'
import { seedMember, seedProject, seedToken, seedUser } from '../../support/seed/seed.ts'
import { openTestApp } from '../../support/worker/app.ts'
import { type Ask, ask, askJson } from '../../support/worker/client.ts'
import { openTestStores, type TestStores } from '../../support/worker/stores.ts'
import { seedWorld, type World } from '../../support/worker/world.ts'

const PROJECTS = '/api/buildpass/v1/projects'

let stores: TestStores
let owner: Person
beforeAll(async () => {
  stores = await openTestStores()
  owner = await person('owner')
})

type Person = Awaited<ReturnType<typeof person>>
async function person(instanceRole: 'owner' | 'user' = 'user') {
  const user = await seedUser(stores.db, { instanceRole })
  return { ...user, token: (await seedToken(stores, { kind: 'personal', user })).secret }
}

const freshSlug = () => `gh/org-${randomBase62(8)}/app`
const send = (method: string, path: string, { token }: { token: string }, json?: unknown) =>
  ask(path, { method, token, ...(json === undefined ? {} : { json }) } as Ask)
const create = (by: Person, json: unknown) => send('POST', PROJECTS, by, json)
const exists = async (slug: string) =>
  (await env.DB.prepare('select count(*) as n from projects where slug_key = ?')
    .bind(slug.toLowerCase())
    .first('n')) === 1
async function statusAndMessage(response: Response) {
  return [response.status, (await response.json<{ message: string }>()).message]
}

describe('creating a project', () => {
  it('answers 201 with what it stored, and makes the creator its admin', async () => {
    const slug = freshSlug()
    const response = await create(owner, { slug, visibility: 'public', default_branch: 'trunk' })
    expect(response.status).toBe(201)
    const repository_url = `https://github.com/${slug.slice(3)}`
    const made = { id: expect.any(String), slug, visibility: 'public', default_branch: 'trunk', repository_url }
    expect(await response.json()).toEqual(made)
    expect(await askJson(`${PROJECTS}/${slug}`, { token: owner.token })).toEqual(made)
    const { items } = await askJson(`${PROJECTS}/${slug}/members`, { token: owner.token })
    expect(items).toEqual([{ login: owner.login, name: owner.login, role: 'admin', since: expect.any(String) }])
  })

  it('is private with the default branch main unless told', async () => {
    expect(await (await create(owner, { slug: freshSlug() })).json()).toMatchObject({
      visibility: 'private',
      default_branch: 'main',
    })
  })

  it('takes long vcs names, and is found by either', async () => {
    const name = `org-${randomBase62(8)}/app`
    expect(await (await create(owner, { slug: `bitbucket/${name}` })).json()).toMatchObject({ slug: `bb/${name}` })
    expect((await ask(`${PROJECTS}/bitbucket/${name}`, { token: owner.token })).status).toBe(200)
    expect((await ask(`${PROJECTS}/bb%2F${name.replace('/', '%2F')}`, { token: owner.token })).status).toBe(200)
  })

  it('of a slug that is taken is 409, in another letter case too', async () => {
    const slug = freshSlug()
    await create(owner, { slug })
    expect(await statusAndMessage(await create(owner, { slug: slug.toUpperCase().replace('GH', 'gh') }))).toEqual([
      409,
      'slug: there is a project of that name already',
    ])
  })

  it('is 403 for who may not, before it tells whether the slug is taken', async () => {
    const someone = await person()
    const slug = freshSlug()
    await create(owner, { slug })
    for (const tried of [slug, freshSlug()])
      expect(await statusAndMessage(await create(someone, { slug: tried }))).toEqual([403, 'Permission denied'])
  })

  it('is open to a person whom an owner let create in that organization, and nowhere else', async () => {
    const someone = await person()
    const org = `org-${randomBase62(8)}`
    const grant = `/api/buildpass/v1/orgs/gh/${org.toUpperCase()}/creators`
    expect((await send('PUT', `${grant}/${someone.login.toUpperCase()}`, owner)).status).toBe(200)
    expect(await askJson(grant, { token: owner.token })).toEqual({ items: [{ login: someone.login }] })
    expect((await create(someone, { slug: `gh/${org}/one` })).status).toBe(201)
    expect((await create(someone, { slug: `gl/${org}/one` })).status).toBe(403)
    expect((await create(someone, { slug: `gh/${org}2/one` })).status).toBe(403)
    await send('DELETE', `${grant}/${someone.login}`, owner)
    expect((await create(someone, { slug: `gh/${org}/two` })).status).toBe(403)
  })

  it.each<[string, unknown, string]>([
    ['no slug', {}, 'slug: is required'],
    ['a slug of two parts', { slug: 'gh/app' }, 'slug: must be vcs/org/repo'],
    ['an unknown vcs', { slug: 'svn/a/b' }, 'slug: must be vcs/org/repo'],
    ['dots for a name', { slug: 'gh/../b' }, 'slug: must be vcs/org/repo'],
    ['a blank in a name', { slug: 'gh/a b/c' }, 'slug: must be vcs/org/repo'],
    ['a slug that is a number', { slug: 1 }, 'slug: must be vcs/org/repo'],
    ['an unknown visibility', { slug: 'gh/a/b', visibility: 'internal' }, 'visibility: must be private or public'],
    [
      'an empty default branch',
      { slug: 'gh/a/b', default_branch: '' },
      'default_branch: must be 1 to 1024 characters long',
    ],
    ['an unknown field', { slug: 'gh/a/b', name: 'x' }, 'name: is not a known field'],
  ])('with %s is 400 and names the field', async (_, json, message) => {
    expect(await statusAndMessage(await create(owner, json))).toEqual([400, expect.stringContaining(message)])
    expect(await exists('gh/a/b')).toBe(false)
  })

  it('by a person who was just removed is 401, not a fault', async () => {
    const leaving = await person('owner')
    expect((await send('GET', PROJECTS.replace('/projects', '/audit'), leaving)).status).toBe(200)
    await env.DB.prepare('delete from users where id = ?').bind(leaving.id).run()
    expect(await statusAndMessage(await create(leaving, { slug: freshSlug() }))).toEqual([401, 'Invalid API token.'])
  })
})

describe('changing a project', () => {
  async function world() {
    const made = await seedWorld(stores, 'private')
    const read = async (asker: 'none' | 'status' | 'stranger') =>
      (await ask(`/api/v1.1/project/${made.slug}`, { token: made.secrets[asker] })).status
    const patch = (json: unknown) =>
      send('PATCH', `${PROJECTS}/${made.slug}`, { token: made.secrets.admin ?? '' }, json)
    return { ...made, read, patch }
  }

  it('to public opens it to everybody at once, and back to private closes it at once', async () => {
    const { read, patch } = await world()
    expect([await read('none'), await read('stranger'), await read('status')]).toEqual([404, 404, 200])
    expect(await (await patch({ visibility: 'public' })).json()).toMatchObject({ visibility: 'public' })
    expect([await read('none'), await read('stranger'), await read('status')]).toEqual([200, 200, 200])
    await patch({ visibility: 'private' })
    expect([await read('none'), await read('stranger'), await read('status')]).toEqual([404, 404, 200])
  })

  it('to another default branch moves its badge at once', async () => {
    const { slug, patch, secrets } = await world()
    const value = async () => (await askJson(`/${slug}.json`, { token: secrets.status })).message
    expect(await value()).toBe('passing')
    await patch({ default_branch: 'elsewhere' })
    expect(await value()).toBe('no builds')
  })

  it('to a repository on a server of one’s own is shown by its address, and back', async () => {
    const { patch, slug, project, secrets } = await world()
    const names = `${project.org.toUpperCase()}/${project.repo}`
    const shown = async () => {
      const v2 = await askJson(`/api/v2/project/${slug}`, { token: secrets.all })
      expect((await askJson(`/api/v1.1/project/${slug}/1`, { token: secrets.all })).vcs_url).toBe(v2.vcs_info.vcs_url)
      return v2.vcs_info.vcs_url
    }
    const publicUrl = await shown()
    const own = `https://git.example.com:8443/${names}`
    expect(await (await patch({ repository_url: `${own}.git` })).json()).toMatchObject({ repository_url: own })
    expect(await shown()).toBe(own)
    // What is not named stays.
    await patch({ default_branch: 'main' })
    expect(await shown()).toBe(own)
    await patch({ repository_url: null })
    expect(await shown()).toBe(publicUrl)
    await patch({ repository_url: publicUrl })
    expect(await shown()).toBe(publicUrl)
  })

  it.each([
    'git@git.example.com:ORG/REPO.git',
    'javascript:alert(1)//ORG/REPO',
    'https://gitlab.com/ORG/REPO',
    'https://git.example.com/ORG/other',
    'https://git.example.com/other/REPO',
    'https://git.example.com/REPO',
    'git.example.com/ORG/REPO',
    '',
  ])('to the repository %j is 400', async (template) => {
    const { patch, project } = await world()
    const url = template.replace('ORG', project.org).replace('REPO', project.repo)
    const [status, message] = await statusAndMessage(await patch({ repository_url: url }))
    expect([status, message]).toEqual([400, expect.stringMatching(/^repository_url: must be /)])
  })

  it('by nothing changes nothing and answers with what stands', async () => {
    const { patch, slug } = await world()
    expect(await (await patch({})).json()).toMatchObject({ slug, visibility: 'private', default_branch: 'main' })
  })

  it.each([
    [{ slug: 'gh/a/b' }, 'slug: is not a known field'],
    [{ visibility: null }, 'visibility: must be private or public'],
    [{ default_branch: 'a\u0007b' }, 'default_branch: must not contain control characters'],
  ])('by %j is 400', async (json, message) => {
    const { patch } = await world()
    expect(await statusAndMessage(await patch(json))).toEqual([400, message])
  })
})

describe('deleting a project', () => {
  it('ends its tokens, badges, builds and artifacts at once, and frees its name', async () => {
    const world = await seedWorld(stores, 'private')
    const { slug, secrets, build } = world
    const path = `${PROJECTS}/${slug}`
    expect((await ask(`/${slug}.svg`, { token: secrets.status })).status).toBe(200)
    expect((await send('DELETE', path, { token: secrets.admin ?? '' })).status).toBe(200)
    expect((await ask(`/${slug}.svg`, { token: secrets.status })).status).toBe(401)
    expect((await ask(path, { token: secrets.admin })).status).toBe(404)
    expect((await ask(`/output/job/${build.id}/artifacts/0/out/report.txt`, { token: secrets.admin })).status).toBe(404)
    for (const table of ['builds', 'pipelines', 'artifacts', 'tokens'])
      expect(
        await env.DB.prepare(`select count(*) as n from ${table} where project_id = ?`)
          .bind(world.project.id)
          .first('n'),
        table,
      ).toBe(0)
    const again = await (await create(owner, { slug })).json<{ id: string }>()
    expect(again.id).not.toBe(world.project.id)
    expect(await askJson(`/${slug}.json`, { token: owner.token })).toMatchObject({ message: 'no builds' })
    expect((await ask(`/${slug}.svg`, { token: secrets.status })).status).toBe(401)
    expect((await ask(`/${slug}.svg`, { token: secrets.member })).status).toBe(404)
  })
})

describe('members', () => {
  let world: World
  let admin: { token: string }
  beforeAll(async () => {
    world = await seedWorld(stores, 'private')
    admin = { token: world.secrets.admin ?? '' }
  })
  const members = (login = '') => `${PROJECTS}/${world.slug}/members${login && `/${login}`}`
  const read = async ({ token }: { token: string }, path = '') =>
    (await ask(`/api/v1.1/project/${world.slug}${path}`, { token })).status

  it('are given a role, which counts at once; and may be given another', async () => {
    const someone = await person()
    expect(await read(someone)).toBe(404)
    const put = (role: string) => send('PUT', members(someone.login), admin, { role })
    expect(await (await put('member')).json()).toEqual({ login: someone.login, role: 'member' })
    expect([await read(someone), await read(someone, '/token')]).toEqual([200, 403])
    await put('admin')
    expect(await read(someone, '/token')).toBe(200)
    await put('member')
    expect(await read(someone, '/token')).toBe(403)
  })

  it('the only admin of which is made an admin again, which is in the audit log', async () => {
    const [only, slug] = [await person('owner'), freshSlug()]
    await create(only, { slug })
    expect((await send('PUT', `${PROJECTS}/${slug}/members/${only.login}`, only, { role: 'admin' })).status).toBe(200)
    const { items } = await askJson(`${PROJECTS}/${slug}/audit`, { token: only.token })
    expect(items[0]).toMatchObject({ action: 'member.set', subject: only.login, detail: { role: 'admin' } })
  })

  it('who are removed from the instance at that moment are 404', async () => {
    const app = await openTestApp()
    const someone = await person()
    app.stores.faults.beforeD1 = async (sqls) => {
      if (sqls.some((sql) => sql.startsWith('insert into "members"')))
        await env.DB.prepare('delete from users where id = ?').bind(someone.id).run()
    }
    const json = { role: 'member' }
    const response = await app.ask(members(someone.login), { method: 'PUT', token: admin.token, json })
    expect(await statusAndMessage(response)).toEqual([404, 'User not found'])
  })

  it('are found whatever the letter case of the login, and listed by it', async () => {
    const someone = await person()
    expect(await (await send('PUT', members(someone.login.toUpperCase()), admin, { role: 'member' })).json()).toEqual({
      login: someone.login,
      role: 'member',
    })
    const { items } = await askJson(members(), { token: admin.token })
    expect(items).toContainEqual({
      login: someone.login,
      name: someone.login,
      role: 'member',
      since: expect.any(String),
    })
    const logins = items.map(({ login }: { login: string }) => login)
    const byLogin = (one: string, other: string) => (one.toLowerCase() < other.toLowerCase() ? -1 : 1)
    expect(logins).toEqual([...logins].sort(byLogin))
  })

  it('who are not there are 404', async () => {
    for (const login of ['nobody-here', 'not%20a%20login', `${'x'.repeat(40)}`]) {
      expect(await statusAndMessage(await send('PUT', members(login), admin, { role: 'member' }))).toEqual([
        404,
        'User not found',
      ])
    }
  })

  it('cannot be removed who is none: that is 404, and is not in the audit log', async () => {
    const stranger = await person()
    expect((await send('DELETE', members(stranger.login), admin)).status).toBe(404)
    const { results } = await env.DB.prepare('select action from audit where subject = ?').bind(stranger.login).all()
    expect(results).toEqual([])
  })

  it.each([
    [{}, 'role: is required'],
    [{ role: 'owner' }, 'role: must be admin or member'],
    [{ role: 'member', since: 1 }, 'since: is not a known field'],
  ])('with %j are 400', async (json, message) => {
    expect(await statusAndMessage(await send('PUT', members(world.users.member.login), admin, json))).toEqual([
      400,
      message,
    ])
  })

  it('are removed at once, with what they made listed, and ended when asked for', async () => {
    const someone = await person()
    await seedMember(stores.db, world.project, someone, 'admin')
    const made = await askJson(`/api/v1.1/project/${world.slug}/token`, {
      method: 'POST',
      token: someone.token,
      json: { label: 'theirs', scope: 'all' },
    })
    const kept = await (await send('DELETE', members(someone.login), admin)).json<Record<string, unknown>>()
    const theirs = { kind: 'token', id: made.id, name: 'theirs' }
    expect(kept).toEqual({ message: 'ok', ended: false, made: [theirs], let_in: [] })
    expect(JSON.stringify(kept)).not.toContain(made.token)
    expect([await read(someone), await read(made)]).toEqual([404, 200])

    await seedMember(stores.db, world.project, someone, 'admin')
    const ended = await (await send('DELETE', `${members(someone.login)}?end_made=true`, admin)).json()
    expect(ended).toMatchObject({ ended: true })
    expect(await read(made)).toBe(401)
  })

  it('keep at least one admin: the last one can neither leave nor step down', async () => {
    const alone = await person()
    const project = await seedProject(stores.db)
    await seedMember(stores.db, project, alone, 'admin')
    const path = `${PROJECTS}/gh/${project.org}/${project.repo}/members/${alone.login}`
    for (const response of [await send('DELETE', path, alone), await send('PUT', path, alone, { role: 'member' })])
      expect(await statusAndMessage(response)).toEqual([409, expect.stringContaining('at least one admin')])
    const other = await person()
    await send('PUT', path.replace(alone.login, other.login), alone, { role: 'admin' })
    expect((await send('DELETE', path, alone)).status).toBe(200)
  })

  it('of a project or of people who have just been deleted elsewhere are 404, not a fault', async () => {
    const project = await seedProject(stores.db)
    await seedMember(stores.db, project, world.users.admin, 'admin')
    const path = `${PROJECTS}/gh/${project.org}/${project.repo}/members`
    expect((await send('GET', path, admin)).status).toBe(200)
    await env.DB.prepare('delete from projects where id = ?').bind(project.id).run()
    const response = await send('PUT', `${path}/${world.users.member.login}`, admin, { role: 'member' })
    expect(await statusAndMessage(response)).toEqual([404, 'Project not found'])
  })
})

describe('the audit log', () => {
  it('tells who did what, when and from where, newest first, and holds no secret', async () => {
    const slug = freshSlug()
    const by = await person('owner')
    const someone = await person()
    await create(by, { slug })
    const tokens = `/api/v1.1/project/${slug}/token`
    const first = await askJson(tokens, { method: 'POST', token: by.token, json: { label: 'a', scope: 'all' } })
    const second = await askJson(`${tokens}/${first.id}/rotate`, { method: 'POST', token: by.token })
    await send('DELETE', `${tokens}/${first.token}`, by)
    await ask(`/api/v1.1/project/${slug}/token`, { token: second.token })
    await send('PATCH', `${PROJECTS}/${slug}`, by, { visibility: 'public' })
    await send('PUT', `${PROJECTS}/${slug}/members/${someone.login}`, by, { role: 'member' })
    await send('DELETE', `${PROJECTS}/${slug}/members/${someone.login}`, by)
    await expect
      .poll(async () => (await askJson(`${PROJECTS}/${slug}/audit`, { token: by.token })).items.length)
      .toBe(8)

    const response = await ask(`${PROJECTS}/${slug}/audit`, { token: by.token })
    const text = await response.text()
    const { items, next_before } = JSON.parse(text)
    expect(items.map(({ action, by, subject }: Record<string, string>) => [action, by, subject])).toEqual([
      ['member.removed', by.login, someone.login],
      ['member.set', by.login, someone.login],
      ['project.updated', by.login, null],
      ['token.refused_by_scope', null, second.id],
      ['token.deleted', by.login, first.id],
      ['token.rotated', by.login, second.id],
      ['token.created', by.login, first.id],
      ['project.created', by.login, slug],
    ])
    expect(items[5]).toMatchObject({
      time: expect.stringMatching(/^\d{4}-.*Z$/),
      by_token: expect.any(String),
      detail: { label: 'a', kind: 'project', scope: 'all', replaces: first.id, overlap_seconds: 86_400 },
      from: 'local',
    })
    expect(next_before).toBeNull()
    for (const secret of [first.token, second.token, by.token]) expect(text).not.toContain(secret)
  })

  it('of a person shows their own acts, in pages', async () => {
    const by = await person('owner')
    for (let i = 0; i < 5; i++) await create(by, { slug: freshSlug() })
    const seen: unknown[] = []
    let before: number | null = null
    do {
      const page: { items: { subject: string }[]; next_before: number | null } = await askJson(
        `/api/buildpass/v1/audit?limit=2${before === null ? '' : `&before=${before}`}`,
        { token: by.token },
      )
      seen.push(...page.items.map(({ subject }) => subject))
      before = page.next_before
    } while (before !== null)
    expect([seen.length, new Set(seen).size]).toEqual([5, 5])
  })

  it.each(['limit=0', 'limit=101', 'limit=x', 'limit=', 'before=0', 'before=-1', 'before=x'])(
    'with %s is 400',
    async (query) => {
      const response = await ask(`/api/buildpass/v1/audit?${query}`, { token: owner.token })
      expect(await statusAndMessage(response)).toEqual([
        400,
        expect.stringContaining(`${query.split('=')[0]}: must be`),
      ])
    },
  )

  it('samples what is refused for its scope: once a minute', async () => {
    const world = await seedWorld(stores, 'private')
    for (let i = 0; i < 5; i++)
      await ask(`/api/v1.1/project/${world.slug}/1/artifacts`, { token: world.secrets.status })
    const count = () =>
      env.DB.prepare("select count(*) as n from audit where action = 'token.refused_by_scope' and project_id = ?")
        .bind(world.project.id)
        .first('n')
    await expect.poll(count).toBe(1)
  })

  it('does not tell of a creator who was none', async () => {
    const someone = await person()
    await send('DELETE', `/api/buildpass/v1/orgs/gh/some-org/creators/${someone.login}`, owner)
    const { results } = await env.DB.prepare('select id from audit where subject = ?').bind(someone.login).all()
    expect(results).toEqual([])
  })
})
