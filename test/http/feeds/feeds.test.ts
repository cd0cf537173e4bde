import { sql } from 'drizzle-orm'
import { SaxesParser } from 'saxes'
import { beforeEach, describe, expect, it } from 'vitest'
import { checkPipeline } from '../../../src/actions/notices/check-pipeline.ts'
import { INSTANCE } from '../../../src/domain/access/actor.ts'
import type { Pattern } from '../../../src/domain/access/limits/pattern.ts'
import { type Project, slugText, type Visibility } from '../../../src/domain/project.ts'
import { inboxQuery, noticeStatements, projectNoticesQuery } from '../../../src/storage/notices/notices.ts'
import { commit } from '../../../src/storage/tokens/rights.ts'
import { seedMember, seedProject, seedToken, seedUser } from '../../support/seed/seed.ts'
import { seedBuild } from '../../support/seed/seed-builds.ts'
import { ask } from '../../support/worker/client.ts'
import { scansOf } from '../../support/worker/query-plan.ts'
import { openTestStores, type TestStores } from '../../support/worker/stores.ts'

let stores: TestStores
let project: Project
let slug: string

async function seed(visibility: Visibility = 'private') {
  stores = await openTestStores()
  project = await seedProject(stores.db, { visibility })
  slug = slugText(project)
}

beforeEach(() => seed())

async function turns(branch: string) {
  for (const status of ['success', 'failed', 'success'] as const) {
    await seedBuild(stores, project, { status, branch, job: 'a <b> & "c"\u202e', beganAt: stores.clock.now })
    for (let id = stores.checks.shift(); id; id = stores.checks.shift()) await checkPipeline(stores, id)
    stores.clock.advance(60_000)
  }
}

/** The titles and links of a feed's entries, as an XML parser reads them; throws where it is not well-formed. */
function entriesOf(xml: string) {
  const entries: { title: string; link: string; id: string }[] = []
  let tag = ''
  const parser = new SaxesParser()
  parser.on('error', (error) => {
    throw error
  })
  parser.on('opentag', ({ name, attributes }) => {
    tag = name
    const entry = entries.at(-1)
    if (name === 'entry') entries.push({ title: '', link: '', id: '' })
    else if (name === 'link' && entry) entry.link = String(attributes.href)
  })
  parser.on('closetag', () => {
    tag = ''
  })
  parser.on('text', (text) => {
    const entry = entries.at(-1)
    if (entry && (tag === 'title' || tag === 'id')) entry[tag] += text
  })
  parser.write(xml).close()
  return entries
}

const titlesOf = (xml: string) => entriesOf(xml).map(({ title }) => title)

