import type { Context, Hono } from 'hono'
import { AppError } from '../domain/error.ts'
import { scopeWordsOf } from '../domain/grant.ts'
import type { AppEnv } from '../env.ts'
import { isOutage } from '../storage/constraint.ts'
import { ACCESS, pathsOf, type RouteName } from './access.ts'
import { authorize, type Opened, SLUG_ON_PATH, type SlugSource } from './authorize.ts'
import { hasQueryToken } from './credentials.ts'
import { jsonFailure, jsonRefusal } from './errors.ts'
import { requireSaneHeaders, requireSaneUrl } from './request-limits.ts'
import { logFault, logRequest } from './trace.ts'

export type App = Hono<AppEnv>

export type Handler<N extends RouteName> = (
  c: Context<AppEnv>,
  opened: Opened<(typeof ACCESS)[N]>,
) => Response | Promise<Response>

/** How a family of routes says no: JSON, a picture, … */
export type Refuse = (c: Context<AppEnv>, error: AppError) => Response | Promise<Response>

type RouteOptions = { readonly slug?: SlugSource; readonly refuse?: Refuse }

/** Mounts a handler behind what the table says that its route needs. */
export function route<N extends RouteName>(
  app: App,
  name: N,
  handler: Handler<N>,
  { slug = SLUG_ON_PATH, refuse = refuseWithJson }: RouteOptions = {},
): void {
  const needs = ACCESS[name]
  if (!needs) throw new Error(`${name} has no row in the access table`)
  const { method, paths } = pathsOf(name)
  app.on(method, [...paths], (c) =>
    answer(c, name, refuse, async () => {
      const opened = await authorize(c, needs, slug)
      const response = await handler(c, opened)
      if (paths.length > 1) response.headers.set('X-CircleCI-Scopes', scopeWordsOf(opened.grant))
      return response
    }),
  )
}

/** Runs one request to its answer: refusals and bugs shaped, the URL's token kept private, one line logged. */
export async function answer(
  c: Context<AppEnv>,
  name: string,
  refuse: Refuse,
  run: () => Promise<Response>,
  fail: (c: Context<AppEnv>) => Response | Promise<Response> = jsonFailure,
): Promise<Response> {
  const { trace } = c.env
  trace.route = name
  let response: Response
  try {
    requireSaneUrl(c.req.raw)
    // Counting headers costs more than reading the few that a badge needs, and the platform has a limit of its own.
    if (refuse === refuseWithJson) requireSaneHeaders(c.req.raw)
    response = await run()
  } catch (error) {
    response = await refusalOrFailure(c, refuse, fail, error)
  }
  if (hasQueryToken(c.req.url)) keepPrivate(response)
  if (isLogged(c, response.status)) logRequest(trace, c.req.method, response.status, c.env.stores.now())
  return response
}

/** With `LOG_REQUESTS=notable`, reads that went well are not told. */
function isLogged(c: Context<AppEnv>, status: number): boolean {
  return c.env.settings.logRequests === 'all' || status >= 400 || (c.req.method !== 'GET' && c.req.method !== 'HEAD')
}

export function refuseWithJson(_c: Context<AppEnv>, error: AppError): Response {
  return jsonRefusal(error)
}

function refusalOrFailure(
  c: Context<AppEnv>,
  refuse: Refuse,
  fail: (c: Context<AppEnv>) => Response | Promise<Response>,
  error: unknown,
): Response | Promise<Response> {
  if (error instanceof AppError) return refuse(c, error)
  if (isOutage(error)) {
    logFault('database_unreachable', error)
    return refuse(c, new AppError('unavailable', 'The database cannot be reached at the moment: try again.'))
  }
  logFault('bug', error)
  return fail(c)
}

function keepPrivate(response: Response): void {
  const cacheControl = response.headers.get('Cache-Control')
  if (!cacheControl || cacheControl.startsWith('public')) response.headers.set('Cache-Control', 'private, no-cache')
  response.headers.set('Referrer-Policy', 'no-referrer')
}
