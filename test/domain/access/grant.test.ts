import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Decision,
  decide,
  type Grant,
  type PrincipalInProject,
  scopeWordsOf,
  subjectsOf,
} from '../../../src/domain/access/grant.ts'
import type { Limits } from '../../../src/domain/access/limits/limits.ts'
import { type Opener, type Permission, permissionsOf } from '../../../src/domain/access/permission.ts'
import type { Scope } from '../../../src/domain/access/scope.ts'
import type { Project, Role } from '../../../src/domain/project.ts'

const SECRET_PROJECT: Project = {
  id: 'p1',
  vcs: 'gh',
  org: 'acme',
  repo: 'web',
  visibility: 'private',
  defaultBranch: 'main',
  repositoryUrl: null,
}
const PUBLIC_PROJECT: Project = { ...SECRET_PROJECT, visibility: 'public' }
const ELSEWHERE: Project = { ...SECRET_PROJECT, id: 'p2', repo: 'other' }

const personal: Grant = { kind: 'personal', tokenId: 't', userId: 'u', instanceRole: 'user', limits: null }
const owner: Grant = { ...personal, instanceRole: 'owner' }
const scoped = (scope: Scope, project = SECRET_PROJECT, limits: Limits | null = null): Grant => ({
  kind: 'project',
  tokenId: 't',
  scope,
  project,
  limits,
})
const reporting = (project = SECRET_PROJECT): Grant => ({ kind: 'reporting', tokenId: 't', project, publisherId: null })

const ASKERS = {
  status: { grant: scoped('status'), role: null },
  'view-builds': { grant: scoped('view-builds'), role: null },
  all: { grant: scoped('all'), role: null },
  reporting: { grant: reporting(), role: null },
  member: { grant: personal, role: 'member' },
  admin: { grant: personal, role: 'admin' },
  stranger: { grant: personal, role: null },
  'owner who is no member': { grant: owner, role: null },
  'token of elsewhere': { grant: scoped('all', ELSEWHERE), role: null },
  'admin, limited to read': { grant: { ...personal, limits: { access: 'read' } }, role: 'admin' },
  'admin, limited to write': { grant: { ...personal, limits: { access: 'write' } }, role: 'admin' },
  'admin, limited to admin': { grant: { ...personal, limits: { access: 'admin' } }, role: 'admin' },
  'stranger, limited to read': { grant: { ...personal, limits: { access: 'read' } }, role: null },
  'status, only badges': { grant: scoped('status', SECRET_PROJECT, { only: 'badges' }), role: null },
  'status of elsewhere, only badges': {
    grant: scoped('status', ELSEWHERE, { only: 'badges' }),
    role: null,
  },
  'all, from one network': { grant: scoped('all', SECRET_PROJECT, { cidrs: ['10.0.0.0/8'] }), role: null },
  'reporting of elsewhere': { grant: reporting(ELSEWHERE), role: null },
  nobody: { grant: null, role: null },
} satisfies Record<string, PrincipalInProject>
type AskerName = keyof typeof ASKERS

const PERMISSIONS: readonly Permission[] = [
  'runs:list',
  'badges:read',
  'status:read',
  'artifacts:read',
  'builds:write',
  'shares:write',
  'project:admin',
]

const yes = 'allow'
const no = 'permission_denied'
const hidden = 'project_not_found'
const who = 'login_required'

