import type { Limits, WishedLimits } from '../../domain/access/limits/limits.ts'
import type { Reach } from '../../domain/access/limits/reach.ts'
import type { Token, TokenLimits } from '../../domain/access/token.ts'
import type { Slug } from '../../domain/project.ts'
import { findReached } from '../people/memberships.ts'
import { listProjectSlugs } from '../projects/projects.ts'
import type { Db } from '../stores.ts'

/** The limits with the ids of their projects; `outOfReach` is the place of the first that is none of the asker's. */
export async function resolvedLimits(
  db: Db,
  reach: Reach,
  { projects: slugs, ...limits }: WishedLimits,
): Promise<{ readonly limits: Limits } | { readonly outOfReach: number }> {
  if (!slugs) return { limits }
  const ids = await findReached(db, reach, slugs)
  const projects = ids.filter((id) => id !== null)
  return projects.length === ids.length
    ? { limits: { ...limits, projects: [...new Set(projects)] } }
    : { outOfReach: ids.indexOf(null) }
}

/** The slugs of the projects that tokens are limited to, by id. */
export function slugsOfLimits(db: Db, tokens: readonly Token[]): Promise<ReadonlyMap<string, Slug>> {
  const ids = tokens.flatMap((token) =>
    token.kind === 'personal' && isRead(token.limits) ? (token.limits.projects ?? []) : [],
  )
  return ids.length === 0 ? Promise.resolve(new Map()) : listProjectSlugs(db, [...new Set(ids)])
}

function isRead(limits: TokenLimits): limits is Limits {
  return limits !== null && limits !== 'unreadable'
}
