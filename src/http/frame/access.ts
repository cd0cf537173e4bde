import type { Permission } from '../../domain/access/permission.ts'

/**
 * What a route needs: nothing (the handler checks by itself), nothing but that a token that comes along is good, since the
 * handler asks for a permission on each project that the request names (`each`), any live token, a personal token, that or
 * one of an organization that opens badges (`reach`), an owner's, an owner's where the route is a 404 to everybody else
 * (`hidden`), or a permission on the project. With `:admin`, and for what is an owner's, a token whose limits leave out
 * administration does not do: its tokens and settings are not shown either. With `:create`, as for an owner's, none does that is
 * limited to some projects.
 */
export type Needs = 'anyone' | AccountNeeds | Permission
/** What is asked of the token and its person, and of no project. */
export type AccountNeeds =
  | 'each'
  | 'token'
  | 'token:admin'
  | 'user'
  | 'user:admin'
  | 'user:create'
  | 'reach'
  | 'owner'
  | 'hidden'

/**
 * Every route and what it needs. A route that is not here does not start. Routes of `/api/v1.1` answer under the older
 * `/api/v1` too.
 */
export const ACCESS = {
  'GET /api/v1.1/me': 'user',
  'GET /api/v1.1/projects': 'user',
  'GET /api/v1.1/recent-builds': 'user',
  'GET /api/v1.1/user/token': 'user:admin',
  'POST /api/v1.1/user/token': 'user:admin',
  'DELETE /api/v1.1/user/token/:id': 'user:admin',
  'POST /api/v1.1/user/token/:id/rotate': 'user:admin',

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
  'GET /api/v2/user/:id': 'user',
  'GET /api/private/me/followed-projects': 'user',
  'GET /api/v2/project/:vcs/:org/:repo': 'status:read',
  'GET /api/v2/project/:id': 'status:read',
  'GET /api/v2/project/:vcs/:org/:repo/pipeline': 'status:read',
  // It needs a personal token too: the handler checks that.
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

  'GET /api/v3/users': 'user',
  'GET /api/v3/orgs': 'token',
  'GET /api/v3/projects': 'each',
  'GET /api/v3/projects/:id': 'runs:list',
  'GET /api/v3/pipelines': 'runs:list',
  'GET /api/v3/runs': 'user',
  // The body names the project.
  'POST /api/v3/runs': 'builds:write',
  'POST /api/v3/runs/search': 'each',
  'GET /api/v3/runs/:id': 'runs:list',
  'GET /api/v3/workflows': 'runs:list',
  'GET /api/v3/workflows/:id': 'runs:list',
  'POST /api/v3/workflows/:id/cancel': 'builds:write',
  'POST /api/v3/workflows/:id/rerun': 'builds:write',
  'GET /api/v3/jobs': 'runs:list',
  'GET /api/v3/jobs/:id': 'runs:list',
  'GET /api/v3/jobs/:id/artifacts': 'artifacts:read',
  'GET /api/v3/jobs/:id/tests': 'status:read',
  'GET /api/v3/jobs/:id/stdout': 'output:read',
  'GET /api/v3/jobs/:id/stdout/condensed': 'output:read',
  'GET /api/v3/jobs/:id/stderr': 'output:read',
  'GET /api/v3/jobs/:id/stderr/condensed': 'output:read',
  'GET /api/v3/jobs/:id/resource-usage': 'status:read',

  // Each tool asks the routes for what it reads, with the same token.
  'POST /mcp': 'token',

  'GET /api/buildpass/v1/token': 'token',
  'DELETE /api/buildpass/v1/token': 'token:admin',
  'POST /api/buildpass/v1/leaks': 'anyone',
  'GET /api/buildpass/v1/audit': 'user:admin',
  'GET /api/buildpass/v1/notices': 'user',
  'POST /api/buildpass/v1/notices/read': 'user:admin',
  'GET /api/buildpass/v1/notices/choices': 'user:admin',
  'PUT /api/buildpass/v1/notices/choices': 'user:admin',
  'GET /api/buildpass/v1/orgs/:vcs/:org/creators': 'owner',
  'PUT /api/buildpass/v1/orgs/:vcs/:org/creators/:login': 'owner',
  'DELETE /api/buildpass/v1/orgs/:vcs/:org/creators/:login': 'owner',
  // Whoever may not make projects there is refused by the handler.
  'GET /api/buildpass/v1/orgs/:vcs/:org/tokens': 'user:admin',
  'POST /api/buildpass/v1/orgs/:vcs/:org/tokens': 'user:create',
  'DELETE /api/buildpass/v1/orgs/:vcs/:org/tokens/:id': 'user:admin',
  'POST /api/buildpass/v1/orgs/:vcs/:org/tokens/:id/rotate': 'user:admin',
  'POST /api/buildpass/v1/projects': 'user:create',
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
  'POST /api/buildpass/v1/projects/:vcs/:org/:repo/listeners/:id/try': 'project:admin',
  'POST /api/buildpass/v1/projects/:vcs/:org/:repo/listeners/:id/resume': 'project:admin',
  'GET /api/buildpass/v1/projects/:vcs/:org/:repo/deliveries/outbound': 'project:admin',
  'POST /api/buildpass/v1/projects/:vcs/:org/:repo/builds': 'builds:write',
  'GET /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num': 'status:read',
  'PATCH /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num': 'builds:write',
  'POST /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/steps': 'builds:write',
  'PUT /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/steps/:step/log': 'builds:write',
  'GET /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/steps/:step/log': 'output:read',
  'GET /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/steps/:step/log/condensed': 'output:read',
  'PUT /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/tests': 'builds:write',
  'GET /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/tests/failures': 'status:read',
  'PUT /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/artifacts/:path{.+}': 'builds:write',
  'GET /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/artifacts': 'artifacts:read',
  'GET /api/buildpass/v1/projects/:vcs/:org/:repo/latest/artifacts': 'artifacts:read',
  'GET /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/artifacts.zip': 'artifacts:read',
  'GET /api/buildpass/v1/projects/:vcs/:org/:repo/latest/artifacts.zip': 'artifacts:read',
  'PUT /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/packs/:name': 'builds:write',
  'GET /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/packs': 'output:read',
  'GET /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/packs/:name': 'output:read',
  'POST /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/uploads': 'builds:write',
  'GET /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/uploads/:upload': 'builds:write',
  'PUT /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/uploads/:upload/:part': 'builds:write',
  'POST /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/uploads/:upload/complete': 'builds:write',
  'DELETE /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/uploads/:upload': 'builds:write',

  'GET /api/buildpass/v1/projects/:vcs/:org/:repo/tests': 'status:read',
  'GET /api/buildpass/v1/projects/:vcs/:org/:repo/tests/insights': 'status:read',
  'GET /api/buildpass/v1/projects/:vcs/:org/:repo/tests/muted': 'status:read',
  'POST /api/buildpass/v1/projects/:vcs/:org/:repo/tests/judge': 'status:read',
  'GET /api/buildpass/v1/projects/:vcs/:org/:repo/tests/:id': 'status:read',
  'PUT /api/buildpass/v1/projects/:vcs/:org/:repo/tests/:id/mute': 'builds:write',
  'DELETE /api/buildpass/v1/projects/:vcs/:org/:repo/tests/:id/mute': 'builds:write',

  'GET /api/buildpass/v1/projects/:vcs/:org/:repo/shares': 'shares:write',
  'POST /api/buildpass/v1/projects/:vcs/:org/:repo/shares': 'shares:write',
  'GET /api/buildpass/v1/projects/:vcs/:org/:repo/shares/:id': 'shares:write',
  'DELETE /api/buildpass/v1/projects/:vcs/:org/:repo/shares/:id': 'shares:write',

  'GET /api/buildpass/v1/projects/:vcs/:org/:repo/webhooks': 'project:admin',
  'POST /api/buildpass/v1/projects/:vcs/:org/:repo/webhooks': 'project:admin',
  'GET /api/buildpass/v1/projects/:vcs/:org/:repo/webhooks/deliveries': 'project:admin',
  'DELETE /api/buildpass/v1/projects/:vcs/:org/:repo/webhooks/:id': 'project:admin',
  'POST /api/buildpass/v1/projects/:vcs/:org/:repo/webhooks/:id/rotate': 'project:admin',
  'GET /api/buildpass/v1/projects/:vcs/:org/:repo/publishers': 'project:admin',
  'POST /api/buildpass/v1/projects/:vcs/:org/:repo/publishers': 'project:admin',
  'DELETE /api/buildpass/v1/projects/:vcs/:org/:repo/publishers/:id': 'project:admin',
  'GET /api/buildpass/v1/projects/:vcs/:org/:repo/retention': 'project:admin',
  'PUT /api/buildpass/v1/projects/:vcs/:org/:repo/retention': 'project:admin',
  'GET /api/buildpass/v1/projects/:vcs/:org/:repo/on-leak': 'project:admin',
  'PUT /api/buildpass/v1/projects/:vcs/:org/:repo/on-leak': 'project:admin',
  'POST /api/buildpass/v1/oidc/exchange': 'anyone',
  'POST /api/buildpass/v1/oidc/renew': 'token',

  'POST /webhooks/:vcs/:org/:repo/:source': 'anyone',

  'GET /healthz': 'anyone',
  'GET /readyz': 'anyone',
  'GET /metrics': 'hidden',
  'GET /api/buildpass/v1/instance/traffic': 'owner',
  'GET /api/buildpass/v1/instance/tokens': 'owner',
  'DELETE /api/buildpass/v1/instance/tokens/:id': 'owner',
  'GET /api/buildpass/v1/instance/policy': 'owner',
  'PUT /api/buildpass/v1/instance/policy': 'owner',
  'GET /api/buildpass/v1/instance/policy/breaking': 'owner',
  'POST /api/buildpass/v1/instance/policy/breaking/end': 'owner',

  'GET /output/job/:job/artifacts/:node/:path{.+}': 'artifacts:read',
  'GET /output/job/:job/report/:node/:path{.+}': 'output:read',
  'GET /output/log/:ticket': 'anyone',
  'GET /download/:ticket/:name': 'anyone',
  'GET /s/:secret': 'anyone',
  'POST /s/:secret': 'anyone',
  'GET /view/:ticket/:path{.*}': 'anyone',

  'POST /local/sign-in-links': 'anyone',
  'GET /feed.atom': 'user',
  'GET /:vcs{(?:gh|github|bb|bitbucket|gl|gitlab|circleci)}/:org/:repo/feed.atom': 'status:read',
  'GET /:vcs{(?:gh|github|bb|bitbucket|gl|gitlab|circleci)}/:org/:repo/tree/:file{.+\\/feed\\.atom}': 'badges:read',
  'GET /cc.xml': 'reach',
  'GET /:vcs{(?:gh|github|bb|bitbucket|gl|gitlab|circleci)}/:org/:file{[^/]+\\.cc\\.xml}': 'badges:read',
  'GET /:vcs{(?:gh|github|bb|bitbucket|gl|gitlab|circleci)}/:org/:repo/tree/:file{.+\\.cc\\.xml}': 'badges:read',

  'GET /status-badge/img/:vcs/:org/:file{[^/]+\\.(?:svg|json)}': 'badges:read',
  'GET /status-badge/img/:vcs/:org/:repo/tree/:file{.+\\.(?:svg|json)}': 'badges:read',
  'GET /status-badge/redirect/:vcs/:org/:repo': 'anyone',
  'GET /status-badge/redirect/:vcs/:org/:repo/tree/:branch{.+}': 'anyone',
  'GET /:vcs{(?:gh|github|bb|bitbucket|gl|gitlab|circleci)}/:org/:file{[^/]+\\.(?:svg|json)}': 'badges:read',
  'GET /:vcs{(?:gh|github|bb|bitbucket|gl|gitlab|circleci)}/:org/:repo/tree/:file{.+\\.(?:svg|json)}': 'badges:read',
  'GET /status-badge/img/:vcs/:org/:file{[^/]+\\.png}': 'anyone',
  'GET /status-badge/img/:vcs/:org/:repo/tree/:file{.+\\.png}': 'anyone',
  'GET /:vcs{(?:gh|github|bb|bitbucket|gl|gitlab|circleci)}/:org/:file{[^/]+\\.png}': 'anyone',
  'GET /:vcs{(?:gh|github|bb|bitbucket|gl|gitlab|circleci)}/:org/:repo/tree/:file{.+\\.png}': 'anyone',
} as const satisfies Record<string, Needs>

