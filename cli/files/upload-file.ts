import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { encodePath } from '../../src/domain/artifacts/artifact.ts'
import { digestText } from '../../src/domain/artifacts/artifact-digest.ts'
import type { Pool } from '../pool.ts'
import { askJson, type Body } from '../server/http.ts'
import { projectPath } from '../server/open-server.ts'
import type { Server } from '../server/server.ts'
import { CliError } from '../terminal/exit.ts'
import type { FileProgress } from '../terminal/progress.ts'
import { systemFailure } from '../terminal/system-error.ts'
import { artifactOf, type ListedArtifact } from './artifact-list.ts'
import type { LocalFile } from './find-files.ts'
import { uploadInParts } from './upload-parts.ts'

export type UploadOptions = {
  readonly num: number
  readonly nodeIndex: number
  readonly overwrite: boolean
  /** Requests with bytes, over all files. */
  readonly pool: Pool
}

/** From here on a file goes in parts: below it, to begin again costs no more than a part or four. */
export const PARTS_FROM_BYTES = 32 * 1024 ** 2

/** Brings one file in, and knows that it is there. */
export function uploadFile(
  server: Server,
  file: LocalFile,
  options: UploadOptions,
  progress: FileProgress,
): Promise<ListedArtifact> {
  return file.sizeBytes < PARTS_FROM_BYTES
    ? options.pool(() => uploadWhole(server, file, options, progress))
    : uploadInParts(server, file, options, progress)
}

async function uploadWhole(
  server: Server,
  file: LocalFile,
  { num, nodeIndex, overwrite }: UploadOptions,
  progress: FileProgress,
): Promise<ListedArtifact> {
  const handle = await openFile(file)
  try {
    const sha256 = await sha256Of(readAll(handle, file))
    let sent = 0
    const body = (): Body => {
      // What an earlier attempt sent was in vain.
      progress.add(-sent)
      sent = 0
      if (file.sizeBytes === 0) return new Uint8Array(0)
      return counted(readAll(handle, file), (bytes) => {
        sent += bytes
        progress.add(bytes)
      })
    }
    const query = `?node_index=${nodeIndex}${overwrite ? '&overwrite=true' : ''}`
    const answer = await askJson(server, {
      method: 'PUT',
      path: `${projectPath(server)}/builds/${num}/artifacts/${encodePath(file.path)}${query}`,
      headers: {
        'Content-Type': file.contentType,
        'Content-Length': String(file.sizeBytes),
        'Repr-Digest': `sha-256=:${sha256.toString('base64')}:`,
      },
      body,
    })
    const artifact = artifactOf(answer)
    if (digestText(artifact.digest) !== `sha256:${sha256.toString('hex')}`) throw otherDigest(file.path)
    return artifact
  } catch (error) {
    const isOther = error instanceof CliError && error.code === 'digest_mismatch'
    throw isOther ? otherDigest(file.path) : named(file.path, error)
  } finally {
    await handle.close()
  }
}

/** The file that was found, which may be something else by now: a named pipe would be waited for, for ever. */
export async function openFile(found: LocalFile): Promise<FileHandle> {
  const handle = await open(found.file, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  try {
    if (!(await handle.stat()).isFile()) throw changedMeanwhile(found.path)
    if (await isOfOtherSize(handle, found.sizeBytes)) throw new CliError('left_out', OTHER_SIZE)
    return handle
  } catch (error) {
    await handle.close()
    throw error
  }
}

const OTHER_SIZE = 'it has other bytes than its size says, as files below /proc do: send a copy of it'

/** Whether it ends before or after the size that it is still said to have; one that grew or shrank says so. */
async function isOfOtherSize(handle: FileHandle, sizeBytes: number): Promise<boolean> {
  const last = Math.min(sizeBytes, 1)
  const { bytesRead } = await handle.read(new Uint8Array(2), 0, 2, sizeBytes - last)
  return bytesRead !== last && (await handle.stat()).size === sizeBytes
}

/** The file's bytes, as many as it had when it was found. */
async function* readAll(handle: FileHandle, { path, sizeBytes }: LocalFile): AsyncIterable<Uint8Array> {
  let length = 0
  try {
    while (length < sizeBytes) {
      const bytes = new Uint8Array(Math.min(SLICE_BYTES, sizeBytes - length))
      const { bytesRead } = await handle.read(bytes, 0, bytes.byteLength, length)
      if (bytesRead === 0) throw changedMeanwhile(path)
      length += bytesRead
      yield bytes.subarray(0, bytesRead)
    }
  } catch (error) {
    throw systemFailure(error, path)
  }
}

const SLICE_BYTES = 128 * 1024

/** The error with the file's path before it. */
export function named(path: string, error: unknown): unknown {
  if (!(error instanceof CliError) || error.message.startsWith(`${path}: `)) return error
  const { failure, hint, status, code, problems } = error
  // A server without codes says 409 of other bytes, and of little else.
  const isOther = code === null ? failure === 'conflict' : code === 'other_bytes'
  const more = isOther ? 'Say --overwrite to replace them.' : hint
  return new CliError(failure, `${path}: ${wordsOn(error)}`, { hint: more, status, code, problems, cause: error })
}

/** What is wrong with a file, where its path is said already. */
function wordsOn({ message, code, problems }: CliError): string {
  if (code === 'other_bytes') return 'this build has other bytes there.'
  const [problem, ...others] = problems
  return problem?.path === 'path' && others.length === 0 ? problem.message : message
}

export function otherDigest(path: string): CliError {
  return new CliError('corrupt', `${path}: the server has other bytes than this file: did it change meanwhile?`)
}

/** What is known before the server has said anything. */
export function changedMeanwhile(path: string): CliError {
  return new CliError('corrupt', `${path}: it changed while it was sent.`, {
    hint: 'Send it when nothing writes to it, or a copy of it.',
  })
}

async function sha256Of(bytes: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const hash = createHash('sha256')
  for await (const chunk of bytes) hash.update(chunk)
  return hash.digest()
}

export async function* counted(
  source: AsyncIterable<Uint8Array>,
  count: (bytes: number) => void,
): AsyncIterable<Uint8Array> {
  for await (const chunk of source) {
    yield chunk
    count(chunk.byteLength)
  }
}
