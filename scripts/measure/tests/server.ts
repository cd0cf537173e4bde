import type { Spent } from '../../../bench/counting-d1.ts'

/** The Worker with a D1 of its own, of which each request asks all anew: `bench/growth-worker.ts`. */
export type Server = {
  readonly origin: string
  readonly token: string
  readonly d1: D1Database
  /** What its clock says, where that is not now. */
  readonly now?: number
}

export type Answer = { readonly text: string; readonly spent: Spent; readonly ms: number }

export async function ask(
  { origin, token, now }: Server,
  {
    method = 'GET',
    path,
    body,
    isCounted = true,
  }: { method?: string; path: string; body?: string; isCounted?: boolean },
): Promise<Answer> {
  const type = body?.startsWith('<') ? 'application/xml' : 'application/json'
  const headers = {
    'Circle-Token': token,
    ...(isCounted ? { 'X-Count': '1' } : {}),
    ...(now === undefined ? {} : { 'X-Now': `${now}` }),
    ...(body ? { 'Content-Type': type } : {}),
  }
  const startedAt = performance.now()
  const response = await fetch(origin + path, { method, headers, ...(body === undefined ? {} : { body }) })
  const text = await response.text()
  const ms = performance.now() - startedAt
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text.slice(0, 300)}`)
  return { text, spent: JSON.parse(response.headers.get('X-Spent') ?? 'null'), ms }
}

/** Storage operations of an answer. Who asks, and whether they may, is asked of D1 each time here: nothing is cached. */
export async function ownOperations(server: Server, { spent }: Answer, path: string): Promise<number> {
  const other = path
    .replace('/buildpass/v1/projects/', '/v1.1/project/')
    .replace(/(?:\/builds)?(?:\/\d+)?\/(?:tests|steps).*$/, '/1/artifacts')
  const before = await ask(server, { path: other })
  // The list of artifacts takes one more.
  return spent.roundTrips - (before.spent.roundTrips - 1) + spent.bucketCalls
}

export async function createProject(server: Server, repo: string): Promise<string> {
  await ask(server, {
    method: 'POST',
    path: '/api/buildpass/v1/projects',
    body: JSON.stringify({ slug: `gh/bench/${repo}` }),
  })
  return repo
}

export async function reportBuild(
  server: Server,
  repo: string,
  {
    number,
    branch,
    revision,
    status = 'success',
  }: {
    readonly number: number
    readonly branch: string
    readonly revision: string
    readonly status?: 'success' | 'failed'
  },
): Promise<void> {
  const report = {
    external_id: `${number}`,
    pipeline: { external_id: `${number}`, branch, revision },
    workflow: { external_id: `${number}`, name: 'ci' },
    job: { name: 'test' },
    status,
  }
  await ask(server, {
    method: 'POST',
    path: `/api/buildpass/v1/projects/gh/bench/${repo}/builds`,
    body: JSON.stringify(report),
  })
}

export function put(
  server: Server,
  { repo, build, xml, isCounted = true }: { repo: string; build: number; xml: string; isCounted?: boolean },
) {
  const path = `/api/buildpass/v1/projects/gh/bench/${repo}/builds/${build}/tests`
  return ask(server, { method: 'PUT', path, body: xml, isCounted })
}
