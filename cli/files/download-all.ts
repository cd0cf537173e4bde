import { readdirSync, realpathSync } from 'node:fs'
import { digestText } from '../../src/domain/artifacts/artifact-digest.ts'
import { downloadPack, dropZip, type PlannedDownload, zipPlace } from '../packs/download-pack.ts'
import { type ListedPack, listPacks } from '../packs/listed-pack.ts'
import { MIN_PACK_FILES } from '../packs/plan-packs.ts'
import { openPool } from '../pool.ts'
import type { Server } from '../server/server.ts'
import { CliError } from '../terminal/exit.ts'
import { moveEach } from '../terminal/outcome.ts'
import { countText, type Output } from '../terminal/output.ts'
import { type Progress, startProgress } from '../terminal/progress.ts'
import type { ListedArtifact } from './artifact-list.ts'
import { downloadFile, hasBytes } from './download-file.ts'
import { openPlace } from './local-path.ts'
import { makeFolder } from './make-folder.ts'
import { isPartFile, leftBytes } from './part-file.ts'

/** An artifact, and where below the folder it is to be. */
export type Place = { readonly artifact: ListedArtifact; readonly path: string; readonly segments: readonly string[] }

export type DownloadTarget = {
  /** The build's number. */
  readonly num: number
  readonly to: string
  readonly parallel: number
  /** Whether many files may come in one zip. */
  readonly isPacked: boolean
}

export type DownloadedFile = {
  readonly path: string
  readonly node_index: number
  readonly size: number
  readonly digest: string
  readonly file: string
  readonly was_there: boolean
}

type Batch = DownloadTarget & {
  readonly server: Server
  readonly output: Output
  readonly progress: Progress
  readonly came: Map<Place, DownloadedFile>
  readonly failures: unknown[]
}

/** Downloads the files, many of them as the packs that they are in, others several at once. */
export async function downloadAll(server: Server, places: readonly Place[], target: DownloadTarget, output: Output) {
  const batch: Batch = { ...target, server, output, progress: startProgress(output), came: new Map(), failures: [] }
  try {
    const planned = target.isPacked ? await planDownloads(batch, places) : []
    const isPlanned = new Set(planned.flatMap(({ wanted }) => wanted.map(({ place }) => place)))
    const loose = places.filter((place) => !batch.came.has(place) && !isPlanned.has(place))
    // One zip after the other: each takes room on the disk.
    const turn = openPool(1)
    const { failures } = await moveEach(server, [...planned, ...loose], target.parallel, (one) =>
      'pack' in one ? turn(() => fetchMany(batch, one)) : fetchOne(batch, one),
    )
    batch.failures.push(...failures)
  } finally {
    batch.progress.stop()
  }
  return { done: places.flatMap((place) => batch.came.get(place) ?? []), failures: batch.failures }
}

async function fetchOne({ server, progress, to, came }: Batch, place: Place): Promise<void> {
  const { artifact, segments } = place
  const bar = progress.file(artifact.path, artifact.sizeBytes)
  try {
    const file = openPlace(to, segments)
    const word = await downloadFile(server, artifact, file, bar)
    bar.done(word)
    came.set(place, downloadedFile(place, file, word === 'already there'))
  } catch (error) {
    bar.failed()
    throw error
  }
}

type PlannedFile = { readonly place: Place; readonly artifact: ListedArtifact; readonly open: () => string }
type Planned = PlannedDownload<PlannedFile>

/** The files of a pack; those that do not come with it, one by one. */
async function fetchMany(batch: Batch, planned: Planned): Promise<void> {
  const { server, output, progress, came, parallel } = batch
  const why = await downloadPack(server, planned, progress, ({ place }, file) => {
    came.set(place, downloadedFile(place, file, false))
  })
  const rest = planned.wanted.map(({ place }) => place).filter((place) => !came.has(place))
  if (why !== null) output.warn(`${countText(rest.length)} come one by one, in no pack: ${why}`)
  const { failures } = await moveEach(server, rest, parallel, (place) => fetchOne(batch, place))
  batch.failures.push(...failures)
}

