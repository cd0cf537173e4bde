/** A time as answers have it: RFC 3339 with milliseconds. */
export function isoOf(ms: number): string
export function isoOf(ms: number | null): string | null
export function isoOf(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString()
}
