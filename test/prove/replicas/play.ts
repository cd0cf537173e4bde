import { slugText } from '../../../src/domain/project.ts'
import { live, patchTimers } from '../sim/timeline.ts'
import { truthsDuring } from '../sim/truth.ts'
import type { Command, Schedule } from './schedule.ts'
import { BRANCHES, NO_BUILD, type Read, type Thing, thingOf } from './things.ts'
import {
  type Answered,
  createWorld,
  type Databases,
  type Isolate,
  openSent,
  type Question,
  type Reader,
  type ReplicaStats,
  remembering,
  type Sent,
  send,
  type World,
} from './world.ts'

const BOUND_MS = 10_000
/** What is kept of a read, by anybody. */
const FRESH_MS = 5_000

/** Plays one schedule against the whole application; throws what it violates, by the invariant's name. */
export async function playSchedule(
  databases: Databases,
  { plan, commands }: Schedule,
  stats: ReplicaStats,
): Promise<void> {
  const world = await createWorld(databases, plan, stats)
  const { timeline } = world
  const restoreTimers = patchTimers(timeline)
  try {
    for (const command of [...commands, ...finale(world)]) {
      await perform(world, command)
      await timeline.settle()
      refuseViolations(world, command)
    }
    if (world.inFlight.size > 0) throw new Error(`R4: ${world.inFlight.size} requests were never answered`)
  } finally {
    restoreTimers()
    for (const request of world.inFlight) request.dead = true
  }
}

/**
 * What is as old as it may be is read again later, and what an isolate changes by itself, also while it reads; then, with every
 * replica gone, each isolate still answers all that is asked.
 */
function finale({ centres, isolates }: World): Command[] {
  const read = (isolate: number, what: Read['what'], thenMs = 0): Command => {
    return { do: 'read', isolate, reader: 'member', what, of: 0, thenMs }
  }
  const report = (isolate: number, status: 'success' | 'failed', thenMs: number): Command => {
    return { do: 'report', isolate, branch: 0, status, thenMs }
  }
  const both = (isolate: number, thenMs = 0) => [read(isolate, 'badge'), read(isolate, 'list', thenMs)]
  const weatherOf = (centre: number, weather: 'slow' | 'down' | 'hangs') =>
    (centres[centre]?.replicas ?? []).map((_, replica): Command => {
      return { do: 'weather', centre, replica, weather, lagMs: 600_000 }
    })
  const old = [
    read(0, 'badge', 200),
    report(isolates.length - 1, 'failed', 7_500),
    ...both(0, 4_200),
    ...both(0, 2_500),
  ]
  const own = [...both(0, 1_000), report(0, 'success', 3_500), ...both(0, 5_000)]
  const amid = [...weatherOf(0, 'slow'), ...both(0), report(0, 'failed', 2_900), ...both(0, 2_500)]
  const gone = centres.flatMap((_, centre) => weatherOf(centre, centre % 2 ? 'hangs' : 'down'))
  const all = isolates.flatMap((_, isolate) => [...both(isolate, 3_000), read(isolate, 'build', 3_000)])
  return [
    { do: 'show', isolate: 0, visibility: 'public', thenMs: 12_000 },
    ...[...old, ...own, ...amid, ...gone],
    { do: 'advance', ms: 12_000 },
    ...all,
    { do: 'advance', ms: 3_000 },
  ]
}

function refuseViolations({ violations }: World, command: Command): void {
  if (violations.length > 0) throw new Error(`${violations.join('\n')}\nafter ${JSON.stringify(command)}`)
}

const at = <T>(list: readonly T[], index: number): T => {
  const found = list[index % list.length]
  if (found === undefined) throw new Error('a plan has one of each')
  return found
}

async function perform(world: World, command: Command): Promise<void> {
  const isolate = at(world.isolates, 'isolate' in command ? command.isolate : 0)
  const slug = slugText(world.project)
  const own = `/api/buildpass/v1/projects/${slug}`
  switch (command.do) {
    case 'read':
      read(world, isolate, command)
      break
    case 'report': {
      const id = crypto.randomUUID()
      const pipeline = { external_id: id, branch: at(BRANCHES, command.branch), revision: 'f00d' }
      const { status } = command
      const json = {
        external_id: id,
        pipeline,
        workflow: { external_id: id, name: 'ci' },
        job: { name: 'test' },
        status,
      }
      change(world, isolate, `${own}/builds`, { method: 'POST', json })
      break
    }
    case 'end build': {
      const running = world.history.at(-1)?.builds.filter(({ status }) => status === 'running') ?? []
      if (running.length === 0) break
      const { num } = at(running, command.build)
      change(world, isolate, `${own}/builds/${num}`, { method: 'PATCH', json: { status: command.status } })
      break
    }
    case 'delete token':
      change(world, isolate, `/api/v1.1/project/${slug}/token/${world.tokens.project.id}`, {
        method: 'DELETE',
      })
      break
    case 'remove member':
      change(world, isolate, `${own}/members/${world.member.login}`, { method: 'DELETE' })
      break
    case 'add member':
      change(world, isolate, `${own}/members/${world.member.login}`, { method: 'PUT', json: { role: 'member' } })
      break
    case 'show':
      change(world, isolate, own, { method: 'PATCH', json: { visibility: command.visibility } })
      break
    case 'weather': {
      const path = at(at(world.centres, command.centre).replicas, command.replica)
      path.d1Weather = command.weather
      path.replica.lagMs = command.lagMs
      break
    }
    case 'evict':
      for (const request of world.inFlight) if (request.kept === isolate.kept) kill(world, request)
      isolate.kept = remembering(world.timeline.now)
      break
    case 'advance':
      await world.timeline.advance(command.ms)
  }
  if ('thenMs' in command) await world.timeline.advance(command.thenMs)
}

