import { and, asc, eq, sql } from 'drizzle-orm'
import type { Actor } from '../../domain/access/actor.ts'
import type { IssuerKind, TrustedPublisher } from '../../domain/access/trusted-publisher.ts'
import { type Slug, slugKeyFor } from '../../domain/project.ts'
import { auditStatement } from '../projects/audit.ts'
import { projects, users } from '../schema/schema.ts'
import { publishers } from '../schema/schema-reporting.ts'
import { type Db, rawStatement, type Stores } from '../stores.ts'
import { commitEnding } from './revocations.ts'
import { commit } from './rights.ts'
import { isFirst } from './tokens.ts'

/** What a project may have at most: each is read at every exchange. */
export const MAX_PUBLISHERS = 50

/** Oldest first. */
export function listPublishers(db: Db, projectId: string) {
  return db
    .select({ ...columns(), createdBy: users.login })
    .from(publishers)
    .leftJoin(users, eq(users.id, publishers.createdBy))
    .where(eq(publishers.projectId, projectId))
    .orderBy(asc(publishers.createdAt), asc(publishers.id))
}

/** A project's publisher; null when it has none of that id. */
export async function findPublisher(db: Db, projectId: string, id: string): Promise<TrustedPublisher | null> {
  const which = and(eq(publishers.id, id), eq(publishers.projectId, projectId))
  const [publisher] = await db.select(columns()).from(publishers).where(which).limit(1)
  return publisher ?? null
}

/** Those of a project that an issuer's tokens may match; empty also when there is no such project. */
export function listPublishersOf(db: Db, slug: Slug, issuer: string) {
  return db
    .select({ ...columns(), vcs: projects.vcs, org: projects.org, repo: projects.repo })
    .from(projects)
    .innerJoin(publishers, eq(publishers.projectId, projects.id))
    .where(and(eq(projects.slugKey, slugKeyFor(slug)), eq(publishers.issuer, issuer)))
    .orderBy(asc(publishers.createdAt), asc(publishers.id))
}

/** Whether any project expects tokens of this issuer: else nothing need be asked of it. */
export async function isIssuerUsed(db: Db, issuer: string): Promise<boolean> {
  const rows = await db.select({ id: publishers.id }).from(publishers).where(eq(publishers.issuer, issuer)).limit(1)
  return rows.length > 0
}

export type NewPublisher = {
  readonly kind: IssuerKind
  readonly issuer: string
  readonly claims: Readonly<Record<string, string>>
  /** The id of the form that names it. */
  readonly onceId?: string | undefined
}

export type PublisherInserted =
  | { readonly kind: 'created'; readonly publisher: TrustedPublisher }
  /** `full`: the project has as many as it can have. `done_before`: the form was sent before. */
  | { readonly kind: 'full' | 'done_before' }

/** Names a publisher; of all forms with one `onceId`, one does. */
export async function insertPublisher(
  stores: Stores,
  projectId: string,
  { kind, issuer, claims, onceId }: NewPublisher,
  actor: Actor,
): Promise<PublisherInserted> {
  const { db, now } = stores
  const first = isFirst(actor, onceId)
  const publisher = { id: onceId ?? crypto.randomUUID(), projectId, kind, issuer, claims, createdAt: now() }
  const entry = {
    action: 'publisher.created',
    projectId,
    subject: publisher.id,
    detail: { issuer, ...claims },
  } as const
  const [[{ isNew = 0 } = {}], inserted] = await commit(stores, actor, [
    db.select({ isNew: sql<number>`${first}`.as('is_new') }).from(sql`(select 1)`),
    rawStatement(
      db,
      sql`insert into ${publishers} (id, project_id, kind, issuer, claims, created_by, minted_by, created_at)
        select ${publisher.id}, ${projectId}, ${kind}, ${issuer}, ${JSON.stringify(claims)}, ${actor.userId}, ${actor.tokenId}, ${publisher.createdAt}
        where (select count(*) from ${publishers} where project_id = ${projectId}) < ${MAX_PUBLISHERS} and ${first}
        returning id`,
    ),
    auditStatement(db, now(), actor, {
      ...entry,
      condition: sql`exists (select 1 from ${publishers} where id = ${publisher.id}) and ${first}`,
    }),
  ])
  if (isNew !== 1) return { kind: 'done_before' }
  return inserted.results.length > 0 ? { kind: 'created', publisher } : { kind: 'full' }
}

/** Ends a publisher and, by a trigger, every token that its jobs hold. False when there was none. */
export async function deletePublisher(stores: Stores, projectId: string, id: string, actor: Actor): Promise<boolean> {
  const { db } = stores
  const which = and(eq(publishers.id, id), eq(publishers.projectId, projectId))
  const entry = { action: 'publisher.deleted', projectId, subject: id } as const
  const [, rows] = await commitEnding(stores, actor, [
    auditStatement(db, stores.now(), actor, {
      ...entry,
      condition: sql`exists (select 1 from ${publishers} where ${which})`,
    }),
    db.delete(publishers).where(which).returning({ id: publishers.id }),
  ])
  return rows.length > 0
}

function columns() {
  const { id, projectId, kind, issuer, claims, createdAt } = publishers
  return { id, projectId, kind, issuer, claims, createdAt }
}
