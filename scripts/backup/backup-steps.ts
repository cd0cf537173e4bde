import { createHash } from 'node:crypto'
import { chmodSync, closeSync, copyFileSync, linkSync, openSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { makeFolder } from '../../cli/files/make-folder.ts'
import { isSystemError, withPath } from '../../cli/terminal/system-error.ts'
import type { Instance } from '../start/instance.ts'
import { writePrivately } from '../start/local-state.ts'
import {
  faultOf,
  handlingOf,
  inReferenceOrder,
  isObjectKey,
  type Manifest,
  type ObjectLine,
  objectsIn,
} from './backup-format.ts'

const PAGE_ROWS = 500
/** A row may be 2 MB, and 500 of those are more than an answer can hold. */
const PAGE_BYTES = 8_000_000
/** Of the earlier backup's objects that are of no use, so many are named. */
const MAX_NAMED = 5

/**
 * Copies an instance into a new folder: rows first, then the bytes that they name. It may be in use meanwhile. Tables
 * are read from the last one that refers to the first one that is referred to, so that what a row belongs to comes along.
 * The bytes that `earlier` has, a backup of before, are linked instead of fetched, since an object never changes; what
 * is not there as it was made is fetched anew, and said.
 */
export async function backUp(
  instance: Instance,
  folder: string,
  earlier: string | null,
  say: (line: string) => void = () => {},
): Promise<Manifest> {
  makeFolder(join(folder, 'd1'), 0o700)
  const { d1 } = instance
  const madeAt = new Date().toISOString()
  const seqBefore = await newestSeq(d1)
  const tables: Record<string, Manifest['tables'][string]> = {}
  for (const table of (await listTables(d1)).toReversed())
    tables[table] = await dumpTable(d1, table, join(folder, 'd1', `${table}.ndjson`))
  const isQuiet = seqBefore === (await newestSeq(d1))
  const objects = await copyObjects(instance, folder, earlier, say)
  const migrations = await d1.prepare('select name from d1_migrations order by name').all<{ name: string }>()
  const manifest: Manifest = {
    format: 1,
    made_at: madeAt,
    migrations: migrations.results.map(({ name }) => name),
    tables,
    objects,
    is_quiet: isQuiet,
  }
  // Last, so that a folder without it is seen to be no backup.
  writePrivately(join(folder, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`)
  return manifest
}

/** The tables that a backup holds, each after those that its rows refer to. */
export async function listTables(d1: D1Database): Promise<readonly string[]> {
  const { results } = await d1
    .prepare(
      "select m.name as name, f.\"table\" as parent from sqlite_master as m left join pragma_foreign_key_list(m.name) as f where m.type = 'table' and m.name not like 'sqlite_%' and m.name not like '\\_cf\\_%' escape '\\' order by m.name",
    )
    .all<{ name: string; parent: string | null }>()
  const references = new Map<string, string[]>()
  for (const { name, parent } of results) {
    if (handlingOf(name) === 'own') continue
    references.set(name, [...(references.get(name) ?? []), ...(parent ? [parent] : [])])
  }
  return inReferenceOrder(references)
}

async function newestSeq(d1: D1Database): Promise<number | null> {
  return d1.prepare('select newest_seq from feed_state where id = 1').first<number>('newest_seq')
}

async function dumpTable(d1: D1Database, table: string, file: string): Promise<Manifest['tables'][string]> {
  const columns = await listColumns(d1, table)
  const quoted = columns.map((name) => `"${name}"`).join(', ')
  // Named: of a table whose key is a number, SQLite gives the rowid under that key's name.
  const sizes = d1.prepare(
    `select rowid as rowid, ${columns.map((name) => `coalesce(octet_length("${name}"), 0)`).join(' + ')} as bytes from "${table}" where rowid > ? order by rowid limit ${PAGE_ROWS}`,
  )
  // Column by column: a line of JSON may be longer than any value that D1 gives out.
  const page = d1.prepare(`select ${quoted} from "${table}" where rowid > ? and rowid <= ? order by rowid`)
  const out = createFile(file)
  let rows = 0
  for (let after = -1; ; ) {
    const upTo = endOfPage((await sizes.bind(after).all<{ rowid: number; bytes: number }>()).results)
    if (upTo === null) break
    const lines = await page.bind(after, upTo).raw()
    for (const line of lines) out.write(`${JSON.stringify(line)}\n`)
    rows += lines.length
    after = upTo
  }
  return { columns, rows, sha256: out.close() }
}

/** The columns of a table, in their order; none where there is no such table. */
export async function listColumns(d1: D1Database, table: string): Promise<string[]> {
  const { results } = await d1
    .prepare(`select name from pragma_table_info('${table}') order by cid`)
    .all<{ name: string }>()
  return results.map(({ name }) => name)
}

/** The last of those rows that come together: one at least, and no more than so many bytes. */
function endOfPage(rows: readonly { readonly rowid: number; readonly bytes: number }[]): number | null {
  let bytes = 0
  let end: number | null = null
  for (const row of rows) {
    bytes += row.bytes
    if (end !== null && bytes > PAGE_BYTES) break
    end = row.rowid
  }
  return end
}

async function copyObjects(
  { d1, bucket }: Instance,
  folder: string,
  earlier: string | null,
  say: (line: string) => void,
): Promise<Manifest['objects']> {
  const known = earlier ? await knownObjects(earlier) : new Map<string, ObjectLine>()
  const useless: string[] = []
  const out = createFile(join(folder, 'objects.ndjson'))
  let [count, bytes] = [0, 0]
  for await (const key of objectKeys(d1)) {
    const line =
      (earlier && (await linkObject(known.get(key), folder, earlier, useless))) ??
      (await fetchObject(bucket, key, folder))
    if (!line) continue // Its row was deleted, and the sweep took it, since the row was read.
    out.write(`${JSON.stringify(line)}\n`)
    count += 1
    bytes += line.bytes
  }
  if (useless.length > 0) {
    const named = useless.slice(0, MAX_NAMED).join(', ') + (useless.length > MAX_NAMED ? ', …' : '')
    say(`Of ${earlier}, ${useless.length} objects are missing or damaged, and were fetched again: ${named}`)
  }
  return { count, bytes, sha256: out.close() }
}

/** The tables that a backup holds whose rows name objects. */
export const TABLES_WITH_OBJECTS = ['artifacts', 'packs', 'pack_indexes', 'test_reports', 'log_parts']

async function* objectKeys(d1: D1Database): AsyncIterable<string> {
  // A database that is not migrated yet may lack one: people make a backup before they deploy.
  const tables = await listTables(d1)
  for (const table of TABLES_WITH_OBJECTS.filter((name) => tables.includes(name))) {
    const page = d1.prepare(
      `select rowid as rowid, object_key as key from ${table} where rowid > ? order by rowid limit ${PAGE_ROWS}`,
    )
    for (let after: number | null = -1; after !== null; ) {
      const { results }: D1Result<{ rowid: number; key: string }> = await page.bind(after).all()
      for (const { key } of results) yield key
      after = results.length < PAGE_ROWS ? null : (results.at(-1)?.rowid ?? null)
    }
  }
}

async function knownObjects(earlier: string): Promise<Map<string, ObjectLine>> {
  const known = new Map<string, ObjectLine>()
  for await (const line of objectsIn(earlier)) known.set(line.key, line)
  return known
}

/** Takes an object over from an earlier backup; null where that has none, or none that is whole. */
async function linkObject(
  known: ObjectLine | undefined,
  folder: string,
  earlier: string,
  useless: string[],
): Promise<ObjectLine | null> {
  if (!known) return null
  const [from, to] = [earlier, folder].map((one) => join(one, 'r2', known.key)) as [string, string]
  if (await faultOf(from, known)) {
    useless.push(`r2/${known.key}`)
    return null
  }
  makeFolder(dirname(to), 0o700)
  try {
    linkSync(from, to)
  } catch (error) {
    // Another disk, or one that knows no links, or no more of them: there it takes room of its own.
    if (!isSystemError(error)) throw error
    copyFileSync(from, to)
    chmodSync(to, 0o600)
  }
  return known
}

async function fetchObject(bucket: R2Bucket, key: string, folder: string): Promise<ObjectLine | null> {
  if (!isObjectKey(key)) throw new Error(`a row names an object that is none of ours: ${key}`)
  const file = join(folder, 'r2', key)
  makeFolder(dirname(file), 0o700)
  const object = await bucket.get(key)
  if (!object) return null
  const out = createFile(file)
  // A stream of the platform's own, which Node reads as any other.
  for await (const chunk of object.body as unknown as AsyncIterable<Uint8Array>) out.write(chunk)
  const { size, httpMetadata = {}, customMetadata = {} } = object
  return { key, bytes: size, sha256: out.close(), http_metadata: { ...httpMetadata }, custom_metadata: customMetadata }
}

/** A file that only its owner can read, with the digest of what goes into it. */
function createFile(file: string) {
  const descriptor = openSync(file, 'w', 0o600)
  const hash = createHash('sha256')
  return {
    write(chunk: string | Uint8Array): void {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
      hash.update(bytes)
      // As often as it takes: a write to a disk that is nearly full may be a part of it.
      withPath(file, () => writeFileSync(descriptor, bytes))
    },
    close(): string {
      closeSync(descriptor)
      return hash.digest('hex')
    },
  }
}
