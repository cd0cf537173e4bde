import type { Person } from './build.ts'

// Payloads of other systems are read field by field: they gain fields without notice, and what one of them leaves out
// or changes must not cost the rest.

type Key = string | number

/** The value at a path; null when it is not there. */
export function valueAt(payload: unknown, ...path: readonly Key[]): unknown {
  let value = payload
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return null
    value = (value as Record<Key, unknown>)[key]
  }
  return value ?? null
}

const MAX_LINE_LENGTH = 200
const MAX_PROSE_LENGTH = 20_000
const MAX_URL_LENGTH = 2_048

/** Text or a number as one bounded line, without control characters; null when there is nothing in it. */
export function lineAt(payload: unknown, ...path: readonly Key[]): string | null {
  return lineOf(valueAt(payload, ...path))
}

export function lineOf(value: unknown, maxLength = MAX_LINE_LENGTH): string | null {
  if (typeof value !== 'string' && typeof value !== 'number') return null
  const line = clean(String(value), /\p{Cc}+/gu, maxLength)
  return line === '' ? null : line
}

/** As `lineAt`, for the names of branches and tags, which may be long. */
export function refAt(payload: unknown, ...path: readonly Key[]): string | null {
  return lineOf(valueAt(payload, ...path), 1_024)
}

/** A commit message as its first line and the rest. */
export function messageAt(
  payload: unknown,
  ...path: readonly Key[]
): { readonly subject: string | null; readonly body: string | null } {
  const value = valueAt(payload, ...path)
  if (typeof value !== 'string') return { subject: null, body: null }
  const text = clean(value, /[^\P{Cc}\t\n\r]+/gu, MAX_PROSE_LENGTH)
  const end = text.search(/\r?\n/)
  const body = end < 0 ? '' : text.slice(end).trim()
  return { subject: lineOf(end < 0 ? text : text.slice(0, end), 1_000), body: body === '' ? null : body }
}

/** A time, as epoch milliseconds: RFC 3339, the looser forms of GitLab, or epoch seconds or milliseconds. */
export function timeAt(payload: unknown, ...path: readonly Key[]): number | null {
  const value = valueAt(payload, ...path)
  if (typeof value === 'number') return plausible(value < 1e11 ? value * 1000 : value)
  const match =
    typeof value === 'string'
      ? /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d(?:\.\d+)?) ?(?:(Z|UTC)|([+-]\d\d):?(\d\d))$/.exec(value.trim())
      : null
  if (!match) return null
  const [, day, time, isUtc, hours, minutes] = match
  return plausible(Date.parse(`${day}T${time}${isUtc ? 'Z' : `${hours}:${minutes}`}`))
}

const LATEST_MS = Date.UTC(2200, 0)

function plausible(at: number): number | null {
  return at > 0 && at < LATEST_MS ? Math.floor(at) : null
}

/** An http(s) URL; null for anything else. */
export function urlAt(payload: unknown, ...path: readonly Key[]): string | null {
  const value = valueAt(payload, ...path)
  if (typeof value !== 'string' || value.length > MAX_URL_LENGTH || !/^https?:\/\//.test(value)) return null
  return URL.canParse(value) ? value : null
}

export function listAt(payload: unknown, ...path: readonly Key[]): readonly unknown[] {
  const value = valueAt(payload, ...path)
  return Array.isArray(value) ? value : []
}

/** A person from what is known of one; null when that is nothing. */
export function personOf(parts: { [K in keyof Person]: string | null }): Person | null {
  const known = Object.entries(parts).filter(([, value]) => value !== null)
  return known.length > 0 ? Object.fromEntries(known) : null
}

function clean(text: string, unwanted: RegExp, maxLength: number): string {
  return text.toWellFormed().replace(unwanted, ' ').trim().slice(0, maxLength).toWellFormed()
}
