import { and, eq } from 'drizzle-orm'
import type { Fence } from '../../domain/access/fence.ts'
import { decide } from '../../domain/access/grant.ts'
import type { Asker } from '../../domain/access/tickets/asker.ts'
import { selectLiveSession } from '../people/sessions.ts'
import { projectColumns } from '../projects/project-columns.ts'
import { members, projects, tokens } from '../schema/schema.ts'
import { selectStandingShare } from '../shares/open-share.ts'
import type { Db, Stores } from '../stores.ts'
import { readFenced } from '../tokens/revocations.ts'
import { heldGrantOf, selectTokenWhere } from './grants.ts'
import { graceHolds, judgeFact } from './proof.ts'

/**
 * The newest entry of the revocation feed. Take it before a token is verified: it is the fence of what that token then gets.
 * Taken later, it could be newer than an end that came meanwhile, and hide it. Void if the feed was never read.
 */
export function fenceNow({ memory }: Stores): Fence {
  const feed = memory.feed.known
  return feed ? { epoch: feed.epoch, seq: feed.newestSeq, provedAt: feed.polledAt } : { epoch: '', seq: 0, provedAt: 0 }
}

export type TicketState = 'valid' | 'ended' | 'unavailable'

/** Whether the asker of what was signed still has the right to it: by the feed, or else by the database. */
export async function ticketState(stores: Stores, ticket: Asker & Fence): Promise<TicketState> {
  const { epoch, seq, provedAt, tokenId, sessionId, userId, shareId, projectId } = ticket
  const subjects = [`project:${projectId}`]
  if (tokenId) subjects.push(`token:${tokenId}`)
  if (sessionId) subjects.push(`session:${sessionId}`)
  if (shareId) subjects.push(`share:${shareId}`)
  if (userId) subjects.push(`user:${userId}`, `membership:${userId}:${projectId}`)
  const fact = { value: null, fence: { epoch, seq, provedAt }, subjects }
  const use = await judgeFact(stores, fact)
  if (use === 'accept') return 'valid'
  try {
    return (await mayStillRead(stores, ticket)) ? 'valid' : 'ended'
  } catch (error) {
    stores.warn('ticket_unprovable', error)
    return use === 'ask' && graceHolds(stores, fact) ? 'valid' : 'unavailable'
  }
}

/** Whether the asker still has the right to what builds made, as the database has it now. */
export async function mayStillRead(stores: Stores, asker: Asker): Promise<boolean> {
  const { db } = stores
  const { tokenId, sessionId, userId, shareId, projectId } = asker
  if (shareId) {
    const [[share]] = (await readFenced(stores, [selectStandingShare(db, shareId, stores.now())])).rows
    return share !== undefined
  }
  const { rows } = await readFenced(stores, [
    selectTokenWhere(db, eq(tokens.id, tokenId ?? '')),
    selectProjectById(db, projectId),
    selectRoleOf(db, projectId, userId ?? ''),
    selectLiveSession(db, sessionId ?? '', stores.now()),
  ])
  const [[token], [project], [role], [session]] = rows
  const held = token ? heldGrantOf(token) : null
  if (tokenId && (!held || (held.expiresAt !== null && held.expiresAt <= stores.now()))) return false
  if (sessionId && !session) return false
  // A page asked for it: its person's role decides.
  const person = sessionId && userId ? ({ kind: 'session', sessionId, userId, instanceRole: 'user' } as const) : null
  return (
    decide('artifacts:read', { grant: held?.grant ?? person, role: role?.role ?? null }, project ?? null) === 'allow'
  )
}

export function selectProjectById(db: Db, projectId: string) {
  return db.select(projectColumns()).from(projects).where(eq(projects.id, projectId)).limit(1)
}

export function selectRoleOf(db: Db, projectId: string, userId: string) {
  return db
    .select({ role: members.role })
    .from(members)
    .where(and(eq(members.projectId, projectId), eq(members.userId, userId)))
    .limit(1)
}
