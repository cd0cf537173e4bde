import { eq } from 'drizzle-orm'
import { type Actor, INSTANCE } from '../../../src/domain/access/actor.ts'
import type { Limits } from '../../../src/domain/access/limits/limits.ts'
import { mintSecret } from '../../../src/domain/access/secret.ts'
import { DOWNLOAD_LIFE_MS, type DownloadTicket } from '../../../src/domain/access/tickets/download-ticket.ts'
import type { Project } from '../../../src/domain/project.ts'
import { findArtifactOfBuild } from '../../../src/storage/artifacts/artifacts.ts'
import { isForeignKeyViolation } from '../../../src/storage/constraint.ts'
import { fenceNow, ticketState } from '../../../src/storage/edge/download-proof.ts'
import { findGrant } from '../../../src/storage/edge/grants.ts'
import { findAccess } from '../../../src/storage/edge/project-access.ts'
import { createMemory } from '../../../src/storage/memory.ts'
import { deleteMember, putMember } from '../../../src/storage/people/members.ts'
import { deleteProject, insertProject, updateProject } from '../../../src/storage/projects/project-settings.ts'
import { users } from '../../../src/storage/schema/schema.ts'
import { commitEnding, pruneFeed } from '../../../src/storage/tokens/revocations.ts'
import { deleteToken, rotateToken } from '../../../src/storage/tokens/token-ends.ts'
import { insertToken } from '../../../src/storage/tokens/tokens.ts'
import { type Backup, backUp, restore } from './backup.ts'
import { judgeAccess, judgeStanding, judgeVerdict } from './invariants.ts'
import type { Command, Schedule } from './schedule.ts'
import type { Stats } from './stats.ts'
import { live, patchTimers } from './timeline.ts'
import { tokenWorks } from './truth.ts'
import {
  createWorld,
  type Isolate,
  importSimPeppers,
  type Late,
  noteCommit,
  openRequest,
  type Request,
  type SimToken,
  slugKeyOf,
  type World,
} from './world.ts'

type Run = World & { readonly tickets: DownloadTicket[]; backup: Backup | null }

/** Plays one schedule against the production verifier; throws what it violates, by the invariant's name. */
export async function runSchedule(d1: D1Database, { plan, commands }: Schedule, stats: Stats): Promise<void> {
  await importSimPeppers()
  const world = await createWorld(d1, plan, stats)
  const run: Run = Object.assign(world, { tickets: [], backup: null })
  const restoreTimers = patchTimers(world.timeline)
  try {
    await begin(run)
    for (const command of commands) {
      await perform(run, command)
      await run.timeline.settle()
      refuseViolations(run, command)
    }
    await end(run)
    refuseViolations(run, null)
  } finally {
    restoreTimers()
    for (const request of world.inFlight) request.dead = true
    stats.schedules += 1
    stats.commits += world.history.length - 1
  }
}

function refuseViolations({ violations, isolates }: World, command: Command | null): void {
  for (const { name, memory, epochs } of isolates) {
    const epoch = memory.feed.known?.epoch
    if (epoch === undefined || epoch === epochs.at(-1)) continue
    if (epochs.includes(epoch)) violations.push(`I4: ${name} went back to an earlier life of the database`)
    epochs.push(epoch)
  }
  if (violations.length > 0)
    throw new Error(`${violations.join('\n')}\n${command ? `after ${JSON.stringify(command)}` : 'at the end'}`)
}

/** Two projects, three people, and a token of each kind. */
async function begin(run: Run): Promise<void> {
  const [first] = run.isolates
  if (!first) throw new Error('a plan has an isolate')
  const insert = run.users.map(({ id, login }) =>
    run.d1
      .prepare("insert into users (id, login, name, instance_role, created_at) values (?, ?, ?, 'user', 0)")
      .bind(id, login, login),
  )
  await run.d1.batch(insert)
  await noteCommit(run)
  for (const slug of [0, 1]) perform(run, { do: 'recreate', isolate: 0, slug, user: 0 })
  await run.timeline.advance(2_000)
  const made = { do: 'create', isolate: 0, limit: null, lifeMs: null, by: null, triedAt: null } as const
  perform(run, { do: 'set role', isolate: 0, user: 1, project: 0, role: 'member' })
  perform(run, { ...made, kind: 'personal', of: 1, scope: 'all' })
  perform(run, { ...made, kind: 'project', of: 0, scope: 'status' })
  perform(run, { ...made, kind: 'project', of: 1, scope: 'all' })
  if (run.plan.publicFirst) perform(run, { do: 'show', isolate: 0, project: 0, visibility: 'public' })
  await run.timeline.advance(2_000)
  run.backup = await backUp(run.d1)
}

