import { BOUND_MS } from '../../../src/domain/access/fence.ts'
import type { Permission } from '../../../src/domain/access/permission.ts'
import type { TicketState } from '../../../src/storage/edge/download-proof.ts'
import type { SecretCheck } from '../../../src/storage/edge/grants.ts'
import type { Access } from '../../../src/storage/edge/project-access.ts'
import { decisionIn, type TokenTruth, type Truth, tokenWorks, truthsDuring } from './truth.ts'
import { type Request, type SimToken, type World, wasTroubled } from './world.ts'

// I1 no accept later than commit + 10 s where the feed can be read, commit + grace where it cannot, and none at all
//    where the change was made; I2 the same for a rotation's end, membership, role, visibility and project removal, and
//    expiry exact; I3 refused once by an isolate, refused for good; I4 nothing from under the low-water mark or another
//    epoch; I5 no unknown token, and none of project A on B; I6 a new token works at once; I7 what lives is not
//    refused, in an overlap both work; I8 an outage is 503 and never 401; I9 polls and look-ups are few (world.ts,
//    simulation.ts); I10 no secret anywhere (simulation.ts).

const UNKNOWN_LIFE_MS = 5_000

/** Checks what became of a presented token. */
export function judgeVerdict(world: World, request: Request, token: SimToken, verdict: SecretCheck): void {
  const { stats, violations, history, timeline, plan } = world
  const { now } = timeline
  const { isolate } = request
  const fail = (text: string) => violations.push(`${text} (${isolate.name}, ${nameOf(world, token)}, ${ago(world)})`)
  const troubled = wasTroubled(request, now)
  const during = history.slice(request.from)
  const worksThroughout = token.id !== null && during.every((truth) => tokenWorks(truth, token.id ?? '', now))
  stats.requests += 1
  switch (verdict.kind) {
    case 'granted': {
      stats.accepted += 1
      if (token.id === null || verdict.grant.tokenId !== token.id) return void fail('I5: an unknown token was accepted')
      const isGrace = verdict.tier === 'grace'
      if (isGrace && !troubled) fail('I1: the grace of an outage was used although the database could be read')
      noteLateness(world, (truth) => tokenWorks(truth, token.id ?? '', now), isGrace)
      const seen = windowOf(world, request, isGrace ? plan.graceMs : BOUND_MS)
      if (!seen.some((truth) => tokenWorks(truth, token.id ?? '', now)))
        fail(`${endedByDate(world, token) ? 'I2' : 'I1'}: accepted by ${verdict.tier} after its end`)
      if (!history.some((truth) => isSame(truth.tokens.get(token.id ?? ''), verdict.grant)))
        fail('I5: a token opens what its row never said')
      const refusedAt = isolate.refused.get(token)
      if (refusedAt !== undefined && !history.slice(refusedAt).some((truth) => tokenWorks(truth, token.id ?? '', now)))
        fail('I3: accepted by an isolate that had refused it')
      if (['memory', 'cache', 'kv'].includes(verdict.tier)) judgeFence(world, request, token, fail)
      return
    }
    case 'unknown':
    case 'expired': {
      stats.refused += 1
      if (isExempt(request, token, now) || wasBroughtBack(world, token, now, troubled)) return
      if (worksThroughout) {
        const young = token.createdAt !== null && now - token.createdAt < BOUND_MS
        fail(`${troubled ? 'I8' : young ? 'I6' : 'I7'}: a token that works was called ${verdict.kind}`)
      }
      const seen = windowOf(world, request, Math.max(BOUND_MS, plan.graceMs))
      if (verdict.kind === 'expired' && !seen.some((truth) => isPast(truth.tokens.get(token.id ?? ''), now)))
        fail('I2: called expired before its end')
      if (token.id !== null && !tokenWorks(world.newestOf(), token.id, now) && isolate.memory === request.memory)
        isolate.refused.set(token, history.length - 1)
      return
    }
    case 'unavailable':
      stats.unavailable += 1
      if (!troubled && during.length === 1) fail('I8: 503 although the database could be read')
      return
    case 'limited':
      fail('I8: 429 for somebody who has no limit')
  }
}

/** Checks a decision about a project: a yes by what was true within the bound, a no by what was true meanwhile. */
export function judgeAccess(
  world: World,
  request: Request,
  { holder, slugKey, asked }: { readonly holder: TokenTruth; readonly slugKey: string; readonly asked: Permission },
  { decision }: Pick<Access, 'decision'>,
): void {
  const { violations, history, timeline, plan } = world
  const { now } = timeline
  const fail = (text: string) =>
    violations.push(
      `${text}: ${asked} on ${slugKey} for a ${holder.kind} token (${request.isolate.name}, ${ago(world)})`,
    )
  const troubled = wasTroubled(request, now)
  const during = history.slice(request.from)
  const decisionsDuring = during.map((truth) => decisionIn(truth, { holder, slugKey, asked }))
  if (decision === 'unavailable') {
    if (!troubled && during.length === 1) fail('I8: 503 although the database could be read')
    return
  }
  if (decision === 'allow') {
    const seen = windowOf(world, request, troubled ? Math.max(plan.graceMs, BOUND_MS) : BOUND_MS)
    noteLateness(world, (truth) => decisionIn(truth, { holder, slugKey, asked }) === 'allow', troubled)
    const opens = seen.some((truth) =>
      seen.some((roles) => decisionIn(truth, { holder, slugKey, asked }, roles) === 'allow'),
    )
    const isForeign =
      holder.kind !== 'personal' && !history.some((t) => t.projects.get(slugKey)?.id === holder.project_id)
    if (!opens) fail(isForeign ? 'I5: allowed on a project of another' : 'I2: allowed after its end')
    return
  }
  if (decisionsDuring.every((expected) => expected === 'allow')) fail(`I7: refused with ${decision}`)
  else if (!decisionsDuring.includes(decision)) fail(`I5: refused with ${decision}, which says too much`)
}

