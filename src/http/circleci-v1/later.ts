import { AppError } from '../../domain/error.ts'
import type { RouteName } from '../access.ts'
import { jsonRead } from '../answers.ts'
import { type App, route } from '../route.ts'

/** v1.1 calls that existing scripts make and that are not here yet: they say so, never a silent 404. */
const LATER: readonly RouteName[] = [
  'POST /api/v1.1/project/:vcs/:org/:repo',
  'POST /api/v1.1/project/:vcs/:org/:repo/tree/:branch{.+}',
  'POST /api/v1.1/project/:vcs/:org/:repo/build',
  'POST /api/v1.1/project/:vcs/:org/:repo/:num/retry',
  'POST /api/v1.1/project/:vcs/:org/:repo/:num/cancel',
  'GET /api/v1.1/project/:vcs/:org/:repo/envvar',
  'POST /api/v1.1/project/:vcs/:org/:repo/envvar',
  'GET /api/v1.1/project/:vcs/:org/:repo/envvar/:name',
  'DELETE /api/v1.1/project/:vcs/:org/:repo/envvar/:name',
]

export function mountLater(app: App): void {
  // No checkout keys are kept here, and old clients ask for the list.
  route(app, 'GET /api/v1.1/project/:vcs/:org/:repo/checkout-key', (c) => jsonRead(c, []))

  for (const name of LATER) {
    route(app, name, () => {
      throw new AppError('not_implemented', 'This call is not implemented in this version of Buildpass.')
    })
  }
}