export type RouteName = keyof typeof ACCESS

/** The parameters on the path of a route or page, percent-decoded. */
export type ParamsOf<N extends string> = { readonly [Name in ParamIn<N>]: string }

type ParamIn<N extends string> = N extends `${string}/:${infer Rest}`
  ? NameOf<Rest extends `${infer Part}/${string}` ? Part : Rest> | ParamIn<Rest>
  : never
type NameOf<Part extends string> = Part extends `${infer Name}{${string}` ? Name : Part

/**
 * What a page needs: nothing, a signed-in person, the instance's owner, or a person's permission on the project. A
 * session opens pages and nothing else; a token opens none of them.
 */
export type PageNeeds = 'anyone' | 'session' | 'owner' | Exclude<Permission, 'runs:list' | 'badges:read'>

/** Every page and every form of the web application, and what it needs. */
export const PAGES = {
  'GET /': 'anyone',
  'GET /:vcs/:org/:repo': 'status:read',
  'GET /:vcs/:org/:repo/branches': 'status:read',
  'GET /:vcs/:org/:repo/tests': 'status:read',
  'GET /:vcs/:org/:repo/tests/:id': 'status:read',
  'POST /:vcs/:org/:repo/tests/:id/mute': 'builds:write',
  'POST /:vcs/:org/:repo/tests/:id/unmute': 'builds:write',
  'GET /:vcs/:org/:repo/:num{[0-9]+}': 'status:read',
  'GET /:vcs/:org/:repo/:num{[0-9]+}/artifacts/:node/:path{.+}': 'artifacts:read',
  'GET /:vcs/:org/:repo/:num{[0-9]+}/share/:node/:path{.+}': 'shares:write',
  'POST /:vcs/:org/:repo/:num{[0-9]+}/share/:node/:path{.+}': 'shares:write',
  'GET /:vcs/:org/:repo/shares': 'shares:write',
  'POST /:vcs/:org/:repo/shares/:id/end': 'shares:write',
  'GET /:vcs/:org/:repo/:num{[0-9]+}/artifacts.zip': 'artifacts:read',
  'GET /:vcs/:org/:repo/:num{[0-9]+}/report/:node/:path{.+}': 'output:read',
  'GET /:vcs/:org/:repo/:num{[0-9]+}/steps/:step/log': 'output:read',
  'GET /:vcs/:org/:repo/:num{[0-9]+}/steps/:step/log/raw': 'output:read',
  // The part of a page that changes while something runs: the page's script reads it.
  'GET /live': 'session',
  'GET /live/:vcs/:org/:repo': 'status:read',
  'GET /live/:vcs/:org/:repo/:num{[0-9]+}': 'status:read',
  'GET /live/:vcs/:org/:repo/:num{[0-9]+}/steps/:step/log': 'output:read',

  'GET /sign-in': 'anyone',
  'GET /sign-in/link/:secret': 'anyone',
  'POST /sign-in/link': 'anyone',
  'GET /sign-in/done': 'anyone',
  'POST /sign-in/github': 'anyone',
  'GET /sign-in/github/callback': 'anyone',
  'POST /sign-in/access': 'anyone',
  'POST /sign-out': 'session',

  'GET /account': 'session',
  'POST /account/sessions/:id/end': 'session',
  'POST /account/sessions/end-others': 'session',
  'POST /account/identities/github': 'session',
  'POST /account/identities/access': 'session',
  'POST /account/identities/:provider/:subject/unlink': 'session',
  'GET /account/api': 'session',
  'GET /account/api/new': 'session',
  'POST /account/api': 'session',
  'GET /account/api/:id': 'session',
  'GET /account/api/:id/delete': 'session',
  'POST /account/api/:id/delete': 'session',
  'GET /account/api/:id/rotate': 'session',
  'POST /account/api/:id/rotate': 'session',
  'GET /account/organizations': 'session',
  'GET /account/organizations/new': 'session',
  'POST /account/organizations': 'session',
  'GET /account/organizations/:id': 'session',
  'GET /account/organizations/:id/delete': 'session',
  'POST /account/organizations/:id/delete': 'session',
  'GET /account/organizations/:id/rotate': 'session',
  'POST /account/organizations/:id/rotate': 'session',
  'GET /account/activity': 'session',
  'GET /account/notices': 'session',
  'POST /account/notices': 'session',
  'POST /account/notices/mail': 'session',
  'POST /account/notices/mail/confirm': 'session',
  'POST /account/notices/mail/remove': 'session',

  // Under the bell.
  'GET /notices': 'session',
  'POST /notices/read': 'session',

  // To people who may not make projects the page says whom to ask.
  'GET /projects/new': 'session',
  'POST /projects': 'session',

  'GET /instance/traffic': 'owner',
  'GET /instance/tokens': 'owner',
  'GET /instance/tokens/:id': 'owner',
  'GET /instance/tokens/:id/delete': 'owner',
  'POST /instance/tokens/:id/delete': 'owner',
  'GET /instance/policy': 'owner',
  'POST /instance/policy': 'owner',
  'POST /instance/policy/end': 'owner',
  'GET /instance/users': 'owner',
  'POST /instance/users': 'owner',
  'GET /instance/users/:login': 'owner',
  'POST /instance/users/:login/invitation': 'owner',
  'POST /instance/users/:login/role': 'owner',
  'POST /instance/users/:login/creator': 'owner',
  'POST /instance/users/:login/creator/end': 'owner',
  'GET /instance/users/:login/remove': 'owner',
  'POST /instance/users/:login/remove': 'owner',

  'GET /:vcs/:org/:repo/settings': 'project:admin',
  'POST /:vcs/:org/:repo/settings': 'project:admin',
  'GET /:vcs/:org/:repo/settings/api': 'project:admin',
  'GET /:vcs/:org/:repo/settings/api/new': 'project:admin',
  'POST /:vcs/:org/:repo/settings/api': 'project:admin',
  'GET /:vcs/:org/:repo/settings/api/:id': 'project:admin',
  'GET /:vcs/:org/:repo/settings/api/:id/delete': 'project:admin',
  'POST /:vcs/:org/:repo/settings/api/:id/delete': 'project:admin',
  'GET /:vcs/:org/:repo/settings/api/:id/rotate': 'project:admin',
  'POST /:vcs/:org/:repo/settings/api/:id/rotate': 'project:admin',
  'POST /:vcs/:org/:repo/settings/api/on-leak': 'project:admin',
  'POST /:vcs/:org/:repo/settings/api/successors/:id': 'project:admin',
  'POST /:vcs/:org/:repo/settings/api/successors/:id/drop': 'project:admin',
  'GET /:vcs/:org/:repo/settings/badges': 'project:admin',
  'POST /:vcs/:org/:repo/settings/badges/token': 'project:admin',
  'GET /:vcs/:org/:repo/settings/badges/preview': 'project:admin',
  'GET /:vcs/:org/:repo/settings/members': 'project:admin',
  'POST /:vcs/:org/:repo/settings/members': 'project:admin',
  'GET /:vcs/:org/:repo/settings/members/:login/remove': 'project:admin',
  'POST /:vcs/:org/:repo/settings/members/:login/remove': 'project:admin',
  'GET /:vcs/:org/:repo/settings/webhooks': 'project:admin',
  'GET /:vcs/:org/:repo/settings/webhooks/new': 'project:admin',
  'POST /:vcs/:org/:repo/settings/webhooks': 'project:admin',
  'GET /:vcs/:org/:repo/settings/webhooks/:id/rotate': 'project:admin',
  'POST /:vcs/:org/:repo/settings/webhooks/:id/rotate': 'project:admin',
  'GET /:vcs/:org/:repo/settings/webhooks/:id/delete': 'project:admin',
  'POST /:vcs/:org/:repo/settings/webhooks/:id/delete': 'project:admin',
  'GET /:vcs/:org/:repo/settings/notices': 'project:admin',
  'GET /:vcs/:org/:repo/settings/notices/new': 'project:admin',
  'POST /:vcs/:org/:repo/settings/notices': 'project:admin',
  'POST /:vcs/:org/:repo/settings/notices/:id/try': 'project:admin',
  'POST /:vcs/:org/:repo/settings/notices/:id/resume': 'project:admin',
  'GET /:vcs/:org/:repo/settings/notices/:id/delete': 'project:admin',
  'POST /:vcs/:org/:repo/settings/notices/:id/delete': 'project:admin',
  'GET /:vcs/:org/:repo/settings/publishers': 'project:admin',
  'GET /:vcs/:org/:repo/settings/publishers/new': 'project:admin',
  'POST /:vcs/:org/:repo/settings/publishers': 'project:admin',
  'GET /:vcs/:org/:repo/settings/publishers/:id/delete': 'project:admin',
  'POST /:vcs/:org/:repo/settings/publishers/:id/delete': 'project:admin',
  'GET /:vcs/:org/:repo/settings/retention': 'project:admin',
  'POST /:vcs/:org/:repo/settings/retention': 'project:admin',
  'GET /:vcs/:org/:repo/settings/audit': 'project:admin',
  'GET /:vcs/:org/:repo/settings/danger': 'project:admin',
  'POST /:vcs/:org/:repo/settings/visibility': 'project:admin',
  'POST /:vcs/:org/:repo/settings/delete': 'project:admin',
} as const satisfies Record<string, PageNeeds>

