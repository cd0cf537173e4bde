import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import { INSTANCE } from '../../../../src/domain/access/actor.ts'
import { mintShareSecret, parseShareSecret } from '../../../../src/domain/access/secret.ts'
import { DAY_MS } from '../../../../src/domain/day.ts'
import { CREDENTIAL_TABLES } from '../../../../src/storage/edge/new-life.ts'
import { deleteUser } from '../../../../src/storage/people/instance-users.ts'
import { deleteMember, demoteAdmin } from '../../../../src/storage/people/members.ts'
import { deleteProject } from '../../../../src/storage/projects/project-settings.ts'
import { useShare } from '../../../../src/storage/shares/open-share.ts'
import { deleteShare } from '../../../../src/storage/shares/shares.ts'
import { deleteToken } from '../../../../src/storage/tokens/token-ends.ts'
import { seedToken } from '../../../support/seed/seed.ts'
import { seedShare } from '../../../support/seed/seed-share.ts'
import { openTestApp, SPENT, type TestApp } from '../../../support/worker/app.ts'
import { actsAs, keepUpload } from '../../../support/worker/as-instance.ts'
import type { Ask } from '../../../support/worker/client.ts'
import { openTestStores, type TestStores } from '../../../support/worker/stores.ts'
import { seedPack, seedWorld, type World } from '../../../support/worker/world.ts'

type Link = Awaited<ReturnType<typeof seedShare>>

let stores: TestStores
let world: World
let app: TestApp
beforeEach(async () => {
  stores = await openTestStores()
  world = await seedWorld(stores, 'private')
  app = await openTestApp({ stores })
})

const press = (link: Pick<Link, 'path'>, more: Ask = {}) => app.ask(link.path, { method: 'POST', ...more })
/** The path of the bytes to which an answer leads. */
const leadsTo = (answer: Response) => new URL(answer.headers.get('Location') ?? '').pathname

async function rowOf({ id }: Link) {
  return env.DB.prepare('select uses, last_used_at, last_used_from from shares where id = ?').bind(id).first()
}

/** What tells what a page shows, without what is different in each answer. */
async function pageOf(response: Response) {
  return [response.status, (await response.text()).replaceAll(/\?v=\w+/g, '')] as const
}

