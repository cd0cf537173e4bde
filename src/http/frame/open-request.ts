import type { Outside } from '../../outside/key-sets.ts'
import type { Settings } from '../../settings.ts'
import type { Stores } from '../../storage/stores.ts'
import type { Drawings } from '../badges/drawing.ts'
import type { Redirects } from '../downloads/redirect.ts'
import type { Metrics } from './metrics.ts'
import type { Trace } from './trace.ts'

/** Everything that a handler may use: app.ts makes it for each request, and Hono passes it as the bindings. */
export type OpenRequest = {
  readonly settings: Settings
  readonly stores: Stores
  readonly outside: Outside
  readonly trace: Trace
  readonly metrics: Metrics
  readonly drawings: Drawings
  readonly redirects: Redirects
  readonly limits: {
    readonly unknownTokens: RateLimit
    readonly leakReports: RateLimit
    readonly signIns: RateLimit
    readonly exchanges: RateLimit
  }
}

export type AppEnv = { Bindings: OpenRequest }

/** What is read of a request outside of Hono, too: a context of Hono is one. */
export type Asked = { readonly env: OpenRequest; readonly req: { readonly raw: Request } }
