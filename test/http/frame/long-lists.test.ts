import { describe, expect, it } from 'vitest'
import { slugText } from '../../../src/domain/project.ts'
import { selectMembers } from '../../../src/storage/people/members.ts'
import { selectTokens } from '../../../src/storage/tokens/tokens.ts'
import { seedMember, seedProject, seedSession, seedToken, seedUser } from '../../support/seed/seed.ts'
import { seedManyMembers, seedManyProjects, seedManyTokens } from '../../support/seed/seed-many.ts'
import { openTestApp } from '../../support/worker/app.ts'
import { ask, ORIGIN } from '../../support/worker/client.ts'
import { queryPlanOf, rowsReadBy, scansOf } from '../../support/worker/query-plan.ts'
import { openTestStores } from '../../support/worker/stores.ts'
import { visit } from '../../support/worker/visit.ts'

/** An admin of a project, by token and in a browser. */
async function open() {
  const stores = await openTestStores()
  const [project, user] = [await seedProject(stores.db), await seedUser(stores.db)]
  await seedMember(stores.db, project, user, 'admin')
  const { secret } = await seedToken(stores, { kind: 'personal', user })
  const { cookie } = await seedSession(stores, user)
  return { stores, db: stores.db, project, user, secret, cookie, slug: slugText(project) }
}

/** Everything that a client comes to who follows `Link`, page by page. */
async function followed(path: string, secret: string): Promise<readonly (readonly { id?: string }[])[]> {
  const pages: { id?: string }[][] = []
  for (let next: string | null = path; next !== null; ) {
    const response: Response = await ask(next, { token: secret })
    expect([next, response.status]).toEqual([next, 200])
    pages.push(await response.json())
    const link = response.headers.get('Link')
    next = /^<([^>]+)>; rel="next"$/.exec(link ?? '')?.[1]?.replace(ORIGIN, '') ?? null
    expect(next === null).toBe(link === null)
  }
  return pages
}

describe('a list of tokens', () => {
  it('gives a thousand, and says in Link where the next are', async () => {
    const { user, secret } = await open()
    await seedManyTokens({ kind: 'personal', userId: user.id }, 2_500)
    const pages = await followed('/api/v1.1/user/token', secret)
    expect(pages.map((page) => page.length)).toEqual([1_000, 1_000, 501])
    expect(new Set(pages.flat().map(({ id }) => id)).size).toBe(2_501)
    const few = await ask(`/api/v1.1/user/token?limit=2&offset=1&circle-token=${secret}`)
    expect(await few.json()).toHaveLength(2)
    expect(few.headers.get('Link')).toBe(`<${ORIGIN}/api/v1.1/user/token?limit=2&offset=3>; rel="next"`)
    expect(few.headers.get('Access-Control-Expose-Headers')).toBe('Link')
  })

  it('of a project is paged alike, and refuses what is no page', async () => {
    const { project, secret, slug } = await open()
    const path = `/api/v1.1/project/${slug}/token`
    await seedManyTokens({ kind: 'project', projectId: project.id }, 5)
    expect((await followed(`${path}?limit=2`, secret)).map((page) => page.length)).toEqual([2, 2, 1])
    expect((await followed(`${path}?limit=5`, secret)).map((page) => page.length)).toEqual([5])
    for (const query of ['limit=0', 'limit=1001', 'limit=x', 'offset=-1', 'offset=10001'])
      expect([query, (await ask(`${path}?${query}`, { token: secret })).status]).toEqual([query, 400])
  })

  it('is a small page for ten thousand, all of which are reached', async () => {
    const { stores, project, user, cookie, slug } = await open()
    await seedManyTokens({ kind: 'project', projectId: project.id, createdBy: user.id }, 10_000)
    const address = `/${slug}/settings/api`
    const first = await visit(address, cookie)
    expect(first.html.length).toBeLessThan(60_000)
    expect(first.text).toContain(`Created by`)
    expect(first.text).toContain(user.login)
    expect(first.text).toContain('Token 00001')
    expect(first.links).toContain(`${address}?page=2`)
    const last = await visit(`${address}?page=200`, cookie)
    expect(last.text).toContain('Token 10000')
    expect(last.links).not.toContain(`${address}?page=201`)
    const app = await openTestApp({ stores })
    const costs: number[] = []
    for (const path of ['/account/api', address]) {
      await app.ask(path, { headers: { Cookie: cookie } })
      await stores.settled()
      stores.resetCounts()
      await app.ask(path, { headers: { Cookie: cookie } })
      costs.push(stores.counts.d1)
    }
    // The session, and the page of the list; of a project also the successors that wait.
    expect(costs).toEqual([2, 3])
  })

  it('has a last page, whose links all lead to pages', async () => {
    const { user, cookie } = await open()
    // The one that was signed in with makes 10,051: one more than pages can be asked for.
    await seedManyTokens({ kind: 'personal', userId: user.id }, 10_050)
    const addressOf = (page: number) => `/account/api?page=${page}`
    const before = await visit(addressOf(200), cookie)
    expect(before.links).toContain(addressOf(201))
    const last = await visit(addressOf(201), cookie)
    expect(last.status).toBe(200)
    expect(last.text).toContain('Token 10050')
    const pages = last.links.filter((link) => link.startsWith('/account/api?page='))
    expect(pages).toEqual([addressOf(200)])
    expect(last.text).toContain('Newer tokens come here when some of these are deleted')
    expect((await visit(addressOf(202), cookie)).status).toBe(400)
  })

  it('is read in the order of its index, and no more than what is asked for', async () => {
    const { db, project, user } = await open()
    const holders = [
      { kind: 'personal', userId: user.id },
      { kind: 'project', projectId: project.id },
    ] as const
    for (const holder of holders) {
      await seedManyTokens(holder, 3_000)
      const query = selectTokens(db, holder, { limit: 51, offset: 0 })
      expect(await scansOf(db, query)).toEqual([])
      expect(await queryPlanOf(db, query)).not.toMatch(/USE TEMP B-TREE FOR ORDER BY/)
      expect(await rowsReadBy(db, [query])).toBeLessThan(200)
    }
  })
})

