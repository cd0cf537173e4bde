import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { DAY_MS } from '../../../../src/domain/day.ts'
import { seedMember, seedProject, seedToken, seedUser } from '../../../support/seed/seed.ts'
import { openTestApp } from '../../../support/worker/app.ts'
import { type Ask, ask, askJson } from '../../../support/worker/client.ts'
import { openTestStores, type TestStores } from '../../../support/worker/stores.ts'
import { seedWorld, type World } from '../../../support/worker/world.ts'

const SECRET = /^bp[upr]_[0-9A-Za-z]{42}$/

let stores: TestStores
let world: World
beforeAll(async () => {
  stores = await openTestStores()
  world = await seedWorld(stores, 'private')
})

const tokensOf = (slug = world.slug) => `/api/v1.1/project/${slug}/token`
const MINE = '/api/v1.1/user/token'
const TOKEN = '/api/buildpass/v1/token'
const asAdmin = (options: Ask = {}): Ask => ({ token: world.secrets.admin, ...options })
const isoIn = (ms: number) => new Date(Date.now() + ms).toISOString()

/** A personal token of somebody new, and the person. */
async function newcomer() {
  const user = await seedUser(stores.db)
  return { user, ...(await seedToken(stores, { kind: 'personal', user })) }
}

const statusOf = async (token: string, path = `/api/v1.1/project/${world.slug}`) => (await ask(path, { token })).status
const mint = (token: string, label = 'minted') => askJson(MINE, { method: 'POST', token, json: { label } })

