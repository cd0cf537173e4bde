import type { Context } from 'hono'
import { AppError } from '../../../domain/error.ts'
import { toHex } from '../../../domain/formats/encoding.ts'
import { httpDate, judgeConditions, type Validators } from '../../../domain/formats/precondition.ts'
import type { DoneJson, SaidJson } from '../../json/shape.ts'
import type { AppEnv, Asked, TaggedAnswer } from '../open-request.ts'
import { MAX_OFFSET } from '../request/input.ts'
import { publicOriginOf } from '../request/origin.ts'

/** Who may cache an answer, and for how long. */
export type Caching = 'private' | 'no-store' | { readonly publicSeconds: number }

const CACHE_CONTROL = { private: 'private, no-cache', 'no-store': 'no-store' } as const

export function cacheControlFor(caching: Caching): string {
  return typeof caching === 'string' ? CACHE_CONTROL[caching] : `public, max-age=${caching.publicSeconds}`
}

/** What a read answers, before anybody asked whether the client has it: see `give`. */
export type Answer = { readonly body: string; readonly headers: Readonly<Record<string, string>> }

/** A page of a plain list, with the address of the next page in `Link` (RFC 8288). Pass one item more than the limit. */
export function listRead<T>(
  c: Context<AppEnv>,
  rows: readonly T[],
  { limit, offset }: { readonly limit: number; readonly offset: number },
  itemJson: (row: T) => unknown,
): Answer {
  const next = offset + limit
  // The query of the request is left out: it may have a token.
  const address = `${publicOriginOf(c)}${new URL(c.req.url).pathname}?limit=${limit}&offset=${next}`
  return jsonRead(
    c,
    rows.slice(0, limit).map(itemJson),
    rows.length > limit && next <= MAX_OFFSET
      ? { Link: `<${address}>; rel="next"`, 'Access-Control-Expose-Headers': 'Link' }
      : {},
  )
}

/** A read's JSON; compact, and pretty for `Accept: text/plain`, as CircleCI does. */
export function jsonRead(c: Context<AppEnv>, value: unknown, more: Readonly<Record<string, string>> = {}): Answer {
  const headers = { ...JSON_HEADERS, ...more, 'Cache-Control': CACHE_CONTROL.private, Vary: 'Accept' }
  return { body: bodyFor(c, value), headers }
}

/**
 * `Last-Modified` is the time of the answer: nobody stores when its content last changed, and an earlier date would promise that
 * it did not.
 */
export async function tagged({ body, headers }: Answer, now: number): Promise<TaggedAnswer> {
  const bytes = new TextEncoder().encode(body)
  const etag = await etagOf(bytes)
  return { body: bytes, etag, headers: new Headers({ ...headers, ETag: etag, 'Last-Modified': httpDate(now) }) }
}

/** The answer, or 304 when the client has it. */
export function give({ req }: Asked, { body, etag, headers }: TaggedAnswer): Response {
  return conditional(req.raw, body, etag, headers)
}

/** The answer to a write, or to a read with a secret in it: never cached. */
export function jsonWritten(c: Context<AppEnv>, value: unknown, status: 200 | 201 | 202 = 200): Response {
  return new Response(bodyFor(c, value), {
    status,
    headers: { ...JSON_HEADERS, 'Cache-Control': CACHE_CONTROL['no-store'] },
  })
}

/** The answer to an accepted request, as a message. */
export function jsonSaid(c: Context<AppEnv>, message: string): Response {
  return jsonWritten(c, { message } satisfies SaidJson, 202)
}

/** The answer to a write that has nothing to report. */
export function jsonDone(c: Context<AppEnv>): Response {
  return jsonWritten(c, { message: 'ok' } satisfies DoneJson)
}

/** The answer, or 304 when the client has it. `headers` have the tag too. */
export function conditional(request: Request, body: BodyInit, etag: string, headers: HeadersInit): Response {
  return isKnown(request, { etag, modifiedAt: null })
    ? new Response(null, { status: 304, headers })
    : new Response(body, { headers })
}

/** Whether the client has this version; throws 412 where it asked for another one. */
export function isKnown({ headers }: Request, validators: Validators): boolean {
  const judgement = judgeConditions(headers, validators)
  if (judgement === 'failed') throw new AppError('precondition_failed')
  return judgement === 'not_modified'
}

const JSON_HEADERS = {
  'Content-Type': 'application/json; charset=utf-8',
  'X-Content-Type-Options': 'nosniff',
  'Access-Control-Allow-Origin': '*',
}

function bodyFor(c: Context<AppEnv>, value: unknown): string {
  return isPretty(c) ? `${JSON.stringify(value, null, 2)}\n` : JSON.stringify(value)
}

/** Whether the answer is pretty: it is what `Accept` changes of it. */
export function isPretty({ req }: Asked): boolean {
  return req.raw.headers.get('Accept')?.startsWith('text/plain') ?? false
}

/** A strong tag: the first 128 bits of the body's SHA-256. */
async function etagOf(body: Uint8Array): Promise<string> {
  return `"${toHex(new Uint8Array(await crypto.subtle.digest('SHA-256', body), 0, 16))}"`
}