describe('the list of somebody’s projects', () => {
  it('gives a hundred with their builds, and says in Link where the next are', async () => {
    const { user, secret } = await open()
    await seedManyProjects(user, 249)
    const pages = await followed('/api/v1.1/projects', secret)
    expect(pages.map((page) => page.length)).toEqual([100, 100, 50])
    expect((await followed('/api/v1.1/projects?limit=99', secret)).map((page) => page.length)).toEqual([99, 99, 52])
    expect((await ask('/api/v1.1/projects?limit=101', { token: secret })).status).toBe(400)
  })

  it('is cut where it stands in /me, which counts all', async () => {
    const { user, secret } = await open()
    await seedManyProjects(user, 1_099)
    const me = await (await ask('/api/v1.1/me', { token: secret })).json<{ projects: object }>()
    expect(me).toMatchObject({ num_projects_followed: 1_100 })
    expect(Object.keys(me.projects)).toHaveLength(1_000)
    const orgs = await (await ask('/api/v2/me/collaborations', { token: secret })).json<unknown[]>()
    expect(orgs).toHaveLength(2)
  })
})

describe('a list of members', () => {
  it('is paged by login', async () => {
    const { project, secret, slug } = await open()
    await seedManyMembers(project, 300)
    const path = `/api/buildpass/v1/projects/${slug}/members`
    const logins: string[] = []
    const lengths: number[] = []
    for (let after: string | null = ''; after !== null; ) {
      const response: Response = await ask(`${path}?limit=120&after=${after}`, { token: secret })
      const page: { items: { login: string }[]; next_after: string | null } = await response.json()
      logins.push(...page.items.map(({ login }) => login))
      lengths.push(page.items.length)
      after = page.next_after
    }
    expect([lengths, new Set(logins).size]).toEqual([[120, 120, 61], 301])
    expect(await (await ask(path, { token: secret })).json()).toMatchObject({ next_after: null })
    expect((await ask(`${path}?limit=1001`, { token: secret })).status).toBe(400)
  })

  it('is a page of fifty in the browser, with all of them behind it', async () => {
    const { project, cookie, slug } = await open()
    await seedManyMembers(project, 300)
    const seen = new Set<string>()
    let pages = 0
    for (let next: string | undefined = `/${slug}/settings/members`; next; pages++) {
      const { links, html }: Awaited<ReturnType<typeof visit>> = await visit(next, cookie)
      expect(html.length).toBeLessThan(70_000)
      for (const link of links) if (link.endsWith('/remove')) seen.add(link)
      next = links.find((link) => link.includes('/members?after='))
    }
    expect([pages, seen.size]).toEqual([7, 301])
  })

  it('is found by an index', async () => {
    const { db, project } = await open()
    expect(await scansOf(db, selectMembers(db, project.id, { after: 'x', limit: 51 }))).toEqual([])
  })
})
