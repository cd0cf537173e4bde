import { createReadStream, statSync } from 'node:fs'
import { rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { digestText } from '../../src/domain/artifacts/artifact-digest.ts'
import { retrying, tryOnce } from '../server/http.ts'
import { TransientError } from '../server/retry.ts'
import type { Server } from '../server/server.ts'
import { CliError } from '../terminal/exit.ts'
import { sizeText } from '../terminal/output.ts'
import type { FileProgress } from '../terminal/progress.ts'
import { systemFailure } from '../terminal/system-error.ts'
import type { ListedArtifact } from './artifact-list.ts'
import { type FileDigester, openDigester } from './file-digest.ts'
import { dropPart, openPartFile, type PartFile, type PartPlace } from './part-file.ts'

export type Downloaded = 'downloaded' | 'already there'

/**
 * Brings one artifact here: into a part file that a broken-off download is resumed from, checked against its digest,
 * and only then under its name.
 */
export async function downloadFile(
  server: Server,
  artifact: ListedArtifact,
  file: string,
  progress: FileProgress,
): Promise<Downloaded> {
  if (await hasBytes(file, artifact)) {
    progress.add(artifact.sizeBytes, false)
    return 'already there'
  }
  const place = { folder: dirname(file), about: [file, digestText(artifact.digest)] }
  try {
    await fetchPart(server, artifact, { place, progress, use: (part) => rename(part.file, file) })
  } catch (error) {
    throw systemFailure(error, file)
  }
  return 'downloaded'
}

/** Some bytes of the server. */
type Fetched = Pick<ListedArtifact, 'path' | 'sizeBytes' | 'digest' | 'url'>

type Fetching = {
  readonly place: PartPlace
  readonly progress: FileProgress
  readonly use: (part: PartFile) => Promise<void>
  /** Whether there is to be another attempt after that failure. */
  readonly isKept?: (error: unknown) => boolean
}

/** Brings the bytes into a part file, checks them, and does that with it; after a failure what is here is kept for another attempt. */
export async function fetchPart(
  server: Server,
  artifact: Fetched,
  { place, progress, use, isKept = () => true }: Fetching,
): Promise<void> {
  const part = await openPartFile(server, place)
  let length = 0
  try {
    const sink = await openSink(part, artifact, progress)
    try {
      if (sink.length() < artifact.sizeBytes)
        await retrying(server, artifact.path, () => fetchRest(server, artifact, sink))
      await sink.prove()
    } finally {
      length = sink.length()
    }
    await use(part)
    part.forget()
  } catch (error) {
    const isCorrupt = error instanceof CliError && error.failure === 'corrupt'
    if (isCorrupt || length === 0 || !part.isNoted || !isKept(error)) await dropPart(part)
    else {
      const kept = `${sizeText(length)} of ${sizeText(artifact.sizeBytes)}`
      server.warn(`${artifact.path}: ${kept} are kept in ${part.file}; the same command goes on from there`)
    }
    throw error
  } finally {
    await part.handle.close()
  }
}

/** Asks for what is missing by the listed address, whose answer is a short-lived one without a token. */
async function fetchRest(server: Server, artifact: Fetched, sink: Sink): Promise<void> {
  const before = sink.length()
  try {
    const listed = new URL(artifact.url)
    // The host in the list is the server's own name for itself; we go on talking to the one that we know.
    const path = `${listed.pathname}${listed.search}`
    const location = await tryOnce(server, { method: 'GET', path }, async (response) => {
      const place = response.headers.get('Location')
      if (response.status === 302 && place !== null) return new URL(place, server.origin).toString()
      throw new CliError('failed', `${artifact.path}: the server answered ${response.status}, not a redirect.`)
    })
    const headers: Record<string, string> = before > 0 ? { Range: `bytes=${before}-` } : {}
    await tryOnce(server, { method: 'GET', url: location, headers }, async (response, touch) => {
      if (before > 0 && response.status !== 206) await sink.restart()
      if (response.status === 206 && !response.headers.get('Content-Range')?.startsWith(`bytes ${before}-`))
        throw new CliError('failed', `${artifact.path}: the server sent another range than was asked for.`)
      for await (const chunk of response.body ?? []) {
        touch()
        await sink.take(chunk)
      }
    }).catch((error) => {
      if (!(error instanceof CliError)) throw error
      if (error.status === 416) throw changed(artifact)
      // The short-lived address may have run out: the listed one gives another.
      throw error.status === 403 ? new TransientError(error.message, { status: 403, cause: error }) : error
    })
    if (sink.length() < artifact.sizeBytes) throw new TransientError('the connection ended early')
  } catch (error) {
    if (error instanceof TransientError) error.hadProgress = sink.length() > before
    throw error
  }
}

type Sink = {
  /** How many bytes are here. */
  readonly length: () => number
  readonly take: (chunk: Uint8Array) => Promise<void>
  readonly restart: () => Promise<void>
  /** Throws unless the bytes are those of the digest. */
  readonly prove: () => Promise<void>
}

async function openSink({ handle }: PartFile, artifact: Fetched, progress: FileProgress): Promise<Sink> {
  let digester = openDigester(artifact.digest)
  let length = 0
  const restart = async () => {
    await handle.truncate(0)
    progress.add(-length)
    digester = openDigester(artifact.digest)
    length = 0
  }
  const here = (await handle.stat()).size
  if (here > artifact.sizeBytes) await restart()
  else if (here > 0) {
    await digestBytes(handle.createReadStream({ start: 0, autoClose: false }), digester)
    length = here
    progress.add(here, false)
  }
  return {
    length: () => length,
    async take(chunk) {
      if (length + chunk.byteLength > artifact.sizeBytes) throw changed(artifact)
      await handle.appendFile(chunk)
      digester.add(chunk)
      length += chunk.byteLength
      progress.add(chunk.byteLength)
    },
    restart,
    async prove() {
      if (digestText(digester.end()) !== digestText(artifact.digest)) throw changed(artifact)
      await handle.sync()
    },
  }
}

/** Whether that file is the artifact already. */
export async function hasBytes(file: string, { sizeBytes, digest }: ListedArtifact): Promise<boolean> {
  const entry = statSync(file, { throwIfNoEntry: false })
  if (!entry?.isFile() || entry.size !== sizeBytes) return false
  const digester = openDigester(digest)
  await digestBytes(createReadStream(file), digester)
  return digestText(digester.end()) === digestText(digest)
}

async function digestBytes(bytes: AsyncIterable<Buffer>, digester: FileDigester): Promise<void> {
  for await (const chunk of bytes) digester.add(chunk)
}

function changed({ path }: Fetched): CliError {
  return new CliError('corrupt', `${path}: the bytes are not those that the list names.`, {
    hint: 'It may have been replaced meanwhile: run the same command again.',
  })
}
