/** A day of 24 hours, in milliseconds. */
export const DAY_MS = 24 * 3_600_000
/** A year of 365 of them. */
export const YEAR_MS = 365 * DAY_MS
