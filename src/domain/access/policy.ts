import { DAY_MS } from '../day.ts'
import { isNetworkWithin, type Network } from './limits/network.ts'
import type { Token } from './token.ts'

/** Who may make tokens of projects and of organizations. */
export type ProjectMakers = 'admins' | 'owners'

/** What the owners of an instance demand of tokens; null where they demand nothing. CI jobs' own tokens are not meant. */
export type Policy = {
  /** The longest life of personal tokens, and of those of projects and organizations, in days. */
  readonly personalDays: number | null
  readonly projectDays: number | null
  /** Tokens that nobody used for so many days are ended. */
  readonly unusedDays: number | null
  readonly projectMakers: ProjectMakers
  /** Each token has to be limited to networks within these. */
  readonly cidrs: readonly Network[] | null
}

export const NO_POLICY: Policy = {
  personalDays: null,
  projectDays: null,
  unusedDays: null,
  projectMakers: 'admins',
  cidrs: null,
}

export const PROJECT_MAKERS: Record<ProjectMakers, { readonly name: string }> = {
  admins: { name: 'Admins of projects' },
  owners: { name: 'Owners of this server alone' },
}

export const MAX_POLICY_DAYS = 3_650
/** Less would end tokens of what runs once a month. */
export const MIN_UNUSED_DAYS = 30

/** In what a token goes against a policy: how long it lives, or from where it can be used. */
export type Breach = 'life' | 'networks'

/** A token as far as a policy looks at it; times are epoch milliseconds. */
export type Judged = Pick<Token, 'kind' | 'createdAt' | 'expiresAt'> & {
  readonly limits: { readonly cidrs?: readonly Network[] | undefined } | 'unreadable' | null
}

/** In what a token goes against the policy; empty where in nothing. */
export function breachesOf(policy: Policy, { kind, createdAt, expiresAt, limits }: Judged): readonly Breach[] {
  if (kind === 'reporting') return []
  const days = longestDaysOf(policy, kind)
  const isTooLong = days !== null && (expiresAt === null || expiresAt - createdAt > days * DAY_MS)
  // What cannot be read opens nothing, from anywhere.
  const cidrs = limits === 'unreadable' ? [] : limits?.cidrs
  const isWithin = (network: Network) => policy.cidrs?.some((outer) => isNetworkWithin(network, outer))
  const isFromElsewhere = policy.cidrs !== null && !cidrs?.every(isWithin)
  return [...(isTooLong ? (['life'] as const) : []), ...(isFromElsewhere ? (['networks'] as const) : [])]
}

/** How many days a token of that kind may live; null where that is for its maker to say. */
export function longestDaysOf({ personalDays, projectDays }: Policy, kind: Token['kind']): number | null {
  return kind === 'personal' ? personalDays : kind === 'reporting' ? null : projectDays
}

/** What the policy demands there, for whoever made a token against it. */
export function ruleOf(policy: Policy, breach: Breach, kind: Token['kind']): string {
  return breach === 'life'
    ? `must be within ${longestDaysOf(policy, kind)} days, by the policy of this server`
    : `must be networks within ${policy.cidrs?.join(', ')}, by the policy of this server`
}
