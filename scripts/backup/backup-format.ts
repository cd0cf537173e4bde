import { createHash } from 'node:crypto'
import { createReadStream, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { CREDENTIAL_TABLES } from '../../src/storage/edge/new-life.ts'
import { ScriptError } from '../check/script-error.ts'

/** What a backup folder holds besides its manifest: `d1/<table>.ndjson`, `objects.ndjson`, and the bytes in `r2/<key>`. */
export type Manifest = {
  readonly format: 1
  readonly made_at: string
  /** The migrations that had been applied: a backup is restored by the version that made it, or a later one. */
  readonly migrations: readonly string[]
  readonly tables: Readonly<
    Record<string, { readonly columns: readonly string[]; readonly rows: number; readonly sha256: string }>
  >
  readonly objects: { readonly count: number; readonly bytes: number; readonly sha256: string }
  /** False when something was deleted while it was made: what then belongs to nothing is left out by the restore. */
  readonly is_quiet: boolean
}

/** One object of R2, a line of `objects.ndjson`. */
export type ObjectLine = {
  readonly key: string
  readonly bytes: number
  readonly sha256: string
  readonly http_metadata: Record<string, unknown>
  readonly custom_metadata: Record<string, string>
}

/** Made anew by each instance: the feed belongs to one life of a database, uploads to one bucket, messages to one queue. */
const OWN_TABLES = [
  'revocations',
  'feed_state',
  'rights_gone',
  'sweeps',
  'upkeep_tasks',
  'uploads',
  'upload_parts',
  'outbox',
  'd1_migrations',
] as const
const RESTORED_TABLES = [
  ...['users', 'identities', 'org_creators', 'projects', 'members', 'pipelines', 'workflows', 'builds', 'artifacts'],
  ...['test_results', 'audit', 'deliveries', 'used_identities', 'retention', 'env_vars', 'listeners'],
  'dispatch_targets',
]

export type Handling = 'own' | 'credential' | 'restored'

/** How a table is handled; null for one of which nobody has decided it yet, which a test does not let pass. */
export function handlingOf(table: string): Handling | null {
  if ((OWN_TABLES as readonly string[]).includes(table)) return 'own'
  if ((CREDENTIAL_TABLES as readonly string[]).includes(table)) return 'credential'
  return RESTORED_TABLES.includes(table) ? 'restored' : null
}

/** What is wrong with a backup, in words for whoever wants to use it. */
export class BackupError extends ScriptError {}

export function readManifest(folder: string): Manifest {
  const file = join(folder, 'manifest.json')
  // It is written last, so a backup that was broken off has none.
  if (!isFile(file)) throw new BackupError(`${folder} is no backup: it has no manifest.json`)
  const manifest = manifestIn(readFileSync(file, 'utf8'))
  if (!manifest?.tables || !manifest.objects || !manifest.migrations)
    throw new BackupError(`${file} is not whole: nothing was restored`)
  if (manifest.format !== 1)
    throw new BackupError(`${folder} is a backup of format ${manifest.format}, which this version does not know`)
  return manifest
}

function manifestIn(text: string): Manifest | null {
  try {
    return JSON.parse(text)
  } catch {
    return null // It was cut off: the caller says so.
  }
}

/** What does not agree with the manifest; empty for a whole and unchanged backup. */
export async function faultsOf(folder: string, manifest: Manifest): Promise<readonly string[]> {
  const faults: string[] = []
  const expect = async (file: string, sha256: string) => {
    if (!isFile(join(folder, file))) faults.push(`${file} is missing`)
    else if ((await digestOf(join(folder, file))) !== sha256) faults.push(`${file} is not as it was made`)
  }
  for (const [table, { sha256 }] of Object.entries(manifest.tables)) await expect(`d1/${table}.ndjson`, sha256)
  await expect('objects.ndjson', manifest.objects.sha256)
  if (faults.length > 0) return faults
  for await (const line of linesOf(join(folder, 'objects.ndjson'))) {
    const { key, sha256 }: ObjectLine = JSON.parse(line)
    await expect(`r2/${key}`, sha256)
  }
  return faults
}

/** A backup that the next one goes on from: of it the list of objects is read, and their bytes are linked. */
export async function requireObjectList(folder: string): Promise<void> {
  const { objects } = readManifest(folder)
  const file = join(folder, 'objects.ndjson')
  if (!isFile(file) || (await digestOf(file)) !== objects.sha256)
    throw new BackupError(`${file} is missing, or not as it was made.`)
}

function isFile(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFile() ?? false
}

export async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(file)) hash.update(chunk)
  return hash.digest('hex')
}

export function linesOf(file: string): AsyncIterable<string> {
  return createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })
}

/** Tables so that each stands after those that its rows refer to. */
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
