import type { Context, Hono } from 'hono'
import type { Actor } from '../../domain/access/actor.ts'
import { scopeWordsOf } from '../../domain/access/grant.ts'
import { DAY_MS } from '../../domain/day.ts'
import { AppError } from '../../domain/error.ts'
import { isServerFault } from '../../domain/request-counts.ts'
import { BucketUnreachable } from '../../storage/artifacts/objects.ts'
import { isOutage } from '../../storage/constraint.ts'
import { asPrimary, openNear } from '../../storage/edge/near.ts'
import type { ReadStores, Stores } from '../../storage/stores.ts'
import { readFenced } from '../../storage/tokens/revocations.ts'
import { RightGone } from '../../storage/tokens/rights.ts'
import { ACCESS, isOfV1, type Needs, type ParamsOf, pathsOf, type RouteName } from './access.ts'
import { type Answer, tagged } from './answers/answers.ts'
import { jsonFailure, jsonRefusal } from './answers/errors.ts'
import { type Asker, giveKept, keptOrMade, questionFor, SCOPES } from './answers/kept-answers.ts'
import {
  type Admitted,
  type Authorized,
  actorOf,
  authorize,
  type OnProject,
  paramsOf,
  type SlugSource,
  slugOnPath,
} from './authorize.ts'
import { requireOpenPart } from './open-parts.ts'
import type { AppEnv, Asked, OpenRequest, TaggedAnswer } from './open-request.ts'
import { leaveBody } from './request/body.ts'
import { hasQueryToken } from './request/credentials.ts'
import { requireOwnOrigin } from './request/origin.ts'
import { requirePlainWrite, requireSaneHeaders, requireSaneUrl } from './request/request-limits.ts'
import { requestLineOf } from './request/request-line.ts'
import { logFault, logRequest, REQUEST_ID } from './trace.ts'

export type App = Hono<AppEnv>

/**
 * What a handler gets: whom the access table admitted, the parameters of the path and, on a route that writes, the actor
 * with the right to do so; on one that reads of a project, stores that may be nearer than the primary.
 */
export type Handler<N extends RouteName> = (
  c: Context<AppEnv>,
  admitted: Admitted<(typeof ACCESS)[N]> & { readonly params: ParamsOf<N> } & (N extends `GET ${string}`
      ? NearOf<Admitted<(typeof ACCESS)[N]>>
      : { readonly actor: Actor }),
) => Made | Promise<Made>

type NearOf<A> = A extends OnProject ? { readonly near: ReadStores } : unknown

/** What a handler gives: a read's answer, of which the client may have the newest version already, or a response. */
export type Made = Answer | Response

/** How a family of routes answers a refusal: JSON, a picture, … */
export type Refuse = (c: Context<AppEnv>, error: AppError) => Response | Promise<Response>

/** How a family of routes answers refusals and faults. */
export type Refusals = {
  readonly refuse: Refuse
  readonly fail: (c: Context<AppEnv>) => Response | Promise<Response>
}

export type RouteOptions<N extends RouteName> = Partial<Refusals> & { readonly slug?: SlugSource<ParamsOf<N>> }

/** Mounts a handler behind the permission that its route needs by the access table. */
export function route<N extends RouteName>(
  app: App,
  name: N,
  handler: Handler<N>,
  { slug = { onPath: slugOnPath }, refuse = refuseWithJson, fail = failWithJson }: RouteOptions<N> = {},
): void {
  const needs = ACCESS[name]
  if (!needs) throw new Error(`${name} has no row in the access table`)
  const { method, paths } = pathsOf(name)
  app.on(method, [...paths], (c) =>
    answer(c, name, { refuse, fail }, async () => {
      const params = paramsOf<N>(c)
      const admit = async () => ({ ...(await authorize<Needs, ParamsOf<N>>(c, needs, slug, params)), params })
      const open = async (admitted: Awaited<ReturnType<typeof admit>>, near?: ReadStores) => {
        if ('project' in admitted) await requireOpenPart(c, name, admitted, params)
        return { ...admitted, near } as unknown as HandlerInput<N>
      }
      const admitted = await admit()
      const made =
        method === 'GET'
          ? await read(c, name, 'project' in admitted ? admitted : { grant: admitted.grant }, async (near) =>
              handler(c, await open(admitted, near)),
            )
          : await actAs(c, await open(admitted), async () => open(await admit()), handler)
      if (!(made instanceof Response))
        return giveKept(c, name, admitted, 'etag' in made ? made : await tagged(made, c.env.stores.now()))
      if (isOfV1(name)) made.headers.set(SCOPES, scopeWordsOf(admitted.grant))
      return made
    }),
  )
}

/** What a read gives: from what is kept where its route has that, or made for this request. */
function read(
  c: Context<AppEnv>,
  name: RouteName,
  asker: Asker,
  make: (near: ReadStores) => Promise<Made>,
): Promise<Made | TaggedAnswer> {
  const question = questionFor(c, name, asker)
  if (question === null) return make(nearOf(c.env.stores, asker))
  return keptOrMade(c, question, (told) => {
    const near = nearOf(c.env.stores, asker, told)
    return {
      asOf: near.asOf,
      make: async () => {
        const made = await make(near)
        if (made instanceof Response) throw new Error(`${name} is among what is kept, and gave no answer to keep`)
        return made
      },
    }
  })
}

/** Where a read is made. What tells of all projects of a person decides by their roles, and asks the primary. */
function nearOf(stores: Stores, { project }: Asker, told?: number): ReadStores {
  return project ? openNear(stores, project.id, told) : asPrimary(stores)
}

type HandlerInput<N extends RouteName> = Parameters<Handler<N>>[1]

