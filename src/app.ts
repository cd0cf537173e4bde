import { Hono } from 'hono'
import { createRecentMap } from './domain/formats/recent-map.ts'
import type { Bindings } from './env.ts'
import { createDrawings } from './http/badges/drawing.ts'
import { mountBadgeRoutes } from './http/badges/routes.ts'
import { mountBuildpass } from './http/buildpass/routes.ts'
import { mountCcTray } from './http/cctray/cctray.ts'
import { mountCircleciV1 } from './http/circleci/v1/routes.ts'
import { mountCircleciV2 } from './http/circleci/v2/routes.ts'
import { mountCircleciV3 } from './http/circleci/v3/routes.ts'
import { mountDownloads } from './http/downloads/download.ts'
import { createRedirects } from './http/downloads/redirect.ts'
import { mountFeeds } from './http/feeds/routes.ts'
import { createKeptAnswers } from './http/frame/answers/kept-answers.ts'
import { createMetrics } from './http/frame/metrics.ts'
import type { AppEnv, OpenRequest } from './http/frame/open-request.ts'
import { isForReports } from './http/frame/request/origin.ts'
import { rawPathOf } from './http/frame/request/raw-path.ts'
import type { App } from './http/frame/route.ts'
import { logFault, startTrace, type Trace } from './http/frame/trace.ts'
import { mountInstance } from './http/instance/routes.ts'
import { mountMcp } from './http/mcp/mcp.ts'
import { answerUnrouted } from './http/no-route.ts'
import { createReportHost } from './http/reports/report-host.ts'
import { mountReports } from './http/reports/routes.ts'
import { mountPages } from './http/web/routes.ts'
import { mountWebhookReceiver } from './http/webhooks/receive.ts'
import type { KeptKeys } from './outside/key-sets.ts'
import { parseSettings } from './settings.ts'
import { createMemory } from './storage/memory.ts'
import { openPrimary, type Stores } from './storage/stores.ts'

/** The whole application. Of two routes that fit a path, the one mounted first answers. */
export function createApp(): App {
  const app: App = new Hono<AppEnv>({ getPath: rawPathOf })
  mountBadgeRoutes(app)
  mountCcTray(app)
  mountFeeds(app)
  mountCircleciV1(app)
  mountCircleciV2(app)
  mountCircleciV3(app)
  mountBuildpass(app)
  mountMcp(app)
  mountWebhookReceiver(app)
  mountDownloads(app)
  mountReports(app)
  mountInstance(app)
  mountPages(app)
  app.notFound((c) => answerUnrouted(app, c))
  return app
}

/** What answers a request, by the host that it asks. Routes are mounted for the first request that needs them. */
export function createApps(): (request: Request, opened: OpenRequest) => App {
  const mounted: { app?: App; reportHost?: App } = {}
  return (request, { settings }) => {
    const name = isForReports(settings, request) ? 'reportHost' : 'app'
    mounted[name] ??= name === 'app' ? createApp() : createReportHost()
    return mounted[name]
  }
}

// What one isolate remembers between requests.
const memory = createMemory()
const drawings = createDrawings()
const redirects = createRedirects()
const answers = createKeptAnswers()
const keySets = createRecentMap<KeptKeys>(200)

/** What all requests of an isolate share. */
type Isolate = Omit<OpenRequest, 'stores' | 'outside' | 'trace'> & {
  readonly stores: Omit<Stores, 'waitUntil' | 'warn' | 'changed'>
}
let kept: { readonly env: Bindings; readonly isolate: Isolate } | undefined

/** What one request, message or cron works with: its isolate's settings, parsed once, and its stores. */
export function openRequest(
  env: Bindings,
  ctx: Pick<ExecutionContext, 'waitUntil'>,
  trace: Trace = startTrace(Date.now()),
): OpenRequest | Promise<OpenRequest> {
  if (kept?.env === env) return requestIn(kept.isolate, ctx, trace)
  return openIsolate(env).then((isolate) => {
    kept = { env, isolate }
    return requestIn(isolate, ctx, trace)
  })
}

function requestIn(isolate: Isolate, ctx: Pick<ExecutionContext, 'waitUntil'>, trace: Trace): OpenRequest {
  const stores: Stores = {
    ...isolate.stores,
    changed: new Set(),
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
    drawings,
    redirects,
    answers,
    limits: {
      unknownTokens: env.UNKNOWN_TOKENS,
      leakReports: env.LEAK_REPORTS,
      signIns: env.SIGN_INS,
      exchanges: env.EXCHANGES,
    },
    stores: {
      db: openPrimary(env.DB),
      kv: env.KV,
      artifacts: env.ARTIFACTS,
      queue: env.OUTBOX,
      upkeep: env.UPKEEP,
      cache: typeof caches === 'undefined' ? null : caches.default,
      memory,
      peppers: settings.peppers,
      graceMs: settings.graceMs,
      maxQueries: settings.maxQueries,
      now: () => Date.now(),
      pause: (ms) => scheduler.wait(ms),
    },
  }
}
