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
  /** Batches of uses of tokens, after the answer. */
  useWrites: number
  /** The uses in these. */
  uses: number
  rowsWritten: number
  dataPoints: number
}

// The lives of src/storage; test/prove/scale.test.ts holds the code against this model.
const MEMORY_SECONDS = 60
const KV_SECONDS = 3_600
const STATUS_SECONDS = 5
/** A status tells what the last poll of the feed could see, and is shown until that is so old. */
const OLDEST_SECONDS = 10
const POLL_SECONDS = 4
const FEED_OLD_SECONDS = 8
const USE_SECONDS = 600
const DAY_SECONDS = 86_400
const GATHER_SECONDS = 25
/** A row of `tokens` and one of `token_days`, which on a new day comes with two of its indexes. */
const [USE_ROWS, NEW_DAY_ROWS] = [2, 4]
/** Two routes for badges, each answered 200 or 304: these are counted apart. */
const KINDS_OF_READS = 4

type Tier = 'memory' | 'cache' | 'kv' | 'd1'

export type Isolate = {
  bornAt: number
  readonly grants: Map<number, number>
  /** Until when a status is shown. */
  readonly statuses: Map<number, number>
  /** In which ten minutes a token's use was noted last. */
  readonly noted: Map<number, number>
  /** Uses that are to be written, and until when they wait. */
  readonly unwritten: { token: number; step: number; day: number }[]
  writesAt: number
  /** What was counted and is to be told, and until when. */
  readonly counted: Set<string>
  tellsAt: number
  /** When the newest known poll was sent. */
  feedAt: number
  triedAt: number
}
export type Centre = {
  readonly isolates: Isolate[]
  /** Until when a status is shown. */
  readonly statuses: Map<number, number>
  /** When D1 was read for the copy of a grant. */
  readonly grants: Map<number, number>
  feedAt: number
}
/** What all places share, by token: when D1 was read for KV's copy of its grant; of its last use the ten minutes, and the day. */
export type Everywhere = {
  readonly kv: Map<number, number>
  readonly steps: Map<number, number>
  readonly days: Map<number, number>
}

/** Long enough for the memory of isolates to fill. */
const WARM_UP_SECONDS = MEMORY_SECONDS + STATUS_SECONDS

/**
 * Goes through `requests` reads one by one, with the rules by which the code caches, after as many as fill the caches. KV is
 * taken to be consistent.
 */
export function simulate(load: Load, requests: number, random: () => number = seeded()): Operations {
  const centres = Array.from({ length: load.centres }, () =>
    emptyCentre(Array.from({ length: load.isolates }, () => emptyIsolate(-random() * load.isolateLifeSeconds))),
  )
  const { weights, pick } = zipf(load.tokens, random)
  const phases = weights.map(() => random() * DAY_SECONDS)
  const everywhere = { kv: new Map(), steps: new Map(), days: new Map() }
  weights.forEach((weight, token) => {
    settle(token, { load, perSecond: weight * load.perSecond, phase: phases[token] ?? 0, random, centres, everywhere })
  })
  const warmUp = Math.ceil(WARM_UP_SECONDS * load.perSecond)
  let spent = noOperations()
  for (let i = 0; i < warmUp + requests; i++) {
    if (i === warmUp) spent = noOperations()
    const now = i / load.perSecond
    const centre = centres[Math.floor(random() * centres.length)]
    const isolate = centre?.isolates[Math.floor(random() * load.isolates)]
    if (!centre || !isolate) throw new Error('a load has at least one isolate')
    if (now - isolate.bornAt >= load.isolateLifeSeconds) {
      writeUses(spent, { now: isolate.bornAt + load.isolateLifeSeconds, isolate, everywhere })
      Object.assign(isolate, emptyIsolate(now))
    }
    const token = pick()
    const tier = read(spent, { now, phase: phases[token] ?? 0, token, load, centre, isolate, everywhere })
    countRead(spent, { now, isolate, kind: `${tier} ${Math.floor(random() * KINDS_OF_READS)}` })
  }
  return spent
}

/** As a token's caches are at any time, since its reads come at random: what lives for an hour would take hours to settle. */
function settle(
  token: number,
  {
    load,
    perSecond,
    phase,
    random,
    centres,
    everywhere,
  }: {
    readonly load: Load
    readonly perSecond: number
    readonly phase: number
    readonly random: () => number
    readonly centres: readonly Centre[]
    readonly everywhere: Everywhere
  },
): void {
  const wasReadIn = (seconds: number, share = 1) => random() < 1 - Math.exp(-perSecond * share * seconds)
  const { step, day } = stepAt(0, phase)
  if (wasReadIn(phase % USE_SECONDS)) everywhere.steps.set(token, step)
  if (wasReadIn(phase)) everywhere.days.set(token, day)
  if (random() >= (perSecond * KV_SECONDS) / (1 + perSecond * KV_SECONDS)) return
  const age = random() * KV_SECONDS
  everywhere.kv.set(token, -age)
  for (const centre of load.hasCacheApi ? centres : [])
    if (wasReadIn(age, 1 / load.centres)) centre.grants.set(token, -age)
}

export type Reading = {
  readonly now: number
  /** How far the token is in its day when time begins, so that in a model not all of them have theirs at once. */
  readonly phase: number
  readonly token: number
  readonly load: Pick<Load, 'hasCacheApi'>
  readonly centre: Centre
  readonly isolate: Isolate
  readonly everywhere: Everywhere
}

