import { type Grant, limitsOf, scopeWordsOf } from '../../../domain/access/grant.ts'
import { type ReachingGrant, reachOf } from '../../../domain/access/limits/reach.ts'
import { toHex } from '../../../domain/formats/encoding.ts'
import { createRecentMap } from '../../../domain/formats/recent-map.ts'
import { changedAt, toldChangeAt } from '../../../storage/edge/changes.ts'
import { FRESH_SECONDS, mayBeShown, shownUntil } from '../../../storage/edge/near.ts'
import { shareWork, withinCacheBox } from '../../../storage/edge/shared-work.ts'
import type { Stores } from '../../../storage/stores.ts'
import { isOfV1, type RouteName } from '../access.ts'
import type { OnProject } from '../authorize.ts'
import type { Addressed, Asked, KeptAnswer, KeptAnswers, OpenRequest, TaggedAnswer } from '../open-request.ts'
import { hasQueryToken } from '../request/credentials.ts'
import { publicOriginOf } from '../request/origin.ts'
import { originLengthOf } from '../request/raw-path.ts'
import { requestLineOf } from '../request/request-line.ts'
import { type Answer, give, isPretty, tagged } from './answers.ts'

/**
 * By what the answers of a route differ besides its question: by what the asker may do on the project (`rights`), by their
 * token, since they hold addresses signed for it (`token`), or by which projects they reach (`reach`).
 */
type KeptBy = 'rights' | 'token' | 'reach'

/** The reads whose answers are kept for some seconds, as badges are. What is not here is made anew for each request. */
export const KEPT: Partial<Record<RouteName, KeptBy>> = {
  'GET /api/v1.1/projects': 'reach',
  'GET /api/v1.1/recent-builds': 'reach',
  'GET /api/v1.1/project/:vcs/:org/:repo': 'rights',
  'GET /api/v1.1/project/:vcs/:org/:repo/tree/:branch{.+}': 'rights',
  'GET /api/v1.1/project/:vcs/:org/:repo/latest/artifacts': 'rights',
  'GET /api/v1.1/project/:vcs/:org/:repo/:num/artifacts': 'rights',
  'GET /api/v1.1/project/:vcs/:org/:repo/:num': 'token',

  'GET /api/v2/project/:vcs/:org/:repo/pipeline': 'rights',
  'GET /api/v2/project/:vcs/:org/:repo/pipeline/:number': 'rights',
  'GET /api/v2/project/:vcs/:org/:repo/job/:num': 'rights',
  'GET /api/v2/project/:vcs/:org/:repo/:num/artifacts': 'rights',
  'GET /api/v2/pipeline/:id': 'rights',
  'GET /api/v2/pipeline/:id/workflow': 'rights',
  'GET /api/v2/workflow/:id': 'rights',
  'GET /api/v2/workflow/:id/job': 'rights',
  'GET /api/v2/insights/:vcs/:org/:repo/workflows': 'rights',
  'GET /api/v2/insights/:vcs/:org/:repo/workflows/:workflow': 'rights',

  'GET /api/v3/runs/:id': 'rights',
  'GET /api/v3/workflows': 'rights',
  'GET /api/v3/workflows/:id': 'rights',
  'GET /api/v3/jobs': 'rights',
  'GET /api/v3/jobs/:id': 'rights',
  'GET /api/v3/jobs/:id/artifacts': 'rights',

  'GET /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num': 'token',
  'GET /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/artifacts': 'rights',
  'GET /api/buildpass/v1/projects/:vcs/:org/:repo/latest/artifacts': 'rights',

  'GET /cc.xml': 'reach',
  'GET /:vcs{(?:gh|github|bb|bitbucket|gl|gitlab|circleci)}/:org/:file{[^/]+\\.cc\\.xml}': 'rights',
  'GET /:vcs{(?:gh|github|bb|bitbucket|gl|gitlab|circleci)}/:org/:repo/tree/:file{.+\\.cc\\.xml}': 'rights',
  'GET /feed.atom': 'reach',
  'GET /:vcs{(?:gh|github|bb|bitbucket|gl|gitlab|circleci)}/:org/:repo/feed.atom': 'rights',
  'GET /:vcs{(?:gh|github|bb|bitbucket|gl|gitlab|circleci)}/:org/:repo/tree/:file{.+\\/feed\\.atom}': 'rights',
}

