import { createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createApp, openRequest } from '../../../src/app.ts'
import { countRequest, createMetrics } from '../../../src/http/frame/metrics.ts'
import type { OpenRequest } from '../../../src/http/frame/open-request.ts'
import { startTrace } from '../../../src/http/frame/trace.ts'
import { documented } from '../../support/api/documented.ts'
import { seedProject, seedToken, seedUser } from '../../support/seed/seed.ts'
import { hang } from '../../support/worker/counted.ts'
import { openTestStores, type TestStores } from '../../support/worker/stores.ts'

const app = createApp()

async function opened(stores: TestStores, over: Partial<OpenRequest> = {}): Promise<OpenRequest> {
  return { ...(await openRequest(env, createExecutionContext())), stores, ...over }
}

async function get(path: string, opened: OpenRequest, token?: string): Promise<Response> {
  const headers: Record<string, string> = token ? { 'Circle-Token': token } : {}
  const request = new Request(`https://builds.test${path}`, { headers })
  return documented(request, await app.fetch(request, opened, createExecutionContext()))
}

const down = async () => {
  throw new Error('down')
}

describe('GET /healthz', () => {
  it('answers without asking any store', async () => {
    const stores = await openTestStores()
    const response = await get('/healthz', await opened(stores))
    expect([response.status, await response.json()]).toEqual([200, { status: 'ok' }])
    expect(stores.counts).toEqual({ d1: 0, kvGets: 0, kvPuts: 0, cacheMatches: 0, cachePuts: 0 })
  })
})

describe('GET /readyz', () => {
  it('says that each store answers, and how old the feed is', async () => {
    const stores = await openTestStores()
    const response = await get('/readyz', await opened(stores))
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({
      status: 'ok',
      checks: { d1: { state: 'ok', ms: 0 }, kv: { state: 'ok', ms: 0 }, r2: { state: 'ok', ms: 0 } },
      feed_age_ms: 0,
      checked_at: new Date(stores.clock.now).toISOString(),
    })
  })

  it('is 503 when D1 cannot be read, and tells nothing of why', async () => {
    const stores = await openTestStores()
    stores.faults.beforeD1 = down
    const response = await get('/readyz', await opened(stores))
    const text = await response.text()
    expect(response.status).toBe(503)
    expect(JSON.parse(text)).toMatchObject({
      status: 'unavailable',
      checks: { d1: { state: 'failed' } },
      feed_age_ms: null,
    })
    expect(text).not.toContain('down')
    expect(stores.warnings).toContain('d1_not_ready')
  })

  it('is 503 within some seconds when D1 does not come back', async () => {
    const stores = await openTestStores()
    stores.faults.beforeD1 = hang
    expect((await get('/readyz', await opened(stores))).status).toBe(503)
  })

  it('is 200 and degraded without KV, since D1 can answer for it', async () => {
    const stores = await openTestStores()
    stores.faults.kvGet = down
    const response = await get('/readyz', await opened(stores))
    expect([response.status, await response.json()]).toMatchObject([
      200,
      { status: 'degraded', checks: { kv: { state: 'failed' } } },
    ])
  })

  it('asks the stores once in five seconds, however often it is asked', async () => {
    const stores = await openTestStores()
    const request = await opened(stores)
    await Promise.all(Array.from({ length: 50 }, () => get('/readyz', request)))
    await get('/readyz', request)
    expect([stores.counts.d1, stores.counts.kvGets]).toEqual([1, 1])
    stores.clock.advance(5_000)
    await get('/readyz', request)
    expect([stores.counts.d1, stores.counts.kvGets]).toEqual([2, 2])
  })
})

describe('a request that was answered', () => {
  type Point = { readonly indexes: string[]; readonly blobs: string[]; readonly doubles: number[] }

  function prepared() {
    const points: Point[] = []
    const dataset = { writeDataPoint: (point: unknown) => void points.push(point as Point) }
    return { points, metrics: createMetrics(0, dataset) }
  }

  it('is told Analytics Engine half a minute later: route, status, tier, token id, method, time, and nothing else', async () => {
    const { points, metrics } = prepared()
    const stores = await openTestStores()
    const trace = { ...startTrace(stores.now() - 7), route: 'GET /x/:y', tier: 'kv' as const, tokenId: 'an id' }
    countRequest(await opened(stores, { trace, metrics }), 'GET', 503)
    expect(points).toEqual([])
    await stores.settled()
    expect(points).toEqual([
      { indexes: ['an id'], blobs: ['GET /x/:y', '503', 'kv', 'an id', 'GET'], doubles: [7, 1, 0] },
    ])
  })

  it('is one data point with all that are like it, which names each token as often as it asks', async () => {
    const { points, metrics } = prepared()
    const stores = await openTestStores()
    const rounds = 400
    for (let round = 0; round < rounds; round++) {
      for (const tokenId of ['often', 'often', 'often', 'seldom']) {
        const trace = { ...startTrace(stores.now() - 2), route: 'GET /badge', tier: 'memory' as const, tokenId }
        countRequest(await opened(stores, { trace, metrics }), 'GET', 200)
      }
      countRequest(await opened(stores, { trace: startTrace(stores.now(), 'x', 'GET /badge'), metrics }), 'GET', 404)
      await stores.settled()
    }
    const badges = points.filter(({ blobs }) => blobs[1] === '200')
    expect([points.length, badges.length]).toEqual([2 * rounds, rounds])
    expect(new Set(badges.map(({ doubles }) => doubles.join()))).toEqual(new Set(['8,0,3']))
    const often = badges.filter(({ indexes }) => indexes[0] === 'often').length
    // Ten standard deviations of what is drawn 400 times.
    expect(Math.abs(often / rounds - 0.75)).toBeLessThan(0.22)
  })

  it('is told at once where there are very many kinds of them', async () => {
    const { points, metrics } = prepared()
    const stores = await openTestStores()
    for (let i = 0; i < 250; i++)
      countRequest(await opened(stores, { trace: startTrace(stores.now(), 'x', `GET /${i}`), metrics }), 'GET', 200)
    expect(points).toHaveLength(200)
    await stores.settled()
    expect(points).toHaveLength(250)
  })

  it('is answered all the same when Analytics Engine throws', async () => {
    const stores = await openTestStores()
    const dataset = {
      writeDataPoint: () => {
        throw new Error('down')
      },
    }
    countRequest(await opened(stores, { metrics: createMetrics(0, dataset) }), 'GET', 200)
    await stores.settled()
    expect(stores.warnings).toEqual(['request_uncounted'])
  })
})