/** One badge read: findGrant, then findBranchStatus, then noteUse; the tier that proved the token. */
export function read(spent: Operations, reading: Reading): Tier {
  const { now, token, load, centre, isolate } = reading
  writeUses(spent, reading)
  spent.requests += 1
  const before = operationsBeforeAnswer(spent)
  const tier = findGrant(spent, reading)
  if (now >= at(isolate.statuses, token)) {
    // The copy, and the note of a change.
    if (load.hasCacheApi) spent.cacheReads += 2
    if (load.hasCacheApi && now < at(centre.statuses, token)) isolate.statuses.set(token, at(centre.statuses, token))
    else {
      spent.statusReads += 1
      const until = Math.min(now + STATUS_SECONDS, isolate.feedAt + OLDEST_SECONDS)
      isolate.statuses.set(token, until)
      centre.statuses.set(token, until)
    }
  }
  if (operationsBeforeAnswer(spent) === before) spent.free += 1
  noteUse(spent, reading, tier)
  return tier
}

function findGrant(spent: Operations, reading: Reading): Tier {
  const { now, token, load, centre, isolate, everywhere } = reading
  if (now - at(isolate.grants, token) < MEMORY_SECONDS) {
    freshen(spent, reading)
    return 'memory'
  }
  isolate.grants.set(token, now)
  if (load.hasCacheApi && now - isolate.feedAt < FEED_OLD_SECONDS) {
    spent.cacheReads += 1
    if (now - at(centre.grants, token) < KV_SECONDS) {
      freshen(spent, reading)
      return 'cache'
    }
  }
  spent.kvReads += 1
  const inKv = at(everywhere.kv, token)
  if (now - inKv < KV_SECONDS) {
    freshen(spent, reading)
    centre.grants.set(token, inKv)
    return 'kv'
  }
  // The token's row is read in one batch with the feed.
  spent.tokenReads += 1
  spent.kvWrites += 1
  everywhere.kv.set(token, now)
  centre.grants.set(token, now)
  isolate.feedAt = now
  return 'd1'
}

/** Once in ten minutes; written with others a while later, at once where no cache knew the token. */
function noteUse(spent: Operations, { now, phase, token, isolate, everywhere }: Reading, tier: Tier): void {
  const { step, day } = stepAt(now, phase)
  if (at(isolate.noted, token) >= step) return
  isolate.noted.set(token, step)
  isolate.unwritten.push({ token, step, day })
  if (isolate.writesAt === Number.POSITIVE_INFINITY) isolate.writesAt = now + GATHER_SECONDS
  if (tier === 'd1') writeUses(spent, { now, isolate, everywhere }, true)
}

/** Writes the uses that are due, or all at once. */
export function writeUses(
  spent: Operations,
  { now, isolate, everywhere: { steps, days } }: Pick<Reading, 'now' | 'isolate' | 'everywhere'>,
  isAtOnce = false,
): void {
  const isDue = now >= isolate.writesAt
  if (isDue) isolate.writesAt = Number.POSITIVE_INFINITY
  if ((!isDue && !isAtOnce) || isolate.unwritten.length === 0) return
  spent.useWrites += 1
  for (const { token, step, day } of isolate.unwritten.splice(0)) {
    spent.uses += 1
    if (at(steps, token) >= step) continue
    steps.set(token, step)
    spent.rowsWritten += at(days, token) >= day ? USE_ROWS : NEW_DAY_ROWS
    days.set(token, day)
  }
}

function stepAt(now: number, phase: number): { readonly step: number; readonly day: number } {
  return { step: Math.floor((now + phase) / USE_SECONDS), day: Math.floor((now + phase) / DAY_SECONDS) }
}

/** A data point for all reads of a kind in 25 s. */
function countRead(
  spent: Operations,
  { now, isolate, kind }: { readonly now: number; readonly isolate: Isolate; readonly kind: string },
): void {
  if (now >= isolate.tellsAt) {
    isolate.counted.clear()
    isolate.tellsAt = Number.POSITIVE_INFINITY
  }
  if (isolate.counted.has(kind)) return
  isolate.counted.add(kind)
  spent.dataPoints += 1
  if (isolate.tellsAt === Number.POSITIVE_INFINITY) isolate.tellsAt = now + GATHER_SECONDS
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
    useWrites: 0,
    uses: 0,
    rowsWritten: 0,
    dataPoints: 0,
  }
}

export function emptyIsolate(bornAt: number): Isolate {
  const [never, open] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
  return {
    bornAt,
    grants: new Map(),
    statuses: new Map(),
    noted: new Map(),
    unwritten: [],
    writesAt: open,
    counted: new Set(),
    tellsAt: open,
    feedAt: never,
    triedAt: never,
  }
}

export function emptyCentre(isolates: Isolate[]): Centre {
  return { isolates, statuses: new Map(), grants: new Map(), feedAt: Number.NEGATIVE_INFINITY }
}

function at(times: ReadonlyMap<number, number>, key: number): number {
  return times.get(key) ?? Number.NEGATIVE_INFINITY
}

/** Picks 0 … n-1 by their weights, the first most often: the k-th half as often as the (k/2)-th. */
function zipf(n: number, random: () => number): { readonly weights: readonly number[]; readonly pick: () => number } {
  const sums: number[] = []
  let sum = 0
  for (let k = 1; k <= n; k++) {
    sum += 1 / k
    sums.push(sum)
  }
  const pick = () => {
    const wanted = random() * sum
    let [low, high] = [0, n - 1]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((sums[middle] ?? 0) < wanted) low = middle + 1
      else high = middle
    }
    return low
  }
  return { weights: sums.map((_, i) => 1 / (i + 1) / sum), pick }
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
