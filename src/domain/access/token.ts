import type { Organization } from '../organization.ts'
import type { Limits } from './limits/limits.ts'
import type { Scope } from './scope.ts'

/** What everybody with the right to see a token sees of it: never its secret. Times are epoch milliseconds. */
type TokenEntry = {
  readonly id: string
  readonly label: string
  readonly prefix: string
  readonly lastFour: string
  readonly createdAt: number
  readonly expiresAt: number | null
  readonly lastUsedAt: number | null
  readonly lastUsedFrom: string | null
  readonly leakReportedAt: number | null
}

/** What a token opens less; unreadable where a later version of ours wrote it, and then the token opens nothing here. */
export type TokenLimits = Limits | 'unreadable' | null

export type PersonalToken = TokenEntry & {
  readonly kind: 'personal'
  readonly userId: string
  readonly limits: TokenLimits
}
export type ProjectToken = TokenEntry & {
  readonly kind: 'project'
  readonly projectId: string
  readonly scope: Scope
  readonly limits: TokenLimits
}
/** It reads the projects of an organization that its maker administers. */
export type OrganizationToken = TokenEntry & {
  readonly kind: 'organization'
  readonly userId: string
  readonly organization: Organization
  readonly scope: Scope
  readonly limits: TokenLimits
}
export type ReportingToken = TokenEntry & { readonly kind: 'reporting'; readonly projectId: string }
export type Token = PersonalToken | ProjectToken | OrganizationToken | ReportingToken

/** Whose tokens are meant: those of one person, those of one project, or those that a person made for an organization (null: for any). */
export type TokenHolder =
  | { readonly kind: 'personal'; readonly userId: string }
  | { readonly kind: 'project'; readonly projectId: string }
  | { readonly kind: 'organization'; readonly userId: string; readonly organization: Organization | null }

/** Those of a holder, or all but those of CI jobs. */
export type TokenSet = TokenHolder | { readonly kind: 'instance' }

export const MAX_OVERLAP_SECONDS = 30 * 24 * 3600
export const DEFAULT_OVERLAP_SECONDS = 24 * 3600

/** When the successor of a token ends: it is given the same length of life, counted from now. */
export function successorExpiry(token: { createdAt: number; expiresAt: number | null }, now: number): number | null {
  return token.expiresAt === null ? null : now + (token.expiresAt - token.createdAt)
}
