import { ACCESS, type Needs } from '../../src/http/frame/access.ts'
import { refusalShape } from '../../src/http/frame/answers/refusal-shape.ts'
import { BUILDPASS_ROUTES } from './buildpass-routes.ts'
import { OTHER_ROUTES } from './other-routes.ts'
import type { Answer, ApiRouteName, Content, RouteDoc } from './route-doc.ts'
import { V1_ROUTES } from './v1-routes.ts'
import { V2_ROUTES } from './v2-routes.ts'
import { V3_ROUTES } from './v3-routes.ts'

/** Every route for programs. One that is missing here does not compile. */
export const ROUTE_DOCS: Record<ApiRouteName, RouteDoc> = {
  ...BUILDPASS_ROUTES,
  ...V1_ROUTES,
  ...V2_ROUTES,
  ...V3_ROUTES,
  ...OTHER_ROUTES,
}

export const REFUSALS: Readonly<Record<number, string>> = {
  400: 'The input breaks rules; `errors` names each.',
  401: 'No token, or one that does not live.',
  403: 'The token does not open this.',
  404: 'There is no such thing, or it is not for you to know of.',
  409: 'It does not go together with what is there.',
  411: '`Content-Length` is missing.',
  412: 'It is not what `If-Match` names, or has changed since `If-Unmodified-Since`; a write takes neither.',
  413: 'The body is too large.',
  414: 'The URL is too long.',
  415: 'The `Content-Type` is not one of those that are read, or the body has a `Content-Encoding`.',
  416: 'The range lies outside the file.',
  422: 'It is about another repository.',
  429: 'Too many requests: see `Retry-After`.',
  431: 'The headers are too large.',
  499: 'The connection ended before the body did; nobody reads this answer.',
  501: 'This server cannot do that.',
  503: 'Not available just now: see `Retry-After`; or the server does not know its own address.',
}

export const REFUSED: Content = { 'application/json': refusalShape }
const NOT_CHANGED: Answer = {
  means: 'It is what `If-None-Match` names, or has not changed since `If-Modified-Since`.',
  content: {},
}

/** All that a route may answer: what it says itself, and what its needs, its input and every request bring. */
export function answersOf(name: ApiRouteName): Readonly<Record<string, Answer>> {
  const doc = ROUTE_DOCS[name]
  const refused = [...refusalsOf(name, doc)].map((status) => [status, refusalOf(status, doc)] as const)
  return { ...Object.fromEntries(refused), ...(mayBeKept(name, doc) ? { 304: NOT_CHANGED } : {}), ...doc.answers }
}

function mayBeKept(name: ApiRouteName, { answers, isAlwaysWhole }: RouteDoc): boolean {
  return name.startsWith('GET ') && 200 in answers && !isAlwaysWhole
}

/** How a route that is about no one project refuses a good token. */
const OF_NO_PROJECT: Partial<Record<Needs, readonly number[]>> = {
  anyone: [],
  hidden: [404],
  user: [],
  each: [403],
  token: [403],
  owner: [403],
  'token:admin': [403],
  'user:admin': [403],
  'user:create': [403],
}

function refusalsOf(name: ApiRouteName, doc: RouteDoc): ReadonlySet<number> {
  const { body, refuses = [], refusesIn } = doc
  const needs: Needs = ACCESS[name]
  return new Set([
    // A broken path and one that is too long are refused everywhere, and so is all while a server does not know its address.
    400,
    414,
    503,
    ...(refusesIn ? [] : [431]),
    ...(needs === 'anyone' || needs === 'hidden' ? [] : [401, 429]),
    ...(OF_NO_PROJECT[needs] ?? [403, 404]),
    ...(body ? [413, 499] : []),
    ...(mayBeKept(name, doc) ? [412] : []),
    ...(name.startsWith('GET ') ? [] : [412, 415]),
    ...refuses,
  ])
}

function refusalOf(status: number, { refusesIn = REFUSED }: RouteDoc): Answer {
  const means = REFUSALS[status]
  if (!means) throw new Error(`The refusal ${status} is not described`)
  return { means, content: refusesIn }
}
