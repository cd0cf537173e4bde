import { describe, expect, it } from 'vitest'
import type { Visibility } from '../../../src/domain/project.ts'
import { ACCESS, type Needs, pathsOf, type RouteName } from '../../../src/http/frame/access.ts'
import { pathsIn, ROUTES } from '../../support/api/route-paths.ts'
import { smallZip } from '../../support/seed/zips.ts'
import { type Ask, ask } from '../../support/worker/client.ts'
import { openTestStores } from '../../support/worker/stores.ts'
import { ASKERS, type Asker, seedWorld, type World } from '../../support/worker/world.ts'

/** What a route answers to somebody: its own success, or a refusal. */
type Answer = 'ok' | 400 | 401 | 403 | 404

const BAD = {
  malformed: 401,
  unknown: 401,
  deleted: 401,
  expired: 401,
  // Outside of its networks, and before its first day, a token is none.
  elsewhere: 401,
  'too early': 401,
} as const
const EVERYBODY = Object.fromEntries(ASKERS.map((asker) => [asker, 'ok'])) as Record<Asker, Answer>
// What a limit closes is closed where all is public, too.
const PUBLIC_READ: Record<Asker, Answer> = { ...EVERYBODY, ...BAD, 'only badges': 403 }
// Whose maker does not administer the project.
const OUTSIDERS = {
  'an organization’s by a member': 404,
  'other projects': 404,
  'other all': 404,
  'other reporting': 404,
  stranger: 404,
  owner: 404,
  'an owner’s read': 404,
  'an owner’s write': 404,
  none: 404,
} as const
const PUBLIC_OUTSIDERS = {
  'an organization’s by a member': 403,
  'other projects': 403,
  'other all': 403,
  'other reporting': 403,
  stranger: 403,
  owner: 403,
  'an owner’s read': 403,
  'an owner’s write': 403,
  none: 401,
} as const
const WRITE = {
  status: 403,
  'view-builds': 403,
  all: 403,
  reporting: 'ok',
  member: 'ok',
  admin: 'ok',
  read: 403,
  write: 'ok',
  'only badges': 403,
  projects: 'ok',
  'these parts': 403,
  'other branches': 403,
  'an organization’s': 403,
} as const
const MEMBER = { ...WRITE, reporting: 403 } as const
const ADMIN = { ...MEMBER, member: 403, write: 403 } as const
const LIMITED_READ = {
  read: 'ok',
  write: 'ok',
  projects: 'ok',
  'only badges': 403,
  'these parts': 'ok',
  'other branches': 'ok',
  'an organization’s': 'ok',
} as const
const PERSON: Record<Asker, Answer> = {
  ...BAD,
  none: 401,
  status: 401,
  'view-builds': 401,
  all: 401,
  'other all': 401,
  reporting: 401,
  'other reporting': 401,
  stranger: 'ok',
  member: 'ok',
  admin: 'ok',
  owner: 'ok',
  read: 'ok',
  write: 'ok',
  'only badges': 401,
  projects: 'ok',
  'other projects': 'ok',
  'these parts': 401,
  'other branches': 401,
  'an organization’s': 401,
  'an organization’s by a member': 401,
  'an owner’s read': 'ok',
  'an owner’s write': 'ok',
}
const NO_ADMINISTRATION = { read: 403, write: 403, 'an owner’s read': 403, 'an owner’s write': 403 } as const
const PERSON_ADMIN = { ...PERSON, ...NO_ADMINISTRATION } as const
// Both for badges; of which project is the list's to say.
const REACH = { ...PERSON, 'an organization’s': 'ok', 'an organization’s by a member': 'ok' } as const
const OWNER = {
  ...PERSON,
  stranger: 403,
  member: 403,
  admin: 403,
  ...NO_ADMINISTRATION,
  projects: 403,
  'other projects': 403,
} as const
const PERSON_CREATE = { ...PERSON_ADMIN, projects: 403, 'other projects': 403 } as const
const TOKEN = { ...PUBLIC_READ, none: 401 } as const
const TOKEN_ADMIN = { ...TOKEN, ...NO_ADMINISTRATION } as const

