import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import type { ArtifactDigest } from '../../src/domain/artifacts/artifact-digest.ts'
import type { Pool } from '../pool.ts'
import { CliError } from '../terminal/exit.ts'
import type { FileProgress } from '../terminal/progress.ts'
import { systemFailure } from '../terminal/system-error.ts'
import type { LocalFile } from './find-files.ts'

export type UploadOptions = {
  readonly num: number
  readonly nodeIndex: number
  readonly overwrite: boolean
  /** Requests with bytes, over all files. */
  readonly pool: Pool
}

export type Sending = UploadOptions & { readonly progress: FileProgress }

/** What the server has after that. */
export type Stored = { readonly digest: ArtifactDigest }

/** What a file becomes on the server. */
export type Destination<T extends Stored> = {
  /** Below the build, where it goes in one request. */
  readonly path: string
  /** What begins it in parts, beside its path and size. */
  readonly begin: Readonly<Record<string, unknown>>
  /** What tells the bytes from others, for an attempt that goes on after a break. */
  readonly identity: () => readonly unknown[]
  readonly read: (answer: unknown) => T
}

/** Opens the file that was found. It may be something else by now: reading a named pipe would never end. */
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
export async function* readAll(handle: FileHandle, { path, sizeBytes }: LocalFile): AsyncIterable<Uint8Array> {
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

/** Bytes in slices, so that what follows them sees them move. */
export async function* slices(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  for (let from = 0; from < bytes.byteLength; from += SLICE_BYTES) yield bytes.subarray(from, from + SLICE_BYTES)
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
