import type { Stores } from '../stores.ts'
import { abortMultipart } from './multipart.ts'
import { deleteIdleUpload, type IdleAfter, listIdleUploads } from './uploads.ts'

/**
 * Ends at most `limit` uploads for which nothing came since `before`, from where the last call stopped: R2's parts first,
 * then the row, so that none is forgotten. One that R2 refuses to end keeps no other from it. Null: no more are left.
 */
export async function abortIdleUploads(
  { db, artifacts }: Pick<Stores, 'db' | 'artifacts'>,
  before: number,
  limit: number,
  after: IdleAfter | null,
): Promise<{ readonly after: IdleAfter | null; readonly failures: readonly unknown[] }> {
  const idle = await listIdleUploads(db, before, limit, after)
  const failures: unknown[] = []
  for (const upload of idle) {
    try {
      if (upload.digest === null) await abortMultipart(artifacts, upload)
      await deleteIdleUpload(db, upload.id, before)
    } catch (error) {
      failures.push(error)
    }
  }
  const last = idle.at(-1)
  return { after: last && idle.length === limit ? { touchedAt: last.touchedAt, id: last.id } : null, failures }
}
