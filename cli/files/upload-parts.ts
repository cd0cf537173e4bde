import { createHash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { digestOfParts, digestText } from '../../src/domain/artifacts/artifact-digest.ts'
import { missingParts, partCountOf, sizeOfPart } from '../../src/domain/artifacts/upload.ts'
import { allSettled } from '../pool.ts'
import { askJson } from '../server/http.ts'
import { projectPath } from '../server/open-server.ts'
import type { Server } from '../server/server.ts'
import { answerOf, listOf, noAnswerWith } from '../terminal/answer.ts'
import { CliError } from '../terminal/exit.ts'
import type { LocalFile } from './find-files.ts'
import {
  changedMeanwhile,
  counted,
  type Destination,
  named,
  openFile,
  otherDigest,
  type Sending,
  type Stored,
  slices,
  type UploadOptions,
} from './sent-file.ts'
import { forgetUpload, keepUpload, keptUpload, type Transfer } from './upload-state.ts'

type RemoteUpload = {
  readonly id: string
  readonly path: string
  readonly sizeBytes: number
  readonly partSizeBytes: number
  readonly isComplete: boolean
  /** The SHA-256 of each part that the server has. */
  readonly parts: ReadonlyMap<number, string>
}

/** How often to start again after another sender of the same parts, or the server's cron, interfered. */
const MAX_ROUNDS = 3

/** Uploads a file in parts, several at once; goes on where an earlier attempt was killed. */
export async function sendInParts<T extends Stored>(
  server: Server,
  file: LocalFile,
  to: Destination<T>,
  options: Sending,
): Promise<T> {
  const handle = await openFile(file)
  try {
    const transfer = { ...options, path: file.path, identity: to.identity() }
    for (let round = 1; ; round++) {
      const upload = (await resumed(server, file, transfer)) ?? (await begun(server, file, to, options))
      keepUpload(server, transfer, file, upload.id)
      const digests = await sendParts(server, options, upload, handle)
      await requireSame(handle, file, upload, digests)
      try {
        return await completed(server, to, transfer, { upload, digests })
      } catch (error) {
        const isGone = isUploadGone(error)
        const isCrossed = isGone || (error instanceof CliError && error.code === 'other_parts')
        if (!isCrossed || round === MAX_ROUNDS) throw error
        if (isGone) forgetUpload(server, transfer)
        options.progress.add(-file.sizeBytes)
      }
    }
  } catch (error) {
    throw named(file.path, error)
  } finally {
    await handle.close()
  }
}

/** Whether the upload is gone. An older server without codes answers any missing thing with 404. */
function isUploadGone(error: unknown): boolean {
  return error instanceof CliError && (error.code === null ? error.status === 404 : error.code === 'upload_not_found')
}

async function resumed(server: Server, file: LocalFile, transfer: Transfer): Promise<RemoteUpload | null> {
  const id = keptUpload(server, transfer)
  if (id === null) return null
  try {
    const upload = uploadOf(await askJson(server, { method: 'GET', path: uploadPath(server, transfer, id) }))
    if (upload.path === file.path && upload.sizeBytes === file.sizeBytes) return upload
  } catch (error) {
    if (!isUploadGone(error)) throw error
  }
  forgetUpload(server, transfer)
  return null
}

async function begun(
  server: Server,
  file: LocalFile,
  to: Destination<Stored>,
  { num, nodeIndex, overwrite }: UploadOptions,
): Promise<RemoteUpload> {
  return uploadOf(
    await askJson(server, {
      method: 'POST',
      path: `${projectPath(server)}/builds/${num}/uploads`,
      json: {
        path: file.path,
        size: file.sizeBytes,
        node_index: nodeIndex,
        overwrite,
        ...to.begin,
      },
    }),
  )
}

async function sendParts(
  server: Server,
  options: Sending,
  upload: RemoteUpload,
  handle: FileHandle,
): Promise<readonly string[]> {
  const numbers = missingParts(upload, [])
  let isFailed = false
  return allSettled(
    numbers.map((number) =>
      options.pool(async () => {
        if (isFailed) throw new CliError('failed', 'another part failed')
        try {
          const bytes = await partOf(handle, upload, number)
          const sha256 = createHash('sha256').update(bytes).digest()
          const hex = sha256.toString('hex')
          if (upload.isComplete || upload.parts.get(number) === hex) options.progress.add(bytes.byteLength, false)
          else await sendPart(server, options, upload, { number, bytes, sha256 })
          return hex
        } catch (error) {
          isFailed = true
          throw error
        }
      }),
    ),
  )
}

type SentPart = {
  readonly number: number
  readonly bytes: Uint8Array
  readonly sha256: Buffer
}

async function sendPart(
  server: Server,
  options: Sending,
  upload: RemoteUpload,
  { number, bytes, sha256 }: SentPart,
): Promise<void> {
  let sent = 0
  await askJson(server, {
    method: 'PUT',
    path: `${uploadPath(server, options, upload.id)}/${number}`,
    headers: {
      'Content-Type': 'application/octet-stream',
      'Content-Length': String(bytes.byteLength),
      'Content-Digest': `sha-256=:${sha256.toString('base64')}:`,
    },
    body() {
      options.progress.add(-sent)
      sent = 0
      return counted(slices(bytes), (count) => {
        sent += count
        options.progress.add(count)
      })
    },
  })
}

async function partOf(handle: FileHandle, upload: RemoteUpload, number: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(sizeOfPart(upload, number) ?? 0)
  let length = 0
  while (length < bytes.byteLength) {
    const at = (number - 1) * upload.partSizeBytes + length
    const { bytesRead } = await handle.read(bytes, length, bytes.byteLength - length, at)
    if (bytesRead === 0) throw changedMeanwhile(upload.path)
    length += bytesRead
  }
  return bytes
}

/** Checks that the parts that were sent are still the same in the file, which may have been written to meanwhile. */
async function requireSame(
  handle: FileHandle,
  file: LocalFile,
  upload: RemoteUpload,
  digests: readonly string[],
): Promise<void> {
  const { size, mtimeMs } = await handle.stat()
  if (size === file.sizeBytes && mtimeMs === file.modifiedMs) return
  for (const [at, digest] of digests.entries()) {
    const bytes = await partOf(handle, upload, at + 1)
    if (createHash('sha256').update(bytes).digest('hex') !== digest) throw changedMeanwhile(file.path)
  }
}

async function completed<T extends Stored>(
  server: Server,
  to: Destination<T>,
  transfer: Transfer,
  { upload, digests }: { readonly upload: RemoteUpload; readonly digests: readonly string[] },
): Promise<T> {
  const path = `${uploadPath(server, transfer, upload.id)}/complete`
  const stored = to.read(await askJson(server, { method: 'POST', path }))
  forgetUpload(server, transfer)
  const ours = digestText(await digestOfParts(upload.partSizeBytes, digests))
  if (digestText(stored.digest) !== ours) throw otherDigest(upload.path)
  return stored
}

function uploadPath(server: Server, { num }: { readonly num: number }, id: string): string {
  return `${projectPath(server)}/builds/${num}/uploads/${encodeURIComponent(id)}`
}

const UPLOAD = { upload_id: 'text', path: 'text', size: 'count', part_size: 'count' } as const

function uploadOf(value: unknown): RemoteUpload {
  const { upload_id, path, size, part_size } = answerOf(value, UPLOAD, 'an upload')
  const { complete, parts } = value as Readonly<Record<string, unknown>>
  const known = listOf(parts, { part: 'count', sha256: 'text' }, 'an upload')
  if (part_size < 1 || partCountOf({ sizeBytes: size, partSizeBytes: part_size }) > 10_000)
    throw noAnswerWith('an upload')
  return {
    id: upload_id,
    path,
    sizeBytes: size,
    partSizeBytes: part_size,
    isComplete: complete === true,
    parts: new Map(known.map(({ part, sha256 }) => [part, sha256])),
  }
}
