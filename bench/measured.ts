import { countingBucket, countingD1, nothingSpent } from './counting-d1.ts'
import { countCaches, countingKv, nothingAsked } from './counting-kv.ts'
import { freeD1, freeKv } from './free-storage.ts'

/** `MEASURE`: storage that is counted, or that answers at once from memory (`free`, `known`); none: as it is. */
export type Measured = {
  readonly MEASURE?: 'counted' | 'free' | 'known'
  readonly DB?: D1Database
  readonly ARTIFACTS?: R2Bucket
  readonly KV?: KVNamespace
  readonly OAUTH_KV?: KVNamespace
}

/** Where a counted Worker says what its storage did since it was last asked there. */
export const SPENT_PATH = '/bench/spent'
export type AllSpent = ReturnType<typeof nothingSpent> & ReturnType<typeof nothingAsked>

/** The same Worker, whose storage is as `MEASURE` says where it reads. */
export function measured<Env extends Measured>(worker: { fetch: ExportedHandlerFetchHandler<Env> }) {
  const [spent, asked] = [nothingSpent(), nothingAsked()]
  let kept: Env | undefined

  function open(env: Env): Env {
    if (env.MEASURE === undefined) return env
    const isFree = env.MEASURE !== 'counted'
    if (!isFree) countCaches(asked)
    const d1 = (db: D1Database) => (isFree ? freeD1(db) : countingD1(db, spent))
    const kv = (namespace: KVNamespace) => (isFree ? freeKv(namespace) : countingKv(namespace, asked))
    return {
      ...env,
      ...(env.DB && { DB: d1(env.DB) }),
      ...(env.KV && { KV: kv(env.KV) }),
      ...(env.OAUTH_KV && { OAUTH_KV: kv(env.OAUTH_KV) }),
      ...(env.ARTIFACTS && !isFree && { ARTIFACTS: countingBucket(env.ARTIFACTS, spent) }),
    }
  }

  return {
    fetch(request, env, ctx) {
      // One for all requests of an isolate, as the platform's own.
      kept ??= open(env)
      if (env.MEASURE !== 'counted' || !request.url.endsWith(SPENT_PATH))
        return worker.fetch(request, request.method === 'GET' ? kept : env, ctx)
      const all: AllSpent = { ...spent, ...asked }
      Object.assign(spent, nothingSpent())
      Object.assign(asked, nothingAsked())
      return Response.json(all)
    },
  } satisfies ExportedHandler<Env>
}
