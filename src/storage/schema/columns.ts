import { type GetColumnData, type SQL, sql } from 'drizzle-orm'
import { customType, type SQLiteColumn } from 'drizzle-orm/sqlite-core'
import { type ArtifactDigest, digestText, parseArtifactDigest } from '../../domain/artifacts/artifact-digest.ts'

type Aliased<T extends Record<string, SQLiteColumn>> = { [K in keyof T]: SQL.Aliased<GetColumnData<T[K]>> }

/**
 * Columns under names that start with `prefix`: D1 gives a batch's rows as objects, in which a second column of the
 * same name takes the first one's place.
 */
export function aliased<T extends Record<string, SQLiteColumn>>(prefix: string, columns: T): Aliased<T> {
  const named = Object.entries(columns).map(([name, column]) => [
    name,
    sql`${column}`.mapWith(column).as(`${prefix}_${name}`),
  ])
  // Object.fromEntries cannot tell that the keys are those of `columns`.
  return Object.fromEntries(named) as Aliased<T>
}

/** A digest, kept as its text. */
export const artifactDigest = customType<{ data: ArtifactDigest; driverData: string }>({
  dataType: () => 'text',
  toDriver: digestText,
  fromDriver(text) {
    const digest = parseArtifactDigest(text)
    if (!digest) throw new Error('an artifact row has a digest of no known kind')
    return digest
  },
})
