import { createApp, openRequest } from '../src/app.ts'
import type { Bindings } from '../src/env.ts'
import { createKeptAnswers } from '../src/http/frame/answers/kept-answers.ts'
import { createMemory } from '../src/storage/memory.ts'
import { openPrimary, type Stores } from '../src/storage/stores.ts'
import { countingBucket, countingD1, nothingSpent } from './counting-d1.ts'

const app = createApp()

/**
 * The whole Worker, but nothing is cached: each request asks D1 for all that it needs. With `X-Count: 1` the answer's
 * `X-Spent` says what D1 told of it; that costs time, so the timed requests go without.
 * `X-Now` sets the clock, for data of another time.
 */
export default {
  async fetch(request, env, ctx): Promise<Response> {
    const spent = nothingSpent()
    const isCounted = request.headers.get('X-Count') === '1'
    const opened = await openRequest(env, ctx)
    const now = request.headers.get('X-Now')
    const memory = createMemory()
    const stores: Stores = {
      ...opened.stores,
      db: openPrimary(isCounted ? countingD1(env.DB, spent) : env.DB),
      artifacts: isCounted ? countingBucket(env.ARTIFACTS, spent) : env.ARTIFACTS,
      kv: NO_KV,
      cache: null,
      memory: { ...memory, uses: { ...memory.uses, noted: NOTED } },
      // What is done behind the answer is none of its cost.
      waitUntil: isCounted ? () => {} : opened.stores.waitUntil,
      ...(now === null ? {} : { now: () => Number(now) }),
    }
    const response = await app.fetch(request, { ...opened, stores, answers: createKeptAnswers() }, ctx)
    if (!isCounted) return response
    const headers = new Headers(response.headers)
    headers.set('X-Spent', JSON.stringify(spent))
    return new Response(response.body, { status: response.status, headers })
  },
} satisfies ExportedHandler<Bindings>

/** The whole Worker, which keeps all but answers. */
export const withoutAnswers = {
  async fetch(request, env, ctx): Promise<Response> {
    return app.fetch(request, { ...(await openRequest(env, ctx)), answers: createKeptAnswers() }, ctx)
  },
} satisfies ExportedHandler<Bindings>

// The last use is noted beside the answer, and is no part of it.
const NOTED = { get: () => Number.POSITIVE_INFINITY, set: () => {}, delete: () => {} }
// All that a read uses of KV, knowing nothing.
const NO_KV = { get: async () => null, put: async () => undefined } as unknown as KVNamespace
