import type { Actor } from '../../domain/access/actor.ts'
import type { MultipartUpload, UploadPart } from '../../domain/artifacts/upload.ts'
import { putPartIntoBucket } from '../../storage/artifacts/multipart.ts'
import { askBucket } from '../../storage/artifacts/objects.ts'
import { confirmUpload, putUploadPart } from '../../storage/artifacts/uploads.ts'
import type { Stores } from '../../storage/stores.ts'

export type TakenPart =
  | { readonly kind: 'stored'; readonly part: UploadPart }
  | { readonly kind: 'digest_mismatch' | 'wrong_length' | 'client_gone' | 'no_upload' }

type NewPart = {
  readonly number: number
  readonly sizeBytes: number
  readonly sha256: string | null
  readonly body: ReadableStream<Uint8Array>
}

/**
 * Streams a part into R2 and stores its row. The right is checked again when all bytes have arrived and the last are held
 * back, and with the row: a refused part leaves R2 as it was. Throws RightGone.
 */
export async function putPart(
  stores: Stores,
  upload: MultipartUpload,
  { body, ...part }: NewPart,
  actor: Actor,
): Promise<TakenPart> {
  const wanted = { ...part, confirm: () => confirmUpload(stores, actor) }
  const stored = await askBucket(stores, putPartIntoBucket(stores.artifacts, upload, wanted, body))
  if (stored.kind === 'not_confirmed') throw stored.cause
  if (stored.kind !== 'stored') return stored
  return (await putUploadPart(stores, upload.id, stored.part, actor)) ? stored : { kind: 'no_upload' }
}
