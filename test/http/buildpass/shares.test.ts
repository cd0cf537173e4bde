import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { mintShareSecret } from '../../../src/domain/access/secret.ts'
import { DAY_MS } from '../../../src/domain/day.ts'
import { MAX_SHARES } from '../../../src/storage/shares/shares.ts'
import { seedToken } from '../../support/seed/seed.ts'
import { seedShare } from '../../support/seed/seed-share.ts'
import { openTestApp, type TestApp } from '../../support/worker/app.ts'
import { reportBuild } from '../../support/worker/as-instance.ts'
import { snapshot } from '../../support/worker/snapshot.ts'
import { openTestStores, type TestStores } from '../../support/worker/stores.ts'
import { reportOf, seedArtifact, seedWorld, type World } from '../../support/worker/world.ts'

const REPORT = { path: 'out/report.txt', build: 1 }

let stores: TestStores
let world: World
let app: TestApp
let path: string
beforeEach(async () => {
  stores = await openTestStores()
  world = await seedWorld(stores, 'private')
  app = await openTestApp({ stores })
  path = `/api/buildpass/v1/projects/${world.slug}/shares`
})

const make = (json: unknown, token = world.secrets.member) => app.ask(path, { method: 'POST', token, json })
// biome-ignore lint/suspicious/noExplicitAny: tests read fields that the type cannot know.
const made = async (json: unknown, token?: string | null): Promise<any> => (await make(json, token)).json()
const read = async (rest = '', token = world.secrets.member) => app.ask(`${path}${rest}`, { token })
const end = (id: string, token = world.secrets.member) => app.ask(`${path}/${id}`, { method: 'DELETE', token })
const timeIn = (ms: number) => new Date(stores.now() + ms).toISOString()

