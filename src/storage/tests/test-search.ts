import { type SQL, sql } from 'drizzle-orm'
import type { NamedTest } from '../../domain/tests/named-test.ts'
import { testNames } from '../schema/schema-tests.ts'
import type { Db } from '../stores.ts'
import { namedTestOf, TEST_COLUMNS, type TestRow } from './test-mutes.ts'

/** How many names one search reads at most: of more, the next page goes on. */
export const MAX_NAMES_A_SEARCH = 50_000

export type FoundTests = {
  readonly tests: readonly NamedTest[]
  /** The test after which the next page begins; null at the end. A page may be short, or empty, before that. */
  readonly nextAfter: number | null
}

/**
 * The tests of a project with `text` in their class, name or file, whatever the case of ASCII letters, in the order of
 * these; all tests where it is empty. Names are read in the order of their index until the page is full: decision 0035.
 */
export async function searchTests(
  db: Db,
  projectId: string,
  text: string,
  { limit, after = null }: { readonly limit: number; readonly after?: number | null },
  maxNames = MAX_NAMES_A_SEARCH,
): Promise<FoundTests> {
  const rows = await db.all<TestRow>(searchQuery(projectId, text, { limit: limit + 1, after, maxNames }))
  const tests = rows.slice(0, limit).map(namedTestOf)
  if (rows.length > limit) return { tests, nextAfter: tests.at(-1)?.id ?? null }
  const [end] = await db.all<{ readonly id: number }>(lastReadQuery(projectId, { after, maxNames }))
  return { tests, nextAfter: end?.id ?? null }
}

type Reading = { readonly after: number | null; readonly maxNames: number }

export function searchQuery(
  projectId: string,
  text: string,
  { after, maxNames, limit }: Reading & { readonly limit: number },
): SQL {
  const part = text.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
  // D1 takes no pattern of LIKE over 50 bytes; `instr` has no limit.
  const fits =
    part === ''
      ? sql`1`
      : sql`(instr(lower(n.name), ${part}) > 0 or instr(lower(n.classname), ${part}) > 0 or instr(lower(n.file), ${part}) > 0)`
  return sql`select ${TEST_COLUMNS} from (select x.id, x.classname, x.name, x.file from ${testNames} as x where ${isAfter(projectId, after)}
      order by x.classname, x.name, x.file limit ${maxNames}) as n where ${fits} limit ${limit}`
}

/** The last test that such a search read, where it stopped for the number of names. */
export function lastReadQuery(projectId: string, { after, maxNames }: Reading): SQL {
  return sql`select x.id from ${testNames} as x where ${isAfter(projectId, after)}
    order by x.classname, x.name, x.file limit 1 offset ${maxNames - 1}`
}

function isAfter(projectId: string, after: number | null): SQL {
  const ofProject = sql`x.project_id = ${projectId}`
  if (after === null) return ofProject
  return sql`${ofProject} and (x.classname, x.name, x.file) > (select last.classname, last.name, last.file from ${testNames} as last
    where last.id = ${after} and last.project_id = ${projectId})`
}
