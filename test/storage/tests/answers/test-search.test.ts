import { env } from 'cloudflare:workers'
import type { SQL } from 'drizzle-orm'
import { SQLiteAsyncDialect } from 'drizzle-orm/sqlite-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { searchQuery, searchTests } from '../../../../src/storage/tests/answers/test-search.ts'
import { seedProject } from '../../../support/seed/seed.ts'
import { queryPlanOf, rowsReadBy } from '../../../support/worker/query-plan.ts'
import { openTestStores, type TestStores } from '../../../support/worker/stores.ts'

const NAMES = 50_000
const toSql = (query: SQL) => new SQLiteAsyncDialect().sqlToQuery(query)
let stores: TestStores
let projectId: string

const named = (i: number) => ({
  classname: `com.example.module${i % 40}.Suite${i % 2_500}Test`,
  name: `does thing number ${i} as it should when all is well with the world`,
  file: `src/test/module${i % 40}/Suite${i % 2_500}Test.java`,
})

async function seedNames(project: string, names: readonly (readonly [string, string, string])[]) {
  for (let from = 0; from < names.length; from += 5_000)
    await env.DB.prepare(
      `insert into test_names (project_id, classname, name, file, created_at, seen_at)
      select ?, value ->> 0, value ->> 1, value ->> 2, 0, 0 from json_each(?)`,
    )
      .bind(project, JSON.stringify(names.slice(from, from + 5_000)))
      .run()
}

beforeAll(async () => {
  stores = await openTestStores()
  projectId = (await seedProject(stores.db)).id
  const names = Array.from({ length: NAMES }, (_, i) => named(i))
  await seedNames(
    projectId,
    names.map(({ classname, name, file }) => [classname, name, file]),
  )
})

/** All pages. */
async function search(text: string, limit = 30, project = projectId) {
  const names: string[] = []
  for (let after: number | null = null, pages = 0; ; pages++) {
    const page: Awaited<ReturnType<typeof searchTests>> = await searchTests(stores.db, project, text, { limit, after })
    names.push(...page.tests.map(({ name }) => name))
    if (page.nextAfter === null || pages > 50) return names
    after = page.nextAfter
  }
}

describe('a search among 50,000 tests', () => {
  it.each([
    ['a part of the name', 'number 4999', [4_999, ...Array.from({ length: 10 }, (_, i) => 49_990 + i)]],
    ['other letter case', 'NUMBER 49998 As', [49_998]],
    ['a part of the class', 'e39.Suite39T', [39, 5_039, 45_039]],
    ['a part of the file', 'module7/Suite47Test.j', [47, 5_047, 45_047]],
    ['more than 50 bytes', 'thing number 12345 as it should when all is well with the', [12_345]],
    ['what is not there', 'nowhere', []],
    ['what LIKE takes for anything', '%', []],
  ])('by %s finds what has it, and nothing else', async (_, text, expected) => {
    const found = await search(text, 7)
    const all = Array.from({ length: NAMES }, (_, i) => named(i)).filter((test) =>
      Object.values(test).some((part) => part.toLowerCase().includes(text.toLowerCase())),
    )
    expect([...found].sort()).toEqual(all.map(({ name }) => name).sort())
    for (const i of expected) expect(found).toContain(named(i).name)
  })

  it('takes one operation and, by the index of the names alone, at most a row for each', async () => {
    stores.resetCounts()
    await searchTests(stores.db, projectId, 'nowhere', { limit: 30 })
    expect(stores.counts.d1).toBe(1)
    const [first, next] = [null, 12_345].map((after) => toSql(searchQuery(projectId, 'nowhere', { limit: 30, after })))
    for (const query of [first, next])
      expect(await queryPlanOf(stores.db, query ?? { sql: '', params: [] })).toMatch(
        /SEARCH n USING COVERING INDEX test_names_key \(project_id=\?/,
      )
    expect(await rowsReadBy(stores.db, first ? [first] : [])).toBeLessThanOrEqual(NAMES + 1)
  })

  it('ends at a full page', async () => {
    const query = toSql(searchQuery(projectId, 'thing', { limit: 31, after: null }))
    expect(await rowsReadBy(stores.db, [query])).toBeLessThan(200)
  })
})

it('lists tests of this project alone, each once, whatever is in their names', async () => {
  const project = (await seedProject(stores.db)).id
  const names = ['', "it's", 'ÄÖÜ', 'äöü', '日本', '100 %', 'a_b', 'x'.repeat(1_000)].map(
    (name) => ['C', name, ''] as const,
  )
  await seedNames(project, names)
  expect([...(await search('', 3, project))].sort()).toEqual(names.map(([, name]) => name).sort())
  for (const part of ["'S", 'ÄÖ', 'äö', '本', '0 %', 'A_B', 'X'.repeat(999)])
    expect(await search(part, 3, project), part).toHaveLength(1)
})