/** As in workerd: nothing of the request runs on. */
function kill(world: World, request: Sent): void {
  request.dead = true
  world.inFlight.delete(request)
}

function start(world: World, request: Sent, work: () => Promise<void>): void {
  world.inFlight.add(request)
  live(request, work)
    .catch((error) => world.violations.push(`R4: a request failed: ${error instanceof Error ? error.stack : error}`))
    .finally(() => world.inFlight.delete(request))
}

/** Changes something; whoever asks where that was answered sees it from then on. */
function change(world: World, isolate: Isolate, path: string, question: Question): void {
  const request = openSent(world, isolate, false)
  start(world, request, async () => {
    const { status, text } = await send(world, request, path, { ...question, token: world.admin })
    if (status >= 500) world.violations.push(`R4: ${question.method} ${path} got ${status}: ${text}`)
    if (status >= 300) return
    world.stats.changes += 1
    const { kept, centre, commits } = request
    kept.knows.push(...commits)
    centre.knows.push(...commits)
    // What ends a right reads the feed, so that it knows of all before.
    kept.knowsRights = Math.max(kept.knowsRights, ...commits.filter((index) => endsRight(world, index)))
  })
}

function endsRight({ history }: World, index: number): boolean {
  const [before, after] = [history[index - 1], history[index]]
  return [...(before?.opensTo ?? [])].some((reader) => !after?.opensTo.has(reader))
}

function read(world: World, isolate: Isolate, command: Read): void {
  const request = openSent(world, isolate, true)
  const thing = thingOf(world, command)
  const { reader } = command
  const { kept, centre } = request
  const tokenOf: Record<Reader, string | null> = {
    project: world.tokens.project.secret,
    member: world.tokens.member,
    nobody: null,
  }
  // Whoever holds something may show that; whoever does not looks around in the data centre first.
  const key = thing.path
  const holds =
    request.startedAt - (kept.readAt.get(key) ?? Number.NEGATIVE_INFINITY) < FRESH_MS || isBeingRead(world, kept, key)
  const knows = newestOf(world, thing, kept.knows)
  const floor = holds || !centre.hasCacheApi ? knows : Math.max(knows, newestOf(world, thing, centre.knows))
  const { knowsRights } = kept
  const reading = { request, key }
  underWay.get(world)?.add(reading) ?? underWay.set(world, new Set([reading]))
  start(world, request, async () => {
    const answered = await send(world, request, thing.path, { token: tokenOf[reader] })
    underWay.get(world)?.delete(reading)
    kept.readAt.set(key, world.timeline.now)
    judge(world, request, { thing, reader, answered, floor, knows, knowsRights, isolate })
  })
}

/** The newest of these changes that changed the thing; 0 for none. */
function newestOf({ history }: World, { inTruth }: Thing, changes: readonly number[]): number {
  const says = (index: number) => {
    const truth = history[index]
    return truth && inTruth(truth)
  }
  return Math.max(0, ...changes.filter((index) => says(index) !== says(index - 1)))
}

const underWay = new WeakMap<World, Set<{ request: Sent; key: string }>>()
function isBeingRead(world: World, kept: Isolate['kept'], key: string): boolean {
  return [...(underWay.get(world) ?? [])].some((one) => one.key === key && one.request.kept === kept)
}

type Judged = {
  readonly thing: Thing
  readonly reader: Reader
  readonly answered: Answered
  /** Index in the history of what must be seen at least, by this isolate's own changes alone, and of what is known of rights. */
  readonly floor: number
  readonly knows: number
  readonly knowsRights: number
  readonly isolate: Isolate
}

function judge(world: World, request: Sent, judged: Judged): void {
  const { thing, reader, answered, floor, knows, knowsRights, isolate } = judged
  const { history, timeline, violations, stats } = world
  const { startedAt } = request
  const { status, text } = answered
  const about = `${isolate.name} answered ${reader} ${status} at ${thing.path}`
  stats.reads += 1
  if (status >= 500) return void violations.push(`R4: ${about}: ${text}`)
  const truths = truthsDuring(history, startedAt - BOUND_MS, timeline.now)
  const isOpened = status === 200 || text.includes('Build not found')
  const known = truths.filter((truth) => history.indexOf(truth) >= knowsRights)
  if (known.every(({ opensTo }) => opensTo.has(reader) !== isOpened))
    violations.push(`R3: ${about} (${text.slice(0, 100)}), which was wrong for 10 s or known there`)
  if (!isOpened) return
  stats.opened += 1
  const says = status === 200 ? thing.said(text) : NO_BUILD
  const fits = truths.filter((truth) => thing.inTruth(truth) === says)
  const newest = fits.at(-1)
  if (!newest) {
    const wanted = [...new Set(truths.map(thing.inTruth))].join(' | ')
    return void violations.push(`R1: ${about} "${says}", while within 10 s it was ${wanted}`)
  }
  if (history.indexOf(newest) < floor) {
    const place = history.indexOf(newest) < knows ? 'isolate' : 'data centre'
    violations.push(
      `R2: ${about} "${says}" ${timeline.now - (history[floor]?.at ?? 0)} ms after its ${place} had a newer one`,
    )
  }
  const next = history[history.indexOf(newest) + 1]
  if (next) stats.oldestMs = Math.max(stats.oldestMs, startedAt - next.at)
  const opened = known.findLast(({ opensTo }) => opensTo.has(reader))
  const closed = opened && history[history.indexOf(opened) + 1]
  if (closed) stats.latestAcceptMs = Math.max(stats.latestAcceptMs, startedAt - closed.at)
}
