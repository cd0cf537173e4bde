import type { Context, Hono } from 'hono'
import type { Actor } from '../../domain/access/actor.ts'
import { scopeWordsOf } from '../../domain/access/grant.ts'
import { AppError } from '../../domain/error.ts'
import type { AppEnv } from '../../env.ts'
import { isOutage } from '../../storage/constraint.ts'
import { readFenced } from '../../storage/tokens/revocations.ts'
import { RightGone } from '../../storage/tokens/rights.ts'
import { ACCESS, pathsOf, type RouteName } from './access.ts'
import {
  actorOf,
  authorize,
  authorizeFromMemory,
  type LetIn,
  type Opened,
  SLUG_ON_PATH,
  type SlugSource,
} from './authorize.ts'
import { leaveBody } from './body.ts'
import { hasQueryToken } from './credentials.ts'
import { jsonFailure, jsonRefusal } from './errors.ts'
import { requireOwnOrigin } from './origin.ts'
import { requirePlainWrite, requireSaneHeaders, requireSaneUrl } from './request-limits.ts'
import { requestLineOf } from './request-line.ts'
import { logFault, logRequest, REQUEST_ID } from './trace.ts'

export type App = Hono<AppEnv>

/** What a handler is given: whom the table let in and, where the route may leave something behind, who acts by what right. */
export type Handler<N extends RouteName> = (
  c: Context<AppEnv>,
  opened: Opened<(typeof ACCESS)[N]> & (N extends `GET ${string}` ? unknown : { readonly actor: Actor }),
) => Response | Promise<Response>

/** How a family of routes says no: JSON, a picture, … */
export type Refuse = (c: Context<AppEnv>, error: AppError) => Response | Promise<Response>

/** How a family of routes answers what went wrong, and what `answer` need not see to. */
export type Manner = {
  readonly refuse: Refuse
  readonly fail: (c: Context<AppEnv>) => Response | Promise<Response>
  /**
   * Of what is asked for most: its answers say by themselves that they are private where the URL holds a token, and
   * its headers are not counted. Either costs more than reading the few headers that a badge needs.
   */
  readonly isHot: boolean
}

type RouteOptions = { readonly slug?: SlugSource; readonly refuse?: Refuse; readonly isHot?: boolean }

