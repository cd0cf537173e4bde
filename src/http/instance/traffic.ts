import type { Context } from 'hono'
import { type Traffic, trafficOf } from '../../domain/request-counts.ts'
import { readTraffic } from '../../outside/analytics.ts'
import { checkReadiness } from '../../storage/upkeep/readiness.ts'
import { listTokenLabels } from '../../storage/upkeep/traffic.ts'
import { jsonWritten } from '../frame/answers/answers.ts'
import type { AppEnv } from '../frame/open-request.ts'
import { queryCount } from '../frame/request/input.ts'
import { type App, route } from '../frame/route.ts'
import { isoOf } from '../json/iso-time.ts'
import type { TrafficJson } from './traffic-shape.ts'

/** What an owner sees of the whole instance. */
export type InstanceTraffic = Traffic & {
  /** `isolate`: only what this one isolate counted since it began; others, in other places, counted their own. */
  readonly source: 'analytics_engine' | 'isolate'
  readonly explanation: string
}

const EXPLANATION = {
  analytics_engine:
    'All requests everywhere up to half a minute ago, by Analytics Engine, which samples very many. Those of a token are an estimate.',
  isolate: 'Only what this one isolate answered since it started. Bind Analytics Engine to see all requests.',
}

/** For the owners' page: request rates, tiers, top tokens, and how the stores are. */
export function mountTraffic(app: App): void {
  route(app, 'GET /api/buildpass/v1/instance/traffic', async (c) => {
    const hours = queryCount(c, 'hours', { min: 1, max: 720, fallback: 24 })
    const [traffic, readiness] = await Promise.all([findTraffic(c, hours), checkReadiness(c.env.stores)])
    const labels = await listTokenLabels(
      c.env.stores.db,
      traffic.tokens.map(({ id }) => id),
    )
    return jsonWritten(c, {
      ...traffic,
      since: isoOf(traffic.since),
      until: isoOf(traffic.until),
      over_time: traffic.over_time.map(({ at, ...amounts }) => ({ time: isoOf(at), ...amounts })),
      // A token that has ended meanwhile has no label any more.
      tokens: traffic.tokens.map(({ id, requests }) => ({
        kind: null,
        label: null,
        project: null,
        ...labels.find((token) => token.id === id),
        id,
        requests,
      })),
      stores: readiness.checks,
      feed_age_ms: readiness.feedAgeMs,
    } satisfies TrafficJson)
  })
}

/** From Analytics Engine where it can be asked, else, and when it does not answer, from this isolate. */
export async function findTraffic(c: Context<AppEnv>, hours: number): Promise<InstanceTraffic> {
  const { settings, stores, metrics } = c.env
  if (settings.analytics) {
    try {
      const traffic = await readTraffic(settings.analytics, hours, stores.now())
      return { source: 'analytics_engine', explanation: EXPLANATION.analytics_engine, ...traffic }
    } catch (error) {
      stores.warn('analytics_unreadable', error)
    }
  }
  return { source: 'isolate', explanation: EXPLANATION.isolate, ...trafficOf(metrics.counts, stores.now()) }
}
