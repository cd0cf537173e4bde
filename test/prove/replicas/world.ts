import { join } from 'node:path'
import { createApps } from '../../../src/app.ts'
import { createRecentMap } from '../../../src/domain/formats/recent-map.ts'
import type { Project } from '../../../src/domain/project.ts'
import type { Bindings } from '../../../src/env.ts'
import { createDrawings } from '../../../src/http/badges/drawing.ts'
import { createRedirects } from '../../../src/http/downloads/redirect.ts'
import { createKeptAnswers } from '../../../src/http/frame/answers/kept-answers.ts'
import { createMetrics } from '../../../src/http/frame/metrics.ts'
import type { OpenRequest } from '../../../src/http/frame/open-request.ts'
import { startTrace } from '../../../src/http/frame/trace.ts'
import { answerHot } from '../../../src/http/hot.ts'
import { parseSettings, type Settings } from '../../../src/settings.ts'
import { tellChanges } from '../../../src/storage/edge/changes.ts'
import { createMemory } from '../../../src/storage/memory.ts'
import { openPrimary, type Stores } from '../../../src/storage/stores.ts'
import { seedMember, seedProject, seedToken, seedUser } from '../../support/seed/seed.ts'
import { type CentreCache, viewCache } from '../sim/centre-cache.ts'
import { type D1Path, type D1Watch, viewD1, viewTarget } from '../sim/faulty-d1.ts'
import { openSqliteD1 } from '../sim/sqlite-d1.ts'
import { createRandom, createTimeline, type Life, type Timeline } from '../sim/timeline.ts'
import { followPrimary, numberWrites, type Primary, type Replica, sessionsOf } from './replicated-d1.ts'

/** What stays the same during one schedule. */
export type Plan = {
  readonly seed: number
  /** For each data centre, its isolates and replicas, and whether its Cache API works. */
  readonly centres: readonly {
    readonly isolates: number
    readonly replicas: number
    readonly cacheApi: boolean
    readonly latencyMs: number
    /** How far its replicas are behind at first. */
    readonly lagMs: number
  }[]
}

export const MAX_CENTRES = 3
export const MAX_REPLICAS = 2

export type ReplicaPath = D1Path & { readonly replica: Replica }

export type Centre = CentreCache &
  D1Path & {
    readonly hasCacheApi: boolean
    readonly replicas: readonly ReplicaPath[]
    /** Indexes in the history of the changes that were answered here. */
    readonly knows: number[]
  }

export type Isolate = {
  readonly name: string
  readonly centre: Centre
  kept: Kept
}

/** What an isolate remembers, with what the test knows of it. */
type Kept = Pick<OpenRequest, 'drawings' | 'redirects' | 'answers' | 'metrics'> & {
  readonly memory: Stores['memory']
  /** Indexes in the history of the changes that were answered here, and of the newest that ended a right. */
  readonly knows: number[]
  knowsRights: number
  /** When what was read here was answered last. */
  readonly readAt: Map<string, number>
}

export const READERS = ['project', 'member', 'nobody'] as const
/** Who reads: with a token of the project, as a member, with no token at all. */
export type Reader = (typeof READERS)[number]

export type BuildTruth = {
  readonly num: number
  readonly branch: string
  readonly status: string
  /** When its pipeline, which has no other build, began. */
  readonly beganAt: number
}

/** What the primary said from one commit to the next, read past all production code. */
export type Truth = {
  readonly at: number
  readonly builds: readonly BuildTruth[]
  readonly opensTo: ReadonlySet<Reader>
}

/** The databases, which outlive a schedule: each begins with a project of its own, and replicas that have everything. */
export type Databases = {
  readonly primary: Primary
  readonly replicas: readonly Replica[]
  /** That of the schedule that runs. */
  readonly clock: { now: () => number }
  readonly settings: Settings
}

export type World = {
  readonly timeline: Timeline
  readonly random: () => number
  readonly databases: Databases
  readonly centres: readonly Centre[]
  readonly isolates: readonly Isolate[]
  readonly project: Project
  readonly member: { readonly id: string; readonly login: string }
  /** Tokens: of an admin, who changes things, and of the readers. */
  readonly admin: string
  readonly tokens: { project: { id: string; secret: string }; readonly member: string }
  readonly history: Truth[]
  readonly inFlight: Set<Sent>
  readonly violations: string[]
  readonly stats: ReplicaStats
}

/** One request of the simulation. */
export type Sent = Life & {
  readonly startedAt: number
  readonly kept: Kept
  readonly centre: Centre
  readonly isRead: boolean
  /** Indexes in the history of its own commits. */
  readonly commits: number[]
  lateMs: number
  holdMs: number
}