const NOBODY_BUT_OWNERS: Record<Asker, Answer> = {
  ...(Object.fromEntries(ASKERS.map((asker) => [asker, 404])) as Record<Asker, Answer>),
  owner: 'ok',
}

/** The permission table of the specification, asked of a private and of a public project. */
const EXPECTED: Record<Needs, Record<Visibility, Record<Asker, Answer>>> = {
  each: { private: PUBLIC_READ, public: PUBLIC_READ },
  'runs:list': {
    private: {
      ...BAD,
      ...OUTSIDERS,
      status: 'ok',
      'view-builds': 'ok',
      all: 'ok',
      reporting: 'ok',
      member: 'ok',
      admin: 'ok',
      ...LIMITED_READ,
    },
    public: PUBLIC_READ,
  },
  'badges:read': {
    private: {
      ...BAD,
      ...OUTSIDERS,
      status: 'ok',
      'view-builds': 403,
      all: 'ok',
      reporting: 'ok',
      member: 'ok',
      admin: 'ok',
      ...LIMITED_READ,
      'only badges': 'ok',
    },
    public: { ...EVERYBODY, ...BAD },
  },
  'status:read': {
    private: {
      ...BAD,
      ...OUTSIDERS,
      status: 'ok',
      'view-builds': 403,
      all: 'ok',
      reporting: 'ok',
      member: 'ok',
      admin: 'ok',
      ...LIMITED_READ,
    },
    public: PUBLIC_READ,
  },
  'artifacts:read': {
    private: {
      ...BAD,
      ...OUTSIDERS,
      status: 403,
      'view-builds': 'ok',
      all: 'ok',
      reporting: 'ok',
      member: 'ok',
      admin: 'ok',
      ...LIMITED_READ,
    },
    public: PUBLIC_READ,
  },
  'output:read': {
    private: {
      ...BAD,
      ...OUTSIDERS,
      status: 403,
      'view-builds': 'ok',
      all: 'ok',
      reporting: 'ok',
      member: 'ok',
      admin: 'ok',
      ...LIMITED_READ,
      // A log or a pack has no path that a limit could name.
      'these parts': 403,
    },
    public: { ...PUBLIC_READ, 'these parts': 403 },
  },
  'builds:write': { private: { ...BAD, ...OUTSIDERS, ...WRITE }, public: { ...BAD, ...PUBLIC_OUTSIDERS, ...WRITE } },
  'shares:write': { private: { ...BAD, ...OUTSIDERS, ...MEMBER }, public: { ...BAD, ...PUBLIC_OUTSIDERS, ...MEMBER } },
  'project:admin': { private: { ...BAD, ...OUTSIDERS, ...ADMIN }, public: { ...BAD, ...PUBLIC_OUTSIDERS, ...ADMIN } },
  user: { private: PERSON, public: PERSON },
  'user:admin': { private: PERSON_ADMIN, public: PERSON_ADMIN },
  reach: { private: REACH, public: REACH },
  'user:create': { private: PERSON_CREATE, public: PERSON_CREATE },
  owner: { private: OWNER, public: OWNER },
  hidden: { private: NOBODY_BUT_OWNERS, public: NOBODY_BUT_OWNERS },
  token: { private: TOKEN, public: TOKEN },
  'token:admin': { private: TOKEN_ADMIN, public: TOKEN_ADMIN },
  anyone: { private: EVERYBODY, public: EVERYBODY },
}

type Path = (world: World, asker: Asker) => string

/** How to ask a route rightly, what it answers then, and where a handler is stricter than its row. */
type Recipe = {
  /** Where names alone do not tell what belongs on its path. */
  readonly path?: Path
  readonly ask?: (world: World) => Ask
  readonly ok?: number
  readonly stricter?: Partial<Record<Asker, Answer>>
  readonly stricterWhen?: Partial<Record<Visibility, Partial<Record<Asker, Answer>>>>
  /** Each success uses something up, which is made anew for the next asker. */
  readonly fresh?: true
}

