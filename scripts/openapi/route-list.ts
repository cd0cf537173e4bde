import { ACCESS } from '../../src/http/frame/access.ts'

/** docs/moving-from-circleci.md with the routes of v2 as they are now. */
export function withRouteList(page: string): string {
  return page.replace(/<!-- routes of v2 -->.*?<!-- end -->/, () => `<!-- routes of v2 -->${v2Routes()}<!-- end -->`)
}

function v2Routes(): string {
  const routes = Object.keys(ACCESS).flatMap((name) => {
    const [method = '', path = ''] = name.split(' ')
    return path.startsWith('/api/v2/') ? { method, path: shortened(path) } : []
  })
  const reads = routes.filter(({ method }) => method === 'GET').map(({ path }) => `\`${path}\``)
  const writes = routes.filter(({ method }) => method !== 'GET').map(({ method, path }) => `\`${method} ${path}\``)
  return `${reads.join(', ')}; writes: ${writes.join(', ')}.`
}

function shortened(path: string): string {
  return path
    .replace('/api/v2/', '')
    .replace(':vcs/:org/:repo', '{slug}')
    .replace(/:(\w+)/g, '{$1}')
}
