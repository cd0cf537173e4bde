import { and, asc, eq, lt, sql } from 'drizzle-orm'
import type { Actor } from '../../domain/access/actor.ts'
import type { ArtifactDigest } from '../../domain/artifacts/artifact-digest.ts'
import type { MultipartUpload, UploadPart } from '../../domain/artifacts/upload.ts'
import { isForeignKeyViolation } from '../constraint.ts'
import { uploadParts, uploads } from '../schema/schema-uploads.ts'
import type { Db, Stores } from '../stores.ts'
import { commit } from '../tokens/rights.ts'

export async function insertUpload(stores: Stores, upload: MultipartUpload, actor: Actor): Promise<void> {
  await commit(stores, actor, [stores.db.insert(uploads).values(upload)])
}

// R2 takes no part in a transaction: so before a change of R2 the right to it is checked in the read of the row.

/** An upload of that build, for an actor who may still change it; its parts in order. */
export async function findUpload(
  stores: Stores,
  projectId: string,
  { num, id }: { readonly num: number; readonly id: string },
  actor: Actor,
): Promise<{ readonly upload: MultipartUpload; readonly parts: readonly UploadPart[] } | null> {
  const which = and(eq(uploads.id, id), eq(uploads.projectId, projectId), eq(uploads.buildNum, num))
  const { db } = stores
  const { number, sizeBytes, sha256, etag } = uploadParts
  const [[upload], parts] = await commit(stores, actor, [
    db.select().from(uploads).where(which),
    db
      .select({ number, sizeBytes, sha256, etag })
      .from(uploadParts)
      .where(eq(uploadParts.uploadId, id))
      .orderBy(asc(uploadParts.number)),
  ])
  return upload ? { upload, parts } : null
}

/** An upload, for an actor who may still change it, with one of its parts if that is here already. */
export async function findUploadPart(
  stores: Stores,
  projectId: string,
  { num, id, partNumber }: { readonly num: number; readonly id: string; readonly partNumber: number },
  actor: Actor,
) {
  const { db } = stores
  const { number, sizeBytes, sha256, etag } = uploadParts
  const [[upload], [part]] = await commit(stores, actor, [
    db
      .select()
      .from(uploads)
      .where(and(eq(uploads.id, id), eq(uploads.projectId, projectId), eq(uploads.buildNum, num))),
    db
      .select({ number, sizeBytes, sha256, etag })
      .from(uploadParts)
      .where(and(eq(uploadParts.uploadId, id), eq(uploadParts.number, partNumber))),
  ])
  return upload ? { upload: upload satisfies MultipartUpload, part: part ?? null } : null
}

/** Throws RightGone unless the actor may still change an upload: sending a part may take minutes. */
export async function confirmUpload(stores: Stores, actor: Actor): Promise<void> {
  await commit(stores, actor, [])
}

/** Stores a part that R2 has, in place of an earlier one with its number; false when the upload is gone. */
export async function putUploadPart(
  stores: Stores,
  uploadId: string,
  part: UploadPart,
  actor: Actor,
): Promise<boolean> {
  const { db, now } = stores
  const { sizeBytes, sha256, etag } = part
  try {
    await commit(stores, actor, [
      db
        .insert(uploadParts)
        .values({ uploadId, ...part })
        .onConflictDoUpdate({
          target: [uploadParts.uploadId, uploadParts.number],
          set: { sizeBytes, sha256, etag },
        }),
      db.update(uploads).set({ touchedAt: now() }).where(eq(uploads.id, uploadId)),
    ])
    return true
  } catch (error) {
    if (isForeignKeyViolation(error)) return false
    throw error
  }
}

/** Deletes the rows of all parts, so that they are sent again. */
export async function forgetUploadParts(stores: Stores, uploadId: string, actor: Actor): Promise<void> {
  await commit(stores, actor, [stores.db.delete(uploadParts).where(eq(uploadParts.uploadId, uploadId))])
}

/** Stores that an upload is an artifact now. The row stays for a day, for clients that missed the answer and ask again. */
export async function markUploadComplete(
  stores: Stores,
  id: string,
  digest: ArtifactDigest,
  actor: Actor,
): Promise<void> {
  const { db, now } = stores
  await commit(stores, actor, [
    db.update(uploads).set({ digest, touchedAt: now() }).where(eq(uploads.id, id)),
    db.delete(uploadParts).where(eq(uploadParts.uploadId, id)),
  ])
}

/**
 * Deletes the rows of an upload's parts, before R2 drops them. The upload counts as idle from then on, so that the daily
 * upkeep finishes the deletion if it breaks off here.
 */
export async function giveUpUpload(stores: Stores, id: string, actor: Actor): Promise<void> {
  const { db } = stores
  await commit(stores, actor, [
    db.update(uploads).set({ touchedAt: 0 }).where(eq(uploads.id, id)),
    db.delete(uploadParts).where(eq(uploadParts.uploadId, id)),
  ])
}

export async function deleteUpload(stores: Stores, id: string, actor: Actor): Promise<void> {
  await commit(stores, actor, [stores.db.delete(uploads).where(eq(uploads.id, id))])
}

/** A place in the list of idle uploads. */
export type IdleAfter = { readonly touchedAt: number; readonly id: string }

/** Uploads that got no part since `before`, the oldest first; those behind `after`. */
export function listIdleUploads(
  db: Db,
  before: number,
  limit: number,
  after: IdleAfter | null = null,
): Promise<readonly MultipartUpload[]> {
  const isBehind = after ? sql`(${uploads.touchedAt}, ${uploads.id}) > (${after.touchedAt}, ${after.id})` : undefined
  return db
    .select()
    .from(uploads)
    .where(and(lt(uploads.touchedAt, before), isBehind))
    .orderBy(asc(uploads.touchedAt), asc(uploads.id))
    .limit(limit)
}

/** Deletes an upload unless it got a part since `before`. */
export async function deleteIdleUpload(db: Db, id: string, before: number): Promise<void> {
  await db.delete(uploads).where(and(eq(uploads.id, id), lt(uploads.touchedAt, before)))
}
