const DAY_SHAPE = /^\d{4}-\d{2}-\d{2}$/
// RFC 3339 with an offset; Date.parse alone takes much that is not.
const TIME_SHAPE = /^(\d{4}-\d{2}-\d{2})[Tt ](?:[01]\d|2[0-3]):\d{2}:\d{2}(?:\.\d{1,9})?(?:[Zz]|[+-]\d{2}:\d{2})$/

/** When that day of the calendar begins in UTC, as epoch milliseconds; null for one that does not exist. */
export function parseDay(text: string): number | null {
  const at = DAY_SHAPE.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN
  // Date.parse reads 30 February as 2 March.
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text) ? at : null
}

/** A time of RFC 3339 as epoch milliseconds; null for anything else, and for a day that does not exist. */
export function parseTime(text: string): number | null {
  const day = TIME_SHAPE.exec(text)?.[1]
  const at = day === undefined || parseDay(day) === null ? Number.NaN : Date.parse(text)
  return Number.isNaN(at) ? null : at
}