/** The table of the tokens specification: per asker, the answers to PERMISSIONS on a private, then on a public project. */
const MATRIX: Record<AskerName, readonly [readonly Decision[], readonly Decision[]]> = {
  status: [
    [yes, yes, yes, no, no, no, no],
    [yes, yes, yes, yes, no, no, no],
  ],
  'view-builds': [
    [yes, no, no, yes, no, no, no],
    [yes, yes, yes, yes, no, no, no],
  ],
  all: [
    [yes, yes, yes, yes, no, no, no],
    [yes, yes, yes, yes, no, no, no],
  ],
  reporting: [
    [yes, yes, yes, yes, yes, no, no],
    [yes, yes, yes, yes, yes, no, no],
  ],
  member: [
    [yes, yes, yes, yes, yes, yes, no],
    [yes, yes, yes, yes, yes, yes, no],
  ],
  admin: [
    [yes, yes, yes, yes, yes, yes, yes],
    [yes, yes, yes, yes, yes, yes, yes],
  ],
  stranger: [
    [hidden, hidden, hidden, hidden, hidden, hidden, hidden],
    [yes, yes, yes, yes, no, no, no],
  ],
  'owner who is no member': [
    [hidden, hidden, hidden, hidden, hidden, hidden, hidden],
    [yes, yes, yes, yes, no, no, no],
  ],
  'admin, limited to read': [
    [yes, yes, yes, yes, no, no, no],
    [yes, yes, yes, yes, no, no, no],
  ],
  'admin, limited to write': [
    [yes, yes, yes, yes, yes, yes, no],
    [yes, yes, yes, yes, yes, yes, no],
  ],
  'admin, limited to admin': [
    [yes, yes, yes, yes, yes, yes, yes],
    [yes, yes, yes, yes, yes, yes, yes],
  ],
  'stranger, limited to read': [
    [hidden, hidden, hidden, hidden, hidden, hidden, hidden],
    [yes, yes, yes, yes, no, no, no],
  ],
  'status, only badges': [
    [no, yes, no, no, no, no, no],
    [no, yes, no, no, no, no, no],
  ],
  'status of elsewhere, only badges': [
    [hidden, hidden, hidden, hidden, hidden, hidden, hidden],
    [no, yes, no, no, no, no, no],
  ],
  'all, from one network': [
    [yes, yes, yes, yes, no, no, no],
    [yes, yes, yes, yes, no, no, no],
  ],
  'token of elsewhere': [
    [hidden, hidden, hidden, hidden, hidden, hidden, hidden],
    [yes, yes, yes, yes, no, no, no],
  ],
  'reporting of elsewhere': [
    [hidden, hidden, hidden, hidden, hidden, hidden, hidden],
    [yes, yes, yes, yes, no, no, no],
  ],
  nobody: [
    [hidden, hidden, hidden, hidden, hidden, hidden, hidden],
    [yes, yes, yes, yes, who, who, who],
  ],
}

const cells = Object.entries(MATRIX).flatMap(([name, rows]) =>
  rows.flatMap((row, column) =>
    row.map(
      (decision, i) => [name as AskerName, PERMISSIONS[i], column === 0 ? 'private' : 'public', decision] as const,
    ),
  ),
)

describe('the permission matrix', () => {
  it.each(cells)('%s asking for %s on a %s project: %s', (name, permission, visibility, decision) => {
    const project = visibility === 'private' ? SECRET_PROJECT : PUBLIC_PROJECT
    expect(permission && decide(permission, ASKERS[name], project)).toBe(decision)
  })

  it.each(Object.keys(ASKERS) as AskerName[])(
    '%s sees no difference between an absent and a hidden project',
    (name) => {
      for (const permission of PERMISSIONS) expect(decide(permission, ASKERS[name], null)).toBe(hidden)
    },
  )
})

const project = fc.record({
  id: fc.constantFrom('p1', 'p2', 'p3'),
  vcs: fc.constantFrom('gh', 'bb', 'gl'),
  org: fc.constant('acme'),
  repo: fc.constantFrom('web', 'other'),
  visibility: fc.constantFrom('private', 'public'),
  defaultBranch: fc.constant('main'),
  repositoryUrl: fc.constant(null),
})
const scope = fc.constantFrom<Scope>('status', 'view-builds', 'all')
const grant = fc.oneof(
  fc.constant(null),
  fc.constantFrom(personal, owner),
  fc.tuple(scope, project).map(([scope, project]) => scoped(scope, project)),
  project.map((project) => reporting(project)),
)
const asker = fc.record({ grant, role: fc.constantFrom<Role | null>('admin', 'member', null) })
const permission = fc.constantFrom(...PERMISSIONS)

