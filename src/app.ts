import { type Bindings, type OpenRequest, parseSettings } from './env.ts'
import { mountBadges } from './http/badges/badges.ts'
import { mountPngBadges } from './http/badges/png.ts'
import { mountAudit } from './http/buildpass/audit.ts'
import { mountArtifactLists } from './http/buildpass/builds/artifacts.ts'
import { mountBuildReports } from './http/buildpass/builds/builds.ts'
import { mountMultipartUploads } from './http/buildpass/builds/multipart-uploads.ts'
import { mountUploads } from './http/buildpass/builds/uploads.ts'
import { mountCreators } from './http/buildpass/creators.ts'
import { mountLeaks } from './http/buildpass/leaks.ts'
import { mountOidc } from './http/buildpass/oidc.ts'
import { mountProjects } from './http/buildpass/projects.ts'
import { mountDispatchTarget } from './http/buildpass/settings/dispatch-target.ts'
import { mountListeners } from './http/buildpass/settings/listeners.ts'
import { mountPublishers } from './http/buildpass/settings/publishers.ts'
import { mountRetention } from './http/buildpass/settings/retention.ts'
import { mountWebhooks } from './http/buildpass/settings/webhooks.ts'
import { mountToken } from './http/buildpass/token.ts'
import { mountCcTray } from './http/cctray/cctray.ts'
import { mountArtifacts } from './http/circleci/v1/artifacts.ts'
import { mountBuilds } from './http/circleci/v1/builds.ts'
import { mountEnvVars } from './http/circleci/v1/env-vars.ts'
import { mountNotKept } from './http/circleci/v1/not-kept.ts'
import { mountTokens } from './http/circleci/v1/tokens.ts'
import { mountTriggers } from './http/circleci/v1/triggers.ts'
import { mountUsers } from './http/circleci/v1/users.ts'
import { mountInsights } from './http/circleci/v2/insights.ts'
import { mountJobs } from './http/circleci/v2/jobs.ts'
import { mountMe } from './http/circleci/v2/me.ts'
import { mountPipelines } from './http/circleci/v2/pipelines.ts'
import { mountV2Triggers } from './http/circleci/v2/triggers.ts'
import { mountWorkflows } from './http/circleci/v2/workflows.ts'
import { mountDownloads } from './http/downloads/download.ts'
import { createMetrics } from './http/frame/metrics.ts'
import { answerUnrouted } from './http/frame/no-route.ts'
import type { App } from './http/frame/route.ts'
import { createRouting } from './http/frame/router.ts'
import { logFault, startTrace, type Trace } from './http/frame/trace.ts'
import { mountHealth } from './http/instance/health.ts'
import { mountLocal } from './http/instance/local.ts'
import { mountMetrics } from './http/instance/metrics.ts'
import { mountTraffic } from './http/instance/traffic.ts'
import { mountAccount } from './http/web/account/account.tsx'
import { mountBranchesPage } from './http/web/data/branches-page.tsx'
import { mountBuildPage } from './http/web/data/build-page.tsx'
import { mountDashboard } from './http/web/data/dashboard.tsx'
import { mountProjectPage } from './http/web/data/project-page.tsx'
import { mountPersonPage } from './http/web/instance/person-page.tsx'
import { mountTrafficPage } from './http/web/instance/traffic-page.tsx'
import { mountUsersPage } from './http/web/instance/users-page.tsx'
import { mountAuditPages } from './http/web/settings/audit-page.tsx'
import { mountMembers } from './http/web/settings/members-page.tsx'
import { mountNewProject } from './http/web/settings/new-project.tsx'
import { mountProjectGeneral } from './http/web/settings/project-general.tsx'
import { mountPublisherPages } from './http/web/settings/publishers-page.tsx'
import { mountRetentionPage } from './http/web/settings/retention-page.tsx'
import { mountStatusBadges } from './http/web/settings/status-badges.tsx'
import { mountWebhookPages } from './http/web/settings/webhooks-page.tsx'
import { mountCloudflareAccess } from './http/web/sign-in/cloudflare-access.tsx'
import { mountGithub } from './http/web/sign-in/github.tsx'
import { mountSignIn } from './http/web/sign-in/sign-in.tsx'
import { mountPersonalTokens } from './http/web/tokens/personal-tokens.tsx'
import { mountProjectTokens } from './http/web/tokens/project-tokens.tsx'
import { mountWebhookReceiver } from './http/webhooks/receive.ts'
import type { KeptKeys } from './outside/key-sets.ts'
import { createEdgeMemory, createLru } from './storage/edge/memory.ts'
import { openDb, type Stores } from './storage/stores.ts'