/** Of the 128 MB that an isolate has. */
const MAX_KEPT_BYTES = 16_000_000
/** What the key and the headers of an answer take, at most: an address, limits of fifty projects, and the rest. */
const HEAD_BYTES = 5_000
/** What nobody asks twice would fill the memory with addresses. */
const MAX_ADDRESS_LENGTH = 1_000

export function createKeptAnswers(): KeptAnswers {
  return {
    byQuestion: createRecentMap(MAX_KEPT_BYTES, ({ body }) => body.byteLength + HEAD_BYTES),
    addresses: createRecentMap(2_000),
  }
}

/** Whoever the access table admitted, as far as answers differ by it. */
export type Asker =
  | Pick<OnProject, 'grant' | 'needs' | 'role' | 'project'>
  | { readonly grant: Grant | null; readonly project?: undefined }

/** What an answer is kept under, and whose it is. */
export type Question = {
  readonly key: string
  /** Null where it tells of more than one project. */
  readonly projectId: string | null
  /** Whether other isolates may have it: what is signed for one token stays in memory. */
  readonly isShared: boolean
  readonly addressed: Addressed
}

/** The question of a request; null where the route's answers are made anew. */
export function questionFor(c: Asked, name: RouteName, asker: Asker): Question | null {
  const by = KEPT[name]
  const address = addressOf(c.req.raw)
  if (!by || address.length > MAX_ADDRESS_LENGTH) return null
  const limits = JSON.stringify(limitsOf(asker.grant))
  const form = isPretty(c) ? 'pretty' : 'plain'
  const key = `${whoseOf(by, asker)} ${limits} ${form} ${publicOriginOf(c)} ${name} ${address}`
  const addressed: Addressed = asker.project
    ? { route: name, project: asker.project, needs: asker.needs }
    : { route: name, project: null }
  return { key, projectId: asker.project?.id ?? null, isShared: by !== 'token', addressed }
}

function whoseOf(by: KeptBy, asker: Asker): string {
  const { grant, project } = asker
  // The table names a route `reach` where it admits nobody else.
  if (by === 'reach' || !project) return `${grant?.kind} ${JSON.stringify(reachOf(grant as ReachingGrant))}`
  const opened = grant && ('scope' in grant ? grant.scope : (asker.role ?? 'no role'))
  const token = by === 'token' ? (grant?.tokenId ?? 'nobody') : 'any'
  return `${project.id} ${project.visibility} ${grant?.kind ?? 'nobody'} ${opened} ${token}`
}