describe('creating a token', () => {
  it('answers 201 with the secret, once: no list and no later answer has it', async () => {
    const response = await ask(
      tokensOf(),
      asAdmin({ method: 'POST', json: { label: '  README badge ', scope: 'status' } }),
    )
    expect(response.status).toBe(201)
    expect(response.headers.get('Cache-Control')).toBe('no-store')
    const made = await response.json<Record<string, string>>()
    expect(made).toEqual({
      id: expect.any(String),
      label: 'README badge',
      scope: 'status',
      limits: null,
      prefix: made.token?.slice(0, 8),
      last_four: made.token?.slice(-4),
      time: expect.stringMatching(/^\d{4}-.*Z$/),
      expires_at: null,
      last_used_at: null,
      last_used_from: null,
      leak_reported_at: null,
      token: expect.stringMatching(SECRET),
    })
    expect(await statusOf(made.token ?? '')).toBe(200)
    const { token: _, ...face } = made
    const list = await (await ask(tokensOf(), asAdmin())).text()
    expect(JSON.parse(list)).toContainEqual(
      expect.objectContaining({ id: face.id, label: face.label, scope: 'status' }),
    )
    expect(list).not.toContain(made.token)
    expect(await (await ask(TOKEN, { token: made.token ?? null })).text()).not.toContain(made.token)
  })

  it.each([
    ['status', 'status'],
    ['view-builds', 'view-builds'],
    ['build-artifacts', 'view-builds'],
    ['read-only', 'view-builds'],
    ['all', 'all'],
  ])('takes the scope %s as %s', async (scope, stored) => {
    expect(await askJson(tokensOf(), asAdmin({ method: 'POST', json: { label: 'x', scope } }))).toMatchObject({
      scope: stored,
    })
  })

  it('of the personal kind has no scope and is listed to its person only', async () => {
    const { secret } = await newcomer()
    const made = await askJson(MINE, { method: 'POST', token: secret, json: { label: 'laptop' } })
    expect(made).not.toHaveProperty('scope')
    expect(made.token).toMatch(/^bpu_/)
    expect(await askJson(MINE, { token: made.token })).toHaveLength(2)
    expect(await askJson(MINE, { token: world.secrets.admin })).not.toContainEqual(
      expect.objectContaining({ id: made.id }),
    )
    expect(await askJson('/api/v1/user/token', { token: secret })).toHaveLength(2)
  })

  it('with expires_at works until then', async () => {
    const app = await openTestApp()
    const expiresAt = app.stores.now() + 30_000
    const json = { label: 'short', scope: 'all', expires_at: new Date(expiresAt).toISOString() }
    const made = await (await app.ask(tokensOf(), asAdmin({ method: 'POST', json }))).json<{ token: string }>()
    const read = async () => (await app.ask(`/api/v1.1/project/${world.slug}`, { token: made.token })).status
    app.stores.clock.now = expiresAt - 1
    expect(await read()).toBe(200)
    app.stores.clock.now = expiresAt
    expect(await read()).toBe(401)
  })

  const label = 'x'
  const scope = 'all'
  it.each<[string, unknown, string]>([
    ['no label', { scope }, 'label: is required'],
    ['an empty label', { label: '', scope }, 'label: must be 1 to 100 characters long'],
    ['a blank label', { label: ' \t ', scope }, 'label: must be 1 to 100 characters long'],
    ['a label of 101 characters', { label: 'x'.repeat(101), scope }, 'label: must be 1 to 100 characters long'],
    ['a label with a line break', { label: 'a\nb', scope }, 'label: must not contain control characters'],
    ['a label with a NUL', { label: 'a\u0000b', scope }, 'label: must not contain control characters'],
    ['a label that is a number', { label: 7, scope }, 'label: must be a string'],
    ['no scope', { label }, 'scope: is required'],
    ['an unknown scope', { label, scope: 'admin' }, 'scope: must be one of status, view-builds, all'],
    ['a scope of Object', { label, scope: 'constructor' }, 'scope: must be one of status, view-builds, all'],
    ['a scope that is a list', { label, scope: ['all'] }, 'scope: must be a string'],
    ['a past end', { label, scope, expires_at: '2020-01-01T00:00:00Z' }, 'expires_at: must be in the future'],
    ['an end that is no time', { label, scope, expires_at: 'tomorrow' }, 'expires_at: must be a time like'],
    ['an end that is a number', { label, scope, expires_at: 4e12 }, 'expires_at: must be a time like'],
    ['an unknown field', { label, scope, expires: null }, 'expires: is not a known field'],
    ['an unknown field that every object has', { label, scope, toString: 1 }, 'toString: is not a known field'],
    ['a list', [], 'must be an object'],
    ['a text', 'x', 'must be an object'],
    ['null', null, 'must be an object'],
  ])('with %s is 400, names the field and the rule, and makes nothing', async (_, json, message) => {
    const before = await askJson(tokensOf(), asAdmin())
    const response = await ask(tokensOf(), asAdmin({ method: 'POST', json }))
    const body = await response.json<{ message: string; errors: { path: string; message: string }[] }>()
    expect([response.status, body.message]).toEqual([400, expect.stringContaining(message)])
    const [first] = body.errors
    expect(first?.path ? `${first.path}: ${first.message}` : first?.message).toBe(body.message)
    expect(await askJson(tokensOf(), asAdmin())).toHaveLength(before.length)
  })

  it.each<[string, BodyInit, string]>([
    ['broken JSON', '{"label":', 'valid JSON'],
    ['no body', '', 'valid JSON'],
    ['what is not UTF-8', new Uint8Array([0x7b, 0xff, 0x7d]), 'UTF-8'],
  ])('with %s is 400', async (_, body, message) => {
    const response = await ask(tokensOf(), asAdmin({ method: 'POST', body }))
    expect([response.status, await response.text()]).toEqual([400, expect.stringContaining(message)])
  })

  it('with a scope for a personal token is 400', async () => {
    const response = await ask(MINE, asAdmin({ method: 'POST', json: { label, scope } }))
    expect([response.status, await response.text()]).toEqual([
      400,
      expect.stringContaining('scope: is not a known field'),
    ])
  })

  it('counts the characters of a label as people do', async () => {
    const json = { label: '🚀'.repeat(100), scope }
    expect((await ask(tokensOf(), asAdmin({ method: 'POST', json }))).status).toBe(201)
  })

  it('is refused to a token that has just ended, although this isolate still believes in it', async () => {
    const { id, secret } = await newcomer()
    expect((await ask(MINE, { token: secret })).status).toBe(200)
    await env.DB.prepare('delete from tokens where id = ?').bind(id).run()
    const response = await ask(MINE, { method: 'POST', token: secret, json: { label } })
    expect([response.status, await response.text()]).toEqual([
      401,
      '{"message":"Invalid API token.","code":"invalid_token"}',
    ])
    const { results } = await env.DB.prepare('select id from tokens where minted_by = ?').bind(id).all()
    expect(results).toEqual([])
  })

  it('on a project that was just deleted elsewhere is 404, not a fault', async () => {
    const { user, secret } = await newcomer()
    const project = await seedProject(stores.db)
    await seedMember(stores.db, project, user, 'admin')
    const path = tokensOf(`gh/${project.org}/${project.repo}`)
    expect((await ask(path, { token: secret })).status).toBe(200)
    await env.DB.prepare('delete from projects where id = ?').bind(project.id).run()
    const response = await ask(path, { method: 'POST', token: secret, json: { label, scope } })
    expect([response.status, await response.text()]).toEqual([
      404,
      '{"message":"Project not found","code":"project_not_found"}',
    ])
  })

  it('ends at 1,000 tokens of one holder with a 409 that says so', async () => {
    const project = await seedProject(stores.db)
    await seedMember(stores.db, project, world.users.admin, 'admin')
    await env.DB.prepare(
      `with recursive n(i) as (select 1 union all select i + 1 from n where i < 1000)
       insert into tokens (id, kind, hash, project_id, scope, label, prefix, last_four, created_at)
       select printf('00000000-0000-4000-8000-%012d', i), 'project', 'many-' || i, ?, 'status', 'many', 'bpp_0000', '0000', 0 from n`,
    )
      .bind(project.id)
      .run()
    const path = tokensOf(`gh/${project.org}/${project.repo}`)
    const response = await ask(path, asAdmin({ method: 'POST', json: { label, scope } }))
    expect([response.status, await response.text()]).toEqual([
      409,
      expect.stringMatching(/1000 tokens.*"code":"limit_reached"/),
    ])
    expect(await askJson(path, asAdmin())).toHaveLength(1000)
  })
})

