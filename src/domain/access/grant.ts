import { isOfOrganization, type Organization } from '../organization.ts'
import type { Project, Role } from '../project.ts'
import { type AccessLevel, type Asked, type Limits, limitsOpen, limitWordsOf } from './limits/limits.ts'
import { type Permission, permissionsOf } from './permission.ts'
import type { Scope } from './scope.ts'

/** What a verified secret opens. */
export type Grant =
  | {
      readonly kind: 'personal'
      readonly tokenId: string
      readonly userId: string
      readonly instanceRole: InstanceRole
      readonly limits: Limits | null
    }
  | {
      readonly kind: 'project'
      readonly tokenId: string
      readonly scope: Scope
      readonly project: Project
      readonly limits: Limits | null
    }
  | {
      readonly kind: 'organization'
      readonly tokenId: string
      /** Who made it: it opens what of the organization they administer. */
      readonly userId: string
      readonly organization: Organization
      readonly scope: Scope
      readonly limits: Limits | null
    }
  | {
      readonly kind: 'reporting'
      readonly tokenId: string
      readonly project: Project
      readonly publisherId: string | null
    }

/** A person in a browser. Only pages take a session, and only the API takes a token. */
export type SignedIn = {
  readonly kind: 'session'
  readonly sessionId: string
  readonly userId: string
  readonly instanceRole: InstanceRole
}

/** A person's role on the instance. */
export type InstanceRole = 'owner' | 'user'

/** Everybody who can be admitted. */
export type Principal = Grant | SignedIn

/** Who asks: somebody proved or nobody, and, for a person, the role on the project in question. */
export type PrincipalInProject = { readonly grant: Principal | null; readonly role: Role | null }

export type Decision = 'allow' | 'login_required' | 'permission_denied' | 'project_not_found'

/**
 * Whether `asker` may do `permission` on `project` (null: there is none). Pure, total, and closed: what no row of the
 * tables opens is refused, and a private project's existence shows only to those who belong to it. What the limits of a
 * token close is refused on public projects, too.
 */
export function decide(permission: Permission, asker: PrincipalInProject, project: Project | null): Decision {
  const decision = decideUnlimited(permission, asker, project)
  return decision === 'allow' && !leavesOpen(asker.grant, permission) ? 'permission_denied' : decision
}

/** Whether the limits of who asks leave that open anywhere. */
export function leavesOpen(grant: Principal | null, asked: Asked): boolean {
  return limitsOpen(limitsOf(grant), asked)
}

export function limitsOf(grant: Principal | null): Limits | null {
  return grant && 'limits' in grant ? grant.limits : null
}

function decideUnlimited(permission: Permission, asker: PrincipalInProject, project: Project | null): Decision {
  if (!project) return 'project_not_found'
  if (belongs(asker, project))
    return openTo(asker).includes(permission) ? 'allow' : (publicRead(permission, project) ?? 'permission_denied')
  if (project.visibility !== 'public') return 'project_not_found'
  return publicRead(permission, project) ?? (asker.grant ? 'permission_denied' : 'login_required')
}

/** Whether a person's roles decide what is open, rather than a project's own token. */
export function isOfPerson(principal: Principal): principal is Extract<Principal, { userId: string }> {
  return 'userId' in principal
}

/** The feed subjects whose end makes a cached copy of this grant void. */
export function subjectsOf(grant: Grant): readonly string[] {
  switch (grant.kind) {
    case 'personal':
    case 'organization':
      return [`token:${grant.tokenId}`, `user:${grant.userId}`]
    case 'project':
      return [`token:${grant.tokenId}`, `project:${grant.project.id}`]
    case 'reporting':
      return [`token:${grant.tokenId}`, `project:${grant.project.id}`, `publisher:${grant.publisherId}`]
  }
}

/** What the grant opens, in CircleCI's words, for the `X-CircleCI-Scopes` header. */
export function scopeWordsOf(grant: Grant | null): string {
  if (!grant) return 'none'
  return [...wordsOf(grant), ...limitWordsOf(limitsOf(grant))].join(', ')
}

function wordsOf(grant: Grant): readonly string[] {
  switch (grant.kind) {
    case 'personal':
      return PERSONAL_WORDS[grant.limits?.access ?? 'admin']
    case 'project':
    case 'organization':
      return grant.scope === 'all' ? ['status', 'view-builds', 'all'] : [grant.scope]
    case 'reporting':
      return ['status', 'view-builds', 'all', 'report-builds']
  }
}

const PERSONAL_WORDS: Record<AccessLevel, readonly string[]> = {
  read: ['view-builds', 'status'],
  write: ['view-builds', 'trigger-builds', 'status'],
  admin: ['write-settings', 'view-builds', 'read-settings', 'trigger-builds', 'all', 'status'],
}

function belongs(asker: PrincipalInProject, project: Project): boolean {
  if (!asker.grant) return false
  if (!isOfPerson(asker.grant)) return asker.grant.project.id === project.id
  if (asker.grant.kind === 'organization')
    return asker.role === 'admin' && isOfOrganization(project, asker.grant.organization)
  // Where a limit leaves a project out, its person is a stranger by this token.
  return asker.role !== null && (limitsOf(asker.grant)?.projects?.includes(project.id) ?? true)
}

function openTo(asker: PrincipalInProject): readonly Permission[] {
  if (!asker.grant) return []
  switch (asker.grant.kind) {
    case 'personal':
    case 'session':
      return asker.role ? permissionsOf(asker.role) : []
    case 'project':
    case 'organization':
      return permissionsOf(asker.grant.scope)
    case 'reporting':
      return permissionsOf('reporting')
  }
}

function publicRead(permission: Permission, project: Project): 'allow' | null {
  return project.visibility === 'public' && permissionsOf('public').includes(permission) ? 'allow' : null
}