/** Path and query, without a token. */
function addressOf(request: Request): string {
  const { url } = requestLineOf(request)
  const address = url.slice(originLengthOf(url))
  const query = address.indexOf('?')
  // A branch may be called what looks like one.
  return query < 0 || !hasQueryToken(address)
    ? address
    : address.slice(0, query) + address.slice(query).replace(/(^\?|&)circle-token=[^&#]*/g, '$1')
}

/** Where the address of a request led when it was last asked for; null where nothing is kept of that. */
export function knownAddress({ env, req }: Asked): Addressed | null {
  return env.answers.addresses.get(addressOf(req.raw)) ?? null
}

/** The answer in memory; null where it is too old, or of before a change that was made here. */
export function knownAnswer({ stores, answers }: OpenRequest, question: Question): KeptAnswer | null {
  const known = answers.byQuestion.get(question.key)
  return known && holds(stores, known, question) ? known : null
}

export const SCOPES = 'X-CircleCI-Scopes'

/** The answer as its asker gets it, or 304. */
export function giveKept(asked: Asked, route: RouteName, { grant }: Asker, answer: TaggedAnswer): Response {
  const response = give(asked, answer)
  if (isOfV1(route)) response.headers.set(SCOPES, scopeWordsOf(grant))
  return response
}

/** How a read is made, and the time of which it tells. */
type Making = { readonly asOf: number; readonly make: () => Promise<Answer> }

/**
 * The answer from memory, then from the data centre's cache, or else made and kept. The caller decides first whether the
 * asker may have it.
 */
export async function keptOrMade(
  c: Asked,
  question: Question,
  open: (toldChangeAt?: number) => Making,
): Promise<TaggedAnswer> {
  const { stores, answers } = c.env
  const known = knownAnswer(c.env, question)
  if (known) return known
  let isMine = false
  const found = await shareWork<KeptAnswer>(stores.memory, stores, `answer ${question.key}`, async () => {
    isMine = true
    const { copy, changed } = await readCopy(stores, question)
    return copy ?? make(stores, question, open(changed))
  })
  if (holds(stores, found, question)) {
    answers.byQuestion.set(question.key, found)
    answers.addresses.set(addressOf(c.req.raw), question.addressed)
  }
  // What another request made may be of a time before something changed here.
  else if (!isMine) return make(stores, question, open())
  return found
}

async function make(stores: Stores, question: Question, { asOf, make }: Making): Promise<KeptAnswer> {
  const answer = await make()
  const now = stores.now()
  const kept = { ...(await tagged(answer, now)), asOf, until: shownUntil(now, asOf) }
  stores.waitUntil(writeCopy(stores, question, kept))
  return kept
}

/** Whether what the answer tells is young enough, and nothing that it may tell was changed here since. */
function holds(stores: Stores, kept: KeptAnswer, { projectId }: Question): boolean {
  return mayBeShown(stores, kept) && kept.asOf > changedAt(stores, projectId)
}

type Look = { readonly copy: KeptAnswer | null; readonly changed?: number }

/** A copy that another isolate of the data centre left, unless the project was changed from there since, and when that was. */
async function readCopy(stores: Stores, question: Question): Promise<Look> {
  const { cache } = stores
  const { projectId, isShared } = question
  if (!cache) return { copy: null }
  try {
    const [response, changed] = await withinCacheBox(
      Promise.all([
        isShared ? cache.match(await copyKeyFor(question)) : undefined,
        projectId === null ? Number.NEGATIVE_INFINITY : toldChangeAt(stores, projectId),
      ]),
    )
    const head = response && parseHead(response.headers.get(HEAD))
    if (!response || !head || head.asOf <= changed) return { copy: null, changed }
    const copy = { ...head, headers: new Headers(head.headers), body: new Uint8Array(await response.arrayBuffer()) }
    return { copy: holds(stores, copy, question) ? copy : null, changed }
  } catch (error) {
    stores.warn('answer_uncached', error)
    // Whether something was changed is not known, so the primary is asked.
    return { copy: null, changed: stores.now() }
  }
}

/** All but the body of a copy. Its own headers are the cache's. */
const HEAD = 'Buildpass-Answer'

async function writeCopy({ cache, warn }: Stores, question: Question, kept: KeptAnswer): Promise<void> {
  if (!cache || !question.isShared) return
  const { body, etag, headers, asOf, until } = kept
  const head = JSON.stringify({ etag, headers: [...headers], asOf, until })
  const life = { 'Cache-Control': `max-age=${FRESH_SECONDS}`, [HEAD]: encodeURIComponent(head) }
  try {
    await cache.put(await copyKeyFor(question), new Response(body, { headers: life }))
  } catch (error) {
    warn('answer_uncachable', error)
  }
}

type Head = Pick<KeptAnswer, 'etag' | 'asOf' | 'until'> & { readonly headers: [string, string][] }

/** Null for what has none. */
function parseHead(text: string | null): Head | null {
  // The key has the version of this shape, and nobody else writes there.
  return text === null ? null : (JSON.parse(decodeURIComponent(text)) as Head)
}

/** An address that nobody can ask for, and which holds nothing that was sent to us as it was. */
async function copyKeyFor({ key }: Question): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(key))
  return `https://buildpass.internal/answers/v1/${toHex(digest)}`
}