/** In fine weather everything that lives works, and nothing else does; and no secret was written anywhere. */
async function end(run: Run): Promise<void> {
  for (const centre of run.centres)
    Object.assign(centre, { d1Weather: 'fine', kvWeather: 'fine', cacheWeather: 'fine' })
  await run.timeline.advance(70_000)
  for (const [t] of run.tokens.entries()) {
    const isolate = Math.floor(run.random() * run.isolates.length)
    await perform(run, {
      do: 'use',
      isolate,
      token: t,
      slug: t % 2,
      asked: 'status:read',
      holdMs: 0,
      downloads: false,
      times: 1,
      everyMs: 0,
    })
  }
  await run.timeline.advance(5_000)
  const { results } = await run.d1.prepare('select * from tokens').all()
  const { results: audited } = await run.d1.prepare('select * from audit').all()
  const cached = run.centres.flatMap(({ entries }) => [...entries].map(([key, { body }]) => key + body))
  const text = [...run.said, ...run.kv.written, ...cached, JSON.stringify([results, audited])].join('\n')
  for (const { secret } of run.tokens)
    if (text.includes(secret.slice(4, 40))) run.violations.push('I10: a secret was written somewhere')
}

const at = <T>(list: readonly T[], index: number): T | undefined => list[index % list.length]

async function perform(run: Run, command: Command): Promise<void> {
  switch (command.do) {
    case 'use':
      return use(run, command)
    case 'advance':
      return run.timeline.advance(command.ms)
    case 'probe':
      return present(run, isolateAt(run, command.isolate), newToken('project'))
    case 'create':
      return create(run, command)
    case 'redeem':
      return redeem(run, command)
    case 'delete': {
      const token = at(run.tokens, command.token)
      const id = token?.id
      if (!id) return
      return act(run, command.isolate, async ({ stores }) => {
        const ended = await deleteToken(stores, id, {
          action: 'token.deleted',
          keepMinted: command.keepMinted,
          actor: ACTOR,
        })
        return (world) => ended.every((gone) => !world.newestOf().tokens.has(gone))
      })
    }
    case 'rotate':
      return rotate(run, command)
    case 'remove member':
    case 'set role': {
      const [user, project] = [at(run.users, command.user), at(run.projects, command.project)]
      if (!user || !project) return
      return act(run, command.isolate, async ({ stores }) => {
        const role = (world: World) => world.newestOf().roles.get(`${user.id}:${project.id}`)
        if (command.do === 'remove member') {
          const removal = await deleteMember(stores, project.id, { user, endMade: false }, ACTOR)
          return removal.kind === 'removed' ? (world) => role(world) === undefined : null
        }
        const put = await putMember(stores, project.id, { user, role: command.role }, ACTOR)
        return put !== 'last_admin' && put !== 'no_user' ? (world) => role(world) === command.role : null
      })
    }
    case 'remove person': {
      const user = at(run.users, command.user)
      if (!user) return
      return act(run, command.isolate, async ({ stores }) => {
        await commitEnding(stores, INSTANCE, [stores.db.delete(users).where(eq(users.id, user.id))])
        return (world) => !world.newestOf().users.has(user.id)
      })
    }
    case 'show': {
      const project = at(run.projects, command.project)
      if (!project) return
      return act(run, command.isolate, async ({ stores }) => {
        const changed = await updateProject(stores, project.id, { visibility: command.visibility }, ACTOR)
        const shown = (world: World) => [...world.newestOf().projects.values()].find(({ id }) => id === project.id)
        return changed && ((world) => shown(world)?.visibility === command.visibility)
      })
    }
    case 'remove project': {
      const project = at(run.projects, command.project)
      if (!project) return
      return act(run, command.isolate, async ({ stores }) => {
        await deleteProject(stores, project, ACTOR)
        return (world) => [...world.newestOf().tokens.values()].every((token) => token.project_id !== project.id)
      })
    }
    case 'recreate': {
      const { slug } = slugKeyOf(run, command.slug)
      const user = at(run.users, command.user)
      if (!user) return
      return act(run, command.isolate, async ({ stores }) => {
        const wanted = { slug, visibility: 'private', defaultBranch: 'main' } as const
        const made = await insertProject(stores, wanted, { userId: user.id, actor: ACTOR }).catch(() => null)
        if (made) run.projects.push(made)
        return null
      })
    }
    case 'prune':
      return act(run, command.isolate, async ({ stores }) => {
        await pruneFeed(stores.db, stores.now() - command.olderThanMs)
        return null
      })
    case 'back up':
      run.backup = await run.timeline.real(() => backUp(run.d1))
      return
    case 'restore': {
      const { backup } = run
      if (!backup) return
      await readAmid(run, command.amid)
      await run.timeline.real(async () => {
        await restore(run.d1, backup, command.keepTokens)
        await noteCommit(run)
      })
      return
    }
    case 'weather': {
      const centre = at(run.centres, command.centre)
      if (!centre) return
      if (command.d1) centre.d1Weather = command.d1
      if (command.kv) centre.kvWeather = command.kv
      if (command.cache) centre.cacheWeather = command.cache
      return
    }
    case 'evict':
      return evict(run, isolateAt(run, command.isolate))
    case 'cancel': {
      const request = at([...run.inFlight], command.request)
      if (request) kill(run, request)
    }
  }
}