/** Checks whether a signed download may go on. */
export function judgeStanding(
  world: World,
  request: Request,
  { holder, projectId }: { readonly holder: TokenTruth; readonly projectId: string },
  standing: TicketState,
) {
  const { violations, history, timeline, plan } = world
  const { now } = timeline
  const troubled = wasTroubled(request, now)
  const fail = (text: string) =>
    violations.push(`${text}: a download of a ${holder.kind} token (${request.isolate.name}, ${ago(world)})`)
  const opens = (truth: Truth, roles = truth) => {
    const slugKey = [...truth.projects.values()].find(({ id }) => id === projectId)?.slug_key
    return slugKey !== undefined && decisionIn(truth, { holder, slugKey, asked: 'artifacts:read' }, roles) === 'allow'
  }
  const during = history.slice(request.from)
  switch (standing) {
    case 'valid': {
      const seen = windowOf(world, request, troubled ? Math.max(plan.graceMs, BOUND_MS) : BOUND_MS)
      noteLateness(world, (truth) => tokenWorks(truth, holder.id, now), troubled)
      if (!seen.some((truth) => tokenWorks(truth, holder.id, now))) fail('I1: went on after its token had ended')
      else if (!seen.some((truth) => seen.some((roles) => opens(truth, roles)))) fail('I2: went on after its end')
      return
    }
    case 'ended':
      if (during.every((truth) => tokenWorks(truth, holder.id, now) && opens(truth))) fail('I7: refused')
      return
    case 'unavailable':
      if (!troubled && during.length === 1) fail('I8: 503 although the database could be read')
  }
}

/** What may still be believed: whatever was true within the bound, and not before what this isolate did itself. */
function windowOf({ history, timeline }: World, request: Request, boundMs: number): readonly Truth[] {
  const seen = truthsDuring(history, timeline.now - boundMs, timeline.now)
  const own = history[request.knows]
  return own ? seen.filter((truth) => history.indexOf(truth) >= request.knows) : seen
}

/** I4: what was accepted from a cache was of a life of the database, and of a feed, that stood within the bound. */
function judgeFence(world: World, request: Request, token: SimToken, fail: (text: string) => void): void {
  const fence = request.memory.grants.held.get(token.secret)?.fact.fence
  if (!fence) return
  const seen = truthsDuring(world.history, world.timeline.now - BOUND_MS, world.timeline.now)
  if (!seen.some((truth) => truth.epoch === fence.epoch)) fail('I4: accepted from another life of the database')
  if (!seen.some((truth) => fence.seq >= truth.lowWater)) fail('I4: accepted from under the low-water mark')
}

/** docs/decisions/0004: where a secret was tried before it existed, it may be refused for 5 s. */
function isExempt(request: Request, token: SimToken, now: number): boolean {
  if (token.createdAt === null || !token.triedBefore.has(request.memory)) return false
  const { minted } = token
  if (minted && minted.memory === request.memory && request.startedAt > minted.doneAt) return false
  return now < token.createdAt + UNKNOWN_LIFE_MS
}

/** A restore that keeps the tokens gives ended ones back; that too may take the bound, or an outage, to be noticed. */
function wasBroughtBack({ history, plan }: World, token: SimToken, now: number, troubled: boolean): boolean {
  const seen = truthsDuring(history, now - (troubled ? Math.max(BOUND_MS, plan.graceMs) : BOUND_MS), now)
  const isNewLife = new Set(seen.map(({ epoch }) => epoch)).size > 1
  return isNewLife && seen.some((truth) => !tokenWorks(truth, token.id ?? '', now))
}

function noteLateness(world: World, holds: (truth: Truth) => boolean, isGrace: boolean): void {
  const { history, timeline, stats } = world
  const last = history.findLastIndex(holds)
  const ended = history[last + 1]
  if (last < 0 || !ended) return
  const lateMs = timeline.now - ended.at
  if (isGrace) stats.latestGraceMs = Math.max(stats.latestGraceMs, lateMs)
  else stats.latestAcceptMs = Math.max(stats.latestAcceptMs, lateMs)
}

function isSame(row: TokenTruth | undefined, grant: Extract<SecretCheck, { kind: 'granted' }>['grant']): boolean {
  if (row?.kind !== grant.kind) return false
  if (grant.kind === 'personal') return row.user_id === grant.userId
  if (grant.kind === 'organization') {
    const { vcs, org } = grant.organization
    return row.user_id === grant.userId && row.organization === `${vcs}/${org}` && row.scope === grant.scope
  }
  return row.project_id === grant.project.id && (grant.kind === 'reporting' || row.scope === grant.scope)
}

function isPast(row: TokenTruth | undefined, now: number): boolean {
  return row !== undefined && row.expires_at !== null && row.expires_at <= now
}

function endedByDate(world: World, token: SimToken): boolean {
  return world.newestOf().tokens.has(token.id ?? '')
}

function nameOf(world: World, token: SimToken): string {
  return `token ${world.tokens.indexOf(token)}`
}

function ago(world: World): string {
  return `at +${world.timeline.now - (world.history[0]?.at ?? 0)} ms, ${world.timeline.now - world.newestOf().at} ms after the last commit`
}
