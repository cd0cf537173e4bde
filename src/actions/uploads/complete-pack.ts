import type { Actor } from '../../domain/access/actor.ts'
import type { MultipartUpload, UploadPart } from '../../domain/artifacts/upload.ts'
import { listIndexedPacks } from '../../storage/artifacts/packed-artifacts.ts'
import { deleteUpload, markUploadComplete } from '../../storage/artifacts/uploads.ts'
import type { Stores } from '../../storage/stores.ts'
import { assembleUpload, type Unfinished } from './complete-upload.ts'
import { findKnown, indexPack, type KeptPack, sameAgain } from './keep-pack.ts'

/** As `completeUpload`, for a zip that becomes a pack. One that is none that can be taken is gone, and so is its upload. */
export async function completePack(
  stores: Stores,
  upload: MultipartUpload,
  parts: readonly UploadPart[],
  actor: Actor,
): Promise<KeptPack | Unfinished | { readonly kind: 'other_bytes' }> {
  const { id, projectId, buildId, buildNum: num, nodeIndex, path: name, sizeBytes, objectKey, overwrite } = upload
  const others = await listIndexedPacks(stores.db, buildId)
  const known = findKnown(others, { name, nodeIndex }) ?? null
  const assembled = await assembleUpload(stores, upload, parts, { known, actor })
  if (assembled.kind === 'known') return sameAgain(stores, assembled.known, others, { overwrite, actor })
  if (assembled.kind !== 'assembled') return assembled

  const { digest } = assembled
  const zip = { projectId, buildId, num, name, nodeIndex, sizeBytes, digest, objectKey, overwrite }
  const kept = await indexPack(stores, zip, others, actor)
  if (kept.kind === 'created' || kept.kind === 'replaced') await markUploadComplete(stores, id, digest, actor)
  else await deleteUpload(stores, id, actor)
  return kept
}