/** Mounts a handler behind what the table says that its route needs. */
export function route<N extends RouteName>(
  app: App,
  name: N,
  handler: Handler<N>,
  { slug = SLUG_ON_PATH, refuse = refuseWithJson, isHot = false }: RouteOptions = {},
): void {
  const needs = ACCESS[name]
  if (!needs) throw new Error(`${name} has no row in the access table`)
  const { method, paths } = pathsOf(name)
  const handle = paths.length > 1 ? tellingScopes(handler) : handler
  const manner: Manner = { refuse, fail: failWithJson, isHot }
  app.on(method, [...paths], (c) =>
    answer(c, name, manner, () => {
      if (method !== 'GET') return actAs(c, needs, slug, handle)
      const opened = authorizeFromMemory(c, needs, slug)
      if (opened instanceof AppError) return refuse(c, opened)
      return opened
        ? handle(c, opened as HandlerInput<N>)
        : authorize(c, needs, slug).then((found) => handle(c, found as HandlerInput<N>))
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
  needs: (typeof ACCESS)[N],
  slug: SlugSource,
  handle: Handler<N>,
): Promise<Response> {
  const opened = await authorize(c, needs, slug)
  try {
    // The table says which parts there are, and a route that is no read has an actor.
    return await handle(c, { ...opened, actor: actorOf(c, opened as LetIn) } as HandlerInput<N>)
  } catch (error) {
    if (!(error instanceof RightGone)) throw error
    throw await refusalOf(c, error, () => authorize(c, needs, slug))
  }
}

/** Why somebody whose right was gone when they wrote is refused: what `look`, which asks the database, throws now. */
export async function refusalOf(
  c: Context<AppEnv>,
  { right }: RightGone,
  look: () => Promise<unknown>,
): Promise<AppError> {
  if (right.kind === 'webhook') return new AppError('invalid_signature')
  // From now on this isolate knows what ended.
  await readFenced(c.env.stores, [])
  await look()
  if (right.kind === 'creator') return new AppError('permission_denied')
  return new AppError('conflict', 'Your right to do this changed meanwhile, and nothing was done: try again.')
}

function tellingScopes<N extends RouteName>(handler: Handler<N>): Handler<N> {
  return async (c, opened) => {
    const response = await handler(c, opened)
    response.headers.set('X-CircleCI-Scopes', scopeWordsOf(opened.grant))
    return response
  }
}

/** Runs one request to its answer: refusals and bugs shaped, the URL's token kept private, one line logged. */
export function answer(
  c: Context<AppEnv>,
  name: string,
  manner: Manner,
  run: () => Response | Promise<Response>,
): Response | Promise<Response> {
  const { method, url } = requestLineOf(c.req.raw)
  c.env.trace.route = name
  let response: Response | Promise<Response>
  try {
    requireSaneUrl(url)
    if (!UNDER_ANY_NAME.has(name)) requireOwnOrigin(c)
    if (!manner.isHot) {
      requireSaneHeaders(c.req.raw)
      requirePlainWrite(c.req.raw, method)
    }
    response = run()
    if (response instanceof Promise) response = response.catch((error) => refusalOrFailure(c, manner, error))
  } catch (error) {
    response = refusalOrFailure(c, manner, error)
  }
  if (method !== 'GET' && method !== 'HEAD') {
    return Promise.resolve(response).then(async (settled) => {
      await leaveBody(c.req.raw)
      return finished(c, url, manner, settled)
    })
  }
  // What needs no wait is answered without one: that is a third of what a warm badge costs.
  return response instanceof Promise
    ? response.then((settled) => finished(c, url, manner, settled))
    : finished(c, url, manner, response)
}

/** How the server is, it says to whoever asks, by whatever name. */
const UNDER_ANY_NAME: ReadonlySet<string> = new Set<RouteName>(['GET /healthz', 'GET /readyz'])

function finished(c: Context<AppEnv>, url: string, { isHot }: Manner, response: Response): Response {
  if (!isHot && hasQueryToken(url)) keepPrivate(response)
  response.headers.set(REQUEST_ID, c.env.trace.id)
  if (isLogged(c, response.status)) logRequest(c.env.trace, c.req.method, response.status, c.env.stores.now())
  return response
}

const SAMPLE = 0.1

/**
 * Which requests get a line; all are counted. What failed by our doing always does. With `notable`, reads that went
 * well are not told, nor those without a good token: anybody can cause any number of them.
 */
function isLogged(c: Context<AppEnv>, status: number): boolean {
  if (status >= 500) return true
  switch (c.env.settings.logRequests) {
    case 'all':
      return true
    case 'sampled':
      return Math.random() < SAMPLE
    case 'notable': {
      const { method } = requestLineOf(c.req.raw)
      return (status >= 400 && status !== 401) || (method !== 'GET' && method !== 'HEAD')
    }
  }
}

export const JSON_MANNER: Manner = { refuse: refuseWithJson, fail: failWithJson, isHot: false }

export function refuseWithJson(c: Context<AppEnv>, error: AppError): Response {
  return jsonRefusal(error, c.env.trace.id)
}

function failWithJson(c: Context<AppEnv>): Response {
  return jsonFailure(c.env.trace.id)
}

/** What a refusal itself runs into, where it has to ask, is refused or failed in its turn. */
function refusalOrFailure(c: Context<AppEnv>, manner: Manner, error: unknown): Response | Promise<Response> {
  const refused = refusalTo(c, manner, error)
  return refused instanceof Promise ? refused.catch((next) => refusalTo(c, manner, next)) : refused
}

function refusalTo(c: Context<AppEnv>, { refuse, fail }: Manner, error: unknown): Response | Promise<Response> {
  if (error instanceof AppError) return refuse(c, error)
  if (isOutage(error)) {
    logFault(c.env.trace, 'database_unreachable', error)
    return refuse(c, new AppError('unavailable', 'The database cannot be reached at the moment: try again.'))
  }
  logFault(c.env.trace, 'bug', error)
  return fail(c)
}

function keepPrivate({ headers }: Response): void {
  const cacheControl = headers.get('Cache-Control')
  if (!cacheControl || cacheControl.startsWith('public')) headers.set('Cache-Control', 'private, no-cache')
  headers.set('Referrer-Policy', 'no-referrer')
}