const ACTOR: Actor = { ...INSTANCE, from: 'simulation' }

function isolateAt(run: Run, index: number): Isolate {
  const isolate = at(run.isolates, index)
  if (!isolate) throw new Error('a plan has an isolate')
  return isolate
}

/** Looks at two tokens, the second held up on its way back and the first on its way there: what comes now is between. */
async function readAmid(run: Run, isolate: number | null): Promise<void> {
  if (isolate === null) return
  const plain = {
    do: 'use',
    isolate,
    slug: null,
    asked: 'status:read',
    downloads: false,
    times: 1,
    everyMs: 0,
  } as const
  await perform(run, { ...plain, token: isolate, lateMs: 600, holdMs: 0 })
  await run.timeline.advance(1)
  await perform(run, { ...plain, token: isolate + 1, holdMs: 900 })
  await run.timeline.advance(500)
}

/** As in workerd: nothing of the request runs on, and what it promised to others never comes. */
function kill(run: Run, request: Request): void {
  request.dead = true
  run.inFlight.delete(request)
}

function evict(run: Run, isolate: Isolate): void {
  for (const request of run.inFlight) if (request.isolate === isolate) kill(run, request)
  Object.assign(isolate, {
    memory: createMemory(),
    knows: 0,
    refused: new Map(),
    polledAt: Number.NEGATIVE_INFINITY,
    epochs: [],
  })
}

/** Runs something as a request of an isolate; its faults are the weather's unless the invariants say otherwise. */
async function inRequest(run: Run, isolate: Isolate, late: Late, work: (request: Request) => Promise<void>) {
  const request = await openRequest(run, isolate, late)
  const done = live(request, () => work(request)).finally(() => run.inFlight.delete(request))
  return { request, done }
}

/** Changes something; `work` gives what must be true once it was told that it ended something, and null if it ended nothing. */
async function act(
  run: Run,
  isolateIndex: number,
  work: (request: Request) => Promise<((world: World) => boolean) | null>,
): Promise<void> {
  const isolate = isolateAt(run, isolateIndex)
  const { done } = await inRequest(run, isolate, {}, async (request) => {
    const holds = await work(request)
    const committed = run.history[request.committed]
    if (!committed || !holds) return
    if (isolate.memory === request.memory) isolate.knows = Math.max(isolate.knows, request.committed)
    if (!holds({ ...run, newestOf: () => committed }))
      run.violations.push('I1: what was told to have ended still stands in the database')
  })
  done.catch((error) => expectFault(run, isolate, error))
}

