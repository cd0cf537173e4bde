import { addRequest, createRequestCounts, isServerFault, type RequestCounts } from '../../domain/request-counts.ts'
import type { Stores } from '../../storage/stores.ts'
import type { Trace } from './trace.ts'

/** Where requests are counted: in this isolate always, and in Analytics Engine where it is bound. */
export type Metrics = { readonly counts: RequestCounts; readonly dataset: AnalyticsEngineDataset | null }

export function createMetrics(now: number, dataset: AnalyticsEngineDataset | null): Metrics {
  return { counts: createRequestCounts(now), dataset }
}

/**
 * Counts one answered request. To be called when the answer is made: it waits for nothing, and whatever goes wrong in
 * it only shows in the log.
 */
export function countRequest(
  { metrics, trace, stores }: { readonly metrics: Metrics; readonly trace: Trace; readonly stores: Stores },
  method: string,
  status: number,
): void {
  try {
    const { route, tier, tokenId } = trace
    // Counted in the minute in which it came.
    addRequest(metrics.counts, { route, status, tier, tokenId }, trace.startedAt)
    // The index is what Analytics Engine samples by when there is much: so each token keeps its share.
    metrics.dataset?.writeDataPoint({
      indexes: [tokenId ?? 'none'],
      blobs: [route, String(status), tier ?? 'none', tokenId ?? '', method],
      doubles: [stores.now() - trace.startedAt, isServerFault(status) ? 1 : 0],
    })
  } catch (error) {
    stores.warn('request_uncounted', error)
  }
}
