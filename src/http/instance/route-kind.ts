/** The kind of a route, by which operators group requests. */
export type RouteKind =
  | 'badge'
  | 'feed'
  | 'circleci'
  | 'buildpass'
  | 'download'
  | 'webhook'
  | 'instance'
  | 'page'
  | 'none'

/** The first that fits; what fits none is a page. */
const KINDS: readonly (readonly [RouteKind, RegExp])[] = [
  ['none', /^\(none\)$/],
  ['badge', /^GET .*(?:svg|png)|\/status-badge\//],
  ['feed', /cc\\?\.xml/],
  ['circleci', / \/api\/(?:v1\.1|v2|v3|private)\//],
  ['instance', / \/(?:healthz|readyz|metrics|local\/)|\/v1\/instance\//],
  ['buildpass', / \/(?:api\/buildpass\/|mcp(?: |$))/],
  ['download', /^\(report host\)$| \/(?:output|download|view|s)\//],
  ['webhook', / \/webhooks\//],
]

export function routeKindOf(route: string): RouteKind {
  return KINDS.find(([, shape]) => shape.test(route))?.[0] ?? 'page'
}
