import type { Role } from '../project.ts'
import type { Scope } from './scope.ts'

/**
 * What can be asked of one project. `runs:list` is which runs, workflows and jobs there are, by their ids, numbers and names,
 * without how they went: every scope has it, since nothing of a build can be asked for without its id.
 */
export type Permission =
  | 'runs:list'
  /** Badges, their JSON and cc.xml: what stands in a README. */
  | 'badges:read'
  | 'status:read'
  | 'artifacts:read'
  /** What builds made beside single files: logs, packs and reports as a whole. */
  | 'output:read'
  | 'builds:write'
  /** To give single files to people without an account, by links. */
  | 'shares:write'
  | 'project:admin'

/** What opens a permission: a project token's scope, a person's role, a reporting token, or being a public project. */
export type Opener = Scope | Role | 'reporting' | 'public'

export const ROLES = ['member', 'admin'] as const satisfies readonly Role[]

const OPENS: Record<Opener, readonly Permission[]> = {
  status: ['runs:list', 'badges:read', 'status:read'],
  'view-builds': ['runs:list', 'artifacts:read', 'output:read'],
  all: ['runs:list', 'badges:read', 'status:read', 'artifacts:read', 'output:read'],
  member: ['runs:list', 'badges:read', 'status:read', 'artifacts:read', 'output:read', 'builds:write', 'shares:write'],
  admin: [
    'runs:list',
    'badges:read',
    'status:read',
    'artifacts:read',
    'output:read',
    'builds:write',
    'shares:write',
    'project:admin',
  ],
  reporting: ['runs:list', 'badges:read', 'status:read', 'artifacts:read', 'output:read', 'builds:write'],
  public: ['runs:list', 'badges:read', 'status:read', 'artifacts:read', 'output:read'],
}

/** What an opener opens; nothing for a word that is not one. */
export function permissionsOf(opener: Opener): readonly Permission[] {
  return Object.hasOwn(OPENS, opener) ? OPENS[opener] : []
}

/** The scope to name in `WWW-Authenticate` (RFC 6750 §3) when this permission is lacking. */
export const SCOPE_NEEDED: Record<Permission, string> = {
  'runs:list': 'status',
  'badges:read': 'status',
  'status:read': 'status',
  'artifacts:read': 'view-builds',
  'output:read': 'view-builds',
  'builds:write': 'builds:write',
  'shares:write': 'shares:write',
  'project:admin': 'project:admin',
}
