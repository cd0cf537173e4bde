import { and, desc, eq, lte, sql } from 'drizzle-orm'
import type { Actor } from '../../domain/access/actor.ts'
import type { DeliveryResult } from '../../domain/reporting/delivery.ts'
import type { WebhookSource } from '../../domain/reporting/webhook-source.ts'
import { deliveries } from '../schema/schema-reporting.ts'
import type { Db, Stores } from '../stores.ts'
import { commit } from '../tokens/rights.ts'

export type Delivery = {
  readonly source: WebhookSource
  readonly event: string
  readonly result: DeliveryResult
  readonly detail: string
  readonly at: number
}

/** What a project remembers; the oldest goes with each new one. */
export const MAX_DELIVERIES = 50

export async function insertDelivery(
  stores: Stores,
  projectId: string,
  delivery: Delivery,
  actor: Actor,
): Promise<void> {
  const { db } = stores
  await commit(stores, actor, [db.insert(deliveries).values({ projectId, ...delivery }), deleteBeyond(db, projectId)])
}

function deleteBeyond(db: Db, projectId: string) {
  const ofProject = sql`${deliveries.projectId} = ${projectId}`
  const oldestKept = sql`(select id from ${deliveries} where ${ofProject} order by id desc limit 1 offset ${MAX_DELIVERIES})`
  return db.delete(deliveries).where(and(eq(deliveries.projectId, projectId), lte(deliveries.id, oldestKept)))
}

/** Newest first. */
export function listDeliveries(db: Db, projectId: string): Promise<Delivery[]> {
  const { source, event, result, detail, at } = deliveries
  return db
    .select({ source, event, result, detail, at })
    .from(deliveries)
    .where(eq(deliveries.projectId, projectId))
    .orderBy(desc(deliveries.id))
    .limit(MAX_DELIVERIES)
}
