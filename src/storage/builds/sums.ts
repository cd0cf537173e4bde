import { type SQL, sql } from 'drizzle-orm'
import type { BatchItem } from 'drizzle-orm/batch'
import { type SumKind, sums } from '../schema/schema.ts'
import { type Db, rawStatement, type Stores } from '../stores.ts'

// What is made of many rows and read more often than these change is kept as a sum. Its rules stay those of the domain, in
// TypeScript: a reader who finds none makes it. Triggers (migrations/0026 and 0027) end it with the first change of any row that it was
// made of, so one that is found stands. A change while it is made ends the row that says who makes it, and with that
// what comes of it is not kept.

/** One more with each change of what a sum says: those of another version of the code, which may run beside this one, are not taken. */
const SUM_FORMAT = 2

/** Of which kind, and since when: of a whole project 0. */
export type Span = { readonly kind: SumKind; readonly since: number }

/** A sum as it is kept: of some branch of a span, or of all (`''`). */
export type KeptSum = Span & { readonly projectId: string; readonly branch: string; readonly value: unknown }

/** The sums of whole projects that make this statement's rows wider: null where there is none. */
export function sumOf(kind: SumKind, projectId: SQL): SQL<string | null> {
  return sql<
    string | null
  >`(select value from ${sums} as kept where kept.project_id = ${projectId} and kept.kind = ${kind}
    and kept.since = 0 and kept.branch = '' and kept.format = ${SUM_FORMAT})`
}

/** What a sum that was read is; null where there is none, or somebody makes it. */
export function sumIn<T>(text: string | null): T | null {
  // Written by `keep` alone, of what the caller's own kind is made of.
  return text === null ? null : (JSON.parse(text) as T)
}

/** What the caller wants of it, and what is kept. */
type Made<R> = { readonly made: R; readonly kept: readonly KeptSum[] }

/**
 * Makes sums that are missing: reads what they are made of (`make` may read more), and beside the answer keeps what is made of
 * that, unless it changed meanwhile.
 */
export async function makeSums<R>(
  stores: Pick<Stores, 'db' | 'waitUntil' | 'warn'>,
  wanted: readonly (Span & { readonly projectId: string })[],
  read: Readonly<[BatchItem<'sqlite'>, ...BatchItem<'sqlite'>[]]>,
  make: (results: readonly unknown[]) => Made<R> | Promise<Made<R>>,
): Promise<R> {
  const { db, warn } = stores
  const maker = crypto.randomUUID()
  const begun = await db.batch([beginStatement(db, wanted, maker), ...read]).catch((error) => {
    // A database that is full is still read.
    warn('sums_unwritable', error)
    return null
  })
  const { made, kept } = await make(begun ? begun.slice(1) : await db.batch(read))
  if (begun) stores.waitUntil(keep(db, maker, kept).catch((error) => warn('sums_unwritable', error)))
  return made
}

/** Says who makes them, in the transaction that reads what they are made of. One that is whole already stays. */
function beginStatement(db: Db, wanted: readonly (Span & { readonly projectId: string })[], maker: string) {
  const rows = JSON.stringify(wanted.map(({ projectId, kind, since }) => [projectId, kind, since]))
  // A project may be gone meanwhile.
  return rawStatement(
    db,
    sql`insert into ${sums} (project_id, kind, since, branch, format, maker)
      select row.value ->> 0, row.value ->> 1, row.value ->> 2, '', ${SUM_FORMAT}, ${maker} from json_each(${rows}) as row
      where exists (select 1 from projects where id = row.value ->> 0)
      on conflict do update set maker = excluded.maker, value = null, format = excluded.format
        where value is null or format <> excluded.format`,
  )
}

/** So much of JSON is one parameter, which has its end at 2 MB. */
const MAX_CHUNK_LENGTH = 500_000

/** Keeps what was made, where nothing that it was made of changed since. Those of all branches last, which say that the others are there. */
async function keep(db: Db, maker: string, kept: readonly KeptSum[]): Promise<void> {
  const rows = kept.map(({ projectId, kind, since, branch, value }) =>
    JSON.stringify([projectId, kind, since, branch, JSON.stringify(value)]),
  )
  const isOfAll = kept.map(({ branch }) => branch === '')
  const [ofSome, ofAll] = [rows.filter((_, i) => !isOfAll[i]), rows.filter((_, i) => isOfAll[i])]
  const standing = (row: SQL) => sql`exists (select 1 from ${sums} as begun where begun.project_id = ${row} ->> 0
    and begun.kind = ${row} ->> 1 and begun.since = ${row} ->> 2 and begun.branch = '' and begun.maker = ${maker})`
  const statements = [
    ...chunksOf(ofSome).map((chunk) =>
      rawStatement(
        db,
        sql`insert into ${sums} (project_id, kind, since, branch, format, value)
          select row.value ->> 0, row.value ->> 1, row.value ->> 2, row.value ->> 3, ${SUM_FORMAT}, row.value ->> 4 from json_each(${chunk}) as row
          where ${standing(sql`row.value`)} on conflict do update set value = excluded.value, format = excluded.format`,
      ),
    ),
    ...chunksOf(ofAll).map((chunk) =>
      rawStatement(
        db,
        sql`update ${sums} set value = row.value ->> 4, maker = null from json_each(${chunk}) as row
          where project_id = row.value ->> 0 and kind = row.value ->> 1 and since = row.value ->> 2 and branch = '' and maker = ${maker}`,
      ),
    ),
  ]
  const [first, ...others] = statements
  if (first) await db.batch([first, ...others])
}

/** Texts of JSON as lists of them, none of them too long. */
function chunksOf(rows: readonly string[]): string[] {
  const chunks: string[][] = []
  let length = MAX_CHUNK_LENGTH
  for (const row of rows) {
    if (length + row.length > MAX_CHUNK_LENGTH) {
      chunks.push([])
      length = 0
    }
    chunks.at(-1)?.push(row)
    length += row.length
  }
  return chunks.map((chunk) => `[${chunk.join(',')}]`)
}

/** Whether a row of `sums` is of the format of this version. */
export function isOfFormat(): SQL {
  return sql`${sums.format} = ${SUM_FORMAT}`
}