describe('a token cannot be changed', () => {
  it.each(['PATCH', 'PUT', 'POST'])('%s of one is 405 with what is allowed', async (method) => {
    const response = await ask(`${tokensOf()}/some-id`, asAdmin({ method, json: { label: 'new' } }))
    expect([response.status, await response.json()]).toEqual([
      405,
      { message: 'Method not allowed', code: 'method_not_allowed' },
    ])
    expect(response.headers.get('Allow')).toBe('DELETE, OPTIONS')
  })
})

describe('deleting a token', () => {
  const made = () => askJson(tokensOf(), asAdmin({ method: 'POST', json: { label: 'doomed', scope: 'all' } }))

  it.each(['id', 'token'] as const)('by its %s ends it at once', async (by) => {
    const token = await made()
    expect(await statusOf(token.token)).toBe(200)
    const response = await ask(`${tokensOf()}/${token[by]}`, asAdmin({ method: 'DELETE' }))
    expect([response.status, await response.json()]).toEqual([200, { message: 'ok', deleted: [token.id] }])
    expect(await statusOf(token.token)).toBe(401)
    expect((await ask(`${tokensOf()}/${token[by]}`, asAdmin({ method: 'DELETE' }))).status).toBe(404)
  })

  it('of another project, another person or the other kind is 404 and ends nothing', async () => {
    const elsewhere = await seedWorld(stores, 'private')
    const foreign = await seedToken(stores, { kind: 'project', project: elsewhere.project, scope: 'all' })
    const theirs = await newcomer()
    for (const path of [
      `${tokensOf()}/${foreign.id}`,
      `${tokensOf()}/${foreign.secret}`,
      `${tokensOf()}/${theirs.id}`,
      `${MINE}/${theirs.id}`,
      `${MINE}/${theirs.secret}`,
      `${MINE}/${foreign.id}`,
    ]) {
      const response = await ask(path, asAdmin({ method: 'DELETE' }))
      expect([response.status, await response.text()], path).toEqual([
        404,
        '{"message":"Token not found","code":"token_not_found"}',
      ])
    }
    expect(await statusOf(theirs.secret, MINE)).toBe(200)
    expect(await statusOf(foreign.secret, `/api/v1.1/project/${elsewhere.slug}`)).toBe(200)
  })

  it('takes along what it minted, and what that minted', async () => {
    const root = await newcomer()
    const leaked = await mint(root.secret)
    const child = await mint(leaked.token)
    const grandchild = await mint(child.token)
    const { deleted } = await askJson(`${MINE}/${leaked.id}`, { method: 'DELETE', token: root.secret })
    expect(new Set(deleted)).toEqual(new Set([leaked.id, child.id, grandchild.id]))
    expect(await statusOf(grandchild.token, MINE)).toBe(401)
    expect(await statusOf(root.secret, MINE)).toBe(200)
  })

  it('takes along the project tokens that it minted', async () => {
    const { user, secret } = await newcomer()
    await seedMember(stores.db, world.project, user, 'admin')
    const helper = await mint(secret)
    const badge = await askJson(tokensOf(), {
      method: 'POST',
      token: helper.token,
      json: { label: 'b', scope: 'status' },
    })
    await ask(`${MINE}/${helper.id}`, { method: 'DELETE', token: secret })
    expect(await statusOf(badge.token)).toBe(401)
  })

  it('spares the token that asks', async () => {
    const root = await newcomer()
    const child = await mint(root.secret)
    expect(await askJson(`${MINE}/${root.id}`, { method: 'DELETE', token: child.token })).toMatchObject({
      deleted: [root.id],
    })
    expect(await statusOf(child.token, MINE)).toBe(200)
  })

  it('spares what it minted on ?keep_minted=true, which then counts as minted by whoever minted the deleted one', async () => {
    const root = await newcomer()
    const leaked = await mint(root.secret)
    const middle = await mint(leaked.token)
    const last = await mint(middle.token)
    const keep = await askJson(`${MINE}/${middle.id}?keep_minted=true`, { method: 'DELETE', token: root.secret })
    expect(keep.deleted).toEqual([middle.id])
    expect(await statusOf(last.token, MINE)).toBe(200)
    const { deleted } = await askJson(`${MINE}/${leaked.id}`, { method: 'DELETE', token: root.secret })
    expect(new Set(deleted)).toEqual(new Set([leaked.id, last.id]))
  })

  it('with a keep_minted that is neither true nor false is 400 and ends nothing', async () => {
    const token = await made()
    const response = await ask(`${tokensOf()}/${token.id}?keep_minted=yes`, asAdmin({ method: 'DELETE' }))
    expect([response.status, await response.text()]).toEqual([
      400,
      expect.stringContaining('keep_minted: must be true or false'),
    ])
    expect(await statusOf(token.token)).toBe(200)
  })
})

