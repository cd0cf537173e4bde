import { abortMultipart } from './multipart.ts'
import type { Stores } from './stores.ts'
import { deleteIdleUpload, listIdleUploads } from './uploads.ts'

const BATCH_SIZE = 50

/** Ends uploads for which nothing came since `before`: R2's parts first, then the row, so that none is forgotten. */
export async function abortIdleUploads(
  { db, artifacts }: Pick<Stores, 'db' | 'artifacts'>,
  before: number,
  maxBatches: number,
): Promise<number> {
  let ended = 0
  for (let batch = 0; batch < maxBatches; batch++) {
    const idle = await listIdleUploads(db, before, BATCH_SIZE)
    for (const upload of idle) {
      if (upload.digest === null) await abortMultipart(artifacts, upload)
      await deleteIdleUpload(db, upload.id, before)
    }
    ended += idle.length
    if (idle.length < BATCH_SIZE) break
  }
  return ended
}
