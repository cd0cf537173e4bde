import type { Server } from '../server/server.ts'
import { CliError } from '../terminal/exit.ts'
import { moveEach } from '../terminal/outcome.ts'
import type { Output } from '../terminal/output.ts'
import type { Progress } from '../terminal/progress.ts'
import { isSystemError, systemFailure, systemWords } from '../terminal/system-error.ts'
import { type ListedArtifact, listArtifacts } from './artifact-list.ts'
import { hasBytes } from './download-file.ts'
import type { LeftOut, LocalFile } from './find-files.ts'
import type { UploadOptions } from './sent-file.ts'
import { uploadFile } from './upload-file.ts'

/** Files that are uploaded together, and what came of them so far. */
export type Batch = {
  readonly server: Server
  readonly options: UploadOptions
  readonly parallel: number
  readonly output: Output
  readonly progress: Progress
  /** What the build had before, by path. */
  readonly known: ReadonlyMap<string, ListedArtifact>
  readonly came: Map<LocalFile, ListedArtifact>
  readonly gone: LeftOut[]
  readonly failures: unknown[]
}

/** What the build has by now, by path. */
export async function findKnown(
  server: Server,
  { num, nodeIndex }: { readonly num: number; readonly nodeIndex: number },
): Promise<ReadonlyMap<string, ListedArtifact>> {
  const { artifacts } = await listArtifacts(server, `builds/${num}/artifacts`)
  const ours = artifacts.filter((artifact) => artifact.nodeIndex === nodeIndex)
  return new Map(ours.map((artifact) => [artifact.path, artifact]))
}

/** The artifact that the file is already; null where it is none. */
export async function findThere({ known }: Batch, { file, path }: LocalFile): Promise<ListedArtifact | null> {
  const artifact = known.get(path)
  return artifact && (await hasBytes(file, artifact)) ? artifact : null
}

/** Sends files one by one, several at once. */
export async function sendEach(batch: Batch, files: readonly LocalFile[]): Promise<void> {
  const { failures } = await moveEach(batch.server, files, batch.parallel, (file) => sendOne(batch, file))
  batch.failures.push(...failures)
}

export async function sendOne(batch: Batch, file: LocalFile): Promise<void> {
  const bar = batch.progress.file(file.path, file.sizeBytes)
  try {
    const there = await findThere(batch, file)
    batch.came.set(file, there ?? (await uploadFile(batch.server, file, batch.options, bar)))
    bar.done(there ? 'already there' : 'uploaded')
  } catch (error) {
    bar.failed()
    leaveOut(batch, file, error)
  }
}

/** Throws unless that is a reason to send the others without it. */
export function leaveOut({ gone }: Batch, { path }: LocalFile, error: unknown): void {
  const reason = reasonToLeaveOut(error)
  if (reason === null) throw isSystemError(error) ? systemFailure(error, path) : error
  gone.push({ path, reason })
}

/** Where the file was removed, or its mode changed, since it was found, or its bytes are none that can be sent. */
function reasonToLeaveOut(error: unknown): string | null {
  if (error instanceof CliError && error.failure === 'left_out') return error.message
  const codes = ['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'ELOOP']
  return isSystemError(error) && codes.includes(error.code ?? '') ? systemWords(error) : null
}