describe('the page of a share link', () => {
  it('tells nothing of the file, and counts nothing, whoever unfurls it', async () => {
    const link = await seedShare(stores, world, { label: 'secret-label' })
    for (const method of ['GET', 'HEAD', 'GET']) {
      const response = await app.ask(link.path, { method, headers: { 'User-Agent': 'Slackbot-LinkExpanding 1.0' } })
      const said = `${JSON.stringify([...response.headers])} ${await response.text()}`
      expect(response.status).toBe(200)
      const { org } = world.project
      for (const word of [
        'report',
        'out/',
        'hello',
        org,
        'web',
        'secret-label',
        world.users.member.login,
        'text/plain',
      ])
        expect(said.replaceAll('bps_', '').replaceAll(link.secret.slice(4), '')).not.toContain(word)
    }
    expect(await rowOf(link)).toEqual({ uses: 0, last_used_at: null, last_used_from: null })
  })

  it.each([
    ['path', 'a/b.txt', 'in a pack'],
    ['pack', 'seeded', 'PK\u0003\u0004'],
  ] as const)('opens a %s of a pack', async (kind, path, text) => {
    await seedPack(stores, world.project, world.build, { 'a/b.txt': 'in a pack' })
    const link = await seedShare(stores, world, { thing: { kind, nodeIndex: 0, path } })
    const bytes = await app.ask(leadsTo(await press(link)))
    expect((await bytes.text()).startsWith(text)).toBe(true)
    expect(await rowOf(link)).toMatchObject({ uses: 1 })
  })

  it('tells name and size where its maker said so', async () => {
    const link = await seedShare(stores, world, { showsName: true })
    const text = await (await app.ask(link.path)).text()
    expect(text).toContain('<title>report.txt · Buildpass</title>')
    expect(text).toContain('5 B')
    for (const word of [world.project.org, 'out/']) expect(text).not.toContain(word)
  })

  it('is kept out of search engines, of referrers and of caches, and may run and load little', async () => {
    const link = await seedShare(stores, world)
    for (const path of [link.path, `/s/${mintShareSecret()}`]) {
      const response = await app.ask(path)
      expect(Object.fromEntries(response.headers)).toMatchObject({
        'cache-control': 'no-store',
        'referrer-policy': 'no-referrer',
        'x-robots-tag': 'noindex, nofollow, noarchive',
        'x-frame-options': 'DENY',
        'content-security-policy': expect.stringContaining("default-src 'none'"),
      })
      expect(await response.text()).toContain('<meta name="robots" content="noindex, nofollow, noarchive"/>')
    }
  })

  it('names no address but its own to the button', async () => {
    const link = await seedShare(stores, world)
    const text = await (await app.ask(link.path)).text()
    expect([...text.matchAll(/(?:href|action|src)="([^"?#]+)/g)].map(([, to]) => to).sort()).toEqual(
      ['/', '/assets/app.css', '/assets/app.js', '/assets/icon.svg', link.path].sort(),
    )
  })

  it('lets its form lead to where downloads are', async () => {
    const other = await openTestApp({ stores, vars: { DOWNLOAD_ORIGIN: 'https://files.example' } })
    const link = await seedShare(stores, world)
    const response = await other.ask(link.path)
    expect(response.headers.get('Content-Security-Policy')).toContain("form-action 'self' https://files.example")
    const answer = await other.ask(link.path, { method: 'POST' })
    expect(answer.headers.get('Location')).toMatch(/^https:\/\/files\.example\/download\//)
  })
})

describe('what a share link leads to', () => {
  it('is the file, by the button, with the use counted', async () => {
    const link = await seedShare(stores, world)
    const answer = await press(link)
    expect([answer.status, answer.headers.get('Cache-Control')]).toEqual([303, 'no-store'])
    expect(answer.headers.get('Location')).not.toContain(link.secret.slice(4))
    expect(answer.headers.get('Referrer-Policy')).toBe('no-referrer')
    const file = await app.ask(leadsTo(answer))
    expect([file.status, await file.text()]).toEqual([200, 'hello'])
    expect(file.headers.get('Referrer-Policy')).toBe('no-referrer')
    expect(await rowOf(link)).toEqual({ uses: 1, last_used_at: stores.now(), last_used_from: null })
  })

  it('is the file, by ?download, for scripts', async () => {
    const link = await seedShare(stores, world)
    const answer = await app.ask(`${link.path}?download`)
    expect([answer.status, answer.headers.get('Cache-Control')]).toEqual([303, 'no-store'])
    expect(await (await app.ask(leadsTo(answer))).text()).toBe('hello')
    expect(await rowOf(link)).toMatchObject({ uses: 1 })
    expect((await app.ask(`${link.path}?download`, { method: 'HEAD' })).status).toBe(200)
    expect(await rowOf(link)).toMatchObject({ uses: 1 })
  })

  it('is no other route, and no other file', async () => {
    const link = await seedShare(stores, world)
    for (const path of [`${link.path}/out/report.txt`, `${link.path}/..`, `/download/${link.secret}/report.txt`])
      expect((await app.ask(path)).status).not.toBe(200)
    const ticket = leadsTo(await press(link))
    expect((await app.ask(ticket.replace('report.txt', 'other.txt'))).status).toBe(404)
  })

  it('is what lies at its path now', async () => {
    const link = await seedShare(stores, world)
    const bytes = new TextEncoder().encode('other bytes')
    const { project, build } = world
    await keepUpload(
      stores,
      { projectId: project.id, buildId: build.id, num: build.num },
      {
        path: 'out/report.txt',
        nodeIndex: 0,
        sizeBytes: bytes.length,
        contentType: 'text/plain',
        sha256: null,
        overwrite: true,
        body: new Blob([bytes]).stream(),
      },
    )
    expect(await (await app.ask(leadsTo(await press(link)))).text()).toBe('other bytes')
  })

  it('ends no later than the link', async () => {
    const link = await seedShare(stores, world, { expiresAt: stores.now() + 5_000 })
    const ticket = leadsTo(await press(link))
    stores.clock.advance(4_999)
    expect((await app.ask(ticket)).status).toBe(200)
    stores.clock.advance(1)
    expect((await app.ask(ticket)).status).toBe(403)
  })
})

/** Each end of a link, and whether it is one. */
const ENDINGS: Record<string, readonly ['ends' | 'stays', (link: Link) => Promise<unknown>]> = {
  nothing: ['stays', async () => {}],
  'a member ended it': ['ends', ({ id }) => deleteShare(stores, world.project.id, id, actsAs(world.users.admin.id))],
  'it expired': ['ends', async () => stores.clock.advance(7 * DAY_MS)],
  'it was used up': ['ends', ({ id }) => run('update shares set max_uses = uses where id = ?', id)],
  'the token that made it was deleted': ['ends', () => endToken(false)],
  'the token that made it was deleted, and what it made kept': ['stays', () => endToken(true)],
  'its maker was removed from the project': ['ends', () => remove(false)],
  'its maker was removed from the project with all that they made': ['ends', () => remove(true)],
  'its maker left, as a console has it': [
    'ends',
    () => run('delete from members where user_id = ?', world.users.admin.id),
  ],
  'its maker was removed from the instance': [
    'ends',
    () => deleteUser(stores, world.users.admin, { endMade: false }, actsAs(world.users.owner.id)),
  ],
  'its maker was made a member, who may share too': ['stays', () => demote(false)],
  'its maker was made a member, and all that they made ended': ['ends', () => demote(true)],
  'another member was removed': [
    'stays',
    () => deleteMember(stores, world.project.id, { user: world.users.member, endMade: true }, INSTANCE),
  ],
  'its maker was removed from another project': [
    'stays',
    async () => {
      const other = await seedWorld(stores, 'private')
      await run(
        "insert into members (project_id, user_id, role, created_at) values (?, ?, 'member', 0)",
        other.project.id,
        world.users.admin.id,
      )
      await deleteMember(stores, other.project.id, { user: world.users.admin, endMade: true }, INSTANCE)
    },
  ],
  'its build was deleted': ['ends', () => run('delete from builds where id = ?', world.build.id)],
  'its artifact was deleted': ['ends', () => run('delete from artifacts where build_id = ?', world.build.id)],
  'its project was deleted': ['ends', () => deleteProject(stores, world.project, INSTANCE)],
  'its project was made public': [
    'stays',
    () => run("update projects set visibility = 'public' where id = ?", world.project.id),
  ],
  'its project got another name': [
    'stays',
    () => run("update projects set repo = 'other', slug_key = slug_key || '2' where id = ?", world.project.id),
  ],
  'its row was deleted, as a restore does it': ['ends', ({ id }) => run('delete from shares where id = ?', id)],
}

let maker: { readonly id: string }

const endToken = (keepMinted: boolean) =>
  deleteToken(stores, maker.id, { action: 'token.deleted', keepMinted, actor: INSTANCE })
const remove = (endMade: boolean) =>
  deleteMember(stores, world.project.id, { user: world.users.admin, endMade }, INSTANCE)
const demote = (endMade: boolean) =>
  demoteAdmin(stores, world.project.id, { user: world.users.admin, endMade }, INSTANCE)
const run = (sql: string, ...values: unknown[]) =>
  env.DB.prepare(sql)
    .bind(...values)
    .run()

/** A link that the admin made with a token; somebody else is an admin too. */
async function madeWithToken(): Promise<Link> {
  await run(
    "update members set role = 'admin' where project_id = ? and user_id = ?",
    world.project.id,
    world.users.member.id,
  )
  const token = await seedToken(stores, { kind: 'personal', user: world.users.admin })
  maker = token
  const made = await app.ask(`/api/buildpass/v1/projects/${world.slug}/shares`, {
    method: 'POST',
    token: token.secret,
    json: { path: 'out/report.txt', build: 1 },
  })
  const { id, link } = await made.json<{ id: string; link: string }>()
  const { pathname } = new URL(link)
  return { id, path: pathname, secret: pathname.slice(3) }
}

describe('after', () => {
  it.each(Object.entries(ENDINGS).map(([name, [outcome, end]]) => ({ name, outcome, end })))(
    '$name, a link $outcome',
    async ({ outcome, end }) => {
      const link = await madeWithToken()
      const ticket = leadsTo(await press(link))
      expect((await app.ask(ticket)).status).toBe(200)
      await end(link)
      const page = await app.ask(link.path)
      const answers = [page.status, (await press(link)).status, (await app.ask(`${link.path}?download`)).status]
      expect(answers).toEqual(outcome === 'stays' ? [200, 303, 303] : [404, 404, 404])
      const dead = await pageOf(await app.ask(`/s/${mintShareSecret()}`))
      if (outcome === 'ends') expect(await pageOf(page)).toEqual(dead)
    },
  )

  const TOLD = Object.entries(ENDINGS).filter(([name, [outcome]]) => {
    // What is read of a file that is gone is another matter: the bytes are there for a day.
    const isOfTheFile = ['its artifact was deleted', 'it was used up'].includes(name)
    return outcome === 'ends' && !isOfTheFile
  })

  it.each(TOLD)('%s, a download that it began is refused everywhere within ten seconds', async (_, [, end]) => {
    const link = await madeWithToken()
    const there = await openTestStores({ clock: stores.clock })
    const elsewhere = await openTestApp({ stores: there })
    const answer = await elsewhere.ask(link.path, { method: 'POST' })
    expect((await elsewhere.ask(leadsTo(answer))).status).toBe(200)
    await there.settled()
    await end(link)
    stores.clock.advance(9_999)
    expect((await elsewhere.ask(leadsTo(answer))).status).toBe(403)
    expect((await elsewhere.ask(link.path)).status).toBe(404)
  })

  it('its last use, the download that it began goes on', async () => {
    const link = await seedShare(stores, world, { maxUses: 1 })
    const ticket = leadsTo(await press(link))
    expect((await press(link)).status).toBe(404)
    stores.clock.advance(30_000)
    expect((await app.ask(ticket)).status).toBe(200)
  })

  it.each([
    [
      'the project',
      () => deleteMember(stores, world.project.id, { user: world.users.member, endMade: false }, INSTANCE),
    ],
    ['the instance', () => deleteUser(stores, world.users.member, { endMade: false }, actsAs(world.users.owner.id))],
  ])('the removal of its maker from %s, the audit log tells that it ended', async (_, removal) => {
    const link = await seedShare(stores, world, { madeBy: world.users.member })
    await removal()
    const told = await env.DB.prepare(
      "select project_id, detail from audit where subject = ? and action = 'share.ended'",
    )
      .bind(link.id)
      .all()
    expect(told.results).toEqual([
      {
        project_id: world.project.id,
        detail: '{"label":null,"path":"out/report.txt","reason":"its maker was removed"}',
      },
    ])
  })

  it('a restore, links end as tokens do', () =>
    expect(CREDENTIAL_TABLES).toEqual(expect.arrayContaining(['tokens', 'shares'])))
})

describe('the uses of a share link', () => {
  it('are as many as it allows, however many come at once', async () => {
    const link = await seedShare(stores, world, { maxUses: 3 })
    const answers = await Promise.all(Array.from({ length: 12 }, () => press(link)))
    const statuses = answers.map(({ status }) => status).sort()
    expect(statuses).toEqual([303, 303, 303, ...Array(9).fill(404)])
    expect(await rowOf(link)).toMatchObject({ uses: 3 })
  })

  it('are all counted, however many come at once', async () => {
    const link = await seedShare(stores, world)
    await Promise.all(Array.from({ length: 20 }, () => press(link)))
    expect(await rowOf(link)).toMatchObject({ uses: 20 })
  })

  it('tell when and from where the last one was, as those of tokens do', async () => {
    const link = await seedShare(stores, world)
    const secret = parseShareSecret(link.secret)
    if (secret) await useShare(stores, secret, 'DE/FRA')
    expect(await rowOf(link)).toEqual({ uses: 1, last_used_at: stores.now(), last_used_from: 'DE/FRA' })
  })

  it('are none where the file is gone', async () => {
    const link = await seedShare(stores, world, { maxUses: 1 })
    await run('delete from artifacts where build_id = ?', world.build.id)
    expect((await press(link)).status).toBe(404)
    expect(await rowOf(link)).toMatchObject({ uses: 0 })
  })
})

describe('guessing share links', () => {
  const wrong = () => app.ask(`/s/${mintShareSecret()}`)

  it('costs what guessing tokens costs', async () => {
    app = await openTestApp({ stores, limits: { unknownTokens: SPENT } })
    const link = await seedShare(stores, world)
    expect([(await app.ask(link.path)).status, (await wrong()).status]).toEqual([200, 404])
    const limited = await wrong()
    expect([limited.status, limited.headers.get('Retry-After'), limited.headers.get('Referrer-Policy')]).toEqual([
      429,
      '10',
      'no-referrer',
    ])
    stores.clock.advance(10_001)
    expect((await wrong()).status).toBe(404)
  })

  it('asks no database for what can be no link', async () => {
    const { secret } = await seedShare(stores, world)
    stores.resetCounts()
    for (const text of [
      'x',
      'bps_',
      `${secret.slice(0, -1)}!`,
      secret.replace(/.$/, (end) => (end === 'a' ? 'b' : 'a')),
    ])
      expect((await app.ask(`/s/${text}`)).status).toBe(404)
    for (const text of [world.secrets.member, world.secrets.all]) expect((await app.ask(`/s/${text}`)).status).toBe(404)
    expect(stores.counts.d1).toBe(0)
  })

  it('gets one answer for all that opens nothing', async () => {
    const used = await seedShare(stores, world, { maxUses: 1 })
    await press(used)
    const pages = await Promise.all([
      wrong(),
      app.ask(used.path),
      app.ask('/s/x'),
      press(used),
      app.ask(`${used.path}?download`),
    ])
    const said = await Promise.all(pages.map(pageOf))
    for (const one of said) expect(one).toEqual(said[0])
  })
})

it('says that it cannot tell where the database does not answer', async () => {
  const link = await seedShare(stores, world)
  stores.faults.beforeD1 = async () => {
    throw new Error('D1_ERROR: Network connection lost.')
  }
  for (const answer of [await app.ask(link.path), await press(link)]) {
    expect([answer.status, answer.headers.get('Referrer-Policy')]).toEqual([503, 'no-referrer'])
    expect(await answer.text()).not.toContain(link.secret)
  }
})
