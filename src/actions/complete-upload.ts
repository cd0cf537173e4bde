import type { Actor } from '../domain/access/actor.ts'
import type { Artifact } from '../domain/artifacts/artifact.ts'
import { digestOfParts, digestText } from '../domain/artifacts/artifact-digest.ts'
import { type MultipartUpload, missingParts, type UploadPart } from '../domain/artifacts/upload.ts'
import { forgetArtifactLinks } from '../storage/artifacts/artifact-links.ts'
import { findArtifactOfBuild, type KeptArtifact, keepArtifact } from '../storage/artifacts/artifacts.ts'
import { abortMultipart, completeMultipart } from '../storage/artifacts/multipart.ts'
import { askBucket } from '../storage/artifacts/objects.ts'
import { deleteUpload, forgetUploadParts, markUploadComplete } from '../storage/artifacts/uploads.ts'
import type { Stores } from '../storage/stores.ts'

export type CompletedUpload =
  | KeptArtifact
  | { readonly kind: 'missing_parts'; readonly missing: readonly number[] }
  /** Two senders of one part crossed; all parts have to be sent again. */
  | { readonly kind: 'other_parts' }
  | { readonly kind: 'no_upload' }

/**
 * Makes the object from its parts, then the artifact's row, then marks the upload as complete. After a break the same call
 * goes on from there; the daily upkeep deletes an object that no row names.
 */
export async function completeUpload(
  stores: Stores,
  upload: MultipartUpload,
  parts: readonly UploadPart[],
  actor: Actor,
): Promise<CompletedUpload> {
  const { db, artifacts, now } = stores
  const { id, projectId, buildId, buildNum, nodeIndex, path, sizeBytes, contentType, objectKey, overwrite } = upload
  const known = await findArtifactOfBuild(db, buildId, upload)
  if (upload.digest) {
    const isStill = known !== null && digestText(known.digest) === digestText(upload.digest)
    return isStill ? { kind: 'same', artifact: known } : { kind: 'no_upload' }
  }
  const missing = missingParts(upload, parts)
  if (missing.length > 0) return { kind: 'missing_parts', missing }

  const digest = await digestOfParts(
    upload.partSizeBytes,
    parts.map((part) => part.sha256),
  )
  if (known && digestText(known.digest) === digestText(digest)) {
    // This checks the right too. A break here leaves parts, which R2 drops after a week.
    await markUploadComplete(stores, id, digest, actor)
    await askBucket(stores, abortMultipart(artifacts, upload))
    return { kind: 'same', artifact: known }
  }
  if (known && !overwrite) return { kind: 'other_bytes' }

  const completed = await askBucket(stores, completeMultipart(artifacts, upload, parts))
  if (completed === 'no_upload') await deleteUpload(stores, id, actor)
  if (completed === 'other_parts') await forgetUploadParts(stores, id, actor)
  if (completed !== 'completed') return { kind: completed }

  const createdAt = now()
  const row = { projectId, buildId, buildNum, nodeIndex, path, sizeBytes, digest, contentType, objectKey, createdAt }
  const artifact: Artifact & { readonly projectId: string } = { id, ...row }
  const kept = await keepArtifact(stores, artifact, overwrite, actor)
  if (kept.kind === 'replaced') forgetArtifactLinks(stores)
  if (kept.kind === 'other_bytes' || kept.kind === 'no_build') {
    await artifacts.delete(objectKey)
    await deleteUpload(stores, id, actor)
    return kept
  }
  await markUploadComplete(stores, id, digest, actor)
  if (kept.artifact.objectKey !== objectKey) await artifacts.delete(objectKey)
  return kept
}
