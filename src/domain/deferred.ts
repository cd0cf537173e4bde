import type { Actor } from './access/actor.ts'
import type { BuildReport } from './builds/build.ts'

/** Work of a request that would ask D1 too often for one invocation: a message of the queue does it, by the right of the same actor. */
export type Deferred = { readonly actor: Actor } & (
  | { readonly kind: 'reports'; readonly projectId: string; readonly reports: readonly BuildReport[] }
  | { readonly kind: 'leak'; readonly tokenId: string }
)
