import { createHash } from 'node:crypto'
import { realpathSync } from 'node:fs'
import { encodePath } from '../../src/domain/artifacts/artifact.ts'
import { digestText } from '../../src/domain/artifacts/artifact-digest.ts'
import { askJson, type Body } from '../server/http.ts'
import { projectPath } from '../server/open-server.ts'
import type { Server } from '../server/server.ts'
import { CliError } from '../terminal/exit.ts'
import type { FileProgress } from '../terminal/progress.ts'
import { artifactOf, type ListedArtifact } from './artifact-list.ts'
import type { LocalFile } from './find-files.ts'
import {
  counted,
  type Destination,
  named,
  openFile,
  otherDigest,
  readAll,
  type Sending,
  type Stored,
  type UploadOptions,
} from './sent-file.ts'
import { sendInParts } from './upload-parts.ts'

/** From here on a file goes in parts: below it, to begin again costs no more than a part or four. */
export const PARTS_FROM_BYTES = 32 * 1024 ** 2

/** Brings one file in, and knows that it is there. */
export function uploadFile(
  server: Server,
  file: LocalFile,
  options: UploadOptions,
  progress: FileProgress,
): Promise<ListedArtifact> {
  const { path, sizeBytes, modifiedMs, contentType } = file
  const to = {
    path: `artifacts/${encodePath(path)}`,
    begin: { content_type: contentType },
    identity: () => [realpathSync(file.file), sizeBytes, modifiedMs],
    read: artifactOf,
  }
  return sendFile(server, file, to, { ...options, progress })
}

/** Sends a file in one request, or in parts where it is large. */
export function sendFile<T extends Stored>(
  server: Server,
  file: LocalFile,
  to: Destination<T>,
  options: Sending,
): Promise<T> {
  return file.sizeBytes < PARTS_FROM_BYTES
    ? options.pool(() => sendWhole(server, file, to, options))
    : sendInParts(server, file, to, options)
}

async function sendWhole<T extends Stored>(
  server: Server,
  file: LocalFile,
  to: Destination<T>,
  { num, nodeIndex, overwrite, progress }: Sending,
): Promise<T> {
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
      path: `${projectPath(server)}/builds/${num}/${to.path}${query}`,
      headers: {
        'Content-Type': file.contentType,
        'Content-Length': String(file.sizeBytes),
        'Repr-Digest': `sha-256=:${sha256.toString('base64')}:`,
      },
      body,
    })
    const stored = to.read(answer)
    if (digestText(stored.digest) !== `sha256:${sha256.toString('hex')}`) throw otherDigest(file.path)
    return stored
  } catch (error) {
    const isOther = error instanceof CliError && error.code === 'digest_mismatch'
    throw isOther ? otherDigest(file.path) : named(file.path, error)
  } finally {
    await handle.close()
  }
}

async function sha256Of(bytes: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const hash = createHash('sha256')
  for await (const chunk of bytes) hash.update(chunk)
  return hash.digest()
}
