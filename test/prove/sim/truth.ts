import type { Permission } from '../../../src/domain/access/permission.ts'

export type TokenTruth = {
  readonly id: string
  readonly kind: 'personal' | 'project' | 'organization' | 'reporting'
  readonly user_id: string | null
  readonly project_id: string | null
  /** As `gh/acme`. */
  readonly organization: string | null
  readonly scope: 'status' | 'view-builds' | 'all' | null
  /** JSON. */
  readonly limits: string | null
  readonly expires_at: number | null
}
type ProjectTruth = { readonly id: string; readonly slug_key: string; readonly visibility: 'private' | 'public' }

/** What D1 holds from one commit to the next: read past all production code, and the yardstick for it. */
export type Truth = {
  readonly at: number
  readonly epoch: string
  readonly lowWater: number
  readonly newestSeq: number
  readonly tokens: ReadonlyMap<string, TokenTruth>
  readonly users: ReadonlySet<string>
  /** By slug. */
  readonly projects: ReadonlyMap<string, ProjectTruth>
  /** By `user:project`. */
  readonly roles: ReadonlyMap<string, 'admin' | 'member'>
}

export async function readTruth(d1: D1Database, at: number, sinceSeq: number): Promise<Truth> {
  const [, state, tokens, users, projects, members] = await d1.batch<Record<string, unknown>>([
    // The triggers know the real time only; pruning goes by this one.
    d1.prepare('update revocations set at = ? where seq > ?').bind(at, sinceSeq),
    d1.prepare('select epoch, newest_seq, low_water from feed_state'),
    d1.prepare('select id, kind, user_id, project_id, organization, scope, limits, expires_at from tokens'),
    d1.prepare('select id from users'),
    d1.prepare('select id, slug_key, visibility from projects'),
    d1.prepare('select user_id, project_id, role from members'),
  ])
  const rows = <T>(result: { results: unknown[] } | undefined) => (result?.results ?? []) as T[]
  const [feed] = rows<{ epoch: string; newest_seq: number; low_water: number }>(state)
  if (!feed) throw new Error('feed_state is empty')
  return {
    at,
    epoch: feed.epoch,
    lowWater: feed.low_water,
    newestSeq: feed.newest_seq,
    tokens: new Map(rows<TokenTruth>(tokens).map((token) => [token.id, token])),
    users: new Set(rows<{ id: string }>(users).map((user) => user.id)),
    projects: new Map(rows<ProjectTruth>(projects).map((project) => [project.slug_key, project])),
    roles: new Map(
      rows<{ user_id: string; project_id: string; role: 'admin' | 'member' }>(members).map((member) => [
        `${member.user_id}:${member.project_id}`,
        member.role,
      ]),
    ),
  }
}

export type History = readonly Truth[]

/** What was true at some moment of (after, until]; with `after` before the first commit, everything. */
export function truthsDuring<T extends { readonly at: number }>(
  history: readonly T[],
  after: number,
  until: number,
): readonly T[] {
  let first = 0
  for (let i = 0; i < history.length; i++) if ((history[i]?.at ?? 0) <= after) first = i
  return history.slice(first).filter(({ at }) => at <= until)
}

/** Whether the token works at `now`, if the database is as it was then. */
export function tokenWorks(truth: Truth, id: string, now: number): boolean {
  const token = truth.tokens.get(id)
  return token !== undefined && (token.expires_at === null || token.expires_at > now)
}

// The specification's table, written down a second time on purpose.
const STATUSES = ['badges:read', 'status:read']
const FILES = ['artifacts:read', 'output:read']
const READS = [...STATUSES, ...FILES]
const OPEN: Record<string, readonly string[]> = {
  status: STATUSES,
  'view-builds': FILES,
  all: READS,
  reporting: [...READS, 'builds:write'],
  member: [...READS, 'builds:write', 'shares:write'],
  admin: [...READS, 'builds:write', 'shares:write', 'project:admin'],
}

const LIMITED: Record<string, readonly string[]> = {
  badges: ['badges:read'],
  read: READS,
  write: [...READS, 'builds:write', 'shares:write'],
}

type Holder = Pick<TokenTruth, 'kind' | 'user_id' | 'project_id' | 'organization' | 'scope' | 'limits'> | null

/** The decision that the specification demands, given the project as in `truth` and the role as in `roles`. */
export function decisionIn(
  truth: Truth,
  { holder, slugKey, asked }: { readonly holder: Holder; readonly slugKey: string; readonly asked: Permission },
  roles = truth,
): string {
  const project = truth.projects.get(slugKey)
  if (!project) return 'project_not_found'
  const isPublic = project.visibility === 'public'
  const limits: { access?: string; only?: string; projects?: string[]; paths?: string[] } = JSON.parse(
    holder?.limits ?? '{}',
  )
  const isOpen =
    [limits.access, limits.only].every((word) => word === undefined || LIMITED[word]?.includes(asked)) &&
    !(limits.paths && asked === 'output:read')
  const opener = !holder
    ? undefined
    : holder.kind === 'personal'
      ? limits.projects && !limits.projects.includes(project.id)
        ? undefined
        : roles.roles.get(`${holder.user_id}:${project.id}`)
      : holder.kind === 'organization'
        ? roles.roles.get(`${holder.user_id}:${project.id}`) === 'admin' &&
          project.slug_key.startsWith(`${holder.organization?.toLowerCase()}/`)
          ? (holder.scope ?? undefined)
          : undefined
        : holder.project_id === project.id
          ? (holder.scope ?? 'reporting')
          : undefined
  if (opener && OPEN[opener]?.includes(asked)) return isOpen ? 'allow' : 'permission_denied'
  if (isPublic && READS.includes(asked)) return isOpen ? 'allow' : 'permission_denied'
  if (opener) return 'permission_denied'
  if (!isPublic) return 'project_not_found'
  return holder ? 'permission_denied' : 'login_required'
}
