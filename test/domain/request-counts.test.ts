import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { addRequest, type Counted, createRequestCounts, trafficOf } from '../../src/domain/request-counts.ts'

const counted: fc.Arbitrary<Counted & { afterMs: number }> = fc.record({
  route: fc.constantFrom('GET /a', 'POST /b', '(none)'),
  status: fc.constantFrom(200, 304, 404, 500, 503),
  tier: fc.constantFrom('memory', 'kv', 'd1', null),
  tokenId: fc.option(fc.string({ maxLength: 3 })),
  afterMs: fc.integer({ min: 0, max: 200_000 }),
})

it('adds up: each request is in one route, one status and one tier', () => {
  fc.assert(
    fc.property(fc.array(counted, { maxLength: 60 }), (requests) => {
      const counts = createRequestCounts(0)
      let now = 0
      for (const { afterMs, ...request } of requests) {
        now += afterMs
        addRequest(counts, request, now)
      }
      const traffic = trafficOf(counts, now)
      const sum = (rows: readonly { requests: number }[]) => rows.reduce((total, row) => total + row.requests, 0)
      expect(traffic.requests).toBe(requests.length)
      expect([sum(traffic.routes), sum(traffic.statuses), sum(traffic.tiers)]).toEqual(Array(3).fill(requests.length))
      expect(traffic.errors).toBe(requests.filter(({ status }) => status >= 500).length)
      expect(counts.minutes.length).toBeLessThanOrEqual(60)
      for (const { minute } of counts.minutes) expect(now - minute).toBeLessThan(61 * 60_000)
    }),
  )
})

it('remembers at most a thousand tokens, and shows the ten most used', () => {
  const counts = createRequestCounts(0)
  for (let i = 0; i < 3_000; i++) addRequest(counts, { route: 'r', status: 200, tier: null, tokenId: `t${i}` }, i)
  for (let i = 0; i < 5; i++) addRequest(counts, { route: 'r', status: 200, tier: null, tokenId: 't7' }, i)
  expect(counts.tokens.size).toBe(1_000)
  expect(trafficOf(counts, 9).tokens).toHaveLength(10)
  expect(trafficOf(counts, 9).tokens[0]).toEqual({ id: 't7', requests: 6 })
})

it('counts what the server cannot do at all as no fault of it', () => {
  const counts = createRequestCounts(0)
  for (const status of [200, 404, 500, 501, 503])
    addRequest(counts, { route: 'GET /', status, tier: null, tokenId: null }, 0)
  expect([counts.routes.get('GET /'), counts.minutes]).toEqual([
    { requests: 5, errors: 2 },
    [{ minute: 0, requests: 5, errors: 2 }],
  ])
})