/** The whole application. Of two routes that fit a path, the one mounted first answers. */
export function createApp(): App {
  const app = createRouting()
  mountBadges(app)
  mountPngBadges(app)
  mountCcTray(app)
  mountTokens(app)
  mountUsers(app)
  mountTriggers(app)
  mountEnvVars(app)
  mountNotKept(app)
  // Before the artifacts: a branch may be called "artifacts".
  mountBuilds(app)
  mountArtifacts(app)
  mountMe(app)
  mountPipelines(app)
  mountWorkflows(app)
  mountV2Triggers(app)
  mountJobs(app)
  mountInsights(app)
  mountToken(app)
  mountProjects(app)
  mountBuildReports(app)
  mountUploads(app)
  mountMultipartUploads(app)
  mountArtifactLists(app)
  mountAudit(app)
  mountWebhooks(app)
  mountPublishers(app)
  mountOidc(app)
  mountRetention(app)
  mountWebhookReceiver(app)
  mountDispatchTarget(app)
  mountListeners(app)
  mountCreators(app)
  mountLeaks(app)
  mountDownloads(app)
  mountHealth(app)
  mountMetrics(app)
  mountTraffic(app)
  mountLocal(app)
  mountSignIn(app)
  mountGithub(app)
  mountCloudflareAccess(app)
  mountAccount(app)
  mountPersonalTokens(app)
  mountProjectGeneral(app)
  mountProjectTokens(app)
  mountStatusBadges(app)
  mountMembers(app)
  mountWebhookPages(app)
  mountPublisherPages(app)
  mountRetentionPage(app)
  mountAuditPages(app)
  mountNewProject(app)
  mountUsersPage(app)
  mountPersonPage(app)
  mountTrafficPage(app)
  mountDashboard(app)
  mountProjectPage(app)
  mountBranchesPage(app)
  mountBuildPage(app)
  app.notFound((c) => answerUnrouted(app, c))
  return app
}

// What one isolate remembers between requests.
const memory = createEdgeMemory()
const keySets = createLru<KeptKeys>(200)

/** What all requests of an isolate share. */
type Isolate = Omit<OpenRequest, 'stores' | 'outside' | 'trace'> & {
  readonly stores: Omit<Stores, 'waitUntil' | 'warn'>
}
let opened: { readonly env: Bindings; readonly isolate: Isolate } | undefined

/** What one request, message or cron works with: its isolate's settings, parsed once, and its stores. */
export function openRequest(
  env: Bindings,
  ctx: Pick<ExecutionContext, 'waitUntil'>,
  trace: Trace = startTrace(Date.now()),
): OpenRequest | Promise<OpenRequest> {
  if (opened?.env === env) return requestIn(opened.isolate, ctx, trace)
  return openIsolate(env).then((isolate) => {
    opened = { env, isolate }
    return requestIn(isolate, ctx, trace)
  })
}

function requestIn(isolate: Isolate, ctx: Pick<ExecutionContext, 'waitUntil'>, trace: Trace): OpenRequest {
  const stores: Stores = {
    ...isolate.stores,
    waitUntil: (work) => ctx.waitUntil(work),
    warn: (event, error) => logFault(trace, event, error),
  }
  const { now, warn, waitUntil } = stores
  return { ...isolate, stores, outside: { keySets, now, warn, waitUntil }, trace }
}

async function openIsolate(env: Bindings): Promise<Isolate> {
  const settings = await parseSettings(env)
  return {
    settings,
    metrics: createMetrics(Date.now(), env.REQUESTS ?? null),
    limits: {
      unknownTokens: env.UNKNOWN_TOKENS,
      leakReports: env.LEAK_REPORTS,
      signIns: env.SIGN_INS,
      exchanges: env.EXCHANGES,
    },
    stores: {
      db: openDb(env.DB),
      kv: env.KV,
      artifacts: env.ARTIFACTS,
      queue: env.OUTBOX,
      upkeep: env.UPKEEP,
      cache: typeof caches === 'undefined' ? null : caches.default,
      memory,
      peppers: settings.peppers,
      graceMs: settings.graceMs,
      now: () => Date.now(),
    },
  }
}
