import type { Secret } from '../../../src/domain/access/secret.ts'
import { importPeppers, type Peppers } from '../../../src/domain/access/secret-hash.ts'
import { type Project, parseSlug, type Slug, slugKeyFor } from '../../../src/domain/project.ts'
import { createMemory, type Memory } from '../../../src/storage/memory.ts'
import { openPrimary, type Stores } from '../../../src/storage/stores.ts'
import { type CentreCache, viewCache } from './centre-cache.ts'
import { type D1Path, viewD1 } from './faulty-d1.ts'
import { createFaultyKv, type FaultyKv, type KvCentre, type KvRules } from './faulty-kv.ts'
import type { Stats } from './stats.ts'
import { createRandom, createTimeline, type Life, type Timeline } from './timeline.ts'
import { type History, readTruth, type Truth } from './truth.ts'

/** What stays the same during one schedule. */
export type Plan = {
  readonly seed: number
  /** For each data centre, how many isolates it has and whether its Cache API works. */
  readonly centres: readonly { readonly isolates: number; readonly cacheApi: boolean; readonly latencyMs: number }[]
  readonly kv: KvRules
  readonly graceMs: number
  readonly publicFirst: boolean
}

export type Centre = KvCentre & CentreCache & D1Path & { readonly hasCacheApi: boolean }

export type Isolate = {
  readonly name: string
  readonly centre: Centre
  memory: Memory
  /** Index in the history of the newest change that this isolate itself committed and heard back of. */
  knows: number
  /** When the primary could not be read from here. */
  troubles: { readonly from: number; readonly until: number }[]
  /** What this isolate refused, and the history's index at that moment. */
  refused: Map<SimToken, number>
  polledAt: number
  /** The lives of the database that its feed has known, the newest last. */
  epochs: string[]
}

export type SimToken = {
  readonly secret: Secret
  id: string | null
  createdAt: number | null
  /** Where it was minted, and since when its minter knows. */
  minted: { readonly isolate: Isolate; readonly memory: Memory; readonly doneAt: number } | null
  /** The isolates (by their memory) in which it was tried before it existed. */
  readonly triedBefore: Set<Memory>
  rotated: boolean
}

/** One request of the simulation. */
export type Request = Life & {
  readonly isolate: Isolate
  readonly memory: Memory
  readonly startedAt: number
  /** Index in the history at the start. */
  readonly from: number
  readonly knows: number
  readonly stores: Stores
  /** Index in the history of its own last commit. */
  committed: number
  lateMs: number
  holdMs: number
  sends: number
  /** The token that its next commit makes. */
  makes: SimToken | null
}

export type World = {
  readonly plan: Plan
  readonly d1: D1Database
  readonly timeline: Timeline
  readonly random: () => number
  readonly kv: FaultyKv
  readonly centres: readonly Centre[]
  readonly isolates: readonly Isolate[]
  readonly history: Truth[] & History
  readonly tokens: SimToken[]
  readonly slugs: readonly [Slug, Slug]
  readonly users: readonly { readonly id: string; readonly login: string }[]
  /** Each project that ever was. */
  readonly projects: Project[]
  readonly inFlight: Set<Request>
  readonly violations: string[]
  /** What was said to the log, and each text given to D1. */
  readonly said: string[]
  readonly stats: Stats
  newestOf(): Truth
}

// Any moment; fixed, so that a schedule replays the same.
const STARTS_AT = 1_800_000_000_000

let peppers: Promise<Peppers> | undefined

export async function createWorld(d1: D1Database, plan: Plan, stats: Stats): Promise<World> {
  const random = createRandom(plan.seed)
  const timeline = createTimeline(STARTS_AT)
  const centres = plan.centres.map(
    ({ cacheApi, latencyMs }): Centre => ({
      kvWeather: 'fine',
      kvCache: new Map(),
      cacheWeather: 'fine',
      entries: new Map(),
      d1Weather: 'fine',
      latencyMs,
      hasCacheApi: cacheApi,
    }),
  )
  const isolates = centres.flatMap((centre, c) =>
    Array.from(
      { length: plan.centres[c]?.isolates ?? 1 },
      (_, i): Isolate => ({
        name: `isolate ${c}.${i}`,
        centre,
        memory: createMemory(),
        knows: 0,
        troubles: [],
        refused: new Map(),
        polledAt: Number.NEGATIVE_INFINITY,
        epochs: [],
      }),
    ),
  )
  await wipe(d1)
  const history = [await readTruth(d1, timeline.now, 0)]
  return {
    plan,
    d1,
    timeline,
    random,
    kv: createFaultyKv(timeline, plan.kv, random),
    centres,
    isolates,
    history,
    tokens: [],
    slugs: [slugOf('gh/acme/web'), slugOf('gl/acme/api')],
    users: ['ada', 'bob', 'eve'].map((login) => ({ id: `user-${login}`, login })),
    projects: [],
    inFlight: new Set(),
    violations: [],
    said: [],
    stats,
    newestOf() {
      const newest = history.at(-1)
      if (!newest) throw new Error('the history begins with a truth')
      return newest
    },
  }
}

export async function importSimPeppers(): Promise<Peppers> {
  peppers ??= importPeppers(`sim:${'0'.repeat(43)}`)
  return peppers
}

