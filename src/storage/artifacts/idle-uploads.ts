import type { Stores } from '../stores.ts'
import { abortMultipart } from './multipart.ts'
import { deleteIdleUpload, listIdleUploads } from './uploads.ts'

/**
 * Ends at most `limit` uploads for which nothing came since `before`: R2's parts first, then the row, so that none is
 * forgotten. Whether any may be left.
 */
export async function abortIdleUploads(
  { db, artifacts }: Pick<Stores, 'db' | 'artifacts'>,
  before: number,
  limit: number,
): Promise<boolean> {
  const idle = await listIdleUploads(db, before, limit)
  for (const upload of idle) {
    if (upload.digest === null) await abortMultipart(artifacts, upload)
    await deleteIdleUpload(db, upload.id, before)
  }
  return idle.length === limit
}