const v1 =
  (rest: string): Path =>
  ({ slug }) =>
    `/api/v1.1/project/${slug}${rest}`
const own =
  (rest: string): Path =>
  ({ slug }) =>
    `/api/buildpass/v1/projects/${slug}${rest}`
const v2 =
  (rest: string): Path =>
  ({ slug }) =>
    `/api/v2/project/${slug}${rest}`
const orgOf = ({ project }: World) => `/api/buildpass/v1/orgs/gh/${project.org}/creators`
const orgTokens = ({ project }: World) => `/api/buildpass/v1/orgs/gh/${project.org}/tokens`
const workflow =
  (rest: string): Path =>
  ({ build }) =>
    `/api/v2/workflow/${build.workflow.id}${rest}`
const workflow3 =
  (rest: string): Path =>
  ({ build }) =>
    `/api/v3/workflows/${build.workflow.id}${rest}`
const REPORT = {
  external_id: 'from the matrix',
  pipeline: { external_id: 'p1', branch: 'main', revision: 'f00d' },
  workflow: { external_id: 'w1', name: 'build-and-test' },
  job: { name: 'matrix' },
  status: 'success',
}
// No project of the matrix has a dispatch target: whoever is let in learns that.
const NO_TARGET = 409
const ABSENT = '00000000-0000-4000-8000-000000000000'

