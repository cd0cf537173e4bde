/** A day of 24 hours, in milliseconds. */
export const DAY_MS = 24 * 3_600_000
