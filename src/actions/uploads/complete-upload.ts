import type { Actor } from '../../domain/access/actor.ts'
import type { Artifact } from '../../domain/artifacts/artifact.ts'
import { type ArtifactDigest, digestOfParts, digestText } from '../../domain/artifacts/artifact-digest.ts'
import { type MultipartUpload, missingParts, type UploadPart } from '../../domain/artifacts/upload.ts'
import { forgetArtifactLinks } from '../../storage/artifacts/artifact-links.ts'
import { findArtifactOfBuild, type KeptArtifact, keepArtifact, mayReplace } from '../../storage/artifacts/artifacts.ts'
import { abortMultipart, completeMultipart } from '../../storage/artifacts/multipart.ts'
import { askBucket } from '../../storage/artifacts/objects.ts'
import { deleteUpload, forgetUploadParts, markUploadComplete } from '../../storage/artifacts/uploads.ts'
import type { Stores } from '../../storage/stores.ts'

export type CompletedUpload = KeptArtifact | Unfinished

export type Unfinished =
  | { readonly kind: 'missing_parts'; readonly missing: readonly number[] }
  /** Two senders of one part crossed; all parts have to be sent again. */
  | { readonly kind: 'other_parts' }
  | { readonly kind: 'no_upload' }

/** The object of an upload, whose row is still to come. */
type Assembled = { readonly kind: 'assembled'; readonly digest: ArtifactDigest }
/** There is nothing to do: the build has just these bytes at its place. */
type Known<K> = { readonly kind: 'known'; readonly known: K }

/**
 * Makes the object from its parts, unless the build has something else at that place (`known`) that must not be replaced.
 * After a break the same call goes on from there; the daily upkeep deletes an object that no row names.
 */
export async function assembleUpload<K extends { readonly digest: ArtifactDigest }>(
  stores: Stores,
  upload: MultipartUpload,
  parts: readonly UploadPart[],
  { known, actor }: { readonly known: K | null; readonly actor: Actor },
): Promise<Assembled | Known<K> | Unfinished | { readonly kind: 'other_bytes' }> {
  const { artifacts } = stores
  if (upload.digest)
    return known && isDigest(known.digest, upload.digest) ? { kind: 'known', known } : { kind: 'no_upload' }
  const missing = missingParts(upload, parts)
  if (missing.length > 0) return { kind: 'missing_parts', missing }
  const digest = await digestOfParts(
    upload.partSizeBytes,
    parts.map((part) => part.sha256),
  )
  if (known && isDigest(known.digest, digest)) {
    // This checks the right too. A break here leaves parts, which R2 drops after a week.
    await markUploadComplete(stores, upload.id, digest, actor)
    await askBucket(stores, abortMultipart(artifacts, upload))
    return { kind: 'known', known }
  }
  if (known && !upload.overwrite) return { kind: 'other_bytes' }

  const completed = await askBucket(stores, completeMultipart(artifacts, upload, parts))
  if (completed === 'no_upload') await deleteUpload(stores, upload.id, actor)
  if (completed === 'other_parts') await forgetUploadParts(stores, upload.id, actor)
  return completed === 'completed' ? { kind: 'assembled', digest } : { kind: completed }
}

function isDigest(one: ArtifactDigest, other: ArtifactDigest): boolean {
  return digestText(one) === digestText(other)
}

/** Makes the object from its parts, then the artifact's row, then marks the upload as complete. */
export async function completeUpload(
  stores: Stores,
  upload: MultipartUpload,
  parts: readonly UploadPart[],
  actor: Actor,
): Promise<CompletedUpload> {
  const { artifacts, now } = stores
  const { id, projectId, buildId, buildNum, nodeIndex, path, sizeBytes, contentType, objectKey, overwrite } = upload
  const known = await findArtifactOfBuild(stores, buildId, upload)
  const assembled = await assembleUpload(stores, upload, parts, { known, actor })
  if (assembled.kind === 'known') return { kind: 'same', artifact: assembled.known }
  if (assembled.kind !== 'assembled') return assembled

  const { digest } = assembled
  const createdAt = now()
  const row = { projectId, buildId, buildNum, nodeIndex, path, sizeBytes, digest, contentType, objectKey, createdAt }
  const artifact: Artifact & { readonly projectId: string } = { id, ...row }
  const kept = await keepArtifact(stores, artifact, overwrite, actor)
  if (mayReplace(kept, overwrite)) forgetArtifactLinks(stores)
  if (kept.kind === 'other_bytes' || kept.kind === 'no_build') {
    await artifacts.delete(objectKey)
    await deleteUpload(stores, id, actor)
    return kept
  }
  await markUploadComplete(stores, id, digest, actor)
  if (kept.artifact.objectKey !== objectKey) await artifacts.delete(objectKey)
  return kept
}
