import { BlockList, isIPv6 } from 'node:net'
import { type ArtifactPath, BRANCHES, type Branch, PATHS, type ProjectSlug, PUBLIC } from './limits-world.ts'

// What docs/api-permissions.md promises, written down a second time on purpose: nothing here is of src.

/** Limits as the API takes them. */
export type AskedLimits = {
  access?: 'read' | 'write' | 'admin'
  projects?: readonly ProjectSlug[]
  only?: 'badges'
  branches?: readonly string[]
  paths?: readonly string[]
  cidrs?: readonly string[]
  not_before?: string
}

export type SoakToken = {
  readonly kind: 'personal' | 'project' | 'organization'
  readonly id: string
  readonly secret: string
  /** Of a project token. */
  readonly project: ProjectSlug
  readonly scope: 'status' | 'view-builds' | 'all'
  readonly limits: AskedLimits
  ended: boolean
}

export type Ask = { readonly project: ProjectSlug; readonly branch: Branch; readonly path: ArtifactPath } & {
  readonly what: 'badge' | 'builds' | 'tree' | 'build' | 'artifacts' | 'artifact' | 'report' | 'settings' | 'me'
}

/** The status that must come and, of a list, what must be in it. */
export type Expected = { readonly status: 200 | 401 | 403 | 404; readonly items?: readonly string[] }

const REFUSED = { status: 403 } as const
const ABSENT = { status: 404 } as const
const UNKNOWN = { status: 401 } as const

const NEEDS = {
  badge: 'status',
  builds: 'status',
  tree: 'status',
  build: 'status',
  artifacts: 'artifacts',
  artifact: 'artifacts',
  report: 'write',
  settings: 'admin',
} as const
const READS = ['status', 'artifacts']

/** What must be answered to who asks with that token, or with none. */
export function expectedOf(token: SoakToken | null, ask: Ask, { from, now }: { from: string; now: number }): Expected {
  if (!token) {
    if (ask.what === 'me') return UNKNOWN
    if (!PUBLIC.includes(ask.project)) return ABSENT
    return READS.includes(NEEDS[ask.what]) ? { status: 200 } : UNKNOWN
  }
  const { limits, kind } = token
  if (token.ended || (limits.cidrs && !isIn(from, limits.cidrs))) return UNKNOWN
  if (limits.not_before && now < Date.parse(limits.not_before)) return UNKNOWN
  if (ask.what === 'me') return kind === 'personal' ? { status: 200 } : UNKNOWN
  const needs = NEEDS[ask.what]
  const isPublicRead = PUBLIC.includes(ask.project) && READS.includes(needs)
  if (!isPublicRead) {
    if (!reaches(token, ask.project)) return PUBLIC.includes(ask.project) ? REFUSED : ABSENT
    if (!scopeOpens(token, needs)) return REFUSED
  }
  if (limits.only && ask.what !== 'badge') return REFUSED
  return partOf(limits, ask)
}

function reaches({ kind, project, limits }: SoakToken, asked: ProjectSlug): boolean {
  if (kind === 'project') return project === asked
  return kind === 'organization' ? asked.startsWith('gh/acme/') : (limits.projects?.includes(asked) ?? true)
}

function scopeOpens({ kind, scope, limits }: SoakToken, needs: string): boolean {
  if (kind === 'personal') {
    if (needs === 'write') return limits.access !== 'read'
    return needs === 'admin' ? limits.access === undefined || limits.access === 'admin' : true
  }
  return scope === 'all' ? READS.includes(needs) : needs === (scope === 'status' ? 'status' : 'artifacts')
}

/** Of what is open the part that limits to branches and paths leave. */
function partOf({ branches, paths }: AskedLimits, { what, branch, path }: Ask): Expected {
  const isOpen = !branches || branches.some((pattern) => matches(pattern, branch))
  switch (what) {
    case 'badge':
    case 'tree':
      return isOpen ? { status: 200 } : REFUSED
    case 'builds':
      return { status: 200, items: BRANCHES.filter((one) => !branches || branches.some((p) => matches(p, one))) }
    case 'build':
      return isOpen ? { status: 200 } : ABSENT
    case 'artifacts':
      return isOpen
        ? { status: 200, items: PATHS.filter((one) => !paths || paths.some((p) => matches(p, one))) }
        : ABSENT
    case 'artifact':
      if (paths && !paths.some((pattern) => matches(pattern, path))) return REFUSED
      return isOpen ? { status: 200 } : ABSENT
    default:
      return { status: 200 }
  }
}

function matches(pattern: string, name: string): boolean {
  const escaped = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`^${escaped.endsWith('/**') ? `${escaped.slice(0, -2)}.+` : escaped.replace('*', '[^/]*')}$`).test(
    name,
  )
}

function isIn(address: string, networks: readonly string[]): boolean {
  const list = new BlockList()
  for (const network of networks) {
    const [first = '', bits = ''] = network.split('/')
    list.addSubnet(first, Number(bits), isIPv6(first) ? 'ipv6' : 'ipv4')
  }
  return list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')
}
