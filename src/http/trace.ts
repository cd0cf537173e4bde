import type { Tier } from '../storage/grants.ts'

/** What the log line of a request says; filled in on the way. No path, no query, no secret. */
export type Trace = {
  readonly startedAt: number
  route: string
  tokenId: string | null
  tier: Tier | null
}

export function startTrace(now: number): Trace {
  return { startedAt: now, route: '(none)', tokenId: null, tier: null }
}

/** One JSON line for one request. */
export function logRequest(
  { startedAt, route, tokenId, tier }: Trace,
  method: string,
  status: number,
  now: number,
): void {
  console.log(JSON.stringify({ event: 'request', method, route, status, ms: now - startedAt, token: tokenId, tier }))
}

/** A fault that did not change the answer, or a bug that did. Messages are ours or the platform's; neither holds a secret. */
export function logFault(event: string, error: unknown): void {
  console.warn(JSON.stringify({ event, error: describe(error) }))
}

// Drizzle's message repeats the bound parameters, which hold hashes: only its cause is told.
function describe(error: unknown): unknown {
  if (!(error instanceof Error)) return typeof error
  const isQuery = error.message.startsWith('Failed query')
  return {
    message: isQuery ? 'a query failed' : error.message,
    ...(error.cause === undefined ? {} : { cause: describe(error.cause) }),
    ...(isQuery || error.cause
      ? {}
      : {
          stack: error.stack
            ?.split('\n')
            .slice(1, 5)
            .map((line) => line.trim()),
        }),
  }
}
