import type { Deferred } from '../domain/deferred.ts'
import { defer } from '../storage/defer.ts'
import type { Stores } from '../storage/stores.ts'
import { RightGone } from '../storage/tokens/rights.ts'
import { endLeakedToken } from '../storage/tokens/token-ends.ts'
import { reportBuilds } from './report-build.ts'

/** Does work that was left for later; it comes to nothing where its actor has lost the right meanwhile. */
export async function doDeferred(stores: Stores, work: Deferred): Promise<void> {
  const { actor } = work
  try {
    switch (work.kind) {
      case 'reports':
        await reportBuilds(stores, work.projectId, work.reports, actor)
        return
      case 'leak':
        await endLeakedToken(stores, work.tokenId, actor)
        return
    }
  } catch (error) {
    if (!(error instanceof RightGone)) throw error
  }
}

/** Leaves work to the queue; what that does not take is done at once. */
export async function deferOrDo(stores: Stores, works: readonly Deferred[]): Promise<void> {
  for (const work of await defer(stores, works)) await doDeferred(stores, work)
}