describe('rotating a token', () => {
  async function rotation(json?: unknown) {
    const app = await openTestApp()
    const old = await seedToken(app.stores, {
      kind: 'project',
      project: world.project,
      scope: 'status',
      label: 'Badge',
    })
    const response = await app.ask(
      `${tokensOf()}/${old.id}/rotate`,
      asAdmin({ method: 'POST', ...(json === undefined ? {} : { json }) }),
    )
    const read = async (token: string) => (await app.ask(`/api/v1.1/project/${world.slug}`, { token })).status
    return { ...app, old, response, read, body: await response.json<Record<string, string>>() }
  }

  it.each([
    [undefined, 24 * 3_600],
    [{}, 24 * 3_600],
    [{ overlap_seconds: 90 }, 90],
    [{ overlap_seconds: 30 * 24 * 3_600 }, 30 * 24 * 3_600],
  ])('with %j leaves the old one working for %i s, to the millisecond', async (json, seconds) => {
    const { stores, old, read, body, response } = await rotation(json)
    expect(response.status).toBe(201)
    expect(body).toMatchObject({
      label: 'Badge',
      scope: 'status',
      replaces: old.id,
      token: expect.stringMatching(SECRET),
    })
    expect([await read(old.secret), await read(body.token ?? '')]).toEqual([200, 200])
    stores.clock.advance(seconds * 1000 - 1)
    expect([await read(old.secret), await read(body.token ?? '')]).toEqual([200, 200])
    stores.clock.advance(1)
    expect([await read(old.secret), await read(body.token ?? '')]).toEqual([401, 200])
  })

  it('with no overlap ends the old one at once', async () => {
    const { old, read, body } = await rotation({ overlap_seconds: 0 })
    expect([await read(old.secret), await read(body.token ?? '')]).toEqual([401, 200])
  })

  it.each([-1, 30 * 24 * 3_600 + 1, 1.5, '60', null])(
    'with an overlap of %j is 400 and makes nothing',
    async (overlap_seconds) => {
      const { response, body, read, old } = await rotation({ overlap_seconds })
      expect([response.status, body.message]).toEqual([
        400,
        'overlap_seconds: must be a whole number from 0 to 2592000',
      ])
      expect(await read(old.secret)).toBe(200)
      expect(await askJson(tokensOf(), asAdmin())).toContainEqual(
        expect.objectContaining({ id: old.id, expires_at: null }),
      )
    },
  )

  it('does not lengthen a life that ends sooner than the overlap, and gives the successor the same length of life', async () => {
    const app = await openTestApp()
    const expiresAt = app.stores.now() + 3_600_000
    const old = await seedToken(app.stores, { kind: 'project', project: world.project, scope: 'all', expiresAt })
    const made = await (await app.ask(`${tokensOf()}/${old.id}/rotate`, asAdmin({ method: 'POST' }))).json<{
      expires_at: string
    }>()
    expect(Date.parse(made.expires_at) - app.stores.now()).toBeGreaterThan(3_590_000)
    const listed = await askJson(tokensOf(), asAdmin())
    const row = listed.find(({ id }: { id: string }) => id === old.id)
    expect(row.expires_at).toBe(new Date(expiresAt).toISOString())
  })

  it('again, as a client does that lost the answer, gives the same length of life again', async () => {
    for (const lifeMs of [null, 90 * DAY_MS]) {
      const app = await openTestApp()
      const expiresAt = lifeMs === null ? null : Date.now() + lifeMs
      const old = await seedToken(app.stores, { kind: 'project', project: world.project, scope: 'all', expiresAt })
      const ends: (number | null)[] = []
      for (let i = 0; i < 3; i++) {
        app.stores.clock.advance(1_000)
        const response = await app.ask(`${tokensOf()}/${old.id}/rotate`, asAdmin({ method: 'POST' }))
        const { expires_at } = await response.json<{ expires_at: string | null }>()
        ends.push(expires_at === null ? null : Math.round((Date.parse(expires_at) - app.stores.now()) / DAY_MS))
      }
      expect(ends).toEqual(lifeMs === null ? [null, null, null] : [90, 90, 90])
    }
  })

  it('of a token that expired is 409, of one that is not there 404', async () => {
    const old = await seedToken(stores, {
      kind: 'project',
      project: world.project,
      scope: 'all',
      expiresAt: Date.now() - 1,
    })
    const rotate = async (id: string) => (await ask(`${tokensOf()}/${id}/rotate`, asAdmin({ method: 'POST' }))).status
    expect(await rotate(old.id)).toBe(409)
    expect(await rotate(crypto.randomUUID())).toBe(404)
  })

  it('by a token that has just ended is 401 and makes nothing', async () => {
    const { id, secret } = await newcomer()
    const other = await mint(secret)
    await env.DB.prepare('delete from tokens where id = ?').bind(id).run()
    const response = await ask(`${MINE}/${other.id}/rotate`, { method: 'POST', token: secret })
    expect([response.status, await response.text()]).toEqual([
      401,
      '{"message":"Invalid API token.","code":"invalid_token"}',
    ])
    expect(await askJson(MINE, { token: other.token })).toHaveLength(1)
  })

  it('makes the successor count as minted by the token that asked', async () => {
    const owner = await newcomer()
    const stolen = await mint(owner.secret)
    const successor = await askJson(`${MINE}/${stolen.id}/rotate`, { method: 'POST', token: stolen.token })
    expect(await statusOf(successor.token, MINE)).toBe(200)
    await ask(`${MINE}/${stolen.id}`, { method: 'DELETE', token: owner.secret })
    expect(await statusOf(successor.token, MINE)).toBe(401)
  })
})