/** A change may fail by the weather only, or because what it is about is gone. */
function expectFault(run: Run, isolate: Isolate, error: unknown): void {
  if (isForeignKeyViolation(error)) return
  if (isolate.centre.d1Weather === 'fine' && !isolate.troubles.some(({ until }) => until >= run.timeline.now))
    run.violations.push(
      `a change failed in fine weather: ${error instanceof Error ? `${error.message} ${error.cause}` : error}`,
    )
}

function newToken(kind: 'personal' | 'project' | 'organization'): SimToken {
  const secret = mintSecret(kind)
  return { secret, id: null, createdAt: null, minted: null, triedBefore: new Set(), rotated: false }
}

/** Presents a secret and asks for nothing else. */
async function present(run: Run, isolate: Isolate, token: SimToken): Promise<void> {
  if (token.id === null) token.triedBefore.add(isolate.memory)
  const { done } = await inRequest(run, isolate, {}, async (request) => {
    judgeVerdict(run, request, token, await findGrant(request.stores, token.secret, null, UNLIMITED))
  })
  done.catch((error) => run.violations.push(`the verifier threw: ${error}`))
}

const UNLIMITED = { client: '192.0.2.1', spend: async () => true }

async function create(run: Run, command: Extract<Command, { do: 'create' }>): Promise<void> {
  const token = newToken(command.kind)
  const project = at(run.projects, command.of)
  const user = at(run.users, command.of)
  if (!project || !user) return
  if (command.triedAt !== null) await present(run, isolateAt(run, command.triedAt), token)
  run.tokens.push(token)
  const life = command.lifeMs === null ? null : run.timeline.now + command.lifeMs
  const mint = { label: 'simulated', expiresAt: life, limits: limitsOf(command, project.id) }
  const by = command.by === null ? null : (at(run.tokens, command.by)?.id ?? null)
  const isolate = isolateAt(run, command.isolate)
  const { done } = await inRequest(run, isolate, {}, async (request) => {
    request.makes = token
    const made = await insertToken(
      request.stores,
      token.secret,
      { ...mint, ...holderOf(command, user.id, project) },
      { ...ACTOR, tokenId: by },
    )
    if (made.kind === 'created') token.minted = { isolate, memory: request.memory, doneAt: run.timeline.now }
  })
  // Its person or project may be gone.
  done.catch(() => undefined)
}

function holderOf({ kind, scope }: Extract<Command, { do: 'create' }>, userId: string, project: Project) {
  switch (kind) {
    case 'personal':
      return { kind, userId } as const
    case 'project':
      return { kind, projectId: project.id, scope } as const
    case 'organization':
      return { kind, userId, organization: { vcs: project.vcs, org: project.org }, scope } as const
  }
}

/** Of a personal token its access or its projects, of a project token badges or paths alone; none where the limit is the other kind's. */
function limitsOf({ kind, limit }: Extract<Command, { do: 'create' }>, projectId: string): Limits | null {
  if (kind !== 'personal')
    return limit === 'badges' ? { only: 'badges' } : limit === 'paths' ? { paths: ['a/**'] } : null
  if (limit === 'projects') return { projects: [projectId] }
  return limit === 'read' || limit === 'write' ? { access: limit } : null
}

async function rotate(run: Run, command: Extract<Command, { do: 'rotate' }>): Promise<void> {
  const old = at(run.tokens, command.token)
  const id = old?.id
  if (!id) return
  const successor = newToken(old.secret.startsWith('bpu_') ? 'personal' : 'project')
  run.tokens.push(successor)
  return act(run, command.isolate, async (request) => {
    request.makes = successor
    const rotated = await rotateToken(
      request.stores,
      id,
      { successor: successor.secret, overlapSeconds: command.overlapSeconds },
      ACTOR,
    )
    if (rotated.kind !== 'rotated') return null
    const endsBy = run.timeline.now + command.overlapSeconds * 1_000
    successor.minted = { isolate: request.isolate, memory: request.memory, doneAt: run.timeline.now }
    return (world) => successor.id === rotated.token.id && !tokenWorks(world.newestOf(), id, endsBy)
  })
}