describe('an Atom feed', () => {
  it('of a branch tells when it broke and was fixed, by a token that opens badges alone', async () => {
    await turns('feature/x')
    const badges = await seedToken(stores, { kind: 'project', project, scope: 'status', limits: { only: 'badges' } })
    const path = `/${slug}/tree/feature/x/feed.atom`
    const response = await ask(`${path}?circle-token=${badges.secret}`)
    expect(response.headers.get('Content-Type')).toBe('application/atom+xml; charset=utf-8')
    const xml = await response.text()
    expect(titlesOf(xml)).toEqual([`feature/x of ${slug} is fixed`, `feature/x of ${slug} broke`])
    expect(xml).not.toContain(badges.secret)
    const again = await ask(path, {
      token: badges.secret,
      headers: { 'If-None-Match': response.headers.get('ETag') ?? '' },
    })
    expect(again.status).toBe(304)
    expect((await ask(`/${slug}/feed.atom`, { token: badges.secret })).status).toBe(403)
  })

  it.each(['private', 'public'] as const)(
    'of a branch of a %s project tells a token for badges no more than a badge: neither who nor which job or build',
    async (visibility) => {
      await seed(visibility)
      await turns('main')
      const limits = { only: 'badges' } as const
      const badges = await seedToken(stores, { kind: 'project', project, scope: 'status', limits })
      const status = await seedToken(stores, { kind: 'project', project, scope: 'status' })
      const path = `/${slug}/tree/main/feed.atom`
      const [plain, whole] = [await ask(path, { token: badges.secret }), await ask(path, { token: status.secret })]
      expect(plain.headers.get('Cache-Control')).toContain('private')
      const xml = await plain.text()
      expect(xml).not.toMatch(/Failed|&lt;b&gt;|By |ada|Pipeline|pipeline=/)
      const page = `https://builds.test/${slug}?branch=main`
      expect(entriesOf(xml).map(({ title, link }) => [title, link])).toEqual([
        [`main of ${slug} is fixed`, page],
        [`main of ${slug} broke`, page],
      ])
      const told = await whole.text()
      expect(told).toContain('Failed: a &lt;b&gt;')
      expect(entriesOf(told)[1]?.link).toBe(`https://builds.test/${slug}/2`)
    },
  )

  it('of a project tells of all branches, or of those that a token opens', async () => {
    await turns('main')
    await turns('feature/x')
    const all = await seedToken(stores, { kind: 'project', project, scope: 'status' })
    const some = await seedToken(stores, {
      kind: 'project',
      project,
      scope: 'all',
      limits: { branches: ['main' as Pattern] },
    })
    const read = async (token: string, path = `/${slug}/feed.atom`) => {
      const response = await ask(path, { token })
      return response.ok ? titlesOf(await response.text()) : response.status
    }
    expect(await read(all.secret)).toHaveLength(4)
    expect(await read(some.secret)).toEqual([`main of ${slug} is fixed`, `main of ${slug} broke`])
    expect(await read(some.secret, `/${slug}/tree/feature/x/feed.atom`)).toBe(403)
    expect(await read(some.secret, `/${slug}/tree/main/feed.atom`)).toHaveLength(2)
    const artifacts = await seedToken(stores, { kind: 'project', project, scope: 'view-builds' })
    expect(await read(artifacts.secret)).toBe(403)
  })

  it('of a public project is everybody’s, of a private one as absent as any', async () => {
    expect((await ask(`/${slug}/feed.atom`)).status).toBe(404)
    await seed('public')
    await turns('main')
    for (const path of [`/${slug}/feed.atom`, `/${slug}/tree/main/feed.atom`]) {
      const response = await ask(path)
      expect([response.status, titlesOf(await response.text()).length]).toEqual([200, 2])
    }
  })

  it('of a person has what is under their bell, by Basic too, and of a limited token its projects alone', async () => {
    const user = await seedUser(stores.db)
    await seedMember(stores.db, project, user, 'member')
    await turns('main')
    const token = await seedToken(stores, { kind: 'personal', user })
    const limits = { projects: [crypto.randomUUID()] }
    const limited = await seedToken(stores, { kind: 'personal', user, limits })
    const headers = { Authorization: `Basic ${btoa(`${token.secret}:`)}` }
    const response = await ask('/feed.atom', { headers })
    expect(titlesOf(await response.text())).toEqual([`main of ${slug} is fixed`, `main of ${slug} broke`])
    expect(titlesOf(await (await ask('/feed.atom', { token: limited.secret })).text())).toEqual([])
    expect((await ask('/feed.atom')).status).toBe(401)
  })

  it('of a person tells a token without administration nothing of tokens, nor does the list under the bell', async () => {
    const user = await seedUser(stores.db)
    await seedMember(stores.db, project, user, 'admin')
    await turns('main')
    const facts = {
      kind: 'token.expired_used',
      token: { id: 'x', label: 'secret label', kind: 'project' },
      from: null,
    } as const
    const notice = { id: crypto.randomUUID(), facts, projectId: project.id, at: stores.clock.now, guard: sql`1` }
    await commit(stores, INSTANCE, noticeStatements(stores.db, notice))
    for (const [access, count] of [
      ['admin', 3],
      ['write', 2],
      ['read', 2],
    ] as const) {
      const { secret: token } = await seedToken(stores, { kind: 'personal', user, limits: { access } })
      expect(titlesOf(await (await ask('/feed.atom', { token })).text())).toHaveLength(count)
      const { items } = await (await ask('/api/buildpass/v1/notices', { token })).json<{ items: { title: string }[] }>()
      expect(items.filter(({ title }) => title.includes('secret label'))).toHaveLength(count - 2)
    }
  })

  it('reads what it shows by its indexes', async () => {
    const { db } = stores
    const patterns = ['main', 'release/*'] as Pattern[]
    for (const query of [
      inboxQuery(db, { userId: 'x', projects: null }),
      inboxQuery(db, { userId: 'x', projects: null }, ['branch.broken']),
      projectNoticesQuery(db, 'x', { branch: null, kinds: ['branch.broken'] }),
      projectNoticesQuery(db, 'x', { branch: 'main', kinds: ['branch.broken'] }),
      projectNoticesQuery(db, 'x', { branch: patterns, kinds: ['branch.broken'] }),
    ])
      expect(await scansOf(db, query)).toEqual([])
  })
})
