import { digestText } from '../src/domain/artifact-digest.ts'
import { type ListedArtifact, listArtifacts } from './artifact-list.ts'
import { hasBytes } from './download-file.ts'
import { type FindOptions, findFiles, type LocalFile } from './find-files.ts'
import type { Output } from './output.ts'
import { allSettled, openPool } from './pool.ts'
import { startProgress } from './progress.ts'
import type { Server } from './server.ts'
import { PARTS_FROM_BYTES, uploadFile } from './upload-file.ts'

export type UploadTarget = {
  readonly num: number
  readonly nodeIndex: number
  readonly overwrite: boolean
  readonly parallel: number
}

export type UploadedFile = {
  readonly file: string
  readonly path: string
  readonly node_index: number
  readonly size: number
  readonly digest: string
  readonly url: string
}

/** Uploads all files that the globs mean, several at once. */
export async function uploadAll(
  server: Server,
  globs: readonly string[],
  find: FindOptions,
  { parallel, ...target }: UploadTarget,
  output: Output,
): Promise<readonly UploadedFile[]> {
  const files = await findFiles(globs, find)
  const pool = openPool(parallel)
  // Parts have a pool of their own: a file that waits for its parts must not keep them from running.
  const filePool = openPool(parallel)
  const known = await findKnown(server, target.num, files)
  const progress = startProgress(output)
  try {
    return await allSettled(
      files.map((file) =>
        filePool(async () => {
          const bar = progress.file(file.path, file.sizeBytes)
          try {
            const there = known.find(({ path, nodeIndex }) => path === file.path && nodeIndex === target.nodeIndex)
            const isThere = there !== undefined && (await hasBytes(file.file, there))
            const artifact = isThere ? there : await uploadFile(server, file, { ...target, pool }, bar)
            bar.done(isThere ? 'already there' : 'uploaded')
            const { path, nodeIndex, sizeBytes, digest, url } = artifact
            return {
              file: file.file,
              path,
              node_index: nodeIndex,
              size: sizeBytes,
              digest: digestText(digest),
              url,
            }
          } catch (error) {
            bar.failed()
            throw error
          }
        }),
      ),
    )
  } finally {
    progress.stop()
  }
}

/** What the build has already, asked for where sending it again would take long: the digest of a large file is told last. */
async function findKnown(server: Server, num: number, files: readonly LocalFile[]): Promise<readonly ListedArtifact[]> {
  if (!files.some(({ sizeBytes }) => sizeBytes >= PARTS_FROM_BYTES)) return []
  return (await listArtifacts(server, `builds/${num}/artifacts`)).artifacts
}
