import type { Context } from 'hono'
import { AppError } from '../domain/error.ts'
import { findViewer } from '../storage/people/sessions.ts'
import { V3_REFUSALS } from './circleci/v3/refusal.ts'
import { HIDDEN_PATHS } from './frame/access.ts'
import type { AppEnv } from './frame/open-request.ts'
import { type App, answer, JSON_REFUSALS, type Refusals } from './frame/route.ts'
import { refuseWithPage } from './web/parts/refusal.tsx'
import { sessionSecretOf } from './web/sign-in/session-cookie.ts'

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

/** Answers where no route fits: ignores a slash at the end; 405 where another method has a route, a CORS preflight for reads, else 404. */
export function answerUnrouted(app: App, c: Context<AppEnv>): Response | Promise<Response> {
  const { path, method } = c.req
  const plain = withoutSlash(path)
  const isRouted = (which: string) => app.router.match(which, plain)[0].length > 0
  if (plain !== path && isRouted(method === 'HEAD' ? 'GET' : method)) {
    const { url } = c.req.raw
    const end = url.includes('?') ? url.indexOf('?') : url.length
    return app.fetch(new Request(url.slice(0, end - 1) + url.slice(end), c.req.raw), c.env, c.executionCtx)
  }
  return answer(c, '(none)', refusalsFor(c), async () => {
    const methods = HIDDEN_PATHS.has(plain) ? [] : METHODS.filter(isRouted)
    if (methods.length === 0) throw new AppError('route_not_found')
    const allow = [...methods.flatMap((one) => (one === 'GET' ? ['GET', 'HEAD'] : [one])), 'OPTIONS'].join(', ')
    if (method !== 'OPTIONS') throw new AppError('method_not_allowed', undefined, { headers: { Allow: allow } })
    return new Response(null, { status: 204, headers: { Allow: allow, ...(methods.includes('GET') ? PREFLIGHT : {}) } })
  })
}

/** Where the same is meant when no route has the path as it is. */
export function withoutSlash(path: string): string {
  return path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path
}

/** Refuses as where no route fits. */
export function refuseAsAbsent(c: Context<AppEnv>, error: AppError): Response | Promise<Response> {
  return refusalsFor(c).refuse(c, error)
}

function refusalsFor(c: Context<AppEnv>): Refusals {
  if (c.req.path.startsWith('/api/v3/')) return V3_REFUSALS
  return isForPeople(c) ? PAGE_REFUSALS : JSON_REFUSALS
}

/** A browser that somebody looks at, outside of what programs ask for. */
function isForPeople(c: Context<AppEnv>): boolean {
  return !c.req.path.startsWith('/api/') && (c.req.header('Accept')?.includes('text/html') ?? false)
}

/** With the head of every other page: who is signed in stays so, and a page that is withheld looks like one that is not there. */
async function refusePage(c: Context<AppEnv>, error: AppError): Promise<Response> {
  const { stores } = c.env
  const secret = sessionSecretOf(c)
  const viewer = secret && (await findViewer(stores.db, secret, stores.now()).catch(() => null))
  return refuseWithPage(c, error, viewer)
}

const PAGE_REFUSALS: Refusals = { ...JSON_REFUSALS, refuse: refusePage }

// Pages of any origin may read with a token that they hold; cookies are not part of it.
const PREFLIGHT = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Allow-Methods': 'GET, HEAD',
  'Access-Control-Allow-Headers':
    'Authorization, Circle-Token, Accept, If-Match, If-Modified-Since, If-None-Match, If-Range, If-Unmodified-Since, Range',
  'Access-Control-Max-Age': '86400',
}
