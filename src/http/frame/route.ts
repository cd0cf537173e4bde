import type { Context, Hono } from 'hono'
import type { Actor } from '../../domain/access/actor.ts'
import { scopeWordsOf } from '../../domain/access/grant.ts'
import { AppError } from '../../domain/error.ts'
import { BucketUnreachable } from '../../storage/artifacts/objects.ts'
import { isOutage } from '../../storage/constraint.ts'
import { readFenced } from '../../storage/tokens/revocations.ts'
import { RightGone } from '../../storage/tokens/rights.ts'
import { ACCESS, type ParamsOf, pathsOf, type RouteName } from './access.ts'
import { type Authorized, actorOf, authorize, type Opened, paramsOf, type SlugSource, slugOnPath } from './authorize.ts'
import { jsonFailure, jsonRefusal } from './errors.ts'
import type { AppEnv, Asked, OpenRequest } from './open-request.ts'
import { leaveBody } from './request/body.ts'
import { hasQueryToken } from './request/credentials.ts'
import { requireOwnOrigin } from './request/origin.ts'
import { requirePlainWrite, requireSaneHeaders, requireSaneUrl } from './request/request-limits.ts'
import { requestLineOf } from './request/request-line.ts'
import { logFault, logRequest, REQUEST_ID } from './trace.ts'

export type App = Hono<AppEnv>

/**
 * What a handler is given: whom the table let in, what stands on the path and, where the route may leave something
 * behind, who acts by what right.
 */
export type Handler<N extends RouteName> = (
  c: Context<AppEnv>,
  opened: Opened<(typeof ACCESS)[N]> & { readonly params: ParamsOf<N> } & (N extends `GET ${string}`
      ? unknown
      : { readonly actor: Actor }),
) => Response | Promise<Response>

/** How a family of routes says no: JSON, a picture, … */
export type Refuse = (c: Context<AppEnv>, error: AppError) => Response | Promise<Response>

/** How a family of routes answers what went wrong. */
export type Refusals = {
  readonly refuse: Refuse
  readonly fail: (c: Context<AppEnv>) => Response | Promise<Response>
}

type RouteOptions<N extends RouteName> = { readonly slug?: SlugSource<ParamsOf<N>>; readonly refuse?: Refuse }

/** Mounts a handler behind what the table says that its route needs. */
export function route<N extends RouteName>(
  app: App,
  name: N,
  handler: Handler<N>,
  { slug = { onPath: slugOnPath }, refuse = refuseWithJson }: RouteOptions<N> = {},
): void {
  const needs = ACCESS[name]
  if (!needs) throw new Error(`${name} has no row in the access table`)
  const { method, paths } = pathsOf(name)
  const handle = paths.length > 1 ? tellingScopes(handler) : handler
  const refusals: Refusals = { refuse, fail: failWithJson }
  app.on(method, [...paths], (c) =>
    answer(c, name, refusals, async () => {
      const params = paramsOf<N>(c)
      const letIn = async () => ({ ...(await authorize(c, needs, slug, params)), params }) as HandlerInput<N>
      return method === 'GET' ? handle(c, await letIn()) : actAs(c, letIn, handle)
    }),
  )
}

type HandlerInput<N extends RouteName> = Parameters<Handler<N>>[1]

/**
 * Lets the asker in by what is known here, and has the write itself look whether that still stands: where it does not,
 * they are told what a fresh look at them says.
 */
async function actAs<N extends RouteName>(
  c: Context<AppEnv>,
  letIn: () => Promise<HandlerInput<N>>,
  handle: Handler<N>,
): Promise<Response> {
  const opened = await letIn()
  try {
    // The table says which parts there are, and a route that is no read has an actor.
    return await handle(c, { ...opened, actor: actorOf(c, opened as Authorized) })
  } catch (error) {
    if (!(error instanceof RightGone)) throw error
    return refuseGone(c, error, letIn)
  }
}

/** Throws why somebody whose right was gone when they wrote is refused: what `look`, which asks the database, throws now. */
export async function refuseGone(
  c: Context<AppEnv>,
  { right }: RightGone,
  look: () => Promise<unknown>,
): Promise<never> {
  if (right.kind === 'webhook') throw new AppError('invalid_signature')
  // From now on this isolate knows what ended.
  await readFenced(c.env.stores, [])
  await look()
  throw new AppError(right.kind === 'creator' ? 'permission_denied' : 'right_changed')
}

function tellingScopes<N extends RouteName>(handler: Handler<N>): Handler<N> {
  return async (c, opened) => {
    const response = await handler(c, opened)
    response.headers.set('X-CircleCI-Scopes', scopeWordsOf(opened.grant))
    return response
  }
}

/** Runs one request to its answer: refusals and bugs shaped, the URL's token kept private, one line logged. */
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

/** How the server is, it says to whoever asks, by whatever name. */
const UNDER_ANY_NAME: ReadonlySet<string> = new Set<RouteName>(['GET /healthz', 'GET /readyz'])

/** What every answer has: its id, and a line in the log where that is wanted. */
export function finish({ env, req }: Asked, response: Response): Response {
  response.headers.set(REQUEST_ID, env.trace.id)
  const { method } = requestLineOf(req.raw)
  if (isLogged(env, method, response.status)) logRequest(env.trace, method, response.status, env.stores.now())
  return response
}

const SAMPLE = 0.1

/**
 * Which requests get a line; all are counted. What failed by our doing always does. With `notable`, reads that went
 * well are not told, nor those without a good token: anybody can cause any number of them.
 */
function isLogged({ settings }: OpenRequest, method: string, status: number): boolean {
  if (status >= 500) return true
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

/** What a refusal itself runs into, where it has to ask, is refused or failed in its turn. */
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
  // The log was told where it was asked.
  if (error instanceof BucketUnreachable)
    return refuse(c, new AppError('unavailable', 'The artifact store cannot be reached at the moment: try again.'))
  logFault(c.env.trace, 'bug', error)
  return fail(c)
}

function keepPrivate({ headers }: Response): void {
  const cacheControl = headers.get('Cache-Control')
  if (!cacheControl || cacheControl.startsWith('public')) headers.set('Cache-Control', 'private, no-cache')
  headers.set('Referrer-Policy', 'no-referrer')
}
