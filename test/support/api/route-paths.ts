import { ACCESS, PAGES, type PageName, pagePathOf, pathsOf, type RouteName } from '../../../src/http/frame/access.ts'
import type { World } from '../worker/world.ts'

export const ROUTES = Object.keys(ACCESS) as RouteName[]
export const PAGE_ROUTES = Object.keys(PAGES) as PageName[]

/** A route's or a page's method, and the patterns of the paths under which it answers. */
export function patternsOf(name: RouteName | PageName): { readonly method: string; readonly paths: readonly string[] } {
  if (name in ACCESS) return pathsOf(name as RouteName)
  const { method, path } = pagePathOf(name as PageName)
  return { method, paths: [path] }
}

/** The holes of a route's path (`:name` or `:name{shape}`) filled, so that a new route joins by itself. */
export function filled(path: string, fill: (name: string, shape: string) => string): string {
  return path.replace(/:(\w+)(\{(?:[^{}]|\{[^{}]*\})*\})?/g, (_, name: string, shape = '') => fill(name, shape))
}

/** A route's paths in a world that has them, as far as names alone tell what belongs there. */
export function pathsIn(
  world: World,
  name: RouteName | PageName,
): { readonly method: string; readonly paths: readonly string[] } {
  const { method, paths } = patternsOf(name)
  const { project, build } = world
  const { org, repo } = project
  const known: Record<string, string> = {
    vcs: 'gh',
    org,
    repo,
    num: String(build.num),
    number: '1',
    node: '0',
    step: '0',
    path: 'out/report.txt',
    branch: 'main',
    workflow: 'build-and-test',
    job: build.id,
    login: world.users.member.login,
    name: 'NAME',
    ticket: 'a.b',
    source: 'github',
  }
  /** What an id names, by the part of the path before it. */
  const ids: Record<string, string> = {
    'v2/project': project.id,
    'v2/pipeline': build.pipeline.id,
    'v2/workflow': build.workflow.id,
    'v3/projects': project.id,
    'v3/runs': build.pipeline.id,
    'v3/workflows': build.workflow.id,
    'v3/jobs': build.id,
  }
  const queries: Partial<Record<string, string>> = {
    'GET /api/v3/users': 'filter[user_id]=me',
    'GET /api/v3/projects': `filter[slug]=gh/${org}/${repo}`,
    'GET /api/v3/pipelines': `filter[project_id]=${project.id}`,
    'GET /api/v3/runs': 'filter[user_id]=me',
    'GET /api/v3/workflows': `filter[run_id]=${build.pipeline.id}`,
    'GET /api/v3/jobs': `filter[workflow_id]=${build.workflow.id}`,
    'GET /api/v3/jobs/:id/stdout': 'filter[step_num]=0',
    'GET /api/v3/jobs/:id/stdout/condensed': 'filter[step_num]=0',
    'GET /api/v3/jobs/:id/stderr/condensed': 'filter[step_num]=0',
    'GET /api/v3/jobs/:id/stderr': 'filter[step_num]=0',
  }
  const query = queries[name]
  const idIn = (path: string) => ids[/^\/api\/([^/]+\/[^/]+)\/:id/.exec(path)?.[1] ?? '']
  const endingOf = (shape: string) => (shape.includes('cc') ? '.cc.xml' : shape.includes('png') ? '.png' : '.svg')
  const fileOf = (path: string, shape: string) => `${path.includes('/tree/') ? 'main' : repo}${endingOf(shape)}`
  return {
    method,
    paths: paths.map((path) => {
      const fill = (hole: string) => (hole === 'id' ? idIn(path) : known[hole]) ?? crypto.randomUUID()
      const place = filled(path, (hole, shape) => (hole === 'file' ? fileOf(path, shape) : fill(hole)))
      return query ? `${place}?${query}` : place
    }),
  }
}