describe('making a share link', () => {
  it('answers with the link, this once, and what it opens', async () => {
    const response = await make({
      ...REPORT,
      expires_at: timeIn(DAY_MS),
      max_uses: 3,
      show_name: true,
      label: ' for Jo ',
    })
    const { link, ...share } = await response.json<{ link: string; id: string }>()
    expect([response.status, response.headers.get('Cache-Control')]).toEqual([201, 'no-store'])
    expect(link).toMatch(/^https:\/\/builds\.test\/s\/bps_[0-9A-Za-z]{42}$/)
    expect(share).toEqual({
      id: share.id,
      kind: 'path',
      path: 'out/report.txt',
      node_index: 0,
      build: 1,
      latest: null,
      label: 'for Jo',
      show_name: true,
      last_four: link.slice(-4),
      created_by: world.users.member.login,
      created_at: timeIn(0),
      expires_at: timeIn(DAY_MS),
      max_uses: 3,
      uses: 0,
      last_used_at: null,
      last_used_from: null,
      state: 'open',
    })
    expect(await (await read()).json()).toEqual({ items: [share], next_after: null })
    expect(await (await read(`/${share.id}`)).json()).toEqual(share)
  })

  it('ends after seven days, opens as often as it is asked, and tells no name, unless something else is said', async () => {
    expect(await made(REPORT)).toMatchObject({
      expires_at: timeIn(7 * DAY_MS),
      max_uses: null,
      show_name: false,
      label: null,
    })
  })

  it('takes null for what is not said, as its answers have it', async () => {
    const unsaid = { latest: null, label: null, max_uses: null }
    expect(await made({ ...REPORT, ...unsaid })).toMatchObject({ build: 1, ...unsaid })
    expect(await made({ path: REPORT.path, build: null, latest: { branch: null } })).toMatchObject({ build: null })
  })

  it('to the newest build of a branch says which, or that it is the default branch', async () => {
    expect(await made({ path: REPORT.path, latest: {} })).toMatchObject({ build: null, latest: { branch: null } })
    expect(await made({ path: REPORT.path, latest: { branch: 'main' } })).toMatchObject({ latest: { branch: 'main' } })
  })

  it('stores no secret, only its hash', async () => {
    const { link } = await made(REPORT)
    const secret = link.split('/').at(-1) as string
    const rows = JSON.stringify(await snapshot())
    expect(rows).toContain(world.project.id)
    for (const part of [secret, secret.slice(4, 40)]) expect(rows).not.toContain(part)
    expect(JSON.stringify(await (await read()).json())).not.toContain(secret.slice(4, 40))
    expect((await env.KV.list()).keys.filter(({ name }) => name.includes(secret))).toEqual([])
  })

  it.each<[string, object, string]>([
    ['no path', { build: 1 }, 'path: is required, or pack or report in its place'],
    ['a path that leads out', { path: '../x', build: 1 }, 'path: must not have a "." or ".." segment'],
    ['a path that is no text', { path: 1, build: 1 }, 'path: must be a string'],
    ['neither a build nor latest', { path: 'a' }, 'build: is required, or latest in its place'],
    ['both', { ...REPORT, latest: {} }, 'latest: must not come with build: a link opens one of the two'],
    ['a build that is no number', { path: 'a', build: '1' }, 'build: must be a whole number from 1 to 999999999'],
    ['an unknown word in latest', { path: 'a', latest: { job: 'x' } }, 'latest.job: is not a known field'],
    ['an empty branch', { path: 'a', latest: { branch: '' } }, 'latest.branch: must be 1 to 1024 characters long'],
    ['a node beyond all', { ...REPORT, node_index: 10_000 }, 'node_index: must be a whole number from 0 to 9999'],
    ['an end in the past', { ...REPORT, expires_at: '2020-01-01T00:00:00Z' }, 'expires_at: must be in the future'],
    [
      'an end beyond 90 days',
      { ...REPORT, expires_at: '2099-01-01T00:00:00Z' },
      'expires_at: must be at most 90 days from now',
    ],
    [
      'an end that is no time',
      { ...REPORT, expires_at: 'soon' },
      'expires_at: must be a time like 2026-01-31T12:00:00Z (RFC 3339)',
    ],
    ['no use at all', { ...REPORT, max_uses: 0 }, 'max_uses: must be a whole number from 1 to 1000000'],
    ['too many uses', { ...REPORT, max_uses: 1_000_001 }, 'max_uses: must be a whole number from 1 to 1000000'],
    ['show_name in words', { ...REPORT, show_name: 'yes' }, 'show_name: must be true or false'],
    ['a label of nothing', { ...REPORT, label: ' ' }, 'label: must be 1 to 100 characters long'],
    ['a pack besides a path', { ...REPORT, pack: 'x' }, 'pack: must not come with path: a link opens one thing'],
    ['the latest of a pack', { pack: 'x', latest: {} }, 'latest: must not come with pack, which is of one build'],
    ['a pack with a slash', { pack: 'a/b', build: 1 }, 'pack: must have letters, digits, ".", "_", "~" and "-" alone'],
    ['a report besides a path', { ...REPORT, report: 'x' }, 'report: must not come with path: a link opens one thing'],
    ['a report that leads out', { report: '../x', build: 1 }, 'report: must not have a "." or ".." segment'],
    ['a report of nothing', { report: '/', build: 1 }, 'report: must not be empty'],
  ])('with %s is refused by field and rule, and nothing is stored', async (_, json, message) => {
    const response = await make(json)
    expect([response.status, (await response.json<{ message: string }>()).message]).toEqual([400, message])
    expect(await (await read()).json()).toMatchObject({ items: [] })
  })

  it.each<[string, object, string]>([
    ['a build that is not there', { ...REPORT, build: 2 }, 'build_not_found'],
    ['a path that the build does not have', { ...REPORT, path: 'out/other.txt' }, 'artifact_not_found'],
    ['a node that made no such file', { ...REPORT, node_index: 1 }, 'artifact_not_found'],
    ['a path that no build of the branch has', { path: 'nothing', latest: {} }, 'artifact_not_found'],
    ['a branch that has no build', { path: REPORT.path, latest: { branch: 'x' } }, 'artifact_not_found'],
  ])('to %s is a 404, and nothing is stored', async (_, json, code) => {
    const response = await make(json)
    expect([response.status, (await response.json<{ code: string }>()).code]).toEqual([404, code])
    expect(await (await read()).json()).toMatchObject({ items: [] })
  })

  it('is refused where a project has a thousand open ones, of which those that ran out are none', async () => {
    const { id } = await made(REPORT)
    const columns = 'project_id, kind, node_index, path, build_id, last_four, shows_name, created_by, created_at'
    await env.DB.prepare(
      `with recursive n(i) as (select 1 union all select i + 1 from n where i < ${MAX_SHARES - 1})
      insert into shares (id, hash, expires_at, ${columns}) select id || i, hash || i, expires_at, ${columns} from shares, n where id = ?`,
    )
      .bind(id)
      .run()
    const full = await make(REPORT)
    expect([full.status, (await full.json<{ code: string }>()).code]).toEqual([409, 'limit_reached'])
    stores.clock.advance(7 * DAY_MS + 1)
    // The member's token is a year's.
    expect((await make(REPORT)).status).toBe(201)
  })
})

