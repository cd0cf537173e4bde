import { createHash } from 'node:crypto'
import { createReadStream, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import * as v from 'valibot'
import { CREDENTIAL_TABLES } from '../../src/storage/edge/new-life.ts'
import { ScriptError } from '../check/script-error.ts'

const SHA256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/))
const COUNT = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
/** The name of a table or column. It becomes part of SQL, and a table's also of its file's name. */
const NAME = v.pipe(v.string(), v.regex(/^[a-z][a-z0-9_]*$/))
/** A key of R2. It is also the object's path in the backup, so it must not lead out of that folder. */
const OBJECT_KEY = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z0-9_-]+(?:\/[A-Za-z0-9_.-]+)*$/),
  v.check((key) => !key.split('/').some((segment) => segment === '.' || segment === '..')),
)

/** What a backup folder holds besides its manifest: `d1/<table>.ndjson`, `objects.ndjson`, and the bytes in `r2/<key>`. */
const MANIFEST = v.object({
  format: v.literal(1),
  made_at: v.pipe(v.string(), v.isoTimestamp()),
  /** The migrations that had been applied: a backup is restored by the version that made it, or a later one. */
  migrations: v.array(v.string()),
  tables: v.record(NAME, v.object({ columns: v.pipe(v.array(NAME), v.minLength(1)), rows: COUNT, sha256: SHA256 })),
  objects: v.object({ count: COUNT, bytes: COUNT, sha256: SHA256 }),
  /** False when something was deleted during the backup: the restore leaves out rows that refer to it. */
  is_quiet: v.boolean(),
})
export type Manifest = v.InferOutput<typeof MANIFEST>

/** One object of R2, a line of `objects.ndjson`. */
const OBJECT = v.object({
  key: OBJECT_KEY,
  bytes: COUNT,
  sha256: SHA256,
  http_metadata: v.record(v.string(), v.unknown()),
  custom_metadata: v.record(v.string(), v.string()),
})
export type ObjectLine = v.InferOutput<typeof OBJECT>

/** One row, a line of a table's file: its values in the order of the columns. */
const ROW = v.array(v.union([v.null(), v.number(), v.string()]))

export function isObjectKey(text: string): boolean {
  return v.is(OBJECT_KEY, text)
}

/** Not restored: each instance has a revocation feed, unfinished uploads and messages of its own. */
const OWN_TABLES = [
  'revocations',
  'feed_state',
  'rights_gone',
  'sweeps',
  'upkeep_tasks',
  'uploads',
  'upload_parts',
  'outbox',
  // Its objects are those of the reports once more.
  'test_packs',
  // What is seen of the use of tokens, most of which a restore ends.
  'token_days',
  // They are made again of what is restored.
  'sums',
  // What was told last is learnt again: the first state that is seen is no news.
  'notice_states',
  'notice_checks',
  'd1_migrations',
] as const
const RESTORED_TABLES = [
  ...['users', 'identities', 'org_creators', 'projects', 'members', 'pipelines', 'workflows', 'builds', 'artifacts'],
  ...[
    'test_results',
    'test_names',
    'test_reports',
    'test_failures',
    'test_mutes',
    'logs',
    'log_parts',
    'packs',
    'pack_indexes',
    'audit',
    'deliveries',
    'used_identities',
    'used_report_tickets',
    'retention',
    'env_vars',
    'listeners',
    'notices',
    'notice_inbox',
    'notice_choices',
    'mail_addresses',
    'token_successors',
  ],
  'dispatch_targets',
  'policy',
]

/** What a backup by this version has a file of. */
export const TABLES_IN_BACKUP: readonly string[] = [...RESTORED_TABLES, ...CREDENTIAL_TABLES]

export type Handling = 'own' | 'credential' | 'restored'

/** How a backup handles a table; null for one that is not listed, which makes a test fail. */
export function handlingOf(table: string): Handling | null {
  if ((OWN_TABLES as readonly string[]).includes(table)) return 'own'
  if ((CREDENTIAL_TABLES as readonly string[]).includes(table)) return 'credential'
  return RESTORED_TABLES.includes(table) ? 'restored' : null
}

/** A fault in a backup, in words for the person who wants to use it. */
export class BackupError extends ScriptError {}

