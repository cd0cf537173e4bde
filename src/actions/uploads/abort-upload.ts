import { type Actor, INSTANCE } from '../../domain/access/actor.ts'
import type { MultipartUpload } from '../../domain/artifacts/upload.ts'
import { abortMultipart } from '../../storage/artifacts/multipart.ts'
import { askBucket } from '../../storage/artifacts/objects.ts'
import { deleteUpload, giveUpUpload } from '../../storage/artifacts/uploads.ts'
import type { Stores } from '../../storage/stores.ts'

/** Drops an upload in parts that is not complete, with all that came of it. */
export async function abortUpload(stores: Stores, upload: MultipartUpload, actor: Actor): Promise<void> {
  await giveUpUpload(stores, upload.id, actor)
  // R2 before the row: a row whose parts are gone is found again, parts without a row are not.
  await askBucket(stores, abortMultipart(stores.artifacts, upload))
  await deleteUpload(stores, upload.id, INSTANCE)
}
