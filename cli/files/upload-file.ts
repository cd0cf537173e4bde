import { createHash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { encodePath } from '../../src/domain/artifacts/artifact.ts'
import { digestText } from '../../src/domain/artifacts/artifact-digest.ts'
import { askJson, type Body } from '../server/http.ts'
import { projectPath } from '../server/open-server.ts'
import type { Server } from '../server/server.ts'
import { CliError } from '../terminal/exit.ts'
import type { FileProgress } from '../terminal/progress.ts'
import { systemFailure } from '../terminal/system-error.ts'
import { artifactOf, type ListedArtifact } from './artifact-list.ts'
import type { LocalFile } from './find-files.ts'
import { changedMeanwhile, counted, named, openFile, otherDigest, type UploadOptions } from './sent-file.ts'
import { uploadInParts } from './upload-parts.ts'

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

async function sha256Of(bytes: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const hash = createHash('sha256')
  for await (const chunk of bytes) hash.update(chunk)
  return hash.digest()
}