/** Which packs are fetched whole; it is found out before which of their files are here already. */
async function planDownloads(batch: Batch, places: readonly Place[]): Promise<readonly Planned[]> {
  const { server, to, num, came, output } = batch
  const groups = groupsOf(places).filter((group) => group.length >= MIN_PACK_FILES)
  const folder = groups.length > 0 ? folderAt(to) : null
  if (folder === null) return []
  await findThere(batch, groups.flat())
  if (came.size > 0) output.note(`already there: ${countText(came.size)}`)
  const isDone = came.size === groups.flat().length
  if (isDone && !hasPart(folder)) return []

  const packs = await listPacks(server, num).catch(noPacks)
  const planned: Planned[] = []
  for (const group of groups) {
    const [{ artifact }] = group
    const pack = packs.find(({ name, nodeIndex }) => name === artifact.pack && nodeIndex === artifact.nodeIndex)
    if (!pack) continue
    const missing = group.filter((place) => !came.has(place))
    const place = zipPlace(folder, pack)
    const left = await leftBytes(server, place)
    if (missing.length === 0 && left !== null) await dropZip(server, place)
    if (isWorthIt(pack, missing, left))
      planned.push({ pack, place, wanted: missing.map((one) => plannedFile(one, to)) })
  }
  return planned
}

type Group = readonly [Place, ...Place[]]

/** The places of the files of each pack. */
function groupsOf(places: readonly Place[]): readonly Group[] {
  const groups = new Map<string, [Place, ...Place[]]>()
  for (const place of places) {
    const { pack, nodeIndex } = place.artifact
    if (pack === null) continue
    const group = groups.get(`${nodeIndex} ${pack}`)
    if (group) group.push(place)
    else groups.set(`${nodeIndex} ${pack}`, [place])
  }
  return [...groups.values()]
}

/** Null where there can be none, which is told of each file. */
function folderAt(to: string): string | null {
  try {
    makeFolder(to)
    return realpathSync(to)
  } catch {
    return null
  }
}

/** Whether a download was broken off there, of whatever. */
function hasPart(folder: string): boolean {
  try {
    return readdirSync(folder).some(isPartFile)
  } catch {
    return false // A folder that takes files need not show them.
  }
}

async function findThere({ server, to, parallel, came }: Batch, places: readonly Place[]): Promise<void> {
  const pool = openPool(parallel)
  const look = async (place: Place) => {
    server.signal.throwIfAborted()
    const file = openPlace(to, place.segments)
    if (await hasBytes(file, place.artifact)) came.set(place, downloadedFile(place, file, true))
  }
  // What cannot be read is told of where it would be fetched.
  await Promise.all(places.map((place) => pool(() => look(place).catch(() => {}))))
  server.signal.throwIfAborted()
}

/** A server without packs says none; from one that says what we do not know the files come one by one, too. */
function noPacks(error: unknown): readonly ListedPack[] {
  if (error instanceof CliError && (error.failure === 'not_found' || error.failure === 'failed')) return []
  throw error
}

/** Two requests take as long as so many bytes, or longer. */
const FILE_COST_BYTES = 32 * 1024

/** Whether the zip takes no longer than these of its files by themselves. */
export function isWorthIt(
  { sizeBytes }: Pick<ListedPack, 'sizeBytes'>,
  missing: readonly { readonly artifact: Pick<ListedArtifact, 'sizeBytes'> }[],
  left: number | null,
): boolean {
  if (missing.length < (left === null ? MIN_PACK_FILES : 1)) return false
  const alone = missing.reduce((sum, { artifact }) => sum + artifact.sizeBytes + FILE_COST_BYTES, 0)
  return sizeBytes - (left ?? 0) <= alone
}

function plannedFile(place: Place, to: string): PlannedFile {
  return { place, artifact: place.artifact, open: () => openPlace(to, place.segments) }
}

function downloadedFile({ artifact }: Place, file: string, wasThere: boolean): DownloadedFile {
  const { path, nodeIndex, sizeBytes, digest } = artifact
  return { path, node_index: nodeIndex, size: sizeBytes, digest: digestText(digest), file, was_there: wasThere }
}