/** What a run did. */
export type ReplicaStats = {
  reads: number
  opened: number
  changes: number
  /** Questions about builds, by who was asked. */
  replica: number
  primary: number
  /** The oldest that something was, and the latest that an ended right opened anything, since it was no longer so. */
  oldestMs: number
  latestAcceptMs: number
}

// Any moment; fixed, so that a schedule replays the same.
const STARTS_AT = 1_800_000_000_000

const appFor = createApps()

export async function openDatabases(): Promise<Databases> {
  const clock = { now: () => STARTS_AT }
  const now = () => clock.now()
  const open = () => openSqliteD1(join(import.meta.dirname, '../../../migrations'))
  const first = open()
  const primary = numberWrites(first, now)
  const epoch = await first.prepare('select epoch from feed_state').first('epoch')
  const replicas = await Promise.all(
    Array.from({ length: MAX_CENTRES * MAX_REPLICAS }, async () => {
      const d1 = open()
      await d1.prepare('update feed_state set epoch = ?').bind(epoch).run()
      return followPrimary(primary, d1, now)
    }),
  )
  const secret = '0'.repeat(43)
  const bindings = {
    PEPPERS: `sim:${secret}`,
    DOWNLOAD_KEY: secret,
    DATA_KEY: `sim:${secret}`,
    VERSION: { id: 'test' },
  }
  const settings = await parseSettings({ ...bindings, PUBLIC_ORIGIN: ORIGIN } as unknown as Bindings)
  return { primary, replicas, clock, settings }
}

const ORIGIN = 'https://builds.test'

export async function createWorld(databases: Databases, plan: Plan, stats: ReplicaStats): Promise<World> {
  const { primary, replicas } = databases
  const timeline = createTimeline(STARTS_AT)
  databases.clock.now = () => timeline.now
  const centres = plan.centres.map(
    ({ cacheApi, latencyMs, ...plan }, c): Centre => ({
      cacheWeather: 'fine',
      entries: new Map(),
      d1Weather: 'fine',
      latencyMs,
      hasCacheApi: cacheApi,
      replicas: replicas
        .slice(c * MAX_REPLICAS, c * MAX_REPLICAS + plan.replicas)
        .map((replica) => ({ replica, d1Weather: 'fine', latencyMs: 5 })),
      knows: [],
    }),
  )
  const isolates = centres.flatMap((centre, c) =>
    Array.from(
      { length: plan.centres[c]?.isolates ?? 1 },
      (_, i): Isolate => ({ name: `isolate ${c}.${i}`, centre, kept: remembering(timeline.now) }),
    ),
  )
  const { settings } = databases
  const db = openPrimary(primary as unknown as D1Database)
  const project = await seedProject(db)
  const [ada, bob] = [await seedUser(db), await seedUser(db)]
  await seedMember(db, project, ada, 'admin')
  await seedMember(db, project, bob, 'member')
  const keys = { db, peppers: settings.peppers }
  const admin = await seedToken(keys, { kind: 'personal', user: ada })
  const member = await seedToken(keys, { kind: 'personal', user: bob })
  const token = await seedToken(keys, { kind: 'project', project, scope: 'status' })
  for (const [i, replica] of replicas.entries()) {
    await replica.catchUp()
    replica.lagMs = plan.centres[Math.floor(i / MAX_REPLICAS)]?.lagMs ?? 0
  }
  primary.forget()
  const world: World = {
    timeline,
    random: createRandom(plan.seed),
    databases,
    centres,
    isolates,
    project,
    member: bob,
    admin: admin.secret,
    tokens: { project: token, member: member.secret },
    history: [],
    inFlight: new Set(),
    violations: [],
    stats,
  }
  await noteTruth(world)
  return world
}

export function remembering(now: number): Kept {
  return {
    memory: createMemory(),
    drawings: createDrawings(),
    redirects: createRedirects(),
    answers: createKeptAnswers(),
    metrics: createMetrics(now, null),
    knows: [],
    knowsRights: 0,
    readAt: new Map(),
  }
}

export type Question = { readonly method?: string; readonly token?: string | null; readonly json?: unknown }
export type Answered = { readonly status: number; readonly text: string }

export function openSent({ timeline }: World, { kept, centre }: Isolate, isRead: boolean): Sent {
  return { dead: false, startedAt: timeline.now, kept, centre, isRead, commits: [], lateMs: 0, holdMs: 0 }
}

