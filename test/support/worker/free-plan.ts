import type { TestStores } from './stores.ts'

/** What a Worker on Cloudflare's free plan may ask of D1 in one invocation; each statement of a batch is one query. */
export const FREE_QUERIES = 50

/** Counts the queries from now on, also those after the answer. */
export function countQueries(stores: TestStores): () => Promise<number> {
  const { beforeD1 } = stores.faults
  let queries = 0
  stores.faults.beforeD1 = async (sqls) => {
    queries += sqls.length
    await beforeD1?.(sqls)
  }
  return async () => {
    await stores.settled()
    stores.faults.beforeD1 = beforeD1
    return queries
  }
}
