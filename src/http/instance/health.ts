import { checkReadiness } from '../../storage/upkeep/readiness.ts'
import { ownOriginOf, UNKNOWN_ORIGIN } from '../frame/request/origin.ts'
import { type App, route } from '../frame/route.ts'
import type { HealthJson, ReadinessJson } from './health-shape.ts'

const HEADERS = { 'Cache-Control': 'no-store', 'X-Content-Type-Options': 'nosniff' }

/** For load balancers and monitors: whether the Worker runs, and whether what it needs answers. */
export function mountHealth(app: App): void {
  // No I/O: it says that the Worker runs and its settings are good, and nothing else.
  route(app, 'GET /healthz', () => Response.json({ status: 'ok' } satisfies HealthJson, { headers: HEADERS }))

  route(app, 'GET /readyz', async (c) => {
    const { checks, feedAgeMs, checkedAt } = await checkReadiness(c.env.stores)
    const isWhole = Object.values(checks).every(({ state }) => state === 'ok')
    // Without KV every look-up goes to D1, and without R2 only artifacts are lacking: people are served all the same.
    const knowsItself = ownOriginOf(c.env.settings, c.req.raw) !== null
    const status = checks.d1.state === 'failed' || !knowsItself ? 'unavailable' : isWhole ? 'ok' : 'degraded'
    const body: ReadinessJson = {
      status,
      problem: knowsItself ? undefined : UNKNOWN_ORIGIN,
      checks,
      feed_age_ms: feedAgeMs,
      checked_at: new Date(checkedAt).toISOString(),
    }
    return Response.json(body, { status: status === 'unavailable' ? 503 : 200, headers: HEADERS })
  })
}
