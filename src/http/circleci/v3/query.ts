import type { Context } from 'hono'
import { invalidInput } from '../../../domain/error.ts'
import { parseTime } from '../../../domain/formats/rfc3339.ts'
import type { AppEnv } from '../../frame/open-request.ts'

/** What of the query a call knows: which filters, and whether it has pages. */
type Known = { readonly filters?: readonly string[]; readonly pages?: true }

/** Refuses a `filter[…]` or `page[…]` that would be passed over in silence: the answer would be of more than was asked for. */
export function requireKnownQuery(c: Context<AppEnv>, { filters = [], pages }: Known): void {
  const known = [...filters.map((name) => `filter[${name}]`), ...(pages ? ['page[limit]', 'page[cursor]'] : [])]
  for (const name of Object.keys(c.req.query())) {
    if (!/^(?:filter|page)\[/.test(name)) continue
    if ((c.req.queries(name) ?? []).length > 1) throw invalidInput(name.slice(0, 100), 'is given more than once')
    if (known.includes(name)) continue
    throw invalidInput(name.slice(0, 100), known.length === 0 ? 'is not known here' : `is none of ${known.join(', ')}`)
  }
}

/** A filter of the query; null where it is not there or empty, which clients send for "any". */
export function filterOf(c: Context<AppEnv>, name: string): string | null {
  return c.req.query(`filter[${name}]`) || null
}

export function requireFilter(c: Context<AppEnv>, name: string): string {
  const value = filterOf(c, name)
  if (value === null) throw invalidInput(`filter[${name}]`, 'is required')
  return value
}

/** Refuses another than the one value that a filter may have. */
export function requireOnly(c: Context<AppEnv>, name: string, only: string): void {
  if (requireFilter(c, name) !== only) throw invalidInput(`filter[${name}]`, `must be ${only}`)
}

export function oneOfFilter<const T extends string>(c: Context<AppEnv>, name: string, words: readonly T[]): T | null {
  const value = filterOf(c, name)
  const word = words.find((one) => one === value)
  if (value !== null && word === undefined) throw invalidInput(`filter[${name}]`, `must be one of ${words.join(', ')}`)
  return word ?? null
}

/** A time of the query, as epoch milliseconds. */
export function timeFilter(c: Context<AppEnv>, name: string): number | null {
  const value = filterOf(c, name)
  const at = value === null ? null : parseTime(value)
  if (value !== null && at === null)
    throw invalidInput(`filter[${name}]`, 'must be a time like 2026-01-31T12:00:00Z (RFC 3339)')
  return at
}
