import type { Tier } from '../../storage/edge/grants.ts'

/** What the log lines about a request, a message or a cron have in common. No path, no query, no secret. */
export type Trace = {
  /** The request id: in the answer and in each line, so that users can name it to operators. */
  readonly id: string
  readonly startedAt: number
  route: string
  /** The project's id, not its slug, which may be private. */
  projectId: string | null
  tokenId: string | null
  tier: Tier | null
  /** When the token of the request expires; null for never, and without a token. */
  tokenExpiresAt: number | null
}

export function startTrace(now: number, id: string = crypto.randomUUID(), route = '(none)'): Trace {
  return { id, startedAt: now, route, projectId: null, tokenId: null, tier: null, tokenExpiresAt: null }
}

export const REQUEST_ID = 'X-Request-Id'
const RAY = /^[0-9a-f]{16}(?:-[A-Z]{3})?$/

/** Cloudflare's ray, which the dashboard knows too; without one, a new id. */
export function requestIdOf({ headers }: Request): string {
  const ray = headers.get('CF-Ray')
  return ray !== null && RAY.test(ray) ? ray : crypto.randomUUID()
}

/** One JSON line for one request. */
export function logRequest(trace: Trace, method: string, status: number, now: number): void {
  const { startedAt, tokenId: token, tier } = trace
  console.log(JSON.stringify({ event: 'request', ...placeOf(trace), method, status, ms: now - startedAt, token, tier }))
}

/** A fault that did not change the answer, or a bug that did. Messages are ours or the platform's; neither holds a secret. */
export function logFault(trace: Trace, event: string, error: unknown): void {
  console.warn(JSON.stringify({ event, ...placeOf(trace), error: describe(error) }))
}

function placeOf({ id, route, projectId: project }: Trace) {
  return { id, route, project }
}

// Drizzle's message repeats the bound parameters, among them hashes: only its cause is logged.
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
