import { eq } from 'drizzle-orm'
import { sweeps } from '../schema/schema.ts'
import type { Db } from '../stores.ts'

/** Where a daily task stopped; null when it starts from the beginning. */
export async function readSweep(db: Db, name: string): Promise<string | null> {
  const [row] = await db.select({ cursor: sweeps.cursor }).from(sweeps).where(eq(sweeps.name, name)).limit(1)
  return row?.cursor ?? null
}

export async function writeSweep(db: Db, name: string, cursor: string | null): Promise<void> {
  await db.insert(sweeps).values({ name, cursor }).onConflictDoUpdate({ target: sweeps.name, set: { cursor } })
}
