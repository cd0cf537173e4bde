/** A load, and how Cloudflare spreads it. What Cloudflare does not tell is an assumption, to be varied. */
export type Load = {
  /** Badge reads a second, everywhere together. */
  readonly perSecond: number
  /** Data centres that get them, alike. */
  readonly centres: number
  /** Isolates in each centre. */
  readonly isolates: number
  /** How long an isolate lives before another one, empty, takes its place. */
  readonly isolateLifeSeconds: number
  /** Project tokens in use; each belongs to one badge. Few are asked for often, many seldom (Zipf). */
  readonly tokens: number
  /** False on workers.dev, where the Cache API does nothing. */
  readonly hasCacheApi: boolean
}

export type Operations = {
  requests: number
  /** Answered with no storage operation at all before the answer. */
  free: number
  kvReads: number
  kvWrites: number
  cacheReads: number
  /** Round trips to the D1 primary, by what for. */
  polls: number
  tokenReads: number
  statusReads: number
  /** The `last_used_at` of tokens, after the answer. */
  useNotes: number
  rowsWritten: number
}

// The lives of src/storage; test/prove/scale.test.ts holds the code against this model.
const MEMORY_SECONDS = 60
const KV_SECONDS = 3_600
const STATUS_SECONDS = 5
const POLL_SECONDS = 4
const USE_SECONDS = 60

type Isolate = {
  bornAt: number
  readonly grants: Map<number, number>
  readonly statuses: Map<number, number>
  readonly uses: Map<number, number>
  /** When the newest known poll was sent. */
  feedAt: number
  triedAt: number
}
type Centre = { readonly isolates: Isolate[]; readonly statuses: Map<number, number>; feedAt: number }

/** Goes through `requests` reads one by one, with the rules by which the code caches. KV is taken to be consistent. */
export function simulate(load: Load, requests: number, random: () => number = seeded()): Operations {
  const spent = noOperations()
  const centres: Centre[] = Array.from({ length: load.centres }, () => ({
    isolates: Array.from({ length: load.isolates }, () => emptyIsolate(-random() * load.isolateLifeSeconds)),
    statuses: new Map(),
    feedAt: Number.NEGATIVE_INFINITY,
  }))
  const kv = new Map<number, number>()
  const lastUses = new Map<number, number>()
  const pick = zipf(load.tokens, random)
  for (let i = 0; i < requests; i++) {
    const now = i / load.perSecond
    const centre = centres[Math.floor(random() * centres.length)]
    const isolate = centre?.isolates[Math.floor(random() * load.isolates)]
    if (!centre || !isolate) throw new Error('a load has at least one isolate')
    if (now - isolate.bornAt >= load.isolateLifeSeconds) Object.assign(isolate, emptyIsolate(now))
    read(spent, { now, token: pick(), load, centre, isolate, kv, lastUses })
  }
  return spent
}

type Reading = {
  readonly now: number
  readonly token: number
  readonly load: Load
  readonly centre: Centre
  readonly isolate: Isolate
  readonly kv: Map<number, number>
  readonly lastUses: Map<number, number>
}

/** One badge read: findGrant, then findBranchStatus, then noteUse. */
export function read(spent: Operations, reading: Reading): void {
  const { now, token, load, centre, isolate, kv, lastUses } = reading
  spent.requests += 1
  const before = operationsBeforeAnswer(spent)
  if (now - at(isolate.grants, token) < MEMORY_SECONDS) freshen(spent, reading)
  else {
    spent.kvReads += 1
    if (now - at(kv, token) < KV_SECONDS) {
      freshen(spent, reading)
      isolate.grants.set(token, now)
    } else {
      // The token's row is read in one batch with the feed.
      spent.tokenReads += 1
      spent.kvWrites += 1
      kv.set(token, now)
      isolate.grants.set(token, now)
      isolate.feedAt = now
    }
  }
  if (now - at(isolate.statuses, token) >= STATUS_SECONDS) {
    if (load.hasCacheApi) spent.cacheReads += 1
    if (load.hasCacheApi && now - at(centre.statuses, token) < STATUS_SECONDS)
      isolate.statuses.set(token, at(centre.statuses, token))
    else {
      spent.statusReads += 1
      isolate.statuses.set(token, now)
      centre.statuses.set(token, now)
    }
  }
  if (operationsBeforeAnswer(spent) === before) spent.free += 1
  const minute = now - (now % USE_SECONDS)
  if (at(isolate.uses, token) >= minute) return
  isolate.uses.set(token, minute)
  spent.useNotes += 1
  if (at(lastUses, token) >= minute) return
  lastUses.set(token, minute)
  spent.rowsWritten += 1
}

/** The feed is polled from 4 s of age beside the answer, from 8 s before it; the centre's copy stands in where it is young. */
function freshen(spent: Operations, { now, load, centre, isolate }: Reading): void {
  const age = now - isolate.feedAt
  if (age < POLL_SECONDS || now - isolate.triedAt < POLL_SECONDS) return
  isolate.triedAt = now
  if (load.hasCacheApi) {
    spent.cacheReads += 1
    isolate.feedAt = Math.max(isolate.feedAt, centre.feedAt)
    if (now - isolate.feedAt < POLL_SECONDS) return
  }
  spent.polls += 1
  isolate.feedAt = now
  centre.feedAt = now
}

function operationsBeforeAnswer({ kvReads, tokenReads, statusReads, cacheReads, polls }: Operations): number {
  return kvReads + tokenReads + statusReads + cacheReads + polls
}

export function noOperations(): Operations {
  return {
    requests: 0,
    free: 0,
    kvReads: 0,
    kvWrites: 0,
    cacheReads: 0,
    polls: 0,
    tokenReads: 0,
    statusReads: 0,
    useNotes: 0,
    rowsWritten: 0,
  }
}

function emptyIsolate(bornAt: number): Isolate {
  const never = Number.NEGATIVE_INFINITY
  return { bornAt, grants: new Map(), statuses: new Map(), uses: new Map(), feedAt: never, triedAt: never }
}

function at(times: ReadonlyMap<number, number>, key: number): number {
  return times.get(key) ?? Number.NEGATIVE_INFINITY
}

/** Picks 0 … n-1, the first most often: the k-th half as often as the (k/2)-th. */
function zipf(n: number, random: () => number): () => number {
  const sums: number[] = []
  let sum = 0
  for (let k = 1; k <= n; k++) {
    sum += 1 / k
    sums.push(sum)
  }
  return () => {
    const wanted = random() * sum
    let [low, high] = [0, n - 1]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((sums[middle] ?? 0) < wanted) low = middle + 1
      else high = middle
    }
    return low
  }
}

/** The same numbers in every run. */
export function seeded(seed = 1): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}
