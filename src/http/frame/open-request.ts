import type { Permission } from '../../domain/access/permission.ts'
import type { RecentMap } from '../../domain/formats/recent-map.ts'
import type { Slug } from '../../domain/project.ts'
import type { Outside } from '../../outside/key-sets.ts'
import type { Settings } from '../../settings.ts'
import type { Stores } from '../../storage/stores.ts'
import type { RouteName } from './access.ts'
import type { Metrics } from './metrics.ts'
import type { Trace } from './trace.ts'

/** A badge's bytes and headers. */
export type Drawing = {
  readonly body: Uint8Array
  readonly etag: string
  readonly headers: Headers
  /** The headers with the second in which they were last given out. */
  dated: { readonly second: number; readonly headers: Headers } | null
}

/** Badges as one isolate drew them, by all that they show. */
export type Drawings = RecentMap<Drawing>

/** The headers that lead to signed download addresses, by whom and what they are for. */
export type Redirects = RecentMap<{ readonly headers: Headers; readonly signedAt: number }>

/** An answer with its tag: what can be given to a client, or kept for the next one. */
export type TaggedAnswer = { readonly body: Uint8Array; readonly etag: string; readonly headers: Headers }

/** An answer with the time of which it tells, and that until which it may be given (epoch milliseconds). */
export type KeptAnswer = TaggedAnswer & { readonly asOf: number; readonly until: number }

/** What one isolate keeps of reads. */
export type KeptAnswers = {
  /** By what was asked and who may have it. */
  readonly byQuestion: RecentMap<KeptAnswer>
  /** Which route an address leads to, and of which project that told; by path and query, without a token. */
  readonly addresses: RecentMap<Addressed>
}

export type Addressed = { readonly route: RouteName } & (
  | { readonly project: Slug & { readonly id: string }; readonly needs: Permission }
  | { readonly project: null }
)

/** Everything that a handler may use: app.ts makes it for each request, and Hono passes it as the bindings. */
export type OpenRequest = {
  readonly settings: Settings
  readonly stores: Stores
  readonly outside: Outside
  readonly trace: Trace
  readonly metrics: Metrics
  readonly drawings: Drawings
  readonly redirects: Redirects
  readonly answers: KeptAnswers
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
