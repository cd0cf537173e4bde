import { addRequest, createRequestCounts, isServerFault, type RequestCounts } from '../../domain/request-counts.ts'
import type { Stores } from '../../storage/stores.ts'
import { writeSoon } from '../../storage/write-soon.ts'
import type { Trace } from './trace.ts'

/** Where requests are counted: in this isolate always, and in Analytics Engine where it is bound. */
export type Metrics = {
  readonly counts: RequestCounts
  readonly dataset: AnalyticsEngineDataset | null
  /** What Analytics Engine was not told yet, and until when a request may be waiting to do so. */
  readonly untold: { groups: Map<string, AlikeRequests>; awaitedUntil: number }
}

/** Requests of one isolate that differ in their token and duration only: one data point. */
type AlikeRequests = {
  readonly route: string
  readonly status: number
  readonly tier: string
  readonly method: string
  /** That of one of them, any with the same chance: so each token has its share of many points. */
  tokenId: string | null
  requests: number
  ms: number
}

/** An invocation may write 250 data points. */
const MAX_GROUPS = 100

export function createMetrics(now: number, dataset: AnalyticsEngineDataset | null): Metrics {
  return { counts: createRequestCounts(now), dataset, untold: { groups: new Map(), awaitedUntil: 0 } }
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
    if (metrics.dataset === null) return
    const { untold } = metrics
    addAlike(untold.groups, {
      route,
      status,
      tier: tier ?? 'none',
      method,
      tokenId,
      ms: stores.now() - trace.startedAt,
    })
    if (untold.groups.size >= MAX_GROUPS) tellCounts(metrics, stores)
    else writeSoon(stores, untold, () => tellCounts(metrics, stores))
  } catch (error) {
    stores.warn('request_uncounted', error)
  }
}

function addAlike(groups: Map<string, AlikeRequests>, request: Omit<AlikeRequests, 'requests'>): void {
  const key = `${request.status} ${request.tier} ${request.method} ${request.route}`
  const known = groups.get(key)
  if (!known) {
    groups.set(key, { ...request, requests: 1 })
    return
  }
  known.requests += 1
  known.ms += request.ms
  if (Math.random() * known.requests < 1) known.tokenId = request.tokenId
}

function tellCounts({ dataset, untold }: Metrics, { warn }: Pick<Stores, 'warn'>): void {
  const { groups } = untold
  untold.groups = new Map()
  try {
    // The index is what Analytics Engine samples by when there is much.
    for (const { route, status, tier, method, tokenId, requests, ms } of groups.values())
      dataset?.writeDataPoint({
        indexes: [tokenId ?? 'none'],
        blobs: [route, String(status), tier, tokenId ?? '', method],
        doubles: [ms, isServerFault(status) ? requests : 0, requests - 1],
      })
  } catch (error) {
    warn('request_uncounted', error)
  }
}
