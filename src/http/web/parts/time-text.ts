const UNITS = [
  ['year', 365 * 86_400],
  ['month', 30 * 86_400],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const

/** How long ago, or in how long, in the largest unit that fits: the same in every time zone. */
export function agoText(at: number, now: number): string {
  const seconds = Math.abs(at - now) / 1000
  if (seconds < 45) return at > now ? 'in a moment' : 'just now'
  // 59 minutes and a half are an hour, half a year is none.
  const [unit, size] = UNITS.find(([, size]) => seconds / size >= 0.96) ?? UNITS[4]
  const count = Math.round(seconds / size)
  const text = `${count} ${unit}${count === 1 ? '' : 's'}`
  return at > now ? `in ${text}` : `${text} ago`
}
