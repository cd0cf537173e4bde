import fc from 'fast-check'
import { createApp } from '../../../src/app.ts'
import type { OpenRequest } from '../../../src/http/frame/open-request.ts'
import { documented } from '../../support/api/documented.ts'
import type { World } from '../../support/worker/world.ts'
import { type Input, inputsFor, type Session } from './inputs.ts'

const ORIGIN = 'https://builds.test'
const MAX_ANSWER_MS = 5_000
// Documented: not provided here, and not to be had at the moment.
const ALLOWED_FAILURES = [501, 503]

export type Fuzzed = { inputs: number; readonly statuses: Map<number, number>; slowestMs: number }

/** Throws inputs at the application itself; each must be answered, in time, with no bug and nothing given away. */
export async function fuzz(
  open: () => OpenRequest | Promise<OpenRequest>,
  { world, session }: { readonly world: World; readonly session: Session },
  { numRuns, seed }: { readonly numRuns: number; readonly seed: number },
  fuzzed: Fuzzed,
): Promise<void> {
  const app = createApp()
  const ctx = {
    waitUntil: (work: Promise<unknown>) => void work.catch(() => {}),
    passThroughOnException: () => {},
    props: {},
  }
  const restoreLog = watchLog()
  const openOutside = closeOutside()
  try {
    await fc.assert(
      fc.asyncProperty(inputsFor(world, session), async (input) => {
        const request = requestOf(input)
        if (!request) return
        fuzzed.inputs += 1
        const startedAt = performance.now()
        const response = await app.fetch(request, await open(), ctx as unknown as ExecutionContext)
        const tookMs = performance.now() - startedAt
        await documented(request, response)
        const text = await response.text()
        fuzzed.slowestMs = Math.max(fuzzed.slowestMs, tookMs)
        fuzzed.statuses.set(response.status, (fuzzed.statuses.get(response.status) ?? 0) + 1)
        if (response.status >= 500 && !ALLOWED_FAILURES.includes(response.status))
          throw new Error(`${response.status}: ${text.slice(0, 200)}`)
        if (tookMs > MAX_ANSWER_MS) throw new Error(`took ${Math.round(tookMs)} ms`)
        refuseLeaks(input, response, text)
      }),
      { numRuns, seed },
    )
  } finally {
    restoreLog()
    openOutside()
  }
}

/** No input reaches anybody else. */
function closeOutside(): () => void {
  const { fetch } = globalThis
  globalThis.fetch = () => Promise.reject(new TypeError('nothing is outside'))
  return () => Object.assign(globalThis, { fetch })
}

/** Keeps the log from the console, and a secret from the log. */
function watchLog(): () => void {
  const { log, warn, error } = console
  const see = (...said: unknown[]) => {
    if (/bp[uprs]_[0-9A-Za-z]{42}/.test(said.join(' '))) throw new Error('a token stands in the log')
  }
  Object.assign(console, { log: see, warn: see, error: see })
  return () => Object.assign(console, { log, warn, error })
}

/** What no answer may hold: the presented token, another header, our insides. */
function refuseLeaks({ path, headers }: Input, response: Response, text: string): void {
  const tokens = [path, ...headers.map(([, value]) => value)].flatMap(
    (part) => part.match(/bp[upr]_[0-9A-Za-z]{42}/g) ?? [],
  )
  // Where an old name of a badge leads is the URL that was asked for, with another ending.
  const headersSeen = [...response.headers].filter(([name]) => name !== 'location' || !/\.png\/?(?:\?|$)/.test(path))
  const all = `${headersSeen.join('\n')}\n${text}`
  for (const token of tokens) if (all.includes(token)) throw new Error('the answer repeats the token')
  if (response.headers.has('Set-Cookie') && /x=1/.test(response.headers.get('Set-Cookie') ?? ''))
    throw new Error('a header was smuggled in')
  if (/\bat \w+ \(|SQLITE|D1_ERROR|drizzle/i.test(text))
    throw new Error(`the answer shows our insides: ${text.slice(0, 200)}`)
  const type = response.headers.get('Content-Type') ?? ''
  if (type.startsWith('application/json') && text !== '') JSON.parse(text)
}

/** Null for what no client could send. */
function requestOf({ method, path, headers, body }: Input): Request | null {
  try {
    const own = new Headers()
    for (const [name, value] of headers) own.append(name, value)
    return new Request(`${ORIGIN}${path}`, {
      method,
      headers: own,
      redirect: 'manual',
      ...(body === null ? {} : { body }),
    })
  } catch {
    return null // The platform refuses it before we see it.
  }
}

export function fuzzedText({ inputs, statuses, slowestMs }: Fuzzed): string {
  const counts = [...statuses].sort(([a], [b]) => a - b).map(([status, count]) => `${status}: ${count}`)
  return `${inputs} inputs (${counts.join(', ')}), the slowest answer took ${Math.round(slowestMs)} ms`
}
