import { RECENT_MINUTES, type RequestGroup, type Traffic } from '../domain/request-counts.ts'
import { askJson } from './ask.ts'

/** How Analytics Engine's SQL API is reached. */
export type AnalyticsAccess = { readonly accountId: string; readonly apiToken: string; readonly dataset: string }

const BOX_MS = 5_000
const MAX_BYTES = 1024 * 1024
const MINUTE_MS = 60_000
/** `double3` is how many more requests a data point stands for. */
const REQUESTS = 'SUM(_sample_interval * (1 + double3))'

/** What all isolates counted in the last hours, from Analytics Engine; throws when that does not answer. */
export async function readTraffic(access: AnalyticsAccess, hours: number, now: number): Promise<Traffic> {
  const counted = `${REQUESTS} AS requests`
  const failed = 'SUM(_sample_interval * double2) AS errors'
  const from = `FROM ${access.dataset} WHERE timestamp > NOW() - INTERVAL '${hours}' HOUR`
  const top = 'ORDER BY requests DESC LIMIT'
  const ask = (sql: string) => askAnalytics(access, sql)
  const [overTime, routes, statuses, tiers, holders] = await Promise.all([
    ask(
      `SELECT toUnixTimestamp(toStartOfInterval(timestamp, INTERVAL '${stepMinutes(hours)}' MINUTE)) AS at, ${counted}, ${failed} ${from} GROUP BY at ORDER BY at`,
    ),
    ask(`SELECT blob1 AS route, ${counted}, ${failed} ${from} GROUP BY route ${top} 200`),
    ask(`SELECT blob2 AS status, ${counted} ${from} GROUP BY status ${top} 50`),
    ask(`SELECT blob3 AS tier, ${counted} ${from} GROUP BY tier ${top} 20`),
    ask(`SELECT blob4 AS id, ${counted} ${from} AND blob4 != '' GROUP BY id ${top} 10`),
  ])
  const byRoute = routes.map((row) => ({ route: String(row.route), ...amountsIn(row) }))
  return {
    since: now - hours * 60 * MINUTE_MS,
    until: now,
    requests: byRoute.reduce((sum, { requests }) => sum + requests, 0),
    errors: byRoute.reduce((sum, { errors }) => sum + errors, 0),
    over_time: overTime.map((row) => ({ at: Number(row.at) * 1000, ...amountsIn(row) })),
    routes: byRoute,
    statuses: statuses.map((row) => ({ status: Number(row.status), requests: Number(row.requests) })),
    tiers: tiers.map((row) => ({ tier: String(row.tier), requests: Number(row.requests) })),
    tokens: holders.map((row) => ({ id: String(row.id), requests: Number(row.requests) })),
  }
}

/** The requests of the last minutes from all isolates; throws when Analytics Engine does not answer. */
export async function readRecent(access: AnalyticsAccess): Promise<readonly RequestGroup[]> {
  const rows = await askAnalytics(
    access,
    `SELECT blob1 AS route, blob2 AS status, blob3 AS tier, ${REQUESTS} AS requests FROM ${access.dataset} WHERE timestamp > NOW() - INTERVAL '${RECENT_MINUTES}' MINUTE GROUP BY route, status, tier ORDER BY requests DESC LIMIT 2000`,
  )
  return rows.map(({ route, status, tier, requests }) => ({
    route: String(route),
    status: Number(status),
    tier: String(tier),
    requests: Number(requests),
  }))
}

/** Some sixty points, whatever the time. */
function stepMinutes(hours: number): number {
  return Math.max(1, Math.round(hours))
}

function amountsIn(row: Record<string, unknown>): { requests: number; errors: number } {
  return { requests: Number(row.requests), errors: Number(row.errors) }
}

async function askAnalytics({ accountId, apiToken }: AnalyticsAccess, sql: string): Promise<Record<string, unknown>[]> {
  const answer = await askJson(`https://api.cloudflare.com/client/v4/accounts/${accountId}/analytics_engine/sql`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${apiToken}` },
    body: `${sql} FORMAT JSON`,
    boxMs: BOX_MS,
    maxBytes: MAX_BYTES,
  })
  const { data } = answer as { data?: unknown }
  if (!Array.isArray(data)) throw new Error('Analytics Engine answered something else than rows')
  return data
}
