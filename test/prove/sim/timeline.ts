import { AsyncLocalStorage } from 'node:async_hooks'

/** One request or background job of the simulation; a dead one never runs on, as in workerd after a cancellation. */
export type Life = { dead: boolean }

/** The time of a simulated world. It stands still while anything runs, and jumps from one event to the next. */
export type Timeline = {
  readonly now: number
  /** Runs `event` after `ms`, unless it is called off or `life` has ended by then. */
  at(ms: number, event: () => void, life?: Life): () => void
  /** Never comes back to somebody dead. */
  sleep(ms: number, life: Life): Promise<void>
  /** Work outside the simulation (a database, hashing): done one after the other, in no simulated time. */
  real<T>(work: () => Promise<T> | T): Promise<T>
  /** Lets everything run that can run without time passing. */
  settle(): Promise<void>
  advance(ms: number): Promise<void>
}

type Event = { readonly at: number; readonly order: number; readonly run: () => void; calledOff: boolean }

export function createTimeline(startsAt: number): Timeline {
  const events: Event[] = []
  let now = startsAt
  let order = 0
  let pending = 0
  let queue: Promise<unknown> = Promise.resolve()

  const timeline: Timeline = {
    get now() {
      return now
    },
    at(ms, run, life) {
      const event: Event = {
        at: now + ms,
        order: order++,
        run: () => life?.dead || run(),
        calledOff: false,
      }
      insert(events, event)
      return () => {
        event.calledOff = true
      }
    },
    sleep: (ms, life) => new Promise((resolve) => timeline.at(ms, resolve, life)),
    async real(work) {
      pending += 1
      const mine = queue.then(work)
      queue = mine.catch(() => undefined)
      try {
        return await mine
      } finally {
        pending -= 1
      }
    },
    async settle() {
      await drainMicrotasks()
      while (pending > 0) {
        await queue
        await drainMicrotasks()
      }
    },
    async advance(ms) {
      const until = now + ms
      await timeline.settle()
      for (let next = events[0]; next && next.at <= until; next = events[0]) {
        events.shift()
        if (next.calledOff) continue
        now = next.at
        next.run()
        await timeline.settle()
      }
      now = until
    },
  }
  return timeline
}

function insert(events: Event[], event: Event): void {
  let index = events.length
  while (index > 0 && (events[index - 1]?.at ?? 0) > event.at) index -= 1
  events.splice(index, 0, event)
}

const IS_NODE = typeof navigator !== 'undefined' && navigator.userAgent.startsWith('Node.js')
const realSetImmediate = setImmediate
// A turn of workerd's event loop takes a millisecond; the longest chain of promises here takes far fewer turns than this.
const TURNS = 400

async function drainMicrotasks(): Promise<void> {
  if (IS_NODE) return new Promise((resolve) => realSetImmediate(resolve))
  for (let turn = 0; turn < TURNS; turn++) await null
}

const whose = new AsyncLocalStorage<Life>()

/** Runs a request's code so that its timers are known to be its own. */
export function live<T>(life: Life, run: () => Promise<T>): Promise<T> {
  return whose.run(life, run)
}

/** Until `restore`, timers tell the simulated time and hashing counts as real work: nothing of it is in the production code. */
export function patchTimers(timeline: Timeline): () => void {
  const { setTimeout, clearTimeout } = globalThis
  const { sign, digest } = crypto.subtle
  const signed = new Map<string, Promise<ArrayBuffer>>()
  Object.assign(globalThis, {
    setTimeout: (run: () => void, ms = 0) => timeline.at(ms, run, whose.getStore()),
    // A socket of a file before this one may end meanwhile: its timer is a real one.
    clearTimeout: (timer: unknown) => (typeof timer === 'function' ? timer() : clearTimeout(timer as NodeJS.Timeout)),
  })
  crypto.subtle.sign = (algorithm: unknown, key: CryptoKey, data: Uint8Array<ArrayBuffer>) => {
    const text = new TextDecoder().decode(data)
    const known = signed.get(text) ?? timeline.real(() => sign.call(crypto.subtle, algorithm as string, key, data))
    signed.set(text, known)
    return known
  }
  crypto.subtle.digest = (algorithm: string, data: ArrayBuffer) =>
    timeline.real(() => digest.call(crypto.subtle, algorithm, data))
  return () => {
    Object.assign(globalThis, { setTimeout, clearTimeout })
    Object.assign(crypto.subtle, { sign, digest })
  }
}

/** Small, seeded, and good enough to pick latencies: mulberry32. */
export function createRandom(seed: number): () => number {
  let state = seed | 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
