import type { BenchServer } from '../../../bench/miniflare.ts'

export const BRANCHES = ['main', 'release/1', 'release/2/x', 'dev'] as const
export const PATHS = ['out/a.txt', 'out/deep/b.txt', 'logs/c.log', 'd.xml'] as const
export type Branch = (typeof BRANCHES)[number]
export type ArtifactPath = (typeof PATHS)[number]

/** `gh/acme/web` is of the organization and private, `docs` public; the third is of another organization. */
export const PROJECTS = ['gh/acme/web', 'gh/acme/docs', 'gh/other/site'] as const
export type ProjectSlug = (typeof PROJECTS)[number]
export const PUBLIC: readonly ProjectSlug[] = ['gh/acme/docs']

export type LimitsWorld = {
  readonly origin: string
  /** Of the owner, who administers all projects. */
  readonly owner: string
  /** The number of the build of each branch, the same in each project. */
  readonly builds: ReadonlyMap<Branch, number>
}

type Send = { readonly method?: string; readonly token: string | null; readonly json?: unknown; readonly text?: string }

/** Asks the server, and follows where it leads; `from` is the client's address as Cloudflare would say it. */
export async function send(origin: string, path: string, { method, token, json, text }: Send, from = '192.0.2.7') {
  const body = json === undefined ? text : JSON.stringify(json)
  const answer = await fetch(origin + path, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    redirect: 'manual',
    headers: {
      'CF-Connecting-IP': from,
      ...(token === null ? {} : { 'Circle-Token': token }),
      ...(json === undefined ? {} : { 'Content-Type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body }),
  })
  const location = answer.headers.get('Location')
  if (location === null) return { status: answer.status, text: await answer.text() }
  // A download: the address that it leads to needs no token.
  const { pathname, search } = new URL(location, origin)
  const file = await fetch(origin + pathname + search, { headers: { 'CF-Connecting-IP': from } })
  return { status: file.status, text: await file.text() }
}

export function reportOf(branch: Branch) {
  return {
    external_id: branch,
    pipeline: { external_id: branch, branch, revision: 'a'.repeat(40) },
    workflow: { external_id: branch, name: 'ci' },
    job: { name: 'test' },
    status: 'success',
  }
}

export function textOf(branch: Branch, path: ArtifactPath): string {
  return `${branch} ${path}`
}

/** Three projects with a build of each branch, each with an artifact at each path. */
export async function seedLimitsWorld({ origins, personal }: BenchServer): Promise<LimitsWorld> {
  const origin = origins.ours
  const must = async (path: string, what: Omit<Send, 'token'>) => {
    const { status, text } = await send(origin, path, { ...what, token: personal })
    if (status >= 300) throw new Error(`${path} answered ${status}: ${text}`)
    return JSON.parse(text)
  }
  const builds = new Map<Branch, number>()
  for (const slug of PROJECTS) {
    const visibility = PUBLIC.includes(slug) ? 'public' : 'private'
    await must('/api/buildpass/v1/projects', { json: { slug, visibility } })
    for (const branch of BRANCHES) {
      const own = `/api/buildpass/v1/projects/${slug}/builds`
      const { build_num: num } = await must(own, { json: reportOf(branch) })
      builds.set(branch, num)
      for (const path of PATHS)
        await must(`${own}/${num}/artifacts/${path}`, { method: 'PUT', text: textOf(branch, path) })
    }
  }
  return { origin, owner: personal, builds }
}
