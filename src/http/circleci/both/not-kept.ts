import { jsonRead, jsonWritten } from '../../frame/answers/answers.ts'
import { type App, route } from '../../frame/route.ts'
import type { NoBuildCacheJson } from './not-kept-shape.ts'
import { pagedItems } from './paging.ts'

/** What a service that runs builds has, and this one does not: clients that ask get a true answer that they understand. */
export function mountNotKept(app: App): void {
  route(app, 'GET /api/v1.1/project/:vcs/:org/:repo/checkout-key', (c) => jsonRead(c, []))
  route(app, 'GET /api/v2/project/:vcs/:org/:repo/checkout-key', (c) => pagedItems(c, 'checkout-key', [], null))
  route(app, 'DELETE /api/v1.1/project/:vcs/:org/:repo/build-cache', (c) =>
    jsonWritten(c, { status: 'no build caches are kept here' } satisfies NoBuildCacheJson),
  )
}