describe('the presented token', () => {
  it.each(['status', 'view-builds', 'all', 'reporting', 'member'] as const)('describes itself: %s', async (asker) => {
    const about = await askJson(TOKEN, { token: world.secrets[asker] })
    const kind = asker === 'member' ? 'personal' : asker === 'reporting' ? 'reporting' : 'project'
    expect(about).toMatchObject({
      kind,
      project: kind === 'personal' ? null : world.slug,
      label: 'seeded',
      expires_at: null,
      prefix: world.secrets[asker]?.slice(0, 8),
      last_four: world.secrets[asker]?.slice(-4),
      ...(kind === 'project' ? { scope: asker } : {}),
    })
  })

  it('of a person or a reporter deletes itself, with what it minted', async () => {
    const { id, secret } = await newcomer()
    const child = await mint(secret)
    const body = await askJson(TOKEN, { method: 'DELETE', token: secret })
    expect(new Set(body.deleted)).toEqual(new Set([id, child.id]))
    expect([await statusOf(secret, TOKEN), await statusOf(child.token, TOKEN)]).toEqual([401, 401])
    const reporting = await seedToken(stores, { kind: 'reporting', project: world.project })
    expect((await ask(TOKEN, { method: 'DELETE', token: reporting.secret })).status).toBe(200)
    expect(await statusOf(reporting.secret, TOKEN)).toBe(401)
  })

  it('of a project does not delete itself: it is read-only', async () => {
    const response = await ask(TOKEN, { method: 'DELETE', token: world.secrets.status })
    expect([response.status, await response.text()]).toEqual([
      403,
      '{"message":"Permission denied","code":"permission_denied"}',
    ])
    expect(await statusOf(world.secrets.status ?? '')).toBe(200)
  })
})

