import type { Role } from '../project.ts'
import type { Scope } from './scope.ts'

/** What can be asked of one project. */
export type Permission = 'status:read' | 'artifacts:read' | 'builds:write' | 'project:admin'

/** What opens a permission: a project token's scope, a person's role, a reporting token, or being a public project. */
export type Opener = Scope | Role | 'reporting' | 'public'

export const ROLES = ['member', 'admin'] as const satisfies readonly Role[]

const OPENS: Record<Opener, readonly Permission[]> = {
  status: ['status:read'],
  'view-builds': ['artifacts:read'],
  all: ['status:read', 'artifacts:read'],
  member: ['status:read', 'artifacts:read', 'builds:write'],
  admin: ['status:read', 'artifacts:read', 'builds:write', 'project:admin'],
  reporting: ['status:read', 'artifacts:read', 'builds:write'],
  public: ['status:read', 'artifacts:read'],
}

/** What an opener opens; nothing for a word that is not one. */
export function permissionsOf(opener: Opener): readonly Permission[] {
  return Object.hasOwn(OPENS, opener) ? OPENS[opener] : []
}

/** The scope to name in `WWW-Authenticate` (RFC 6750 §3) when this permission is lacking. */
export const SCOPE_NEEDED: Record<Permission, string> = {
  'status:read': 'status',
  'artifacts:read': 'view-builds',
  'builds:write': 'builds:write',
  'project:admin': 'project:admin',
}
