import { and, asc, eq, lt } from 'drizzle-orm'
import type { ArtifactDigest } from '../domain/artifact-digest.ts'
import type { Upload, UploadPart } from '../domain/upload.ts'
import { isForeignKeyViolation } from './constraint.ts'
import { uploadParts, uploads } from './schema-uploads.ts'
import type { Db } from './stores.ts'

export async function insertUpload(db: Db, upload: Upload): Promise<void> {
  await db.insert(uploads).values(upload)
}

/** An upload of that build; its parts in order. */
export async function findUpload(
  db: Db,
  projectId: string,
  num: number,
  id: string,
): Promise<{ readonly upload: Upload; readonly parts: readonly UploadPart[] } | null> {
  const which = and(eq(uploads.id, id), eq(uploads.projectId, projectId), eq(uploads.buildNum, num))
  const { number, sizeBytes, sha256, etag } = uploadParts
  const [[upload], parts] = await db.batch([
    db.select().from(uploads).where(which),
    db
      .select({ number, sizeBytes, sha256, etag })
      .from(uploadParts)
      .where(eq(uploadParts.uploadId, id))
      .orderBy(asc(uploadParts.number)),
  ])
  return upload ? { upload, parts } : null
}

/** An upload, with one of its parts if that is here already. */
export async function findUploadPart(db: Db, projectId: string, num: number, id: string, partNumber: number) {
  const { number, sizeBytes, sha256, etag } = uploadParts
  const [[upload], [part]] = await db.batch([
    db
      .select()
      .from(uploads)
      .where(and(eq(uploads.id, id), eq(uploads.projectId, projectId), eq(uploads.buildNum, num))),
    db
      .select({ number, sizeBytes, sha256, etag })
      .from(uploadParts)
      .where(and(eq(uploadParts.uploadId, id), eq(uploadParts.number, partNumber))),
  ])
  return upload ? { upload: upload satisfies Upload, part: part ?? null } : null
}

/** Notes a part that R2 has, in place of an earlier one of its number; false when the upload is gone. */
export async function putUploadPart(db: Db, uploadId: string, part: UploadPart, now: number): Promise<boolean> {
  const { sizeBytes, sha256, etag } = part
  try {
    await db.batch([
      db
        .insert(uploadParts)
        .values({ uploadId, ...part })
        .onConflictDoUpdate({
          target: [uploadParts.uploadId, uploadParts.number],
          set: { sizeBytes, sha256, etag },
        }),
      db.update(uploads).set({ touchedAt: now }).where(eq(uploads.id, uploadId)),
    ])
    return true
  } catch (error) {
    if (isForeignKeyViolation(error)) return false
    throw error
  }
}

/** Forgets which parts have come, so that they are sent again. */
export async function forgetUploadParts(db: Db, uploadId: string): Promise<void> {
  await db.delete(uploadParts).where(eq(uploadParts.uploadId, uploadId))
}

/** Notes that an upload is an artifact now. The row stays for a day, for whoever missed the answer and asks again. */
export async function markUploadComplete(db: Db, id: string, digest: ArtifactDigest, now: number): Promise<void> {
  await db.batch([
    db.update(uploads).set({ digest, touchedAt: now }).where(eq(uploads.id, id)),
    db.delete(uploadParts).where(eq(uploadParts.uploadId, id)),
  ])
}

export async function deleteUpload(db: Db, id: string): Promise<void> {
  await db.delete(uploads).where(eq(uploads.id, id))
}

/** Uploads for which nothing came since `before`, the oldest first. */
export function listIdleUploads(db: Db, before: number, limit: number): Promise<readonly Upload[]> {
  return db.select().from(uploads).where(lt(uploads.touchedAt, before)).orderBy(asc(uploads.touchedAt)).limit(limit)
}

/** Deletes an upload unless something came for it since `before`. */
export async function deleteIdleUpload(db: Db, id: string, before: number): Promise<void> {
  await db.delete(uploads).where(and(eq(uploads.id, id), lt(uploads.touchedAt, before)))
}