describe('the last use of a token', () => {
  it('is noted to the minute, once in ten minutes, and not before the answer', async () => {
    const app = await openTestApp()
    app.stores.clock.now = Math.ceil(Date.now() / 600_000) * 600_000 + 90_500
    const { id, secret } = await seedToken(app.stores, { kind: 'project', project: world.project, scope: 'all' })
    const read = async () => {
      await app.ask(`/api/v1.1/project/${world.slug}`, { token: secret })
      await app.stores.settled()
    }
    const noted = () => env.DB.prepare('select last_used_at from tokens where id = ?').bind(id).first('last_used_at')
    await read()
    const minute = app.stores.now() - 30_500
    expect(await noted()).toBe(minute)
    app.stores.recorded.length = 0
    app.stores.clock.advance(400_000)
    await read()
    expect(app.stores.recorded.filter(({ sql }) => /^update .?tokens/.test(sql))).toEqual([])
    app.stores.clock.advance(200_000)
    await read()
    expect(await noted()).toBe(minute + 600_000)
    expect(await askJson(TOKEN, { token: secret })).toMatchObject({
      last_used_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:00\.000Z$/),
    })
  })

  it('that cannot be noted harms no answer', async () => {
    const app = await openTestApp()
    app.stores.clock.now = Math.ceil(Date.now() / 600_000) * 600_000 - 1_000
    const badge = async () => (await app.ask(`/${world.slug}.svg`, { token: world.secrets.all })).status
    expect(await badge()).toBe(200)
    await app.stores.settled()
    app.stores.clock.advance(2_000)
    app.stores.faults.beforeD1 = async () => {
      throw new Error('D1_ERROR: Network connection lost.')
    }
    expect(await badge()).toBe(200)
    await app.stores.settled()
    expect(app.stores.warnings).toEqual(['last_use_unwritable'])
  })
})

it('lists tokens oldest first, those that expired too, with no-cache and an ETag', async () => {
  const project = await seedProject(stores.db)
  const { user, secret } = await newcomer()
  await seedMember(stores.db, project, user, 'admin')
  const minute = (n: number) => Date.UTC(2026, 0, 1, 0, n)
  for (const [scope, n, expiresAt] of [
    ['all', 3, null],
    ['status', 1, minute(2)],
    ['view-builds', 2, null],
  ] as const)
    await seedToken(stores, { kind: 'project', project, scope, createdAt: minute(n), expiresAt })
  const response = await ask(tokensOf(`${project.vcs}/${project.org}/${project.repo}`), { token: secret })
  const listed = await response.json<{ time: string; scope: string }[]>()
  expect(listed.map(({ scope, time }) => [scope, Date.parse(time)])).toEqual([
    ['status', minute(1)],
    ['view-builds', minute(2)],
    ['all', minute(3)],
  ])
  expect(response.headers.get('ETag')).toMatch(/^"[0-9a-f]{32}"$/)
})

it('accepts an end in any RFC 3339 form and shows it in UTC', async () => {
  const json = { label: 'x', scope: 'all', expires_at: isoIn(DAY_MS).replace('Z', '+00:00') }
  const made = await askJson(tokensOf(), asAdmin({ method: 'POST', json }))
  expect(made.expires_at).toBe(new Date(json.expires_at).toISOString())
})
