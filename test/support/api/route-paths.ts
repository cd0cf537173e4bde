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
  const { org, repo } = world.project
  const known: Record<string, string> = {
    vcs: 'gh',
    org,
    repo,
    num: String(world.build.num),
    number: '1',
    node: '0',
    step: '0',
    path: 'out/report.txt',
    branch: 'main',
    workflow: 'build-and-test',
    job: world.build.id,
    login: world.users.member.login,
    name: 'NAME',
    ticket: 'a.b',
    source: 'github',
  }
  const endingOf = (shape: string) => (shape.includes('cc') ? '.cc.xml' : shape.includes('png') ? '.png' : '.svg')
  const fileOf = (path: string, shape: string) => `${path.includes('/tree/') ? 'main' : repo}${endingOf(shape)}`
  return {
    method,
    paths: paths.map((path) =>
      filled(path, (hole, shape) => (hole === 'file' ? fileOf(path, shape) : (known[hole] ?? crypto.randomUUID()))),
    ),
  }
}
