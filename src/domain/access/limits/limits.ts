import type { Slug } from '../../project.ts'
import type { Permission } from '../permission.ts'
import type { Scope } from '../scope.ts'
import { isInNetworks, isNetworkWithin, type Network } from './network.ts'
import { matchesAny, type Pattern } from './pattern.ts'

/** What of its person's rights a personal token opens. */
export type AccessLevel = 'read' | 'write' | 'admin'

/**
 * What a token opens less than its kind and scope do. Each limit only takes away, all that are there hold together, and none
 * changes after the token was made.
 */
export type Limits = {
  readonly access?: AccessLevel | undefined
  readonly only?: 'badges' | undefined
  /** The ids of the projects of its person that the token reaches. */
  readonly projects?: readonly string[] | undefined
  /** Of the builds of its project those of these branches alone. */
  readonly branches?: readonly Pattern[] | undefined
  /** Of the artifacts those at these paths alone, and nothing else that builds made. */
  readonly paths?: readonly Pattern[] | undefined
  /** The client's address has to be in one of them. */
  readonly cidrs?: readonly Network[] | undefined
  /** Epoch milliseconds before which the token opens nothing. */
  readonly notBefore?: number | undefined
}

/** Limits whose projects are still named by their slugs. */
export type WishedLimits = Omit<Limits, 'projects'> & { readonly projects?: readonly Slug[] }

export const MAX_NETWORKS = 20
export const MAX_PROJECTS = 50

export const ACCESS_LEVELS: Record<AccessLevel, { readonly name: string }> = {
  admin: { name: 'Full read and write' },
  /** All but settings, members and tokens. */
  write: { name: 'Read and write' },
  read: { name: 'Read' },
}

/** What a request asks for: a permission on a project, or something of the account behind the token, or of the instance. */
export type Asked = Permission | AccountAsked
export type AccountAsked = 'account:read' | 'account:admin' | 'projects:create' | 'instance:admin'

const READS: readonly Asked[] = [
  ...(['runs:list', 'badges:read', 'status:read', 'artifacts:read', 'output:read'] as const),
  'account:read',
]
const WRITES: readonly Asked[] = [...READS, 'builds:write', 'shares:write']

const OPEN_BY_ACCESS: Record<AccessLevel, readonly Asked[]> = {
  read: READS,
  write: WRITES,
  admin: [...WRITES, 'project:admin', 'account:admin', 'projects:create', 'instance:admin'],
}
/** What is of no project that can be named, or of all of them. */
const CLOSED_BY_PROJECTS: readonly Asked[] = ['projects:create', 'instance:admin']
const OPEN_BY_ONLY: Record<NonNullable<Limits['only']>, readonly Asked[]> = { badges: ['badges:read'] }

/** Whether the limits leave this open; a word that no table has leaves nothing open. */
export function limitsOpen(limits: Limits | null, asked: Asked): boolean {
  if (!limits) return true
  const { access, only, projects, paths } = limits
  if (projects !== undefined && CLOSED_BY_PROJECTS.includes(asked)) return false
  // What is given out as a whole has other paths in it.
  if (paths !== undefined && asked === 'output:read') return false
  return (
    (access === undefined || has(OPEN_BY_ACCESS, access, asked)) &&
    (only === undefined || has(OPEN_BY_ONLY, only, asked))
  )
}

function has<Word extends string>(table: Record<Word, readonly Asked[]>, word: Word, asked: Asked): boolean {
  return Object.hasOwn(table, word) && table[word].includes(asked)
}

/** What is wrong with these limits for a token of that scope; null when nothing is. */
export function limitsProblem({ only, paths }: Limits, scope: Scope): { limit: 'only' | 'paths'; rule: string } | null {
  if (only && scope !== 'status') return { limit: 'only', rule: 'needs the scope status' }
  if (paths && scope === 'status') return { limit: 'paths', rule: 'needs the scope view-builds or all' }
  return null
}

/** Whether builds of that branch are open; those of none, as of a tag, are not where branches are named. */
export function isBranchOpen(limits: Limits | null, branch: string | null): boolean {
  return limits?.branches === undefined || (branch !== null && matchesAny(limits.branches, branch))
}

export function isPathOpen(limits: Limits | null, path: string): boolean {
  return limits?.paths === undefined || matchesAny(limits.paths, path)
}

/** Whether the token counts at all, for a client at that address and now. */
export function standingOf(limits: Limits | null, address: string, now: number): 'stands' | 'elsewhere' | 'too_early' {
  if (limits?.cidrs && !isInNetworks(address, limits.cidrs)) return 'elsewhere'
  return limits?.notBefore !== undefined && now < limits.notBefore ? 'too_early' : 'stands'
}

/** Whether a token opens the same for every client at any time, and of its project all or nothing. */
export function opensAlike(limits: Limits | null): boolean {
  const { cidrs, notBefore, branches, paths } = limits ?? {}
  return [cidrs, notBefore, branches, paths].every((limit) => limit === undefined)
}

/** In what one token may be wider than another. */
export type Wider = 'access' | 'projects' | 'cidrs'

const LEVELS: readonly AccessLevel[] = ['read', 'write', 'admin']

/**
 * In what a token with these limits would be wider than the personal token that makes it; null when in nothing. A project
 * token is of a project that its maker reaches; one that is limited to projects makes none of an organization.
 */
export function widerThan(
  limits: Limits | null,
  maker: Limits | null,
  kind: 'personal' | 'project' | 'organization',
): Wider | null {
  if (!maker) return null
  const levelOf = ({ access = 'admin' }: Limits) => LEVELS.indexOf(access)
  if (levelOf(limits ?? {}) > levelOf(maker)) return 'access'
  const { cidrs, projects } = maker
  if (kind !== 'project' && projects && !limits?.projects?.every((id) => projects.includes(id))) return 'projects'
  if (!cidrs) return null
  const isWithin = (inner: Network) => cidrs.some((outer) => isNetworkWithin(inner, outer))
  return limits?.cidrs?.every(isWithin) ? null : 'cidrs'
}

/** The limits by name, in the words of the `X-CircleCI-Scopes` header. */
export function limitWordsOf(limits: Limits | null): readonly string[] {
  if (!limits) return []
  const { access, only, projects, branches, paths, cidrs, notBefore } = limits
  return [
    ...(access ? [`access:${access}`] : []),
    ...(only ? [`only:${only}`] : []),
    ...(projects ? ['projects'] : []),
    ...(branches ? ['branches'] : []),
    ...(paths ? ['paths'] : []),
    ...(cidrs ? ['cidrs'] : []),
    ...(notBefore === undefined ? [] : ['not_before']),
  ]
}