/** How its first question to D1 is delayed, on the way there and back. */
export type Late = { readonly lateMs?: number; readonly holdMs?: number }

/** Opens a request in an isolate, with stores of its own as the runtime gives them. */
export async function openRequest(world: World, isolate: Isolate, late: Late = {}): Promise<Request> {
  const { timeline, random, kv, history, plan } = world
  const { centre, memory } = isolate
  const own = await importSimPeppers()
  const request: Request = {
    dead: false,
    isolate,
    memory,
    startedAt: timeline.now,
    from: history.length - 1,
    knows: isolate.knows,
    committed: -1,
    lateMs: late.lateMs ?? 0,
    holdMs: late.holdMs ?? 0,
    sends: 0,
    makes: null,
    // Filled below: they belong to the request that they belong to.
    stores: {} as Stores,
  }
  const db = openPrimary(
    viewD1(
      world.d1,
      centre,
      {
        timeline,
        random,
        near() {
          const fault = 'I11: a right was asked of a replica, which may be of any time before'
          world.violations.push(fault)
          throw new Error(fault)
        },
      },
      {
        request,
        sent: (statements) => noteSent(world, request, statements),
        troubled: (from, until) => request.isolate.troubles.push({ from, until }),
        ran: (statements, params) => noteRan(world, request, statements, params),
      },
    ),
  )
  const stores: Stores = {
    db,
    kv: kv.viewOf(centre, request),
    // The verifier never touches bytes, nor does it send anything.
    artifacts: {} as R2Bucket,
    cache: centre.hasCacheApi ? viewCache(centre, timeline, request, random) : null,
    queue: { sendBatch: async () => ({ metadata: { metrics: { backlogCount: 0, backlogBytes: 0 } } }) },
    upkeep: { sendBatch: async () => ({ metadata: { metrics: { backlogCount: 0, backlogBytes: 0 } } }) },
    memory,
    changed: new Set(),
    peppers: own,
    graceMs: plan.graceMs,
    maxQueries: 1_000,
    now: () => timeline.now,
    waitUntil: () => {},
    pause: (ms) => timeline.sleep(ms, request),
    warn: (event, error) => world.said.push(event, error instanceof Error ? error.message : String(error)),
  }
  Object.assign(request.stores, stores)
  world.inFlight.add(request)
  return request
}

function noteSent(world: World, request: Request, statements: readonly string[]): void {
  const { isolate, memory } = request
  request.sends += 1
  world.stats.roundTrips += 1
  const isPoll =
    statements.length === 2 &&
    /^select .*from "feed_state"/.test(statements[0] ?? '') &&
    /^select .*from "revocations"/.test(statements[1] ?? '')
  if (!isPoll || isolate.memory !== memory) return
  const { now } = world.timeline
  const restoredLately = world.history.some(
    (truth, i) => now - truth.at < 15_000 && truth.epoch !== world.history[i - 1]?.epoch,
  )
  // A poll looks at the data centre's copy first, for 250 ms at most.
  if (now - isolate.polledAt < 4_000 - 250 && !restoredLately)
    world.violations.push(`I9: ${isolate.name} polled the feed ${now - isolate.polledAt} ms after its last poll`)
  isolate.polledAt = now
}

async function noteRan(
  world: World,
  request: Request,
  statements: readonly string[],
  params: readonly unknown[],
): Promise<void> {
  for (const param of params) if (typeof param === 'string') world.said.push(param)
  if (statements.every((sql) => sql.startsWith('select'))) return
  await noteCommit(world)
  request.committed = world.history.length - 1
  if (!request.makes) return
  const [before, after] = world.history.slice(-2)
  const made = [...(after?.tokens.keys() ?? [])].find((id) => !before?.tokens.has(id))
  if (!made) return
  Object.assign(request.makes, { id: made, createdAt: world.timeline.now })
  request.makes = null
}

/** Reads what the database says now; nothing else runs there meanwhile. */
export async function noteCommit(world: World): Promise<void> {
  world.history.push(await readTruth(world.d1, world.timeline.now, world.newestOf().newestSeq))
}

async function wipe(d1: D1Database): Promise<void> {
  const tables = ['tokens', 'members', 'projects', 'users', 'audit', 'revocations']
  await d1.batch([
    ...tables.map((table) => d1.prepare(`delete from ${table}`)),
    d1.prepare('delete from revocations'),
    d1.prepare('update feed_state set low_water = newest_seq, epoch = lower(hex(randomblob(16)))'),
  ])
}

function slugOf(text: string): Slug {
  const slug = parseSlug(text)
  if (!slug) throw new Error(`${text} is no slug`)
  return slug
}

export function slugKeyOf(world: World, index: number): { readonly slug: Slug; readonly slugKey: string } {
  const slug = world.slugs[index % 2] ?? world.slugs[0]
  return { slug, slugKey: slugKeyFor(slug) }
}

/** A poll that cannot be told from here whether the primary could be read while the request ran. */
export function wasTroubled({ isolate, startedAt }: Request, now: number): boolean {
  return isolate.troubles.some(({ from, until }) => until >= startedAt && from <= now)
}