describe('deciding', () => {
  it('gives the same answer each time, and changes nothing', () => {
    fc.assert(
      fc.property(permission, asker, project, (permission, asker, project) => {
        const before = JSON.stringify([asker, project])
        const decision = decide(permission, asker, project)
        expect(decide(permission, asker, project)).toBe(decision)
        expect(JSON.stringify([asker, project])).toBe(before)
      }),
    )
  })

  it('never lets a token of one project read a private other', () => {
    fc.assert(
      fc.property(permission, scope, project, project, (permission, scope, own, other) => {
        fc.pre(own.id !== other.id && other.visibility === 'private')
        expect(decide(permission, { grant: scoped(scope, own), role: null }, other)).toBe(hidden)
        expect(decide(permission, { grant: reporting(own), role: null }, other)).toBe(hidden)
      }),
    )
  })

  it('never lets a project token write, whatever role is given with it', () => {
    fc.assert(
      fc.property(scope, project, project, fc.constantFrom<Role>('admin', 'member'), (scope, own, other, role) => {
        const asker = { grant: scoped(scope, own), role }
        expect(decide('builds:write', asker, other)).not.toBe(yes)
        expect(decide('project:admin', asker, other)).not.toBe(yes)
      }),
    )
  })

  it('opens no more on a private project than on the same project made public', () => {
    fc.assert(
      fc.property(permission, asker, project, (permission, asker, project) => {
        if (decide(permission, asker, { ...project, visibility: 'private' }) !== yes) return
        expect(decide(permission, asker, { ...project, visibility: 'public' })).toBe(yes)
      }),
    )
  })

  it.each(['write', 'toString', '__proto__', ''])('opens nothing for the unknown scope or permission %j', (word) => {
    const stranger = scoped(word as Scope)
    for (const permission of PERMISSIONS)
      expect(decide(permission, { grant: stranger, role: null }, SECRET_PROJECT)).toBe(no)
    expect(decide(word as Permission, ASKERS.admin, SECRET_PROJECT)).toBe(no)
    expect(permissionsOf(word as Opener)).toEqual([])
  })

  it('takes a visibility that it does not know for private', () => {
    const odd = { ...SECRET_PROJECT, visibility: 'internal' as Project['visibility'] }
    expect(decide('status:read', ASKERS.nobody, odd)).toBe(hidden)
  })
})

const limits = fc.record(
  {
    access: fc.constantFrom('read', 'write', 'admin'),
    only: fc.constant('badges'),
    cidrs: fc.constant(['10.0.0.0/8']),
    notBefore: fc.nat(),
  },
  { requiredKeys: [] },
)

describe('limits', () => {
  it('only take away: what a limited token is allowed, the same token is without them', () => {
    fc.assert(
      fc.property(limits, permission, asker, project, (limits, permission, { grant, role }, project) => {
        fc.pre(grant?.kind === 'personal' || grant?.kind === 'project')
        const limited = { grant: { ...grant, limits: limits as Limits }, role }
        const without = decide(permission, { grant, role }, project)
        const decision = decide(permission, limited, project)
        expect([without, without === yes ? no : without]).toContain(decision)
      }),
      { numRuns: 1_000 },
    )
  })

  it.each([{ only: 'feeds' }, { access: 'toString' }, { access: '__proto__' }])(
    'that nobody knows open nothing: %j',
    (odd) => {
      const limited = { grant: { ...personal, limits: odd as Limits }, role: 'admin' } as const
      for (const permission of PERMISSIONS) expect(decide(permission, limited, PUBLIC_PROJECT)).toBe(no)
    },
  )
})

describe('what ends a grant', () => {
  it.each([
    ['a personal token', personal, ['token:t', 'user:u']],
    ['a project token', scoped('all'), ['token:t', 'project:p1']],
    ['a reporting token', { ...reporting(), publisherId: 'b' } as Grant, ['token:t', 'project:p1', 'publisher:b']],
  ])('of %s is named', (_, grant, subjects) => {
    expect(subjectsOf(grant)).toEqual(subjects)
  })
})

describe('the scopes header', () => {
  it.each([
    [null, 'none'],
    [scoped('status'), 'status'],
    [scoped('view-builds'), 'view-builds'],
    [scoped('all'), 'status, view-builds, all'],
    [scoped('status', SECRET_PROJECT, { only: 'badges' }), 'status, only:badges'],
    [personal, 'write-settings, view-builds, read-settings, trigger-builds, all, status'],
    [
      { ...personal, limits: { access: 'read', cidrs: ['10.0.0.0/8'] } } as Grant,
      'view-builds, status, access:read, cidrs',
    ],
    [
      { ...personal, limits: { access: 'write', notBefore: 1 } } as Grant,
      'view-builds, trigger-builds, status, access:write, not_before',
    ],
  ])('of %j says %s', (grant, words) => {
    expect(scopeWordsOf(grant)).toBe(words)
  })
})

it('a person in a browser is decided as with a token of theirs', () => {
  const session = { kind: 'session', sessionId: 's', userId: 'u', instanceRole: 'user' } as const
  for (const project of [SECRET_PROJECT, PUBLIC_PROJECT, null])
    for (const role of ['admin', 'member', null] as const)
      for (const permission of ['status:read', 'artifacts:read', 'builds:write', 'project:admin'] as const)
        expect(decide(permission, { grant: session, role }, project)).toBe(
          decide(permission, { grant: personal, role }, project),
        )
})