/** Most of D1's round trips that one stampede on one token may cost: the poll, the token, the project and the role. */
const MAX_STAMPEDE_TRIPS = 4

async function use(run: Run, command: Extract<Command, { do: 'use' }>): Promise<void> {
  const token = at(run.tokens, command.token)
  if (!token) return
  const isolate = isolateAt(run, command.isolate)
  const crowd: Request[] = []
  let allowed = 0
  for (let i = 0; i < command.times; i++) {
    if (i > 0 && command.everyMs > 0) await run.timeline.advance(command.everyMs)
    const { request, done } = await inRequest(run, isolate, i === 0 ? command : {}, async (request) => {
      if (await useOnce(run, request, token, command)) allowed += 1
    })
    crowd.push(request)
    done.catch((error) => run.violations.push(`the verifier threw: ${error}`))
  }
  const isStampede =
    command.everyMs === 0 && command.times > 2 && command.holdMs === 0 && isolate.centre.latencyMs <= 100
  if (!isStampede || isolate.centre.d1Weather !== 'fine' || run.inFlight.size > command.times) return
  const { length } = run.history
  await run.timeline.advance(2_000)
  const trips = crowd.reduce((sum, { sends }) => sum + sends, 0)
  if (allowed === command.times && length === run.history.length && !command.downloads && trips > MAX_STAMPEDE_TRIPS)
    run.violations.push(`I9: ${command.times} requests at once cost ${trips} round trips to D1`)
}

/** One request as the http layer makes it: the token, then the project, then perhaps a signed download. */
async function useOnce(
  run: Run,
  request: Request,
  token: SimToken,
  { slug: slugIndex, asked, downloads }: Extract<Command, { do: 'use' }>,
): Promise<boolean> {
  const { stores } = request
  if (token.id === null) token.triedBefore.add(request.memory)
  const fence = fenceNow(stores)
  const { slug, slugKey } = slugKeyOf(run, slugIndex ?? 0)
  const verdict = await findGrant(stores, token.secret, slugIndex === null ? null : slug, UNLIMITED)
  judgeVerdict(run, request, token, verdict)
  if (verdict.kind !== 'granted') return false
  if (slugIndex === null) return true
  const holder = run.history.findLast(({ tokens }) => tokens.has(token.id ?? ''))?.tokens.get(token.id ?? '')
  const access = await findAccess(stores, verdict.grant, slug, asked)
  if (!holder) return false
  judgeAccess(run, request, { holder, slugKey, asked }, access)
  if (access.decision !== 'allow') return false
  if (!downloads || asked !== 'artifacts:read') return true
  await findArtifactOfBuild(stores, 'no build', { nodeIndex: 0, path: 'a' }).catch(() => null)
  run.tickets.push({
    artifactId: 'a',
    objectKey: 'o',
    sizeBytes: 1,
    digest: { kind: 'sha256', hex: '' },
    contentType: 'text/plain',
    modifiedAt: null,
    disposition: 'attachment',
    fileName: 'a',
    expiresAt: Math.min(stores.now() + DOWNLOAD_LIFE_MS, verdict.expiresAt ?? Number.POSITIVE_INFINITY),
    tokenId: verdict.grant.tokenId,
    sessionId: null,
    shareId: null,
    userId: verdict.grant.kind === 'personal' ? verdict.grant.userId : null,
    projectId: access.project.id,
    ...fence,
  })
  return true
}

async function redeem(run: Run, command: Extract<Command, { do: 'redeem' }>): Promise<void> {
  const ticket = at(run.tickets, command.ticket)
  const holder = run.history
    .findLast(({ tokens }) => tokens.has(ticket?.tokenId ?? ''))
    ?.tokens.get(ticket?.tokenId ?? '')
  if (!ticket || !holder || ticket.expiresAt <= run.timeline.now) return
  const { done } = await inRequest(run, isolateAt(run, command.isolate), {}, async (request) => {
    const { projectId } = ticket
    judgeStanding(run, request, { holder, projectId }, await ticketState(request.stores, ticket))
  })
  done.catch((error) => run.violations.push(`the verifier threw: ${error}`))
}
