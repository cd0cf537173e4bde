import type { Organization } from '../../organization.ts'
import type { Grant } from '../grant.ts'

/**
 * The projects of a person; by a token that is limited to some, those of them (ids); by one of an organization, those of it
 * that the person administers.
 */
export type Reach = {
  readonly userId: string
  readonly projects: readonly string[] | null
  readonly organization: Organization | null
}

/** By what a person's roles are asked for. */
export type ReachingGrant = Extract<Grant, { kind: 'personal' | 'organization' }>

/** What its person reaches by a token. */
export function reachOf(grant: ReachingGrant): Reach {
  const { userId, limits } = grant
  return {
    userId,
    projects: limits?.projects ?? null,
    organization: grant.kind === 'organization' ? grant.organization : null,
  }
}

/** What a person reaches by a session. */
export function wholeReach(userId: string): Reach {
  return { userId, projects: null, organization: null }
}
