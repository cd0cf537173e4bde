import { type SQL, sql } from 'drizzle-orm'
import type { TestResult } from '../../domain/tests/test-result.ts'
import { builds } from '../schema/schema.ts'
import { testNames } from '../schema/schema-tests.ts'
import { type Db, rawStatement } from '../stores.ts'
import { jsonChunks } from './json-chunks.ts'

type Named = Pick<TestResult, 'classname' | 'name' | 'file'>

/** Neighbouring tests of one class and file, as JSON has them: the place of the first, class, file, names. */
type Group = readonly [first: number, classname: string, file: string, names: readonly string[]]

/** The groups of a chunk: read once each, and not for each of their names. */
function partsOf(chunk: string): SQL {
  return sql`with part as materialized (select value ->> 0 as first, value ->> 1 as classname, value ->> 2 as file,
    value -> 3 as names from json_each(${chunk}) as row)`
}

/** So many a project has at most, twice what one report may have: tests named anew in each run must not fill D1. */
export const MAX_TEST_NAMES = 100_000

/**
 * Statements that find the numbers of tests in the project of a build, for `numbersIn`. Few, however many tests there
 * are: names go by the megabyte.
 */
export function findNumbers(db: Db, buildId: string, chunks: readonly string[]) {
  return chunks.map((chunk) =>
    // The order of the joins is that of their indexes.
    rawStatement(
      db,
      sql`${partsOf(chunk)} select json_group_array(json_array(part.first + row.key, t.id)) as numbers
      from ${builds} as b cross join part cross join json_each(part.names) as row
      cross join ${testNames} as t on t.project_id = b.project_id and t.classname = part.classname and t.name = row.value
        and t.file = part.file
      where b.id = ${buildId}`,
    ),
  )
}

/** The numbers that those statements gave, at the places of the tests; 0 where a test has none yet. */
export function numbersIn(results: readonly { readonly results: unknown[] }[], count: number): Float64Array {
  const numbers = new Float64Array(count)
  for (const { results: rows } of results)
    for (const { numbers: found } of rows as { numbers: string }[])
      for (const [place, number] of JSON.parse(found) as [number, number][]) numbers[place] = number
  return numbers
}

/** Statements that give a number to each test that has none, as long as the project has room for more. */
export function insertNames(db: Db, buildId: string, chunks: readonly string[], now: number) {
  return chunks.map((chunk) => rawStatement(db, insertNamesQuery(buildId, chunk, now)))
}

export function insertNamesQuery(buildId: string, chunk: string, now: number): SQL {
  const known = sql`(select count(*) from ${builds} as own cross join ${testNames} as t on t.project_id = own.project_id
    where own.id = ${buildId})`
  return sql`insert into ${testNames} (project_id, classname, name, file, created_at, seen_at)
    ${partsOf(chunk)} select b.project_id, part.classname, row.value, part.file, ${now}, ${now}
    from ${builds} as b cross join part cross join json_each(part.names) as row
    where b.id = ${buildId} limit max(0, ${MAX_TEST_NAMES} - ${known}) on conflict do nothing`
}

/** Of names that are longer together, some tests have no number: 10 MB. */
const MAX_CHUNKS = 6

/** The names of the tests at `places`, as values that D1 takes. */
export function chunksOf(tests: readonly Named[], places: Iterable<number>): string[] {
  return jsonChunks(groupsOf(tests, places), MAX_CHUNKS)
}

/** So long a group stays well below a chunk. */
const MAX_GROUP = 100

function* groupsOf(tests: readonly Named[], places: Iterable<number>): Iterable<Group> {
  let open: { first: number; classname: string; file: string; names: string[] } | null = null
  const closed = ({ first, classname, file, names }: NonNullable<typeof open>): Group => [first, classname, file, names]
  for (const place of places) {
    const test = tests[place]
    if (!test) continue
    const { classname, name } = test
    const file = test.file ?? ''
    const isNext = open !== null && open.first + open.names.length === place && open.names.length < MAX_GROUP
    if (open && isNext && open.classname === classname && open.file === file) {
      open.names.push(name)
      continue
    }
    if (open) yield closed(open)
    open = { first: place, classname, file, names: [name] }
  }
  if (open) yield closed(open)
}
