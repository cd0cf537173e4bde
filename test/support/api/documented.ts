import * as v from 'valibot'
import type { ApiRouteName } from '../../../scripts/openapi/route-doc.ts'
import { answersOf, ROUTE_DOCS } from '../../../scripts/openapi/routes.ts'
import { createApp } from '../../../src/app.ts'
import { v3RefusalShape } from '../../../src/http/circleci/v3/refusal-shape.ts'
import { pagePathOf, pathsOf } from '../../../src/http/frame/access.ts'
import { statusOf } from '../../../src/http/frame/answers/errors.ts'
import { type RefusalJson, refusalShape } from '../../../src/http/frame/answers/refusal-shape.ts'
import { rawPathOf } from '../../../src/http/frame/request/raw-path.ts'
import { withoutSlash } from '../../../src/http/no-route.ts'
import { CIRCLECI_V2, isV2 } from './circleci-v2.ts'
import { PAGE_ROUTES, ROUTES } from './route-paths.ts'

/** What was asked, as far as answers differ by it. */
type Asked = Pick<Request, 'method' | 'url'>

/** The answer, as it came, once it is one that the API document tells of; throws a sentence if it is another. */
export async function documented(request: Asked, response: Response): Promise<Response> {
  const problem = await documentProblem(request, response)
  if (problem) throw new Error(problem)
  return response
}

/** What the document does not know of an answer, in a sentence: its route, its status, its type, its body. */
export async function documentProblem(request: Asked, response: Response): Promise<string | null> {
  const route = findRoute(request)
  const { status } = response
  if (route === null) return unroutedProblem(request, response)
  if (EXEMPT.has(route)) return null
  if (!isDocumented(route)) return `${route} answered ${status}, and the document does not have it`
  const answer = answersFor(route)[status]
  if (!answer) return `${route} answered ${status}, which the document does not have for it`
  // It has the headers of the whole answer.
  if (status === 304) return null

  const type = response.headers.get('Content-Type')?.split(';', 1)[0] ?? null
  const types = Object.keys(answer.content)
  if (type === null) return types.length === 0 ? null : `${route} answered ${status} without a Content-Type`
  if (types.includes('*/*')) return null
  if (!types.includes(type)) return `${route} answered ${status} as ${type}, which the document does not have for it`
  const shape = answer.content[type]
  if (!shape || request.method === 'HEAD') return null
  const body = await response.clone().json()
  const said = `${route} answered ${status}, and `
  const problem = REFUSALS.includes(shape) ? refusalProblem(shape, status, body) : shapeProblem(shape, body)
  if (problem) return said + problem
  const taken = response.ok && isV2(route) ? shapeProblem(CIRCLECI_V2[route], body) : null
  return taken && `${said}CircleCI's document forbids ${taken}`
}

const REFUSALS: readonly v.GenericSchema[] = [refusalShape, v3RefusalShape]

async function unroutedProblem(request: Asked, response: Response): Promise<string | null> {
  const said = `${request.method} ${rawPathOf(request)} answered ${response.status}, and `
  if (!UNROUTED.includes(response.status)) return `${said}is no route`
  const isJson = response.headers.get('Content-Type')?.startsWith('application/json') ?? false
  if (!isJson || request.method === 'HEAD') return null
  const shape = rawPathOf(request).startsWith('/api/v3/') ? v3RefusalShape : refusalShape
  const problem = refusalProblem(shape, response.status, await response.clone().json())
  return problem && said + problem
}

/** What keeps a body from being a refusal of that status, with the code of one. */
function refusalProblem(shape: v.GenericSchema, status: number, body: unknown): string | null {
  const problem = shapeProblem(shape, body)
  if (problem) return problem
  const { code } = body as Pick<RefusalJson, 'code'>
  return statusOf(code) === status ? null : `code: ${code} is ${statusOf(code)}`
}

function shapeProblem(shape: v.GenericSchema, body: unknown): string | null {
  const issue = v.safeParse(shape, body, { abortEarly: true }).issues?.[0]
  return issue ? `${v.getDotPath(issue) ?? 'the body'}: ${issue.message}` : null
}

// No such place, no such method there, a preflight, and what is refused before places are looked up.
const UNROUTED = [404, 405, 204, 400, 412, 414, 415, 431, 503]

let table: { readonly app: ReturnType<typeof createApp>; readonly names: ReadonlyMap<string, string> } | undefined

/** The row of the access table, or the page, that a request comes to; null where there is none. */
function findRoute(request: Asked): string | null {
  table ??= { app: createApp(), names: namesByPattern() }
  const method = request.method === 'HEAD' ? 'GET' : request.method
  const { router } = table.app
  const path = rawPathOf(request)
  const route = (router.match(method, path)[0][0] ?? router.match(method, withoutSlash(path))[0][0])?.[0][1]
  if (!route) return null
  const pattern = `${route.method} ${route.path}`
  return table.names.get(pattern) ?? pattern
}

function namesByPattern(): ReadonlyMap<string, string> {
  const patterns = ROUTES.flatMap((name) => {
    const { method, paths } = pathsOf(name)
    return paths.map((path) => [`${method} ${path}`, name] as const)
  })
  return new Map(patterns)
}

// Pages are for people; the scripts of `npm start` alone may ask for links.
const EXEMPT: ReadonlySet<string> = new Set([
  ...PAGE_ROUTES.map(pagePathOf).map(({ method, path }) => `${method} ${path}`),
  'POST /local/sign-in-links',
])

function isDocumented(name: string): name is ApiRouteName {
  return Object.hasOwn(ROUTE_DOCS, name)
}

const known = new Map<ApiRouteName, ReturnType<typeof answersOf>>()

function answersFor(name: ApiRouteName): ReturnType<typeof answersOf> {
  const answers = known.get(name) ?? answersOf(name)
  known.set(name, answers)
  return answers
}
