import { digestText } from '../../src/domain/artifacts/artifact-digest.ts'
import { MAX_PACKS_A_BUILD } from '../../src/domain/artifacts/pack.ts'
import { openPacker, type Packer } from '../packs/packer.ts'
import { MIN_PACK_FILES, planPacks } from '../packs/plan-packs.ts'
import type { StoredPack } from '../packs/upload-pack.ts'
import { openPool } from '../pool.ts'
import type { Server } from '../server/server.ts'
import { moveEach, type Outcome, warnOfLeftOut } from '../terminal/outcome.ts'
import { countText, type Output } from '../terminal/output.ts'
import { startProgress } from '../terminal/progress.ts'
import type { ListedArtifact } from './artifact-list.ts'
import { type Batch, findKnown, findThere, sendEach, sendOne } from './batch.ts'
import type { FoundFiles, LocalFile } from './find-files.ts'

export type UploadTarget = {
  readonly num: number
  readonly nodeIndex: number
  readonly overwrite: boolean
  readonly parallel: number
  /** Whether many files may go in one zip. */
  readonly isPacked: boolean
  /** Called when more of a file is through than ever before. */
  readonly onMoved?: () => void
}

export type UploadedFile = {
  readonly file: string
  readonly path: string
  readonly node_index: number
  readonly size: number
  readonly digest: string
  readonly url: string
}

export type UploadedPack = Omit<StoredPack, 'digest'> & { readonly digest: string }

/** Uploads the files, many of them as packs, others several at once; what the build has already is not sent again. */
export async function uploadAll(
  server: Server,
  { files, leftOut, problems }: FoundFiles,
  { parallel, isPacked, onMoved = () => {}, ...target }: UploadTarget,
  output: Output,
): Promise<Outcome<UploadedFile> & { readonly packs: readonly UploadedPack[] }> {
  const known = files.length === 0 ? new Map() : await findKnown(server, target)
  const progress = startProgress(output, onMoved)
  const batch: Batch = {
    server,
    parallel,
    output,
    progress,
    known,
    // Parts have a pool of their own: a file that waits for its parts must not keep them from running.
    options: { ...target, pool: openPool(parallel) },
    came: new Map(),
    gone: [],
    failures: [],
  }
  const packer = openPacker(batch)
  await (isPacked && files.length >= MIN_PACK_FILES ? sendMany(batch, packer, files) : sendEach(batch, files)).finally(
    progress.stop,
  )
  const outcome = {
    done: files.flatMap((file) => uploadedFile(file, batch.came.get(file))),
    packs: packer.stored().map((pack) => ({ ...pack, digest: digestText(pack.digest) })),
    failures: [...problems, ...batch.failures],
    leftOut: [...leftOut, ...batch.gone],
  }
  warnOfLeftOut(outcome.leftOut, output)
  return outcome
}

/** Finds out first which files are there: those that are missing go together. */
async function sendMany(batch: Batch, packer: Packer, files: readonly LocalFile[]): Promise<void> {
  const { server, known, output, options } = batch
  // What cannot be read is told of where it would be sent.
  const there = await Promise.all(files.map((file) => options.pool(() => findThere(batch, file).catch(() => null))))
  server.signal.throwIfAborted()
  for (const [i, artifact] of there.entries()) if (artifact) batch.came.set(files[i] as LocalFile, artifact)
  if (batch.came.size > 0) output.note(`already there: ${countText(batch.came.size)}`)

  const missing = files.filter((file) => !batch.came.has(file))
  // Each of these is refused for itself, and keeps no other back.
  const isTaken = ({ path }: LocalFile) => known.has(path) && !options.overwrite
  const { packs, loose, beyond } = planPacks(missing.filter((file) => !isTaken(file)))
  if (beyond.length > 0)
    output.warn(`${countText(beyond.length)} go one by one: a build has at most ${MAX_PACKS_A_BUILD} packs`)
  const items = [...packs, ...missing.filter(isTaken), ...loose, ...beyond]
  const { failures } = await moveEach(server, items, batch.parallel, (one) =>
    'files' in one ? packer.send(one) : sendOne(batch, one),
  )
  batch.failures.push(...failures)
  await packer.confirm()
}

function uploadedFile({ file }: LocalFile, artifact: ListedArtifact | undefined): readonly UploadedFile[] {
  if (!artifact) return []
  const { path, nodeIndex, sizeBytes, digest, url } = artifact
  return [{ file, path, node_index: nodeIndex, size: sizeBytes, digest: digestText(digest), url }]
}
