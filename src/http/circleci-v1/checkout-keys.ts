import { jsonRead } from '../answers.ts'
import { pagedItems } from '../circleci-v2/paging.ts'
import { type App, route } from '../route.ts'

/** No checkout keys are kept here, since nothing here checks code out; old clients ask for the list. */
export function mountCheckoutKeys(app: App): void {
  route(app, 'GET /api/v1.1/project/:vcs/:org/:repo/checkout-key', (c) => jsonRead(c, []))
  route(app, 'GET /api/v2/project/:vcs/:org/:repo/checkout-key', (c) => pagedItems(c, 'checkout-key', [], null))
}
