import type { Actor } from '../../domain/access/actor.ts'
import { objectKeyFor } from '../../domain/artifacts/artifact.ts'
import { type MultipartUpload, PART_SIZE_BYTES } from '../../domain/artifacts/upload.ts'
import { findArtifactOfBuild } from '../../storage/artifacts/artifacts.ts'
import { abortMultipart, openMultipart } from '../../storage/artifacts/multipart.ts'
import { askBucket } from '../../storage/artifacts/objects.ts'
import { findPack } from '../../storage/artifacts/packs.ts'
import { insertUpload } from '../../storage/artifacts/uploads.ts'
import { findBuildId } from '../../storage/builds/builds.ts'
import type { Stores } from '../../storage/stores.ts'
import { RightGone } from '../../storage/tokens/rights.ts'

export type OpenedUpload =
  | { readonly kind: 'opened'; readonly upload: MultipartUpload }
  | { readonly kind: 'no_build' }
  /** The build has others at that path, and they are not to be replaced. */
  | { readonly kind: 'other_bytes' }

/** Begins an upload in parts: in R2, and then as a row. Where the right to it ended meanwhile, neither stays. */
export async function openUpload(
  stores: Stores,
  { projectId, buildNum }: { readonly projectId: string; readonly buildNum: number },
  wanted: Pick<MultipartUpload, 'path' | 'nodeIndex' | 'sizeBytes' | 'contentType' | 'overwrite' | 'isPack'>,
  actor: Actor,
): Promise<OpenedUpload> {
  const { db, artifacts, now } = stores
  const buildId = await findBuildId(db, projectId, buildNum)
  if (!buildId) return { kind: 'no_build' }
  const known = await (wanted.isPack
    ? findPack(db, buildId, { ...wanted, name: wanted.path })
    : findArtifactOfBuild(stores, buildId, wanted))
  if (known && known.sizeBytes !== wanted.sizeBytes && !wanted.overwrite) return { kind: 'other_bytes' }
  const objectKey = objectKeyFor(projectId, buildId, crypto.randomUUID())
  const upload: MultipartUpload = {
    ...wanted,
    id: crypto.randomUUID(),
    projectId,
    buildId,
    buildNum,
    partSizeBytes: PART_SIZE_BYTES,
    objectKey,
    r2UploadId: await askBucket(stores, openMultipart(artifacts, objectKey, wanted.contentType)),
    digest: null,
    createdAt: now(),
    touchedAt: now(),
  }
  await insertUpload(stores, upload, actor).catch(async (error) => {
    if (error instanceof RightGone) await abortMultipart(artifacts, upload)
    throw error
  })
  return { kind: 'opened', upload }
}
