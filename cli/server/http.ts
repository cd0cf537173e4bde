import { ERROR_CODES, type ErrorCode, type InputProblem } from '../../src/domain/error.ts'
import { CliError } from '../terminal/exit.ts'
import { parseRetryAfter, TransientError, withRetries } from './retry.ts'
import type { Server } from './server.ts'

export type Ask = {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** On our server; or, with the token left out, anywhere (`url`). */
  readonly path?: string
  readonly url?: string
  readonly headers?: Readonly<Record<string, string>>
  /** Made anew for each attempt. */
  readonly body?: () => Body
  readonly json?: unknown
  /** Whether asking twice does no more than asking once; else only a clear refusal is tried again. */
  readonly isIdempotent?: boolean
  /** Statuses of 400 and more that are an answer to read, and no refusal. */
  readonly answers?: readonly number[]
  /** No byte either way for so long ends an attempt. */
  readonly idleMs?: number
}

export type Body = Uint8Array | AsyncIterable<Uint8Array>

const IDLE_MS = 60_000

/** Asks our server and gives the JSON of its answer; refusals become errors with the server's words. */
export function askJson(server: Server, ask: Ask): Promise<unknown> {
  return retrying(server, `${ask.method} ${server.origin}${ask.path}`, () =>
    tryOnce(server, ask, async (response) => jsonOf(await response.text())),
  )
}

/** Repeats what fails in passing, telling of it, until it succeeds or has failed for too long. */
export async function retrying<T>(server: Server, name: string, attempt: () => Promise<T>): Promise<T> {
  try {
    return await withRetries(attempt, {
      budgetMs: server.retryMs,
      signal: server.signal,
      onRetry: (error, delayMs) =>
        server.warn(`${error.message}; trying again in ${(delayMs / 1000).toFixed(1)} s (${name})`),
    })
  } catch (error) {
    if (server.signal.aborted) throw server.signal.reason
    if (!(error instanceof TransientError)) throw error
    const failure = error.status === 401 ? 'refused' : 'unreachable'
    throw new CliError(failure, `${name}: ${error.message}`, { status: error.status, cause: error })
  }
}

/** One attempt; a refused keyless token is exchanged anew once. */
export async function tryOnce<R>(
  server: Server,
  ask: Ask,
  read: (response: Response, touch: () => void) => Promise<R>,
): Promise<R> {
  const token = ask.path === undefined ? null : await server.credential.token()
  const idle = idleGuard(ask.idleMs ?? IDLE_MS, server.signal)
  try {
    const response = await send(server, ask, token, idle)
    if (response.status === 401 && token !== null && (await server.credential.renew(token))) {
      await response.body?.cancel()
      return await tryOnce(server, ask, read)
    }
    if (isTransient(response, ask)) throw await busy(response)
    if (response.status >= 400 && !ask.answers?.includes(response.status)) throw await refusal(server, response, token)
    return await read(response, idle.touch)
  } catch (error) {
    throw server.signal.aborted ? server.signal.reason : networkErrorOf(error, ask, idle.isIdle())
  } finally {
    idle.end()
  }
}

