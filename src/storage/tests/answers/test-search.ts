import { type SQL, sql } from 'drizzle-orm'
import type { NamedTest } from '../../../domain/tests/named-test.ts'
import { testNames } from '../../schema/schema-tests.ts'
import type { Db } from '../../stores.ts'
import { namedTestOf, TEST_COLUMNS, type TestRow } from './test-mutes.ts'

export type FoundTests = {
  readonly tests: readonly NamedTest[]
  /** The test after which the next page begins; null at the end. */
  readonly nextAfter: number | null
}

type PageOfNames = { readonly limit: number; readonly after?: number | null }

/**
 * The tests of a project with `text` in their class, name or file, whatever the case of ASCII letters, in the order of
 * these; all tests where it is empty. Reads the names of the project in the order of their index until the page is full:
 * decision 0035.
 */
export async function searchTests(
  db: Db,
  projectId: string,
  text: string,
  { limit, after = null }: PageOfNames,
): Promise<FoundTests> {
  const rows = await db.all<TestRow>(searchQuery(projectId, text, { limit: limit + 1, after }))
  const tests = rows.slice(0, limit).map(namedTestOf)
  return { tests, nextAfter: rows.length > limit ? (tests.at(-1)?.id ?? null) : null }
}

export function searchQuery(projectId: string, text: string, { limit, after = null }: PageOfNames): SQL {
  const part = text.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
  // D1 takes no pattern of LIKE over 50 bytes; `instr` has no such limit.
  const has = (column: SQL) => sql`instr(lower(${column}), ${part}) > 0`
  const fits = part === '' ? sql`1` : sql`(${has(sql`n.name`)} or ${has(sql`n.classname`)} or ${has(sql`n.file`)})`
  const isLater =
    after === null
      ? sql`1`
      : sql`(n.classname, n.name, n.file) > (select last.classname, last.name, last.file from ${testNames} as last
          where last.id = ${after} and last.project_id = ${projectId})`
  return sql`select ${TEST_COLUMNS} from ${testNames} as n where n.project_id = ${projectId} and ${isLater} and ${fits}
    order by n.classname, n.name, n.file limit ${limit}`
}