/** A read that has none is asked by the names on its path, and answers 200 to whoever is let in. */
const RECIPES: Record<Exclude<RouteName, `GET ${string}`>, Recipe> & Partial<Record<RouteName, Recipe>> = {
  'POST /api/v1.1/user/token': {
    path: () => '/api/v1.1/user/token',
    ask: () => ({ json: { label: 'mine' } }),
    ok: 201,
    // It would be wider than the token that makes it.
    stricter: { projects: 400, 'other projects': 400 },
  },
  // Nobody has this token, but who is let in so far learns just that.
  'DELETE /api/v1.1/user/token/:id': { path: () => `/api/v1.1/user/token/${ABSENT}`, ok: 404 },
  'POST /api/v1.1/user/token/:id/rotate': { path: () => `/api/v1.1/user/token/${ABSENT}/rotate`, ok: 404 },
  'POST /api/v1.1/project/:vcs/:org/:repo': { path: v1(''), ok: NO_TARGET },
  'POST /api/v1.1/project/:vcs/:org/:repo/tree/:branch{.+}': { path: v1('/tree/main'), ok: NO_TARGET },
  'POST /api/v1.1/project/:vcs/:org/:repo/token': {
    path: v1('/token'),
    ask: () => ({ json: { label: 'x', scope: 'all' } }),
    ok: 201,
  },
  'DELETE /api/v1.1/project/:vcs/:org/:repo/token/:id': { path: v1(`/token/${ABSENT}`), ok: 404 },
  'POST /api/v1.1/project/:vcs/:org/:repo/token/:id/rotate': { path: v1(`/token/${ABSENT}/rotate`), ok: 404 },
  'POST /api/v1.1/project/:vcs/:org/:repo/follow': { path: v1('/follow'), stricter: { reporting: 403 } },
  'POST /api/v1.1/project/:vcs/:org/:repo/unfollow': { path: v1('/unfollow'), stricter: { reporting: 403 } },
  'POST /api/v1.1/project/:vcs/:org/:repo/build': { path: v1('/build'), ok: NO_TARGET },
  'POST /api/v1.1/project/:vcs/:org/:repo/envvar': {
    path: v1('/envvar'),
    ask: () => ({ json: { name: 'B', value: 'x' } }),
    ok: 201,
  },
  'GET /api/v1.1/project/:vcs/:org/:repo/envvar/:name': { ok: 404 },
  'DELETE /api/v1.1/project/:vcs/:org/:repo/envvar/:name': { path: v1('/envvar/A'), ok: 404 },
  'DELETE /api/v1.1/project/:vcs/:org/:repo/build-cache': { path: v1('/build-cache') },
  'GET /api/v1.1/project/:vcs/:org/:repo/latest/artifacts/:node/:path{.+}': { ok: 302 },
  'GET /api/v1.1/project/:vcs/:org/:repo/:num/artifacts/:node/:path{.+}': { ok: 302 },
  'POST /api/v1.1/project/:vcs/:org/:repo/:num/retry': { path: v1('/1/retry'), ok: NO_TARGET },
  'POST /api/v1.1/project/:vcs/:org/:repo/:num/cancel': { path: v1('/1/cancel'), ok: NO_TARGET },
  // Those who share a project see each other; an owner sees no more here than anybody.
  'GET /api/v2/user/:id': {
    path: ({ users }) => `/api/v2/user/${users.member.id}`,
    stricter: { stranger: 404, owner: 404, 'other projects': 404, 'an owner’s read': 404, 'an owner’s write': 404 },
  },
  'GET /api/v2/project/:vcs/:org/:repo/pipeline/mine': {
    path: v2('/pipeline/mine'),
    stricter: { status: 401, all: 401, reporting: 401, 'an organization’s': 401 },
    stricterWhen: {
      public: {
        ...{ none: 401, 'view-builds': 401, 'other all': 401, 'other reporting': 401 },
        'an organization’s by a member': 401,
      },
    },
  },
  'POST /api/v2/project/:vcs/:org/:repo/pipeline': { path: v2('/pipeline'), ok: NO_TARGET },
  'POST /api/v2/project/:vcs/:org/:repo/job/:num/cancel': { path: v2('/job/1/cancel'), ok: NO_TARGET },
  'POST /api/v2/workflow/:id/cancel': { path: workflow('/cancel'), ok: NO_TARGET },
  'POST /api/v2/workflow/:id/rerun': { path: workflow('/rerun'), ok: NO_TARGET },
  'POST /api/v2/project/:vcs/:org/:repo/envvar': {
    path: v2('/envvar'),
    ask: () => ({ json: { name: 'B', value: 'x' } }),
    ok: 201,
  },
  'GET /api/v2/project/:vcs/:org/:repo/envvar/:name': { ok: 404 },
  'DELETE /api/v2/project/:vcs/:org/:repo/envvar/:name': { path: v2('/envvar/A'), ok: 404 },
  'POST /api/v3/runs/search': {
    path: () => '/api/v3/runs/search',
    ask: ({ project }) => ({ json: { scope: { project_ids: [project.id] } } }),
    stricterWhen: { private: OUTSIDERS },
  },
  'POST /mcp': {
    path: () => '/mcp',
    ask: () => ({ json: { jsonrpc: '2.0', id: 1, method: 'tools/list' } }),
  },
  'POST /api/v3/runs': {
    path: () => '/api/v3/runs',
    ask: ({ project }) => ({ json: { data: { references: { pipeline: { id: project.id } } } } }),
    ok: 501,
  },
  'POST /api/v3/workflows/:id/cancel': { path: workflow3('/cancel'), ok: 501 },
  'POST /api/v3/workflows/:id/rerun': { path: workflow3('/rerun'), ok: 501 },
  // Nobody measured it, and who is let in learns just that.
  'GET /api/v3/jobs/:id/resource-usage': { ok: 404 },
  'DELETE /api/buildpass/v1/token': {
    path: () => '/api/buildpass/v1/token',
    stricter: {
      ...{ status: 403, 'view-builds': 403, all: 403, 'other all': 403 },
      ...{ 'these parts': 403, 'other branches': 403 },
      ...{ 'an organization’s': 403, 'an organization’s by a member': 403 },
    },
    fresh: true,
  },
  'POST /api/buildpass/v1/leaks': {
    path: () => '/api/buildpass/v1/leaks',
    ask: () => ({ json: { secrets: ['nothing'] } }),
    ok: 202,
  },
  'PUT /api/buildpass/v1/orgs/:vcs/:org/creators/:login': {
    path: (world) => `${orgOf(world)}/${world.users.member.login}`,
  },
  'DELETE /api/buildpass/v1/orgs/:vcs/:org/creators/:login': {
    path: (world) => `${orgOf(world)}/${world.users.member.login}`,
  },
  'GET /api/buildpass/v1/orgs/:vcs/:org/tokens': { path: (world) => orgTokens(world) },
  'POST /api/buildpass/v1/orgs/:vcs/:org/tokens': {
    path: (world) => orgTokens(world),
    ask: () => ({ json: { label: 'x', scope: 'all' } }),
    ok: 201,
    stricter: { stranger: 403, member: 403, admin: 403 },
  },
  'DELETE /api/buildpass/v1/orgs/:vcs/:org/tokens/:id': { path: (world) => `${orgTokens(world)}/${ABSENT}`, ok: 404 },
  'POST /api/buildpass/v1/orgs/:vcs/:org/tokens/:id/rotate': {
    path: (world) => `${orgTokens(world)}/${ABSENT}/rotate`,
    ok: 404,
  },
  'DELETE /api/buildpass/v1/instance/tokens/:id': {
    path: () => `/api/buildpass/v1/instance/tokens/${ABSENT}`,
    ok: 404,
  },
  // Nothing is demanded, so that nothing is ended.
  'PUT /api/buildpass/v1/instance/policy': {
    path: () => '/api/buildpass/v1/instance/policy',
    ask: () => ({ json: {} }),
  },
  'POST /api/buildpass/v1/instance/policy/breaking/end': {
    path: () => '/api/buildpass/v1/instance/policy/breaking/end',
  },
  'POST /api/buildpass/v1/projects': {
    path: () => '/api/buildpass/v1/projects',
    ask: ({ project }) => ({ json: { slug: `gh/${project.org}/made-${crypto.randomUUID()}` } }),
    ok: 201,
    stricter: { stranger: 403, member: 403, admin: 403 },
  },
  'PATCH /api/buildpass/v1/projects/:vcs/:org/:repo': {
    path: own(''),
    ask: () => ({ json: { default_branch: 'main' } }),
  },
  'DELETE /api/buildpass/v1/projects/:vcs/:org/:repo': { path: own(''), fresh: true },
  'PUT /api/buildpass/v1/projects/:vcs/:org/:repo/members/:login': {
    path: (world, asker) => own(`/members/${world.users.member.login}`)(world, asker),
    ask: () => ({ json: { role: 'member' } }),
  },
  'DELETE /api/buildpass/v1/projects/:vcs/:org/:repo/members/:login': {
    path: (world, asker) => own(`/members/${world.users.member.login}`)(world, asker),
    fresh: true,
  },
  'GET /api/buildpass/v1/projects/:vcs/:org/:repo/dispatch-target': { ok: 404 },
  'PUT /api/buildpass/v1/projects/:vcs/:org/:repo/dispatch-target': {
    path: own('/dispatch-target'),
    ask: () => ({ json: { kind: 'webhook', url: 'https://ci.example.com/' } }),
  },
  'DELETE /api/buildpass/v1/projects/:vcs/:org/:repo/dispatch-target': { path: own('/dispatch-target'), ok: 404 },
  'POST /api/buildpass/v1/projects/:vcs/:org/:repo/listeners': {
    path: own('/listeners'),
    ask: () => ({ json: { kind: 'webhook', url: 'https://chat.example.com/' } }),
    ok: 201,
  },
  'DELETE /api/buildpass/v1/projects/:vcs/:org/:repo/listeners/:id': { path: own(`/listeners/${ABSENT}`), ok: 404 },
  'POST /api/buildpass/v1/projects/:vcs/:org/:repo/listeners/:id/try': {
    path: own(`/listeners/${ABSENT}/try`),
    ok: 404,
  },
  'POST /api/buildpass/v1/projects/:vcs/:org/:repo/listeners/:id/resume': {
    path: own(`/listeners/${ABSENT}/resume`),
    ok: 404,
  },
  'POST /api/buildpass/v1/notices/read': {
    path: () => '/api/buildpass/v1/notices/read',
    ask: () => ({ json: {} }),
    ok: 200,
  },
  'PUT /api/buildpass/v1/notices/choices': {
    path: () => '/api/buildpass/v1/notices/choices',
    ask: () => ({ json: { choices: [{ kind: 'branch.broken', place: null }] } }),
    ok: 200,
    stricter: { projects: 400, 'other projects': 400 },
  },
  'POST /api/buildpass/v1/projects/:vcs/:org/:repo/builds': {
    path: own('/builds'),
    ask: () => ({ json: REPORT }),
    ok: 201,
    fresh: true,
  },
  'PATCH /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num': {
    path: own('/builds/1'),
    ask: () => ({ json: { status: 'success' } }),
  },
  'POST /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/steps': {
    path: own('/builds/1/steps'),
    ask: () => ({ json: { key: 'k', name: 'lint' } }),
  },
  'PUT /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/steps/:step/log': {
    path: own('/builds/1/steps/0/log?offset=0'),
    ask: () => ({ body: 'ok\n' }),
  },
  'GET /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/steps/:step/log': { path: own('/builds/1/steps/0/log') },
  'GET /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/steps/:step/log/condensed': {
    path: own('/builds/1/steps/0/log/condensed'),
  },
  'PUT /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/tests': {
    path: own('/builds/1/tests'),
    ask: () => ({ json: { tests: [{ name: 'x', result: 'success' }] } }),
  },
  'PUT /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/artifacts/:path{.+}': {
    path: own('/builds/1/artifacts/new.txt'),
    ask: () => ({ body: 'new' }),
    ok: 201,
    fresh: true,
  },
  'PUT /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/packs/:name': {
    path: own('/builds/1/packs/dist'),
    ask: () => ({ body: smallZip(), headers: { 'Content-Length': String(smallZip().length) } }),
    ok: 201,
    fresh: true,
  },
  // There is no such pack, but who is let in so far learns just that.
  'GET /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/packs/:name': {
    path: own('/builds/1/packs/none'),
    ok: 404,
  },
  'POST /api/buildpass/v1/projects/:vcs/:org/:repo/tests/judge': {
    path: own('/tests/judge'),
    ask: () => ({ json: { tests: [{ classname: 'a', name: 'b', outcome: 'failed' }] } }),
  },
  'GET /api/buildpass/v1/projects/:vcs/:org/:repo/tests/:id': {
    path: (world, asker) => own(`/tests/${world.testId}`)(world, asker),
  },
  'PUT /api/buildpass/v1/projects/:vcs/:org/:repo/tests/:id/mute': {
    path: (world, asker) => own(`/tests/${world.testId}/mute`)(world, asker),
    ask: () => ({ json: { reason: 'known', until: new Date(Date.now() + 86_400_000).toISOString() } }),
    stricter: { reporting: 403 },
  },
  // It is not muted, and who is let in so far learns just that.
  'DELETE /api/buildpass/v1/projects/:vcs/:org/:repo/tests/:id/mute': {
    path: (world, asker) => own(`/tests/${world.testId}/mute`)(world, asker),
    stricter: { reporting: 403 },
  },
  'POST /api/buildpass/v1/projects/:vcs/:org/:repo/shares': {
    path: own('/shares'),
    ask: () => ({ json: { path: 'out/report.txt', build: 1 } }),
    ok: 201,
  },
  // There is no such link, but who is let in so far learns just that.
  'GET /api/buildpass/v1/projects/:vcs/:org/:repo/shares/:id': { path: own(`/shares/${ABSENT}`), ok: 404 },
  'DELETE /api/buildpass/v1/projects/:vcs/:org/:repo/shares/:id': { path: own(`/shares/${ABSENT}`), ok: 404 },
  'POST /api/buildpass/v1/projects/:vcs/:org/:repo/webhooks': {
    path: own('/webhooks'),
    ask: () => ({ json: { source: 'github' } }),
    ok: 201,
    fresh: true,
  },
  'DELETE /api/buildpass/v1/projects/:vcs/:org/:repo/webhooks/:id': { path: own(`/webhooks/${ABSENT}`), ok: 404 },
  'POST /api/buildpass/v1/projects/:vcs/:org/:repo/webhooks/:id/rotate': {
    path: own(`/webhooks/${ABSENT}/rotate`),
    ok: 404,
  },
  'POST /api/buildpass/v1/projects/:vcs/:org/:repo/publishers': {
    path: own('/publishers'),
    ask: () => ({ json: { kind: 'github', claims: { repository_id: '1' } } }),
    ok: 201,
  },
  'DELETE /api/buildpass/v1/projects/:vcs/:org/:repo/publishers/:id': { path: own(`/publishers/${ABSENT}`), ok: 404 },
  'PUT /api/buildpass/v1/projects/:vcs/:org/:repo/on-leak': {
    path: own('/on-leak'),
    ask: () => ({ json: { on_leak: 'replace' } }),
    ok: 200,
  },
  'PUT /api/buildpass/v1/projects/:vcs/:org/:repo/retention': {
    path: own('/retention'),
    ask: () => ({ json: { artifact_days: 7 } }),
  },
  // An identity token is its own proof, and this is none.
  'POST /api/buildpass/v1/oidc/exchange': {
    path: () => '/api/buildpass/v1/oidc/exchange',
    ask: ({ slug }) => ({ json: { token: 'e30.e30.e30', project: slug } }),
    ok: 401,
  },
  // Only what an exchange gave can be renewed.
  'POST /api/buildpass/v1/oidc/renew': { path: () => '/api/buildpass/v1/oidc/renew', ok: 403 },
  // So is a signature, and there is none.
  'POST /webhooks/:vcs/:org/:repo/:source': { path: ({ slug }) => `/webhooks/${slug}/github`, ok: 401 },
  'POST /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/uploads': {
    path: own('/builds/1/uploads'),
    ask: () => ({ json: { path: 'large.bin', size: 1 } }),
    ok: 201,
  },
  // There is no such upload, but who is let in so far learns just that.
  'GET /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/uploads/:upload': {
    path: own(`/builds/1/uploads/${ABSENT}`),
    ok: 404,
  },
  'PUT /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/uploads/:upload/:part': {
    path: own(`/builds/1/uploads/${ABSENT}/1`),
    ask: () => ({ body: 'part' }),
    ok: 404,
  },
  'POST /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/uploads/:upload/complete': {
    path: own(`/builds/1/uploads/${ABSENT}/complete`),
    ok: 404,
  },
  'DELETE /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/uploads/:upload': {
    path: own(`/builds/1/uploads/${ABSENT}`),
    ok: 404,
  },
  'GET /output/job/:job/artifacts/:node/:path{.+}': { ok: 302 },
  'GET /output/job/:job/report/:node/:path{.+}': { ok: 303 },
  // A ticket is its own proof: without a good one nobody gets anything, whatever token comes along.
  'GET /output/log/:ticket': { path: () => '/output/log/a.b', ok: 403 },
  'GET /download/:ticket/:name': { path: () => '/download/a.b/report.txt', ok: 403 },
  'GET /s/:secret': { ok: 404 },
  'POST /s/:secret': { path: () => '/s/unknown', ok: 404 },
  'GET /view/:ticket/:path{.*}': { path: () => '/view/a.b/report.txt', ok: 403 },
  // No key, no such route.
  'POST /local/sign-in-links': { path: () => '/local/sign-in-links', ask: () => ({ json: { login: 'x' } }), ok: 404 },
  'GET /status-badge/redirect/:vcs/:org/:repo': { ok: 302 },
  'GET /status-badge/redirect/:vcs/:org/:repo/tree/:branch{.+}': { ok: 302 },
  // They lead to the badge, which decides who may see it.
  'GET /status-badge/img/:vcs/:org/:file{[^/]+\\.png}': { ok: 302 },
  'GET /status-badge/img/:vcs/:org/:repo/tree/:file{.+\\.png}': { ok: 302 },
  'GET /:vcs{(?:gh|github|bb|bitbucket|gl|gitlab|circleci)}/:org/:file{[^/]+\\.png}': { ok: 302 },
  'GET /:vcs{(?:gh|github|bb|bitbucket|gl|gitlab|circleci)}/:org/:repo/tree/:file{.+\\.png}': { ok: 302 },
}