function send(server: Server, ask: Ask, token: string | null, idle: IdleGuard): Promise<Response> {
  const body = ask.json === undefined ? ask.body?.() : new TextEncoder().encode(JSON.stringify(ask.json))
  const isStream = body !== undefined && !(body instanceof Uint8Array)
  const init = {
    method: ask.method,
    redirect: 'manual',
    signal: idle.signal,
    headers: {
      'User-Agent': server.userAgent,
      // Ours are artifacts' bytes as they are: a compressed answer would have other lengths and no ranges.
      'Accept-Encoding': 'identity',
      ...(token === null ? {} : { Authorization: `Bearer ${token}` }),
      ...(ask.json === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...ask.headers,
    },
    ...(body === undefined ? {} : { body: isStream ? touching(body, idle.touch) : body }),
    ...(isStream ? { duplex: 'half' } : {}),
  }
  // Node's fetch takes async iterables and `duplex`; the types here are those of Workers.
  return fetch(ask.url ?? server.origin + ask.path, init as RequestInit)
}

async function* touching(body: AsyncIterable<Uint8Array>, touch: () => void): AsyncIterable<Uint8Array> {
  for await (const chunk of body) {
    touch()
    yield chunk
  }
}

type IdleGuard = {
  readonly signal: AbortSignal
  readonly touch: () => void
  readonly isIdle: () => boolean
  readonly end: () => void
}

function idleGuard(idleMs: number, outer: AbortSignal): IdleGuard {
  const controller = new AbortController()
  const timer = setTimeout(() => controller.abort(), idleMs)
  const abort = () => controller.abort()
  outer.addEventListener('abort', abort, { once: true })
  if (outer.aborted) abort()
  return {
    signal: controller.signal,
    touch: () => void timer.refresh(),
    isIdle: () => controller.signal.aborted && !outer.aborted,
    end() {
      clearTimeout(timer)
      outer.removeEventListener('abort', abort)
      // What was not read of the answer is not waited for.
      controller.abort()
    },
  }
}

function isTransient(response: Response, { isIdempotent = true }: Ask): boolean {
  const { status } = response
  if (status === 429 || status === 503 || isDoubtfulRefusal(response)) return true
  return isIdempotent && (status === 408 || (status >= 500 && status !== 501))
}

/** The exchange of an ID token does not tell one that is not good from one that cannot be checked just now. */
function isDoubtfulRefusal({ status, headers }: Response): boolean {
  return status === 401 && headers.has('Retry-After')
}

async function busy(response: Response): Promise<TransientError> {
  const retryAfterMs = parseRetryAfter(response.headers.get('Retry-After'), Date.now())
  const { message: said } = refusalIn(await response.text().catch(() => ''))
  return new TransientError(`the server answered ${response.status}${said ? ` (${said})` : ''}`, {
    retryAfterMs,
    status: response.status,
    isDoubtful: isDoubtfulRefusal(response),
  })
}

async function refusal(server: Server, response: Response, token: string | null): Promise<CliError> {
  const { status } = response
  const { message, code, problems } = refusalIn(await response.text().catch(() => ''))
  const said = message ?? `The server answered ${status}.`
  const told = { status, code, problems }
  const of = server.slug ? ` (project ${server.slug})` : ''
  if (status === 401)
    return new CliError('refused', said, { ...told, hint: `The token came from ${server.credential.source}.` })
  if (status === 403) return new CliError('refused', `${said}${of}`, { ...told, hint: server.credential.hint })
  if (status === 404)
    return new CliError('not_found', `${said}${of}`, {
      ...told,
      hint: code === 'project_not_found' ? hintForAbsent(server, token) : null,
    })
  return new CliError(status === 409 ? 'conflict' : 'failed', said, told)
}

function hintForAbsent({ credential }: Server, token: string | null): string | null {
  return token === null ? credential.hint : 'A private project that the token does not belong to looks the same.'
}

/** What stood in the way, in words; only what may pass is transient. */
function networkErrorOf(error: unknown, { isIdempotent = true }: Ask, isIdle: boolean): unknown {
  if (isIdle) return new TransientError('nothing came for too long', { cause: error })
  if (!(error instanceof TypeError) || error instanceof CliError) return error
  const cause = error.cause as (Error & { code?: string }) | undefined
  // The file that was to be sent could not be read, or is another one by now.
  if (cause instanceof CliError) return cause
  const code = cause?.code ?? ''
  const said = cause?.message || code || error.message
  if (/CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code))
    return new CliError('unreachable', `The server's certificate is not accepted: ${said}`, { cause: error })
  if (said === 'bad port')
    return new CliError('unreachable', 'That port is none of a web server: no request is sent there.', { cause: error })
  const isBeforeSent = /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|UND_ERR_CONNECT_TIMEOUT/.test(code)
  if (!isIdempotent && !isBeforeSent)
    return new CliError('unreachable', `The connection was lost (${said}): it is not known whether it was done.`, {
      cause: error,
    })
  return new TransientError(`the connection failed (${said})`, { isDoubtful: code === 'ENOTFOUND', cause: error })
}

type Refusal = {
  readonly message: string | null
  readonly code: ErrorCode | null
  readonly problems: readonly InputProblem[]
}

const NOT_OURS: Refusal = { message: null, code: null, problems: [] }

/** What a refusal says, as far as it is one of a Buildpass: older ones have no code, and newer ones may have others. */
function refusalIn(text: string): Refusal {
  try {
    const { message, code, errors } = (JSON.parse(text) ?? {}) as Readonly<Record<string, unknown>>
    return {
      message: typeof message === 'string' ? message : null,
      code: ERROR_CODES.find((known) => known === code) ?? null,
      problems: Array.isArray(errors)
        ? errors.map((one) => ({ path: `${one?.path}`, message: `${one?.message}` }))
        : [],
    }
  } catch {
    return NOT_OURS // Some proxy's page.
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new CliError('failed', 'The answer is not JSON: is this the address of a Buildpass server?', { cause })
  }
}