describe('GET /api/buildpass/v1/instance/traffic', () => {
  afterEach(() => vi.restoreAllMocks())

  async function prepared(over: Partial<OpenRequest['settings']> = {}) {
    const stores = await openTestStores()
    const owner = await seedToken(stores, {
      kind: 'personal',
      user: await seedUser(stores.db, { instanceRole: 'owner' }),
    })
    const project = await seedProject(stores.db)
    const badge = await seedToken(stores, { kind: 'project', project, scope: 'status', label: 'README' })
    const request = await opened(stores, { metrics: createMetrics(stores.now(), null) })
    return { stores, owner, project, badge, request: { ...request, settings: { ...request.settings, ...over } } }
  }

  const ANALYTICS = { accountId: 'a'.repeat(32), apiToken: 'the analytics token', dataset: 'counts' }

  it('counts what this isolate answered, and says that it is no more than that', async () => {
    const { stores, owner, project, badge, request } = await prepared()
    for (const [status, tokenId] of [
      [200, badge.id],
      [200, badge.id],
      [500, null],
    ] as const) {
      const trace = {
        ...startTrace(stores.now()),
        route: 'GET /badge',
        tier: tokenId ? ('memory' as const) : null,
        tokenId,
      }
      countRequest({ ...request, trace }, 'GET', status)
    }
    const seen = await (await get('/api/buildpass/v1/instance/traffic', request, owner.secret)).json()
    expect(seen).toMatchObject({
      source: 'isolate',
      requests: 3,
      errors: 1,
      over_time: [{ requests: 3, errors: 1 }],
      routes: [{ route: 'GET /badge', requests: 3, errors: 1 }],
      statuses: [
        { status: 200, requests: 2 },
        { status: 500, requests: 1 },
      ],
      tiers: [
        { tier: 'memory', requests: 2 },
        { tier: 'none', requests: 1 },
      ],
      tokens: [
        { id: badge.id, kind: 'project', label: 'README', project: `gh/${project.org}/web`.toLowerCase(), requests: 2 },
      ],
      stores: { d1: { state: 'ok' } },
    })
  })

  it('asks Analytics Engine where that is set up', async () => {
    const { owner, badge, request } = await prepared({ analytics: ANALYTICS })
    const asked: string[] = []
    vi.spyOn(globalThis, 'fetch').mockImplementation(async (url, init) => {
      expect(String(url)).toBe(
        `https://api.cloudflare.com/client/v4/accounts/${ANALYTICS.accountId}/analytics_engine/sql`,
      )
      const sql = String(init?.body)
      asked.push(sql)
      // UInt64 comes as text.
      if (sql.includes('AS at')) return Response.json({ data: [{ at: 1_800_000_000, requests: '70', errors: 2 }] })
      if (sql.includes('AS route')) return Response.json({ data: [{ route: 'GET /badge', requests: '70', errors: 2 }] })
      if (sql.includes('AS status')) return Response.json({ data: [{ status: '200', requests: '70' }] })
      if (sql.includes('AS tier')) return Response.json({ data: [{ tier: 'memory', requests: '70' }] })
      return Response.json({
        data: [
          { id: badge.id, requests: '60' },
          { id: 'ended', requests: '10' },
        ],
      })
    })
    const response = await get('/api/buildpass/v1/instance/traffic?hours=48', request, owner.secret)
    const text = await response.text()
    expect(JSON.parse(text)).toMatchObject({
      source: 'analytics_engine',
      requests: 70,
      errors: 2,
      over_time: [{ time: '2027-01-15T08:00:00.000Z', requests: 70, errors: 2 }],
      tokens: [
        { id: badge.id, label: 'README', requests: 60 },
        { id: 'ended', label: null, requests: 10 },
      ],
    })
    expect(asked).toHaveLength(5)
    for (const sql of asked) {
      // A data point stands for all requests that are alike.
      expect(sql).toContain('SUM(_sample_interval * (1 + double3)) AS requests')
      expect(sql).toMatch(/FROM counts WHERE timestamp > NOW\(\) - INTERVAL '48' HOUR.* FORMAT JSON$/)
    }
    expect(text).not.toContain(ANALYTICS.apiToken)
  })

  it('falls back to this isolate when Analytics Engine does not answer', async () => {
    const { stores, owner, request } = await prepared({ analytics: ANALYTICS })
    vi.spyOn(globalThis, 'fetch').mockResolvedValue(new Response('no', { status: 403 }))
    const seen = await (await get('/api/buildpass/v1/instance/traffic', request, owner.secret)).json()
    expect(seen).toMatchObject({ source: 'isolate' })
    expect(stores.warnings).toContain('analytics_unreadable')
  })
})
