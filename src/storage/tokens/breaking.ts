import { asc, eq, gt, sql } from 'drizzle-orm'
import type { Actor } from '../../domain/access/actor.ts'
import { type Breach, breachesOf, type Policy } from '../../domain/access/policy.ts'
import type { Token } from '../../domain/access/token.ts'
import { projects, tokens, users } from '../schema/schema.ts'
import type { Db, Stores } from '../stores.ts'
import { endTokens } from './token-ends.ts'
import { tokenOf } from './tokens.ts'

/** A token that goes against the policy, with whose it is. */
export type Breaking = {
  readonly token: Token
  readonly breaches: readonly Breach[]
  /** The login of its maker, and the slug of its project. */
  readonly createdBy: string | null
  readonly project: string | null
}

/** So many tokens are looked at for one answer, and so many of those found are in it. */
const LOOKED_AT = 2_000
export const MAX_BREAKING_SHOWN = 100

/** Tokens that go against the policy, behind the one with the id `after`; `next` where there may be more. */
export async function listBreaking(
  db: Db,
  policy: Policy,
  after: string | null,
): Promise<{ readonly found: readonly Breaking[]; readonly next: string | null }> {
  const rows = await everyTokenQuery(db, after, LOOKED_AT)
  const all = rows.map(({ row, createdBy, project }): Breaking => {
    const token = tokenOf(row)
    const limits = token.kind === 'reporting' ? null : token.limits
    return { token, breaches: breachesOf(policy, { ...token, limits }), createdBy, project }
  })
  const found = all.filter(({ breaches }) => breaches.length > 0)
  const shown = found.slice(0, MAX_BREAKING_SHOWN)
  const last =
    found.length > shown.length ? shown.at(-1)?.token.id : rows.length < LOOKED_AT ? null : rows.at(-1)?.row.id
  return { found: shown, next: last ?? null }
}

export function everyTokenQuery(db: Db, after: string | null, limit: number) {
  return db
    .select({
      row: tokens,
      createdBy: users.login,
      project: sql<string | null>`${projects.vcs} || '/' || ${projects.org} || '/' || ${projects.repo}`.as(
        'project_slug',
      ),
    })
    .from(tokens)
    .leftJoin(users, eq(users.id, tokens.createdBy))
    .leftJoin(projects, eq(projects.id, tokens.projectId))
    .where(gt(tokens.id, after ?? ''))
    .orderBy(asc(tokens.id))
    .limit(limit)
}

/** Ends those that the list shows, but for the one that asks. Gives how many that were, and whether more may be left. */
export async function endBreaking(
  stores: Stores,
  policy: Policy,
  actor: Actor,
): Promise<{ readonly ended: number; readonly isAll: boolean }> {
  let ended = 0
  let after: string | null = null
  for (let pages = 0; pages < MAX_PAGES_ENDED; pages++) {
    const { found, next } = await listBreaking(stores.db, policy, after)
    const ids = found.map(({ token }) => token.id).filter((id) => id !== actor.tokenId)
    if (ids.length > 0) ended += (await endTokens(stores, ids, { action: 'token.deleted', actor })).length
    if (next === null) return { ended, isAll: true }
    after = next
  }
  return { ended, isAll: false }
}

/** Each costs a look and a write: a request of Workers Free has 50. */
const MAX_PAGES_ENDED = 20
