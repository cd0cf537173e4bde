import { digestText } from '../../src/domain/artifacts/artifact-digest.ts'
import { openPool } from '../pool.ts'
import type { Server } from '../server/server.ts'
import { CliError } from '../terminal/exit.ts'
import { moveEach, type Outcome, warnOfLeftOut } from '../terminal/outcome.ts'
import type { Output } from '../terminal/output.ts'
import { startProgress } from '../terminal/progress.ts'
import { isSystemError, systemFailure, systemWords } from '../terminal/system-error.ts'
import { type ListedArtifact, listArtifacts } from './artifact-list.ts'
import { hasBytes } from './download-file.ts'
import type { FoundFiles, LeftOut, LocalFile } from './find-files.ts'
import { uploadFile } from './upload-file.ts'

export type UploadTarget = {
  readonly num: number
  readonly nodeIndex: number
  readonly overwrite: boolean
  readonly parallel: number
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

/** Uploads the files, several at once; what the build has already is not sent again. */
export async function uploadAll(
  server: Server,
  { files, leftOut, problems }: FoundFiles,
  { parallel, onMoved = () => {}, ...target }: UploadTarget,
  output: Output,
): Promise<Outcome<UploadedFile>> {
  const gone: LeftOut[] = []
  // Parts have a pool of their own: a file that waits for its parts must not keep them from running.
  const pool = openPool(parallel)
  const known = files.length === 0 ? new Map() : await findKnown(server, target)
  const progress = startProgress(output, onMoved)
  const upload = async (file: LocalFile): Promise<UploadedFile | null> => {
    const bar = progress.file(file.path, file.sizeBytes)
    try {
      const there = known.get(file.path)
      const isThere = there !== undefined && (await hasBytes(file.file, there))
      const artifact = isThere ? there : await uploadFile(server, file, { ...target, pool }, bar)
      bar.done(isThere ? 'already there' : 'uploaded')
      const { path, nodeIndex, sizeBytes, digest, url } = artifact
      return { file: file.file, path, node_index: nodeIndex, size: sizeBytes, digest: digestText(digest), url }
    } catch (error) {
      bar.failed()
      const reason = reasonToLeaveOut(error)
      if (reason === null) throw isSystemError(error) ? systemFailure(error, file.path) : error
      gone.push({ path: file.path, reason })
      return null
    }
  }
  const moved = await moveEach(server, files, parallel, upload).finally(progress.stop)
  const outcome = {
    done: moved.done.filter((one) => one !== null),
    failures: [...problems, ...moved.failures],
    leftOut: [...leftOut, ...gone],
  }
  warnOfLeftOut(outcome.leftOut, output)
  return outcome
}

/** What the build has already, by path. */
async function findKnown(server: Server, target: { readonly num: number; readonly nodeIndex: number }) {
  const { artifacts } = await listArtifacts(server, `builds/${target.num}/artifacts`)
  const ours = artifacts.filter(({ nodeIndex }) => nodeIndex === target.nodeIndex)
  return new Map<string, ListedArtifact>(ours.map((artifact) => [artifact.path, artifact]))
}

/** Where the file was removed, or its mode changed, since it was found, or its bytes are none that can be sent. */
function reasonToLeaveOut(error: unknown): string | null {
  if (error instanceof CliError && error.failure === 'left_out') return error.message
  const codes = ['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'ELOOP']
  return isSystemError(error) && codes.includes(error.code ?? '') ? systemWords(error) : null
}
