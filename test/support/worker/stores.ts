import { env } from 'cloudflare:workers'
import { importPeppers, type Peppers } from '../../../src/domain/access/secret-hash.ts'
import type { Deferred } from '../../../src/domain/deferred.ts'
import type { UpkeepStep } from '../../../src/domain/upkeep.ts'
import { createMemory } from '../../../src/storage/memory.ts'
import { openPrimary, type Stores } from '../../../src/storage/stores.ts'
import { type Counts, countCache, countD1, countKv, type Faults, type RecordedStatement } from './counted.ts'

/** The time as the isolates of one test see it. */
export type Clock = { now: number; advance(ms: number): void }

export type TestStores = Stores & {
  readonly clock: Clock
  /** The name of its data centre's cache. */
  readonly centre: string
  /** Operations since the last `resetCounts`. */
  readonly counts: Counts
  resetCounts(): void
  readonly faults: Faults
  readonly recorded: RecordedStatement[]
  /** The ids of the outbox that would have been queued. */
  readonly queued: string[]
  /** The pipelines that would have been looked at. */
  readonly checks: string[]
  /** The work that would have been queued. */
  readonly deferred: Deferred[]
  /** The steps of upkeep that would have been queued. */
  readonly steps: UpkeepStep[]
  /** The events that would have been logged. */
  readonly warnings: string[]
  /** Waits for all that was left to `waitUntil`; pauses end at once. */
  settled(): Promise<void>
}

/**
 * The stores of one isolate: the real D1, KV, R2 and Cache API of workerd, counted; an empty memory; a clock that only
 * the test moves. `beside` puts it into the data centre, and the time, of another; by default it has its own cache.
 */
export async function openTestStores({
  beside,
  cacheApi = true,
  graceMs = 60_000,
  maxQueries = 1_000,
  clock = beside?.clock ?? createClock(),
  peppers,
}: {
  beside?: TestStores
  cacheApi?: boolean
  graceMs?: number
  maxQueries?: number
  clock?: Clock
  peppers?: Peppers
} = {}): Promise<TestStores> {
  const counts: Counts = { d1: 0, kvGets: 0, kvPuts: 0, cacheMatches: 0, cachePuts: 0 }
  const faults: Faults = {}
  const recorded: RecordedStatement[] = []
  const warnings: string[] = []
  const queued: string[] = []
  const checks: string[] = []
  const steps: UpkeepStep[] = []
  const deferred: Deferred[] = []
  const waiting: Promise<unknown>[] = []
  const pauses: (() => void)[] = []
  const centre = beside?.centre ?? crypto.randomUUID()
  const cache = cacheApi ? await caches.open(centre) : null
  return {
    db: openPrimary(countD1(env.DB, counts, faults, recorded)),
    kv: countKv(env.KV, counts, faults),
    artifacts: env.ARTIFACTS,
    queue: {
      sendBatch: async (messages) => {
        for (const { body } of messages) {
          if ('id' in body) queued.push(body.id)
          else if ('pipeline' in body) checks.push(body.pipeline)
          else deferred.push(structuredClone(body.deferred))
        }
        return { metadata: { metrics: { backlogBytes: 0, backlogCount: 0 } } }
      },
    },
    upkeep: {
      sendBatch: async (messages) => {
        for (const { body } of messages) steps.push(body)
        return { metadata: { metrics: { backlogBytes: 0, backlogCount: 0 } } }
      },
    },
    cache: cache && countCache(cache, counts, faults),
    memory: createMemory(),
    changed: new Set(),
    peppers: peppers ?? (await importPeppers(env.PEPPERS)),
    graceMs,
    maxQueries,
    now: () => clock.now,
    waitUntil: (work) => void waiting.push(work),
    pause: () => new Promise<void>((resolve) => pauses.push(resolve)),
    warn: (event) => void warnings.push(event),
    clock,
    centre,
    counts,
    resetCounts: () => Object.assign(counts, { d1: 0, kvGets: 0, kvPuts: 0, cacheMatches: 0, cachePuts: 0 }),
    faults,
    recorded,
    queued,
    checks,
    deferred,
    steps,
    warnings,
    async settled() {
      while (waiting.length > 0) {
        for (const end of pauses.splice(0)) end()
        await Promise.allSettled(waiting.splice(0))
      }
    },
  }
}

export function createClock(): Clock {
  return {
    now: Date.now(),
    advance(ms) {
      this.now += ms
    },
  }
}