describe('the share links of a project', () => {
  it('are listed newest first, in pages', async () => {
    const ids: string[] = []
    for (let i = 0; i < 5; i++) {
      ids.unshift((await made(REPORT)).id)
      stores.clock.advance(1)
    }
    type Page = { items: { id: string }[]; next_after: string | null }
    const seen: string[] = []
    let after: string | null = ''
    while (after !== null) {
      const page: Page = await (await read(`?limit=2${after && `&after=${after}`}`)).json<Page>()
      seen.push(...page.items.map(({ id }) => id))
      after = page.next_after
    }
    expect(seen).toEqual(ids)
    expect((await read('?after=x')).status).toBe(400)
  })

  it('tell when they have run out', async () => {
    const { id } = await made(REPORT)
    stores.clock.advance(7 * DAY_MS)
    expect(await (await read(`/${id}`)).json()).toMatchObject({ state: 'expired' })
  })

  it('are there for any member, and any of them may end any', async () => {
    const { id } = await made(REPORT, world.secrets.admin)
    expect(await (await read('', world.secrets.member)).json()).toMatchObject({ items: [{ id }] })
    expect((await end(id)).status).toBe(200)
    expect(await (await read()).json()).toMatchObject({ items: [] })
    expect([(await end(id)).status, (await read(`/${id}`)).status]).toEqual([404, 404])
  })

  it('are in the audit log: who made and who ended them, and not each use', async () => {
    const { id, link } = await made({ ...REPORT, label: 'for Jo' })
    await app.ask(new URL(link).pathname, { method: 'POST' })
    await end(id, world.secrets.admin)
    const { results } = await env.DB.prepare('select action, user_id, detail from audit where subject = ? order by id')
      .bind(id)
      .all()
    const detail = '{"label":"for Jo","kind":"path","path":"out/report.txt","node":0,"build":1}'
    expect(results).toEqual([
      { action: 'share.created', user_id: world.users.member.id, detail },
      { action: 'share.ended', user_id: world.users.admin.id, detail },
    ])
  })

  it('are not another project’s, whatever its members hold', async () => {
    const other = await seedWorld(stores, 'private')
    const { id } = await seedShare(stores, other)
    expect([(await read(`/${id}`)).status, (await end(id)).status]).toEqual([404, 404])
    expect(
      (await app.ask(`/api/buildpass/v1/projects/${other.slug}/shares/${id}`, { token: other.secrets.member })).status,
    ).toBe(200)
  })
})

