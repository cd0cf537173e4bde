import { isUniqueViolation } from '../constraint.ts'
import { usedReportTickets } from '../schema/schema-reports.ts'
import type { Db } from '../stores.ts'

/** Uses a ticket up; false where somebody has done so before. */
export async function useReportTicket(
  db: Db,
  { id, expiresAt }: { readonly id: string; readonly expiresAt: number },
): Promise<boolean> {
  try {
    await db.insert(usedReportTickets).values({ id, expiresAt })
    return true
  } catch (error) {
    if (isUniqueViolation(error)) return false
    throw error
  }
}
