import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import { startNewLife } from '../../src/storage/edge/new-life.ts'
import { openDb } from '../../src/storage/stores.ts'
import type { Instance } from '../start/instance.ts'
import {
  BackupError,
  faultsOf,
  handlingOf,
  linesOf,
  type Manifest,
  type ObjectLine,
  objectsIn,
  readManifest,
} from './backup-format.ts'
import { listColumns, listTables } from './backup-steps.ts'

/** Rows that go in together, as one value of JSON; D1 takes 2,000,000 bytes, and a character may be three. */
const CHUNK_CHARACTERS = 300_000
/** R2's parts, but for the last, must be of one size and of 5 MiB at least. */
const PART_BYTES = 32 * 1024 * 1024

export class RestoreError extends BackupError {}

export type RestoreOptions = {
  readonly keepTokens: boolean
  readonly say: (line: string) => void
  readonly partBytes?: number
}

/**
 * Puts a backup into an empty instance: bytes first, then the rows that name them, then a new life of the feed. Tokens
 * and whatever else lets somebody in stay out, unless they are to be kept: some may have been deleted since the backup.
 * After a failure it can be called again, and goes on.
 */
export async function restore(instance: Instance, folder: string, options: RestoreOptions): Promise<void> {
  const manifest = readManifest(folder)
  const faults = await faultsOf(folder, manifest)
  if (faults.length > 0)
    throw new RestoreError(`The backup is damaged, and nothing was restored:\n  ${faults.join('\n  ')}`)
  await requireFit(instance.d1, manifest)
  const isResumed = await begin(instance.d1, manifest)
  const { say, partBytes = PART_BYTES } = options
  say(`${manifest.objects.count} objects, ${manifest.objects.bytes} bytes …`)
  for await (const line of objectsIn(folder)) {
    if (isResumed && (await instance.bucket.head(line.key))?.size === line.bytes) continue
    await putObject(instance.bucket, line, folder, partBytes)
  }
  for (const table of await listTables(instance.d1)) {
    const told = manifest.tables[table]
    if (!told || (handlingOf(table) === 'credential' && !options.keepTokens)) continue
    const rows = await insertRows(instance.d1, table, told.columns, join(folder, 'd1', `${table}.ndjson`))
    if (rows < told.rows) say(`${table}: ${told.rows - rows} of ${told.rows} rows belong to nothing and were left out`)
  }
  await startNewLife(openDb(instance.d1), options)
  await instance.d1.prepare("delete from sweeps where name = 'restore'").run()
}

/** The backup must have all tables of its version, which must not be a later one than that with these migrations. */
export function requireTables(
  { migrations, tables }: Manifest,
  applied: readonly string[],
  known: readonly string[],
): void {
  const unknown = migrations.filter((name) => !applied.includes(name))
  if (unknown.length > 0)
    throw new RestoreError(`The backup is of a later version of Buildpass: it has ${unknown.join(', ')}.`)
  // Of an earlier version it may lack the tables that came since.
  if (migrations.length < applied.length) return
  const lacking = known.filter((table) => !(table in tables))
  if (lacking.length > 0) throw new RestoreError(`The backup is not whole: it has no table ${lacking.join(', ')}.`)
}

/** The database must know all that the backup's did. */
async function requireFit(d1: D1Database, manifest: Manifest): Promise<void> {
  const { results } = await d1.prepare('select name from d1_migrations').all<{ name: string }>()
  const applied = results.map(({ name }) => name)
  requireTables(manifest, applied, await listTables(d1))
  const { tables } = manifest
  for (const [table, { columns }] of Object.entries(tables)) {
    const known = await listColumns(d1, table)
    const strange = columns.filter((name) => !known.includes(name))
    // Of a table that an earlier version had nothing is restored.
    if (known.length > 0 && strange.length > 0)
      throw new RestoreError(
        `The backup's table ${table} has columns that the database has not: ${strange.join(', ')}.`,
      )
  }
}

/**
 * Refuses an instance that somebody uses; marks an empty one, so that a restore that was cut off can go on. Gives whether it
 * is one that goes on.
 */
async function begin(d1: D1Database, { made_at }: Manifest): Promise<boolean> {
  const mark = await d1.prepare("select cursor from sweeps where name = 'restore'").first<string>('cursor')
  if (mark === made_at) return true
  const inUse = await d1
    .prepare('select exists (select 1 from users) or exists (select 1 from projects) as used')
    .first<number>('used')
  if (mark !== null || inUse)
    throw new RestoreError('The instance is not empty: a backup is restored into a new one only.')
  await d1.prepare("insert into sweeps (name, cursor) values ('restore', ?)").bind(made_at).run()
  return false
}

async function insertRows(d1: D1Database, table: string, columns: readonly string[], file: string): Promise<number> {
  const { results: parents } = await d1
    .prepare(
      `select "from" as own, "table" as parent, coalesce("to", 'id') as key from pragma_foreign_key_list('${table}')`,
    )
    .all<{ own: string; parent: string; key: string }>()
  const insertion = (source: string, value: (column: string) => string) => {
    // A column that came after the backup refers to nothing.
    const told = parents.filter(({ own }) => columns.includes(own))
    const belongs = told.map(
      ({ own, parent, key }) =>
        `(${value(own)} is null or exists (select 1 from "${parent}" as p where p."${key}" = ${value(own)}))`,
    )
    const names = columns.map((name) => `"${name}"`).join(', ')
    return d1.prepare(
      `insert into "${table}" (${names}) select ${columns.map(value).join(', ')} ${source} where ${belongs.join(' and ') || '1'} on conflict do nothing`,
    )
  }
  const insert = insertion('from json_each(?) as row', (column) => `row.value ->> ${columns.indexOf(column)}`)
  // A large row goes in alone and column by column: as JSON it may be longer than any value that D1 takes.
  const insertAlone = insertion('', (column) => `?${columns.indexOf(column) + 1}`)
  let chunk: string[] = []
  let length = 0
  const flush = async () => {
    if (chunk.length > 0) await insert.bind(`[${chunk.join(',')}]`).run()
    chunk = []
    length = 0
  }
  for await (const line of linesOf(file)) {
    if (line.length > CHUNK_CHARACTERS) {
      await insertAlone.bind(...JSON.parse(line)).run()
      continue
    }
    if (length + line.length > CHUNK_CHARACTERS) await flush()
    chunk.push(line)
    length += line.length
  }
  await flush()
  return (await d1.prepare(`select count(*) as rows from "${table}"`).first<number>('rows')) ?? 0
}

async function putObject(bucket: R2Bucket, line: ObjectLine, folder: string, partBytes: number): Promise<void> {
  const { key, bytes, sha256 } = line
  const options = { httpMetadata: line.http_metadata as R2HTTPMetadata, customMetadata: line.custom_metadata }
  const file = await open(join(folder, 'r2', key))
  try {
    if (bytes <= partBytes) {
      await bucket.put(key, await readPart(file, 0, bytes), { ...options, sha256 })
      return
    }
    const upload = await bucket.createMultipartUpload(key, options)
    const parts: R2UploadedPart[] = []
    for (let from = 0; from < bytes; from += partBytes)
      parts.push(
        await upload.uploadPart(parts.length + 1, await readPart(file, from, Math.min(partBytes, bytes - from))),
      )
    await upload.complete(parts)
  } finally {
    await file.close()
  }
}

async function readPart(file: FileHandle, from: number, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const part = new Uint8Array(length)
  const { bytesRead } = await file.read(part, 0, length, from)
  if (bytesRead !== length) throw new RestoreError('a file of the backup became shorter while it was read')
  return part
}