export type PageName = keyof typeof PAGES

// Without this `/api/v1.1/me` would be a project's page.
const HOSTS = '/:vcs{(?:gh|github|bb|bitbucket|gl|gitlab|circleci)}/'

/** A page's method and path. */
export function pagePathOf(name: PageName): { readonly method: string; readonly path: string } {
  const [method = '', path = ''] = name.split(' ')
  return { method, path: path.replace(/^\/:vcs\//, HOSTS) }
}

/** The paths that exist only for owners. */
export const HIDDEN_PATHS: ReadonlySet<string> = new Set(
  Object.entries(ACCESS).flatMap(([name, needs]) => (needs === 'hidden' ? [name.replace(/^\S+ /, '')] : [])),
)

/** Whether a route is of CircleCI's first API. */
export function isOfV1(name: RouteName): boolean {
  return name.includes(' /api/v1.1/')
}

/** A route's method and the paths under which it answers. */
export function pathsOf(name: RouteName): { readonly method: string; readonly paths: readonly string[] } {
  const [method = '', path = ''] = name.split(' ')
  // Paths of the first API have no version-control host, since it knew only GitHub.
  const alias = isOfV1(name) ? [path.replace('/api/v1.1/', '/api/v1/').replace('/:vcs/', '/')] : []
  return { method, paths: [path, ...alias] }
}