/**
 * The asker was admitted by what this isolate knows; the write itself checks that this still holds. Where it does not, the asker
 * gets the refusal that a fresh check gives.
 */
async function actAs<N extends RouteName>(
  c: Context<AppEnv>,
  admitted: HandlerInput<N>,
  admitAgain: () => Promise<unknown>,
  handle: Handler<N>,
): Promise<Made> {
  try {
    // The access table decides which of these there are, and a route that writes has an actor.
    return await handle(c, { ...admitted, actor: actorOf(c, admitted as Authorized) })
  } catch (error) {
    if (!(error instanceof RightGone)) throw error
    return refuseGone(c, error, admitAgain)
  }
}

/** Refuses an asker whose right was gone at the write: by what `look`, which reads the database, throws now. */
export async function refuseGone(
  c: Context<AppEnv>,
  { right }: RightGone,
  look: () => Promise<unknown>,
): Promise<never> {
  if (right.kind === 'webhook') throw new AppError('invalid_signature')
  // This isolate learns from the feed what ended.
  await readFenced(c.env.stores, [])
  await look()
  throw new AppError(right.kind === 'creator' ? 'permission_denied' : 'right_changed')
}

/** Answers one request: shapes refusals and faults, keeps answers to a URL with a token private, writes one line of log. */
export async function answer(
  c: Context<AppEnv>,
  name: string,
  refusals: Refusals,
  run: () => Promise<Response>,
): Promise<Response> {
  const { method, url } = requestLineOf(c.req.raw)
  c.env.trace.route = name
  let response: Response
  try {
    requireSaneUrl(url)
    if (!UNDER_ANY_NAME.has(name)) requireOwnOrigin(c)
    requireSaneHeaders(c.req.raw)
    requirePlainWrite(c.req.raw, method)
    response = await run()
  } catch (error) {
    response = await refusalOrFailure(c, refusals, error)
  }
  if (method !== 'GET' && method !== 'HEAD') await leaveBody(c.req.raw)
  if (hasQueryToken(url)) keepPrivate(response)
  return finish(c, response)
}

/** What answers on the hosts of reports, where only a name that we gave has files. */
export const ON_REPORT_HOST = '(report host)'

/** These routes answer under any `Host`. */
const UNDER_ANY_NAME: ReadonlySet<string> = new Set<RouteName | typeof ON_REPORT_HOST>([
  'GET /healthz',
  'GET /readyz',
  ON_REPORT_HOST,
])

/** Gives an answer its request id, and writes its line in the log where it gets one. */
export function finish({ env, req }: Asked, response: Response): Response {
  response.headers.set(REQUEST_ID, env.trace.id)
  tellEnd(env, response)
  const { method } = requestLineOf(req.raw)
  if (isLogged(env, method, response.status)) logRequest(env.trace, method, response.status, env.stores.now())
  return response
}

const TOLD_BEFORE_MS = 30 * DAY_MS

/** Tells whoever uses a token in its last 30 days, and nobody else, when it ends: not in what a cache may give to others. */
function tellEnd({ trace, stores }: OpenRequest, { headers }: Response): void {
  const endsAt = trace.tokenExpiresAt
  if (endsAt === null || endsAt - stores.now() > TOLD_BEFORE_MS) return
  if (!headers.get('Cache-Control')?.startsWith('public')) headers.set(TOKEN_EXPIRES, new Date(endsAt).toISOString())
}

const TOKEN_EXPIRES = 'Buildpass-Token-Expires'

const SAMPLE = 0.1

/**
 * Whether a request gets a line in the log; all are counted. A fault of ours always gets one. With `notable`, successful
 * reads get none, nor do requests without a good token: anybody can send any number of these.
 */
function isLogged({ settings }: OpenRequest, method: string, status: number): boolean {
  if (isServerFault(status)) return true
  switch (settings.logRequests) {
    case 'all':
      return true
    case 'sampled':
      return Math.random() < SAMPLE
    case 'notable':
      return (status >= 400 && status !== 401) || (method !== 'GET' && method !== 'HEAD')
  }
}

export const JSON_REFUSALS: Refusals = { refuse: refuseWithJson, fail: failWithJson }

export function refuseWithJson(c: Context<AppEnv>, error: AppError): Response {
  return jsonRefusal(error, c.env.trace.id)
}

function failWithJson(c: Context<AppEnv>): Response {
  return jsonFailure(c.env.trace.id)
}

/** The refusal of a request, or the failure of the refusal itself where it has to read a store. */
async function refusalOrFailure(c: Context<AppEnv>, refusals: Refusals, error: unknown): Promise<Response> {
  try {
    return await refusalTo(c, refusals, error)
  } catch (next) {
    return refusalTo(c, refusals, next)
  }
}

function refusalTo(c: Context<AppEnv>, { refuse, fail }: Refusals, error: unknown): Response | Promise<Response> {
  if (error instanceof AppError) return refuse(c, error)
  if (isOutage(error)) {
    logFault(c.env.trace, 'database_unreachable', error)
    return refuse(c, new AppError('unavailable', 'The database cannot be reached at the moment: try again.'))
  }
  // Logged already where the bucket was asked.
  if (error instanceof BucketUnreachable)
    return refuse(c, new AppError('unavailable', 'The artifact store cannot be reached at the moment: try again.'))
  logFault(c.env.trace, 'bug', error)
  return fail(c)
}

export function keepPrivate({ headers }: Response): void {
  const cacheControl = headers.get('Cache-Control')
  if (!cacheControl || cacheControl.startsWith('public')) headers.set('Cache-Control', 'private, no-cache')
  headers.set('Referrer-Policy', 'no-referrer')
}
