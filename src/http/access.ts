import type { Permission } from '../domain/permission.ts'

/** Who may come in: anyone (the handler has its own proof), any live token, a person, the instance's owner, or by permission on the project. */
export type Needs = 'anyone' | 'token' | 'user' | 'owner' | Permission

/**
 * Every route and what it needs: the one table. A route that is not here does not start. `/api/v1.1` routes answer
 * under the older `/api/v1` too.
 */
export const ACCESS = {
  'GET /api/v1.1/me': 'user',
  'GET /api/v1.1/projects': 'user',
  'GET /api/v1.1/recent-builds': 'user',
  'GET /api/v1.1/user/token': 'user',
  'POST /api/v1.1/user/token': 'user',
  'DELETE /api/v1.1/user/token/:id': 'user',
  'POST /api/v1.1/user/token/:id/rotate': 'user',

  'GET /api/v1.1/project/:vcs/:org/:repo': 'status:read',
  'POST /api/v1.1/project/:vcs/:org/:repo': 'builds:write',
  'GET /api/v1.1/project/:vcs/:org/:repo/tree/:branch{.+}': 'status:read',
  'POST /api/v1.1/project/:vcs/:org/:repo/tree/:branch{.+}': 'builds:write',
  'GET /api/v1.1/project/:vcs/:org/:repo/token': 'project:admin',
  'POST /api/v1.1/project/:vcs/:org/:repo/token': 'project:admin',
  'DELETE /api/v1.1/project/:vcs/:org/:repo/token/:id': 'project:admin',
  'POST /api/v1.1/project/:vcs/:org/:repo/token/:id/rotate': 'project:admin',
  'POST /api/v1.1/project/:vcs/:org/:repo/follow': 'builds:write',
  'POST /api/v1.1/project/:vcs/:org/:repo/unfollow': 'builds:write',
  'POST /api/v1.1/project/:vcs/:org/:repo/build': 'builds:write',
  'GET /api/v1.1/project/:vcs/:org/:repo/envvar': 'project:admin',
  'POST /api/v1.1/project/:vcs/:org/:repo/envvar': 'project:admin',
  'GET /api/v1.1/project/:vcs/:org/:repo/envvar/:name': 'project:admin',
  'DELETE /api/v1.1/project/:vcs/:org/:repo/envvar/:name': 'project:admin',
  'GET /api/v1.1/project/:vcs/:org/:repo/checkout-key': 'project:admin',
  'DELETE /api/v1.1/project/:vcs/:org/:repo/build-cache': 'builds:write',
  'GET /api/v1.1/project/:vcs/:org/:repo/latest/artifacts': 'artifacts:read',
  'GET /api/v1.1/project/:vcs/:org/:repo/latest/artifacts/:node/:path{.+}': 'artifacts:read',
  'GET /api/v1.1/project/:vcs/:org/:repo/:num/artifacts': 'artifacts:read',
  'GET /api/v1.1/project/:vcs/:org/:repo/:num/artifacts/:node/:path{.+}': 'artifacts:read',
  'GET /api/v1.1/project/:vcs/:org/:repo/:num/tests': 'status:read',
  'POST /api/v1.1/project/:vcs/:org/:repo/:num/retry': 'builds:write',
  'POST /api/v1.1/project/:vcs/:org/:repo/:num/cancel': 'builds:write',
  'GET /api/v1.1/project/:vcs/:org/:repo/:num': 'status:read',

  'GET /api/v2/me': 'user',
  'GET /api/v2/me/collaborations': 'user',
  'GET /api/private/me/followed-projects': 'user',
  'GET /api/v2/project/:vcs/:org/:repo': 'status:read',
  'GET /api/v2/project/:id': 'status:read',
  'GET /api/v2/project/:vcs/:org/:repo/pipeline': 'status:read',
  // And of a person: the handler asks for one.
  'GET /api/v2/project/:vcs/:org/:repo/pipeline/mine': 'status:read',
  'GET /api/v2/project/:vcs/:org/:repo/pipeline/:number': 'status:read',
  'GET /api/v2/project/:vcs/:org/:repo/job/:num': 'status:read',
  'GET /api/v2/project/:vcs/:org/:repo/:num/artifacts': 'artifacts:read',
  'GET /api/v2/project/:vcs/:org/:repo/:num/tests': 'status:read',
  'POST /api/v2/project/:vcs/:org/:repo/pipeline': 'builds:write',
  'POST /api/v2/project/:vcs/:org/:repo/job/:num/cancel': 'builds:write',
  'POST /api/v2/workflow/:id/cancel': 'builds:write',
  'POST /api/v2/workflow/:id/rerun': 'builds:write',
  'GET /api/v2/project/:vcs/:org/:repo/envvar': 'project:admin',
  'POST /api/v2/project/:vcs/:org/:repo/envvar': 'project:admin',
  'GET /api/v2/project/:vcs/:org/:repo/envvar/:name': 'project:admin',
  'DELETE /api/v2/project/:vcs/:org/:repo/envvar/:name': 'project:admin',
  'GET /api/v2/project/:vcs/:org/:repo/checkout-key': 'project:admin',
  'GET /api/v2/pipeline/:id': 'status:read',
  'GET /api/v2/pipeline/:id/workflow': 'status:read',
  'GET /api/v2/workflow/:id': 'status:read',
  'GET /api/v2/workflow/:id/job': 'status:read',
  'GET /api/v2/insights/:vcs/:org/:repo/flaky-tests': 'status:read',
  'GET /api/v2/insights/:vcs/:org/:repo/workflows': 'status:read',
  'GET /api/v2/insights/:vcs/:org/:repo/workflows/:workflow': 'status:read',

  'GET /api/buildpass/v1/token': 'token',
  'DELETE /api/buildpass/v1/token': 'token',
  'POST /api/buildpass/v1/leaks': 'anyone',
  'GET /api/buildpass/v1/audit': 'user',
  'GET /api/buildpass/v1/orgs/:vcs/:org/creators': 'owner',
  'PUT /api/buildpass/v1/orgs/:vcs/:org/creators/:login': 'owner',
  'DELETE /api/buildpass/v1/orgs/:vcs/:org/creators/:login': 'owner',
  'POST /api/buildpass/v1/projects': 'user',
  'GET /api/buildpass/v1/projects/:vcs/:org/:repo': 'status:read',
  'PATCH /api/buildpass/v1/projects/:vcs/:org/:repo': 'project:admin',
  'DELETE /api/buildpass/v1/projects/:vcs/:org/:repo': 'project:admin',
  'GET /api/buildpass/v1/projects/:vcs/:org/:repo/audit': 'project:admin',
  'GET /api/buildpass/v1/projects/:vcs/:org/:repo/members': 'project:admin',
  'PUT /api/buildpass/v1/projects/:vcs/:org/:repo/members/:login': 'project:admin',
  'DELETE /api/buildpass/v1/projects/:vcs/:org/:repo/members/:login': 'project:admin',
  'GET /api/buildpass/v1/projects/:vcs/:org/:repo/dispatch-target': 'project:admin',
  'PUT /api/buildpass/v1/projects/:vcs/:org/:repo/dispatch-target': 'project:admin',
  'DELETE /api/buildpass/v1/projects/:vcs/:org/:repo/dispatch-target': 'project:admin',
  'GET /api/buildpass/v1/projects/:vcs/:org/:repo/listeners': 'project:admin',
  'POST /api/buildpass/v1/projects/:vcs/:org/:repo/listeners': 'project:admin',
  'DELETE /api/buildpass/v1/projects/:vcs/:org/:repo/listeners/:id': 'project:admin',
  'GET /api/buildpass/v1/projects/:vcs/:org/:repo/deliveries/outbound': 'project:admin',
  'POST /api/buildpass/v1/projects/:vcs/:org/:repo/builds': 'builds:write',
  'GET /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num': 'status:read',
  'PATCH /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num': 'builds:write',
  'PUT /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/tests': 'builds:write',
  'PUT /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/artifacts/:path{.+}': 'builds:write',

  'GET /output/job/:job/artifacts/:node/:path{.+}': 'artifacts:read',
  'GET /download/:ticket/:name': 'anyone',

  'GET /cc.xml': 'user',
  'GET /:vcs{gh|github|bb|bitbucket|gl|gitlab}/:org/:file{[^/]+\\.cc\\.xml}': 'status:read',
  'GET /:vcs{gh|github|bb|bitbucket|gl|gitlab}/:org/:repo/tree/:file{.+\\.cc\\.xml}': 'status:read',

  'GET /status-badge/img/:vcs/:org/:file{[^/]+\\.(?:svg|json)}': 'status:read',
  'GET /status-badge/img/:vcs/:org/:repo/tree/:file{.+\\.(?:svg|json)}': 'status:read',
  'GET /status-badge/redirect/:vcs/:org/:repo': 'anyone',
  'GET /status-badge/redirect/:vcs/:org/:repo/tree/:branch{.+}': 'anyone',
  'GET /:vcs{gh|github|bb|bitbucket|gl|gitlab}/:org/:file{[^/]+\\.(?:svg|json)}': 'status:read',
  'GET /:vcs{gh|github|bb|bitbucket|gl|gitlab}/:org/:repo/tree/:file{.+\\.(?:svg|json)}': 'status:read',
} as const satisfies Record<string, Needs>

export type RouteName = keyof typeof ACCESS

/** A route's method and the paths under which it answers. */
export function pathsOf(name: RouteName): { readonly method: string; readonly paths: readonly string[] } {
  const [method = '', path = ''] = name.split(' ')
  // The first API named no version-control host: it knew GitHub only.
  const alias = path.startsWith('/api/v1.1/') ? [path.replace('/api/v1.1/', '/api/v1/').replace('/:vcs/', '/')] : []
  return { method, paths: [path, ...alias] }
}
