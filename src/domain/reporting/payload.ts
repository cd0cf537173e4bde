import type { Person } from '../builds/build.ts'
import { parseTime } from '../formats/rfc3339.ts'

// Payloads of other systems are read field by field: these systems add fields without notice, and a missing or changed
// field must not make the others unreadable.

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

// GitLab's names of jobs, the longest there are, have up to 255.
const MAX_LINE_LENGTH = 255
const MAX_PROSE_LENGTH = 20_000
const MAX_URL_LENGTH = 2_048

/**
 * Text or a number as one line of bounded length, without control characters; null when that is empty. Long texts stay
 * distinct, since they may be names or ids.
 */
export function lineAt(payload: unknown, ...path: readonly Key[]): string | null {
  return lineOf(valueAt(payload, ...path), MAX_LINE_LENGTH)
}

function lineOf(value: unknown, maxLength: number): string | null {
  if (typeof value !== 'string' && typeof value !== 'number') return null
  const line = clean(String(value), /\p{Cc}+/gu)
  return line === '' ? null : distinct(line, maxLength)
}

/** A text of at most `maxLength` characters: a longer one is cut, and ends with a digest of the whole, to stay distinct. */
export function distinct(text: string, maxLength = MAX_LINE_LENGTH): string {
  if (text.length <= maxLength) return text
  const end = `…${digestOf(text)}`
  return text.slice(0, maxLength - end.length).toWellFormed() + end
}

/** FNV-1a in 64 bits: enough for the names of one CI. */
function digestOf(text: string): string {
  let hash = 0xcbf29ce484222325n
  for (const byte of new TextEncoder().encode(text)) hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n)
  return hash.toString(36)
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
  const text = cut(clean(value, /[^\P{Cc}\t\n\r]+/gu), MAX_PROSE_LENGTH)
  const end = text.search(/\r?\n/)
  const body = end < 0 ? '' : text.slice(end).trim()
  const subject = cut(clean(end < 0 ? text : text.slice(0, end), /\p{Cc}+/gu), 1_000)
  return { subject: subject === '' ? null : subject, body: body === '' ? null : body }
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
  const at = parseTime(`${day}T${time}${isUtc ? 'Z' : `${hours}:${minutes}`}`)
  return at === null ? null : plausible(at)
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

/** A person from the known parts; null when there are none. */
export function personFrom(parts: { [K in keyof Person]: string | null }): Person | null {
  const known = Object.entries(parts).filter(([, value]) => value !== null)
  return known.length > 0 ? Object.fromEntries(known) : null
}

function clean(text: string, unwanted: RegExp): string {
  return text.toWellFormed().replace(unwanted, ' ').trim()
}

function cut(text: string, maxLength: number): string {
  return text.slice(0, maxLength).toWellFormed()
}
