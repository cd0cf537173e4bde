const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/**
 * A moment as people say it, with the exact time on hover. The script puts both into the reader's zone; without it the
 * words need none, and the exact time is in UTC.
 */
export function When({ at, now }: { at: number; now: number }) {
  const iso = new Date(at).toISOString()
  return (
    <time datetime={iso} title={exactText(at)} data-when="">
      {momentText(at, now)}
    </time>
  )
}

/** `just now`, `5 min ago`, `3 h ago`, `in 2 days`; beyond a month the day itself. */
export function momentText(at: number, now: number): string {
  const distance = Math.abs(now - at)
  if (distance < MINUTE_MS) return at > now + 1_000 ? 'in a moment' : 'just now'
  const text = distanceText(distance)
  if (text === null) return dayText(at)
  return at > now ? `in ${text}` : `${text} ago`
}

/** `17 Nov 2026, 15:20:31 UTC` */
export function exactText(at: number): string {
  return `${dayText(at)}, ${new Date(at).toISOString().slice(11, 19)} UTC`
}

function distanceText(ms: number): string | null {
  if (ms < HOUR_MS) return `${Math.floor(ms / MINUTE_MS)} min`
  if (ms < DAY_MS) return `${Math.floor(ms / HOUR_MS)} h`
  const days = Math.floor(ms / DAY_MS)
  if (days > 30) return null
  return days === 1 ? '1 day' : `${days} days`
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

function dayText(at: number): string {
  const date = new Date(at)
  return `${date.getUTCDate()} ${MONTHS[date.getUTCMonth()]} ${date.getUTCFullYear()}`
}
