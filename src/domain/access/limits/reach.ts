import type { Limits } from './limits.ts'

/** The projects of a person, or, by a token that is limited to some, those of them (ids). */
export type Reach = { readonly userId: string; readonly projects: readonly string[] | null }

/** What a person reaches by a token with these limits. */
export function reachOf({ userId, limits }: { readonly userId: string; readonly limits: Limits | null }): Reach {
  return { userId, projects: limits?.projects ?? null }
}

/** What a person reaches by a session. */
export function wholeReach(userId: string): Reach {
  return { userId, projects: null }
}