describe('the secret of a share link', () => {
  it('is no token anywhere, and asking with it costs no read', async () => {
    const { secret } = await seedShare(stores, world)
    stores.resetCounts()
    const me = '/api/v1.1/me'
    const ways: Record<string, string>[] = [
      { Authorization: `Bearer ${secret}` },
      { 'Circle-Token': secret },
      { Authorization: `Basic ${btoa(`${secret}:`)}` },
    ]
    for (const headers of ways)
      for (const where of [me, `/${world.slug}.svg`, path, '/cc.xml'])
        expect([where, (await app.ask(where, { headers })).status]).toEqual([where, 401])
    expect((await app.ask(`${me}?circle-token=${secret}`)).status).toBe(401)
    expect(stores.counts.d1).toBe(0)
  })

  it('opens no page of the project', async () => {
    const { secret } = await seedShare(stores, world)
    const headers = { Cookie: `__Host-session=${secret}`, Accept: 'text/html' }
    expect((await app.ask(`/${world.slug}`, { headers })).status).toBe(303)
  })

  it('ends when it is reported as found in public, without a word on whether it lived', async () => {
    const { id, path: link, secret } = await seedShare(stores, world)
    const report = (found: string) => app.ask('/api/buildpass/v1/leaks', { method: 'POST', json: { secrets: [found] } })
    const [live, unknown] = [await report(secret), await report(mintShareSecret())]
    expect([live.status, await live.text()]).toEqual([unknown.status, await unknown.text()])
    expect((await app.ask(link)).status).toBe(404)
    const told = await env.DB.prepare("select action from audit where subject = ? and action = 'share.leaked'")
      .bind(id)
      .all()
    expect(told.results).toHaveLength(1)
  })

  it('stands in no line of the log', async () => {
    const { path: link, secret } = await seedShare(stores, world)
    const lines: string[] = []
    const { log, warn } = console
    console.log = (line: string) => void lines.push(line)
    console.warn = (line: string) => void lines.push(line)
    try {
      await app.ask(link)
      await app.ask(`${link}?download`)
      await app.ask(link, { method: 'POST' })
      await app.ask(`${link}x`)
      await app.ask(`/s/${mintShareSecret()}`)
      await app.ask(`${link}/more`)
    } finally {
      Object.assign(console, { log, warn })
    }
    expect(lines).toHaveLength(6)
    for (const line of lines) expect(line).not.toMatch(/bps_|\?/)
    for (const line of lines.slice(0, 5)) expect(JSON.parse(line).route).toMatch(/^(?:GET|POST) \/s\/:secret$/)
    expect(lines.join()).not.toContain(secret.slice(4, 20))
  })
})

describe('what a link was made with', () => {
  it('ends it: the token, unless the caller keeps what it made', async () => {
    const own = () => seedToken(stores, { kind: 'personal', user: world.users.member })
    const states = []
    for (const query of ['', '?keep_minted=true']) {
      const token = await own()
      const { link } = await made(REPORT, token.secret)
      await app.ask(`/api/v1.1/user/token/${token.id}${query}`, { method: 'DELETE', token: world.secrets.member })
      states.push((await app.ask(new URL(link).pathname)).status)
    }
    expect(states).toEqual([404, 200])
  })

  it('is named where its maker is about to be removed', async () => {
    await made({ ...REPORT, label: 'for Jo' })
    const removed = await app.ask(`/api/buildpass/v1/projects/${world.slug}/members/${world.users.member.login}`, {
      method: 'DELETE',
      token: world.secrets.admin,
    })
    expect(await removed.json()).toMatchObject({ made: [{ kind: 'share', name: 'for Jo' }] })
    expect(await (await read('', world.secrets.admin)).json()).toMatchObject({ items: [] })
  })
})

it('a link to the newest of a branch follows it', async () => {
  const { link } = await made({ path: REPORT.path, latest: {} })
  const textOf = async () => {
    const redirect = await app.ask(`${new URL(link).pathname}?download`)
    const to = new URL(redirect.headers.get('Location') ?? '')
    return (await app.ask(to.pathname)).text()
  }
  expect(await textOf()).toBe('hello')
  for (const branch of ['main', 'other']) {
    const reported = await reportBuild(stores, world.project.id, reportOf({ pipeline: { externalId: branch, branch } }))
    if (!('build' in reported)) throw new Error(reported.kind)
    await seedArtifact(stores, world.project, reported.build, { path: REPORT.path, text: `of ${branch}` })
  }
  expect(await textOf()).toBe('of main')
  await env.DB.prepare("update projects set default_branch = 'other' where id = ?").bind(world.project.id).run()
  expect(await textOf()).toBe('of other')
})