export function readManifest(folder: string): Manifest {
  const file = join(folder, 'manifest.json')
  // It is written last, so a backup that was broken off has none.
  if (!isFile(file)) throw new BackupError(`${folder} is no backup: it has no manifest.json`)
  const value = jsonIn(readFileSync(file, 'utf8'))
  const { format } = v.is(v.object({ format: v.number() }), value) ? value : { format: 1 }
  if (format !== 1) throw new BackupError(`${folder} is a backup of format ${format}, which this version does not know`)
  return requireShape(MANIFEST, value, file)
}

/** Undefined for incomplete JSON: it then fails the check of its shape. */
function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function requireShape<S extends v.GenericSchema>(schema: S, value: unknown, where: string): v.InferOutput<S> {
  const { success, output, issues } = v.safeParse(schema, value)
  if (success) return output
  const at = v.getDotPath(issues[0])
  throw new BackupError(`${where} is not whole, or not as a backup has it${at ? ` (at ${at})` : ''}`)
}

/** The differences from the manifest; empty for a complete and unchanged backup. */
export async function faultsOf(folder: string, manifest: Manifest): Promise<readonly string[]> {
  const faults: string[] = []
  const expect = async (file: string, made: Made) => {
    const fault = await faultOf(join(folder, file), made)
    if (fault) faults.push(`${file} ${fault}`)
  }
  for (const [table, made] of Object.entries(manifest.tables)) await expect(`d1/${table}.ndjson`, made)
  await expect('objects.ndjson', { sha256: manifest.objects.sha256 })
  if (faults.length > 0) return faults
  for (const table of Object.keys(manifest.tables)) await requireRows(folder, table, manifest)
  let count = 0
  for await (const object of objectsIn(folder)) {
    count += 1
    await expect(`r2/${object.key}`, object)
  }
  if (count !== manifest.objects.count)
    faults.push(`objects.ndjson has ${count} objects, and the manifest tells of ${manifest.objects.count}`)
  return faults
}

/** What the manifest or the list of objects says of a file. */
type Made = { readonly sha256: string; readonly bytes?: number }

/** The fault of a file; null where there is none. */
export async function faultOf(
  file: string,
  { sha256, bytes }: Made,
): Promise<'is missing' | 'is not as it was made' | null> {
  const entry = statSync(file, { throwIfNoEntry: false })
  if (!entry?.isFile()) return 'is missing'
  const isSame = (bytes ?? entry.size) === entry.size && (await digestOf(file)) === sha256
  return isSame ? null : 'is not as it was made'
}

/** Requires the rows of a table to be as many and as long as the manifest says. */
async function requireRows(folder: string, table: string, { tables }: Manifest): Promise<void> {
  const file = join(folder, 'd1', `${table}.ndjson`)
  const { columns = [], rows = 0 } = tables[table] ?? {}
  let count = 0
  for await (const line of linesOf(file)) {
    count += 1
    const row = requireShape(ROW, jsonIn(line), `${file}, line ${count},`)
    if (row.length !== columns.length)
      throw new BackupError(`${file}, line ${count}, has ${row.length} values for ${columns.length} columns`)
  }
  if (count !== rows) throw new BackupError(`${file} has ${count} rows, and the manifest tells of ${rows}`)
}

/** The objects that a backup lists. */
export async function* objectsIn(folder: string): AsyncIterable<ObjectLine> {
  const file = join(folder, 'objects.ndjson')
  let count = 0
  for await (const line of linesOf(file)) {
    count += 1
    yield requireShape(OBJECT, jsonIn(line), `${file}, line ${count},`)
  }
}

/** Checks the list of objects of an earlier backup, whose bytes a new one with `--since` links. */
export async function requireObjectList(folder: string): Promise<void> {
  const { objects } = readManifest(folder)
  const file = join(folder, 'objects.ndjson')
  const fault = await faultOf(file, { sha256: objects.sha256 })
  if (fault) throw new BackupError(`${file} ${fault}`)
}

function isFile(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFile() ?? false
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file)) hash.update(chunk)
  return hash.digest('hex')
}

export function linesOf(file: string): AsyncIterable<string> {
  return createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })
}

/** Tables in an order in which each comes after those that its rows refer to. */
export function inReferenceOrder(references: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const ordered: string[] = []
  const visit = (table: string) => {
    if (ordered.includes(table)) return
    for (const parent of references.get(table) ?? []) if (parent !== table && references.has(parent)) visit(parent)
    if (!ordered.includes(table)) ordered.push(table)
  }
  for (const table of references.keys()) visit(table)
  return ordered
}
