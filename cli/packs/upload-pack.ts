import { statSync } from 'node:fs'
import { type ArtifactDigest, parseArtifactDigest } from '../../src/domain/artifacts/artifact-digest.ts'
import type { ErrorCode } from '../../src/domain/error.ts'
import type { LeftOut } from '../files/find-files.ts'
import type { UploadOptions } from '../files/sent-file.ts'
import { sendFile } from '../files/upload-file.ts'
import type { Server } from '../server/server.ts'
import { answerOf, isObject, listOf, noAnswerWith } from '../terminal/answer.ts'
import { CliError } from '../terminal/exit.ts'
import { countText } from '../terminal/output.ts'
import type { Progress } from '../terminal/progress.ts'
import { isSystemError, systemWords } from '../terminal/system-error.ts'
import type { PlannedPack } from './plan-packs.ts'
import { type Unread, writeZip, type ZippedFile } from './write-zip.ts'
import { openZipPlace, type ZipPlace } from './zip-place.ts'

/** A pack as the server has it. */
export type StoredPack = {
  readonly name: string
  readonly files: number
  readonly size: number
  readonly digest: ArtifactDigest
  readonly url: string
}

export type SentPack =
  | {
      readonly kind: 'sent'
      /** Null where no file could be read. */
      readonly pack: StoredPack | null
      readonly files: readonly ZippedFile[]
      readonly unread: readonly Unread[]
      /** What the server did not take of it. */
      readonly skipped: readonly LeftOut[]
    }
  /** To be sent one by one: for that the server has its words, as far as they are news. */
  | { readonly kind: 'not_taken'; readonly why: string | null; readonly isForAll: boolean }

/** Puts the files in one zip and brings it in. */
export async function uploadPack(
  server: Server,
  { name, files, sizeBytes }: PlannedPack,
  options: UploadOptions,
  progress: Progress,
): Promise<SentPack> {
  const reading = progress.file(countText(files.length), sizeBytes)
  let place: ZipPlace | undefined
  try {
    place = openZipPlace()
    const zip = await writeZip(place.file, files, { signal: server.signal, onRead: reading.add })
    reading.done('packed')
    if (zip.files.length === 0) return { kind: 'sent', pack: null, skipped: [], ...zip }
    const { size, mtimeMs } = statSync(place.file)
    const found = { file: place.file, path: name, sizeBytes: size, modifiedMs: mtimeMs, contentType: 'application/zip' }
    const to = {
      path: `packs/${name}`,
      begin: { pack: true },
      identity: () => ['pack', zip.sha256],
      read: storedPackOf,
    }
    const sending = progress.file(`${countText(zip.files.length)} as ${name}`, size)
    try {
      const { pack, skipped } = await sendFile(server, found, to, { ...options, progress: sending })
      sending.done('uploaded')
      return { kind: 'sent', pack, skipped, ...zip }
    } catch (error) {
      sending.failed()
      throw error
    }
  } catch (error) {
    reading.failed()
    server.signal.throwIfAborted()
    return notTaken(error)
  } finally {
    place?.drop()
  }
}

/** The words of a server that has no packs are no news: all it can do is what it always did. */
const UNKNOWN_TO_OLDER: readonly (ErrorCode | null)[] = ['route_not_found', 'method_not_allowed', null]
/** About the pack: a file may be fine by itself. */
const OF_THE_PACK: readonly (ErrorCode | null)[] = ['other_bytes', 'invalid_input', 'too_large']

function notTaken(error: unknown): SentPack {
  // The zip could not be written here, or not be read again.
  if (isSystemError(error)) return { kind: 'not_taken', why: systemWords(error), isForAll: true }
  if (!(error instanceof CliError) || error.status === null) throw error
  const { code, status, problems, cause } = error
  const { message } = cause instanceof CliError ? cause : error
  const isUnknown = (status === 404 || status === 405) && UNKNOWN_TO_OLDER.includes(code)
  if (isUnknown || problems.some(({ path }) => path === 'pack')) return { kind: 'not_taken', why: null, isForAll: true }
  if (code === 'limit_reached') return { kind: 'not_taken', why: message, isForAll: true }
  if (OF_THE_PACK.includes(code)) return { kind: 'not_taken', why: message, isForAll: false }
  throw error
}

const PACK = { name: 'text', files: 'count', size: 'count', digest: 'text', url: 'address' } as const

function storedPackOf(answer: unknown) {
  const { pack, skipped } = isObject(answer) ? answer : {}
  const stored = answerOf(pack, PACK, 'a pack')
  const digest = parseArtifactDigest(stored.digest)
  if (!digest) throw noAnswerWith('a pack')
  const { name, files, size, url } = stored
  return {
    digest,
    pack: { name, files, size, digest, url },
    skipped: listOf(skipped, { path: 'text', reason: 'text' }, 'a pack'),
  }
}