/** What tells of all branches at once: no limit to some can hold there. */
const ACROSS = /flaky-tests$|\/pipeline\/mine$|projects\/:vcs\/:org\/:repo\/tests(\/muted|\/judge|\/insights|\/:id)?$/
/** What names the one branch that there is, or means the default one. */
const NAMED =
  /^GET .*(\/tree\/:branch\{|\/insights|\.svg|svg\|json|\/tree\/:file\{\.\+\\\.cc|feed\\\.atom\}|v1\/projects.*\/latest\/)/
/** What is of that branch, and what asks for the newest of all that are open. */
const OF_IT =
  /:num|:job\/|\/(runs|workflows|jobs|pipeline|workflow)\/:(id|number)|v3\/(workflows|jobs)$|v1\.1.*\/latest\//

/** What is refused to a token for parts of the project alone, where another one like it is let in. */
function partAnswers(name: RouteName): Partial<Record<Asker, Answer>> {
  const needs = ACCESS[name]
  if (!/^(runs:list|(badges|status|artifacts|output):read)$/.test(needs)) return {}
  if (ACROSS.test(name)) return { 'these parts': 403, 'other branches': 403 }
  // What compares a build with others tells of these, too.
  if (name.endsWith('/tests/failures')) return { 'these parts': 403, 'other branches': 404 }
  if (OF_IT.test(name)) return { 'other branches': 404 }
  return NAMED.test(name) ? { 'other branches': 403 } : {}
}

let addresses = 0

/** The nth address of the block that is reserved for benchmarks (RFC 2544). */
function addressOf(n: number): string {
  return `198.18.${(n >> 8) & 255}.${n & 255}`
}

it('has no recipe but for routes of the access table', () => {
  expect(Object.keys(RECIPES).filter((name) => !Object.hasOwn(ACCESS, name))).toEqual([])
})

describe.each(['private', 'public'] as const)('on a %s project', (visibility) => {
  // What only reads needs no world of its own.
  let ofReads: Promise<World> | null = null
  const open = async () => seedWorld(await openTestStores(), visibility)

  it.each(ROUTES)('%s answers each kind of asker as the table says', async (name) => {
    const recipe: Recipe = RECIPES[name] ?? {}
    const { method } = pathsOf(name)
    const byTable = EXPECTED[ACCESS[name]][visibility]
    const stricter = { ...partAnswers(name), ...recipe.stricter, ...recipe.stricterWhen?.[visibility] }
    // A handler is only ever stricter with those whom the table lets in.
    for (const asker of ASKERS)
      if (asker in stricter && stricter[asker] !== byTable[asker])
        expect([asker, byTable[asker]]).toEqual([asker, 'ok'])
    const wanted: Record<string, string> = {}
    const got: Record<string, string> = {}
    if (method === 'GET') ofReads ??= open()
    let world = method === 'GET' ? await ofReads : null
    for (const asker of ASKERS) {
      world ??= await open()
      const expected = stricter[asker] ?? byTable[asker]
      const asked = recipe.ask?.(world)
      const response = await ask(recipe.path?.(world, asker) ?? pathsIn(world, name).paths[0] ?? '', {
        method,
        token: world.secrets[asker],
        ...asked,
        // A client of its own each: so many unknown tokens from one address would be refused for their number.
        headers: { ...asked?.headers, 'CF-Connecting-IP': addressOf(addresses++) },
      })
      const said = await response.text()
      const status = expected === 'ok' ? (recipe.ok ?? 200) : expected
      wanted[asker] = `${status}`
      got[asker] = response.status === status ? `${status}` : `${response.status}: ${said}`
      // Whoever was let in may have changed something.
      if (recipe.fresh && response.status < 400) world = null
    }
    expect(got).toEqual(wanted)
  })
})
