import type { SQL } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { slugText } from '../../../../src/domain/project.ts'
import { branchesSql, listBranches } from '../../../../src/storage/builds/branches/branches.ts'
import type { Db } from '../../../../src/storage/stores.ts'
import { seedMember, seedProject, seedSession, seedUser } from '../../../support/seed/seed.ts'
import { seedManyPipelines } from '../../../support/seed/seed-many.ts'
import { openTestApp } from '../../../support/worker/app.ts'
import { rowsReadBy, scansOf } from '../../../support/worker/query-plan.ts'
import { openTestStores } from '../../../support/worker/stores.ts'
import { visit } from '../../../support/worker/visit.ts'

async function open() {
  const stores = await openTestStores()
  const [project, user] = [await seedProject(stores.db), await seedUser(stores.db)]
  await seedMember(stores.db, project, user, 'member')
  const { cookie } = await seedSession(stores, user)
  const path = `/${slugText(project)}`
  return { stores, db: stores.db, project, cookie, path, page: `${path}/branches` }
}

const FIVE_HUNDRED = `'feature/' || substr('00' || (n % 500), -3)`

describe('the branches of a project', () => {
  it('are all found, page by page, however many pipelines each has', async () => {
    const { project, cookie, path, page } = await open()
    await seedManyPipelines(project, 1_500, FIVE_HUNDRED)
    expect((await visit(path, cookie)).links).toContain(page)
    const names = new Set<string>()
    let pages = 0
    for (let next: string | undefined = page; next !== undefined; pages++) {
      const { links, status }: Awaited<ReturnType<typeof visit>> = await visit(next, cookie)
      expect(status).toBe(200)
      for (const link of links) if (link.includes('?branch=')) names.add(link)
      next = links.find((link) => link.includes('after='))
    }
    expect([names.size, pages]).toEqual([500, 10])
    expect(names).toContain(`${path}?branch=feature%2F007`)
  })

  it('are searched by a part of the name, with the newest pipeline of each', async () => {
    const { project, cookie, path, page } = await open()
    await seedManyPipelines(project, 1_500, FIVE_HUNDRED)
    const { text, links } = await visit(`${page}?q=E/49`, cookie)
    expect(links.filter((link) => link.includes('?branch='))).toHaveLength(10)
    expect(text).toContain('feature/499 Newest pipeline #2499')
    expect(links).toContain(`${path}?pipeline=2499`)
    for (const q of ['100%25', '%5F', 'no such'])
      expect((await visit(`${page}?q=${q}`, cookie)).text).toContain('No such branch')
    expect((await visit(`${page}?q=${'x'.repeat(1_025)}`, cookie)).status).toBe(400)
  })

  it('are looked through in bounded steps, and all of them in the end', async () => {
    const { db, project, cookie, page } = await open()
    await seedManyPipelines(project, 4_500, `iif(n = 4400, 'zz-needle', 'b' || substr('0000' || n, -5))`)
    const first = await visit(`${page}?q=needle`, cookie)
    expect(first.text).toContain('None found so far')
    const ways: string[] = []
    let found = first
    while (!found.links.some((link) => link.includes('?branch='))) {
      const next = found.links.find((link) => link.includes('after=')) ?? ''
      expect(ways).not.toContain(next)
      ways.push(next)
      found = await visit(next, cookie)
    }
    expect([ways.length, found.text.includes('zz-needle')]).toEqual([2, true])
    expect(await rowsReadBy(db, [compiled(db, branchesSql(project.id, '', ''))])).toBeLessThan(500)
    expect(await rowsReadBy(db, [compiled(db, branchesSql(project.id, 'needle', ''))])).toBeLessThan(15_000)
  })

  it('are those of the project asked for, read by an index in one look', async () => {
    const { stores, db, project, cookie, page } = await open()
    const other = await seedProject(db)
    await seedManyPipelines(other, 3, `'theirs-' || n`)
    await seedManyPipelines(project, 60, `'ours-' || n`)
    expect((await visit(page, cookie)).text).not.toContain('theirs')
    expect((await listBranches(db, project.id, 'ours', 'ours-59')).branches.map(({ name }) => name)).toEqual([
      'ours-6',
      'ours-60',
      'ours-7',
      'ours-8',
      'ours-9',
    ])
    expect(await scansOf(db, compiled(db, branchesSql(project.id, 'x', '')))).toEqual([])
    const app = await openTestApp({ stores })
    await app.ask(page, { headers: { Cookie: cookie } })
    await stores.settled()
    stores.resetCounts()
    await app.ask(page, { headers: { Cookie: cookie } })
    expect(stores.counts.d1).toBe(2)
  })

  it('say so where there are none', async () => {
    const { cookie, page } = await open()
    expect((await visit(page, cookie)).text).toContain('No branch has run here yet.')
  })
})

/** The statement with its parameters, as D1 is given it. */
function compiled(db: Db, query: SQL): { readonly sql: string; readonly params: readonly unknown[] } {
  return db.run(query).getQuery()
}
