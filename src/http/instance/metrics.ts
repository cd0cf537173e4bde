import type { Context } from 'hono'
import { EXPOSITION_TYPE, expositionOf, type Metric, type Sample } from '../../domain/formats/exposition.ts'
import type { OutboxState } from '../../domain/notices/outbox.ts'
import { RECENT_MINUTES, type RequestGroup, recentOf } from '../../domain/request-counts.ts'
import { readRecent } from '../../outside/analytics.ts'
import { type InstanceGauges, readGauges } from '../../storage/upkeep/instance-gauges.ts'
import { checkReadiness } from '../../storage/upkeep/readiness.ts'
import type { Readiness } from '../../storage/upkeep/readiness-memory.ts'
import type { AppEnv } from '../frame/open-request.ts'
import { type App, route } from '../frame/route.ts'
import { refuseAsAbsent } from '../no-route.ts'
import { routeKindOf } from './route-kind.ts'

/**
 * What Prometheus scrapes. Isolates come and go and none sees the others, so nothing here is a count that one of them
 * keeps: requests are those of the last minutes, and all else is as the database and the stores say at this moment.
 */
export function mountMetrics(app: App): void {
  route(
    app,
    'GET /metrics',
    async (c) => {
      const { stores, settings } = c.env
      const [recent, readiness, gauges] = await Promise.all([
        findRecent(c),
        checkReadiness(stores),
        // Without the database the metrics still say that it does not answer.
        readGauges(stores.db, stores.now()).catch((error) => stores.warn('gauges_unreadable', error)),
      ])
      const metrics = [
        gauge('buildpass_build_info', 'The version that answers.', [
          { labels: { version: settings.assetVersion }, value: 1 },
        ]),
        ...requestMetrics(recent),
        ...storeMetrics(readiness, stores.memory.feed.known?.polledAt ?? null, stores.now()),
        ...(gauges ? databaseMetrics(gauges, stores.now()) : []),
      ]
      return new Response(expositionOf(metrics), {
        headers: { 'Content-Type': EXPOSITION_TYPE, 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' },
      })
    },
    { refuse: refuseAsAbsent },
  )
}

type Recent = { readonly source: 'analytics_engine' | 'isolate'; readonly groups: readonly RequestGroup[] }

/** From all isolates where Analytics Engine can be asked; else, and when it does not answer, from this one alone. */
async function findRecent(c: Context<AppEnv>): Promise<Recent> {
  const { settings, stores, metrics } = c.env
  if (settings.analytics) {
    try {
      return { source: 'analytics_engine', groups: await readRecent(settings.analytics) }
    } catch (error) {
      stores.warn('analytics_unreadable', error)
    }
  }
  return { source: 'isolate', groups: recentOf(metrics.counts, stores.now()) }
}

function requestMetrics({ source, groups }: Recent): readonly Metric[] {
  const requests = new Map<string, number>()
  const tiers = new Map<string, number>()
  for (const { route: name, status, tier, requests: count } of groups) {
    add(requests, `${routeKindOf(name)} ${Math.floor(status / 100)}xx`, count)
    if (tier !== 'none') add(tiers, tier, count)
  }
  return [
    gauge('buildpass_recent_source', 'Whether recent requests are those of all isolates, or of the one that answers.', [
      { labels: { source }, value: 1 },
    ]),
    gauge(
      'buildpass_recent_requests',
      `Requests of the last ${RECENT_MINUTES} minutes, by kind of route and class of status.`,
      [...requests].map(([key, value]) => {
        const [kind = '', status = ''] = key.split(' ')
        return { labels: { kind, status }, value }
      }),
    ),
    gauge(
      'buildpass_recent_verifications',
      `Tokens verified in the last ${RECENT_MINUTES} minutes, by the tier that proved them.`,
      samplesOf('tier', tiers),
    ),
  ]
}

function storeMetrics({ checks }: Readiness, feedAt: number | null, now: number): readonly Metric[] {
  const all = Object.entries(checks)
  return [
    gauge(
      'buildpass_store_up',
      'Whether the store answered when it was last asked.',
      all.map(([store, { state }]) => ({ labels: { store }, value: state === 'ok' ? 1 : 0 })),
    ),
    gauge(
      'buildpass_store_seconds',
      'How long the store took to answer.',
      all.map(([store, { ms }]) => ({ labels: { store }, value: ms / 1000 })),
    ),
    gauge('buildpass_feed_age_seconds', 'How old the view of the revocation feed is in the isolate that answers.', [
      ...(feedAt === null ? [] : [{ value: (now - feedAt) / 1000 }]),
    ]),
  ]
}

const OUTBOX_STATES: Record<OutboxState, true> = {
  pending: true,
  delivered: true,
  failed: true,
  dropped: true,
  refused: true,
}

function databaseMetrics(gauges: InstanceGauges, now: number): readonly Metric[] {
  const { pending, oldestPendingAt, outbound, inbound, oldestEndAt, upkeep, databaseBytes } = gauges
  const ageOf = (at: number | null) => [{ value: at === null ? 0 : Math.max(0, now - at) / 1000 }]
  const timesOf = (name: 'doneAt' | 'failedAt') =>
    upkeep.flatMap(({ task, [name]: at }) => (at === null ? [] : [{ labels: { task }, value: at / 1000 }]))
  const behindMs = upkeep.find(({ task }) => task === 'retention')?.behindMs ?? null
  return [
    gauge(
      'buildpass_feed_oldest_entry_age_seconds',
      'Age of the oldest entry of the revocation feed; two days at most.',
      ageOf(oldestEndAt),
    ),
    gauge('buildpass_outbox_pending', 'Messages to the outside that wait, counted up to 10,000.', [{ value: pending }]),
    gauge('buildpass_outbox_oldest_age_seconds', 'How long the oldest of them has waited.', ageOf(oldestPendingAt)),
    gauge(
      'buildpass_outbound_messages',
      'Messages to the outside that were written in the last hour, by how they stand now.',
      samplesOf('state', withZeros(outbound, Object.keys(OUTBOX_STATES))),
    ),
    gauge(
      'buildpass_webhook_deliveries',
      'Well-signed webhooks of the last hour that projects still list, by what became of them.',
      samplesOf('result', inbound),
    ),
    gauge(
      'buildpass_retention_behind_seconds',
      'How long the longest overdue artifact or build had been over at the last daily look.',
      behindMs === null ? [] : [{ value: behindMs / 1000 }],
    ),
    gauge(
      'buildpass_upkeep_done_timestamp_seconds',
      'When a task of the upkeep last had nothing left to do.',
      timesOf('doneAt'),
    ),
    gauge('buildpass_upkeep_failed_timestamp_seconds', 'When a step of the task last failed.', timesOf('failedAt')),
    {
      name: 'buildpass_upkeep_failures_total',
      help: 'Steps of the task that failed, ever.',
      type: 'counter',
      samples: upkeep.map(({ task, failures }) => ({ labels: { task }, value: failures })),
    },
    gauge(
      'buildpass_database_bytes',
      'Size of the database; D1 ends at 10 GB.',
      databaseBytes === null ? [] : [{ value: databaseBytes }],
    ),
  ]
}

function gauge(name: string, help: string, samples: readonly Sample[]): Metric {
  return { name, help, type: 'gauge', samples }
}

function samplesOf(label: string, counts: ReadonlyMap<string, number>): readonly Sample[] {
  return [...counts].map(([value, count]) => ({ labels: { [label]: value }, value: count }))
}

function withZeros(counts: ReadonlyMap<string, number>, names: readonly string[]): ReadonlyMap<string, number> {
  return new Map(names.map((name) => [name, counts.get(name) ?? 0]))
}

function add(counts: Map<string, number>, key: string, count: number): void {
  counts.set(key, (counts.get(key) ?? 0) + count)
}
