import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { createApps } from '../../../src/app.ts'
import type { Bindings } from '../../../src/env.ts'
import { createDrawings } from '../../../src/http/badges/drawing.ts'
import { createRedirects } from '../../../src/http/downloads/redirect.ts'
import { createKeptAnswers } from '../../../src/http/frame/answers/kept-answers.ts'
import { createMetrics, type Metrics } from '../../../src/http/frame/metrics.ts'
import type { KeptAnswers, OpenRequest } from '../../../src/http/frame/open-request.ts'
import { isForReports } from '../../../src/http/frame/request/origin.ts'
import { requestIdOf, startTrace } from '../../../src/http/frame/trace.ts'
import { answerHot } from '../../../src/http/hot.ts'
import { parseSettings } from '../../../src/settings.ts'
import { tellChanges } from '../../../src/storage/edge/changes.ts'
import { documented } from '../api/documented.ts'
import { type Ask, ORIGIN, requestInitOf } from './client.ts'
import { outsideOf } from './outside.ts'
import { openTestStores, type TestStores } from './stores.ts'

export type TestApp = {
  readonly stores: TestStores
  readonly ask: (path: string, options?: Ask) => Promise<Response>
  /** Under another name than its own. */
  readonly askUrl: (url: string, init: RequestInit) => Promise<Response>
}

/** The whole application over the stores of one isolate, whose clock, counters and faults the test holds. */
export async function openTestApp({
  stores,
  vars = {},
  limits = {},
  metrics,
  answers = createKeptAnswers(),
  origin = ORIGIN,
}: {
  stores?: TestStores
  /** What wrangler.toml would say otherwise. */
  vars?: Partial<Bindings>
  limits?: Partial<OpenRequest['limits']>
  /** What its isolate counted. */
  metrics?: Metrics
  /** What its isolate keeps. */
  answers?: KeptAnswers
  /** The name under which it is asked. */
  origin?: string
} = {}): Promise<TestApp> {
  const opened = stores ?? (await openTestStores())
  const settings = await parseSettings({ ...env, ...vars })
  const outside = outsideOf(opened)
  const appFor = createApps()
  const [drawings, redirects] = [createDrawings(), createRedirects()]
  async function askUrl(url: string, init: RequestInit): Promise<Response> {
    const ctx = createExecutionContext()
    const asked = new Request(url, init)
    const request: OpenRequest = {
      settings,
      stores: opened,
      outside,
      trace: startTrace(opened.now(), requestIdOf(asked)),
      metrics: metrics ?? createMetrics(opened.now(), null),
      drawings,
      redirects,
      answers,
      limits: { ...UNLIMITED, ...limits },
    }
    const response = await (answerHot(asked, request) ?? appFor(asked, request).fetch(asked, request, ctx))
    await tellChanges(opened)
    await waitOnExecutionContext(ctx)
    // The hosts of reports are no part of the API.
    return isForReports(settings, asked) ? response : documented(asked, response)
  }
  return {
    stores: opened,
    askUrl,
    ask: (path, options = {}) => askUrl(`${origin}${path}`, requestInitOf(options)),
  }
}

const NO_LIMIT: RateLimit = { limit: async () => ({ success: true }) }
export const UNLIMITED = { unknownTokens: NO_LIMIT, leakReports: NO_LIMIT, signIns: NO_LIMIT, exchanges: NO_LIMIT }
export const SPENT: RateLimit = { limit: async () => ({ success: false }) }