/** Asks the whole application, as `src/index.ts` does. */
export async function send(world: World, sent: Sent, path: string, question: Question = {}): Promise<Answered> {
  const { method = 'GET', token = null, json } = question
  const asked = new Request(`${ORIGIN}${path}`, {
    method,
    headers: {
      ...(token === null ? {} : { 'Circle-Token': token }),
      ...(json === undefined ? {} : { 'Content-Type': 'application/json' }),
    },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
  })
  const { memory, ...kept } = sent.kept
  const stores = storesOf(world, sent)
  const { now, warn, waitUntil } = stores
  const opened: OpenRequest = {
    ...kept,
    settings: world.databases.settings,
    stores,
    outside: { keySets: createRecentMap(1), now, warn, waitUntil },
    trace: startTrace(now()),
    limits: { unknownTokens: NO_LIMIT, leakReports: NO_LIMIT, signIns: NO_LIMIT, exchanges: NO_LIMIT },
  }
  const ctx = { waitUntil: stores.waitUntil, passThroughOnException: () => {}, props: {} }
  const response = await (answerHot(asked, opened) ?? appFor(asked, opened).fetch(asked, opened, ctx as never))
  await tellChanges(stores)
  return { status: response.status, text: await response.text() }
}

const NO_LIMIT: RateLimit = { limit: async () => ({ success: true }) }

function storesOf(world: World, sent: Sent): Stores {
  const { timeline, random, databases } = world
  const { centre, kept } = sent
  const network = { timeline, random }
  const near = (bookmark: string) => {
    const path = centre.replicas[Math.floor(random() * centre.replicas.length)]
    if (!path) throw new Error('a centre has a replica')
    const session = path.replica.open(bookmark)
    return { ...viewTarget(session, path, network, watchReplica(world, sent)), getBookmark: session.getBookmark }
  }
  const d1 = viewD1(sessionsOf(databases.primary), centre, { ...network, near }, watchPrimary(world, sent))
  return {
    db: openPrimary(d1),
    kv: NO_KV,
    artifacts: {} as R2Bucket,
    cache: centre.hasCacheApi ? viewCache(centre, timeline, sent, random) : null,
    queue: NO_QUEUE,
    upkeep: NO_QUEUE,
    memory: kept.memory,
    changed: new Set(),
    peppers: databases.settings.peppers,
    graceMs: 60_000,
    maxQueries: 1_000,
    now: () => timeline.now,
    waitUntil: (work) => void work.catch(() => undefined),
    pause: (ms) => timeline.sleep(ms, sent),
    warn: () => {},
  }
}

/** KV may show nothing for as long as it likes. */
const NO_KV = { get: async () => null, put: async () => {} } as unknown as KVNamespace
const NO_QUEUE = { sendBatch: async () => ({ metadata: { metrics: { backlogCount: 0, backlogBytes: 0 } } }) }

const isOfBuilds = (sql: string) => /\b(?:from|join) "(?:builds|pipelines|workflows)"/.test(sql)

function watchPrimary(world: World, request: Sent): D1Watch {
  return {
    request,
    sent(statements) {
      if (request.isRead && statements.some(isOfBuilds)) world.stats.primary += 1
    },
    troubled: () => {},
    async ran(statements) {
      if (statements.every((sql) => sql.startsWith('select'))) return
      await noteTruth(world)
      request.commits.push(world.history.length - 1)
    },
  }
}

/** What decides rights: no replica may be asked for it. */
const OF_RIGHTS = /"(?:tokens|members|users|sessions|revocations|feed_state)"/

function watchReplica(world: World, request: Sent): D1Watch {
  return {
    request,
    sent(statements) {
      world.stats.replica += 1
      const right = statements.find((sql) => OF_RIGHTS.test(sql))
      if (right) world.violations.push(`R3: a replica was asked for rights: ${right}`)
    },
    troubled: () => {},
    ran: async () => {},
  }
}

/** Reads what the primary says now; nothing else runs there meanwhile. */
async function noteTruth(world: World): Promise<void> {
  const { databases, timeline, project, member, tokens, history } = world
  const { primary } = databases
  const ask = (sql: string, ...params: string[]) => primary.prepare(sql).bind(...params)
  const [builds, visibility, role, token] = await primary.batch<Record<string, unknown>>([
    ask(
      'select build_num as num, pipelines.branch, status, began_at as beganAt from builds join pipelines on pipelines.id = pipeline_id where builds.project_id = ? order by build_num desc',
      project.id,
    ),
    ask('select visibility from projects where id = ?', project.id),
    ask('select role from members where project_id = ? and user_id = ?', project.id, member.id),
    ask('select id from tokens where id = ?', tokens.project.id),
  ])
  const isPublic = visibility?.results[0]?.visibility === 'public'
  // A token that is none opens nothing, not even what nobody needs one for.
  const opens = { project: token?.results.length === 1, member: isPublic || role?.results.length === 1 }
  history.push({
    at: timeline.now,
    builds: (builds?.results ?? []) as BuildTruth[],
    opensTo: new Set(READERS.filter((reader) => (reader === 'nobody' ? isPublic : opens[reader]))),
  })
}
