import { mintSecret } from '../src/domain/access/secret.ts'
import type { BenchServer, Beside } from './miniflare.ts'

export type Scene = {
  readonly name: string
  readonly url: string
  /** Paths with their queries, asked for in turn instead of the URL. */
  readonly targets?: readonly string[]
  readonly headers?: Readonly<Record<string, string>>
  readonly status: number
}

/** Our Worker on the same storage, for reads of which nothing is kept while the database answers at once. */
export const OURS_FREE: Beside = {
  name: 'ours-free',
  entry: 'bench/ours-measured.ts',
  measure: 'free',
  storage: 'ours',
}
/** The same, of which all but answers is kept. */
export const OURS_KNOWN: Beside = { ...OURS_FREE, name: 'ours-known', measure: 'known' }
/** And our Worker as it is, which counts what its storage does. */
export const OURS_COUNTED: Beside = { ...OURS_FREE, name: 'ours-counted', measure: 'counted' }

/** More than an isolate remembers, so that each is forgotten before its turn comes again. */
const MANY = 5_000
/** A project holds at most 1,000 tokens. */
const TOKENS_A_PROJECT = 900

/** Puts a project, builds, an artifact and tokens into the Worker, and tells what to ask for. */
export async function prepare({ origins, personal }: BenchServer): Promise<readonly Scene[]> {
  const ask = async (method: string, path: string, json: unknown) => {
    const response = await fetch(`${origins.ours}${path}`, {
      method,
      headers: { 'Circle-Token': personal, 'Content-Type': 'application/json' },
      body: JSON.stringify(json),
    })
    if (!response.ok) throw new Error(`${method} ${path} was answered ${response.status}`)
    // biome-ignore lint/suspicious/noExplicitAny: the answers of our own API, read in the lines below.
    return (await response.json()) as any
  }
  await ask('POST', '/api/buildpass/v1/projects', { slug: 'gh/bench/web' })
  const projects = '/api/buildpass/v1/projects/gh/bench/web'
  for (let i = 1; i <= 40; i++) {
    const pipeline = { external_id: `p${i}`, branch: 'main', revision: 'f00d', subject: 'A change' }
    await ask('POST', `${projects}/builds`, {
      external_id: `b${i}`,
      pipeline,
      workflow: { external_id: 'w', name: 'ci' },
      job: { name: 'test' },
      status: 'success',
    })
  }
  await fetch(`${origins.ours}${projects}/builds/40/artifacts/report.txt`, {
    method: 'PUT',
    headers: { 'Circle-Token': personal },
    body: 'report',
  })
  const mint = async (scope: string): Promise<string> =>
    (await ask('POST', '/api/v1.1/project/gh/bench/web/token', { label: scope, scope })).token
  const [status, artifacts] = [await mint('status'), await mint('view-builds')]
  const cold: string[] = []
  for (let i = 0; i < MANY; i++) {
    const slug = `gh/bench/cold-${Math.floor(i / TOKENS_A_PROJECT)}`
    if (i % TOKENS_A_PROJECT === 0) await ask('POST', '/api/buildpass/v1/projects', { slug })
    const { token } = await ask('POST', `/api/v1.1/project/${slug}/token`, { label: 'cold', scope: 'status' })
    cold.push(`/${slug}.svg?style=shield&circle-token=${token}`)
  }
  const [{ url }] = (await (
    await fetch(`${origins.ours}/api/v1.1/project/gh/bench/web/40/artifacts`, {
      headers: { 'Circle-Token': artifacts },
    })
  ).json()) as { url: string }[] as [{ url: string }]
  const artifact = origins.ours + new URL(url).pathname
  const badge = `${origins.ours}/gh/bench/web.svg?style=shield`
  const byStatus = `circle-token=${status}`
  const list = `/api/v1.1/project/gh/bench/web?${byStatus}`
  return [
    { name: '(a) bare Worker', url: `${origins.bare}/gh/bench/web.svg`, status: 200 },
    { name: '(b) bare Hono route', url: `${origins.hono}/gh/bench/web.svg`, status: 200 },
    { name: '(c) badge, status token, warm', url: `${badge}&circle-token=${status}`, status: 200 },
    { name: '(d) build list', url: origins.ours + list, status: 200 },
    { name: '(e) artifact 302', url: `${artifact}?circle-token=${artifacts}`, status: 302 },
    { name: '(f) garbage token', url: `${badge}&circle-token=bpp_garbage`, status: 401 },
    {
      name: '(g) unknown token',
      url: badge,
      targets: Array.from({ length: MANY }, () => `/gh/bench/web.svg?circle-token=${mintSecret('project')}`),
      status: 401,
    },
    { name: '(h) cold token', url: badge, targets: cold, status: 200 },
    {
      name: '(i) v2 pipelines',
      url: `${origins.ours}/api/v2/project/gh/bench/web/pipeline?${byStatus}`,
      status: 200,
    },
    { name: '(j) single build', url: `${origins.ours}/api/v1.1/project/gh/bench/web/40?${byStatus}`, status: 200 },
    { name: '(k) cc.xml', url: `${origins.ours}/gh/bench/web.cc.xml?${byStatus}`, status: 200 },
  ]
}

/** Some of these reads, of which nothing or no answer is kept, on a database that answers at once: what is left is ours. */
export async function coldScenes(server: BenchServer, scenes: readonly Scene[]): Promise<readonly Scene[]> {
  const [free, known] = await Promise.all([server.originOf(OURS_FREE.name), server.originOf(OURS_KNOWN.name)])
  const cold = [
    { of: 'd', name: '(l) build list read, token known, D1 free', origin: known },
    { of: 'd', name: '(n) build list, nothing kept, D1 free', origin: free },
    { of: 'c', name: '(m) badge, nothing kept, D1 free', origin: free },
  ]
  return cold.flatMap(({ of, name, origin }) => {
    const scene = scenes.find((scene) => scene.name.charAt(1) === of)
    return scene ? [{ ...scene, name, url: scene.url.replace(server.origins.ours, origin) }] : []
  })
}
