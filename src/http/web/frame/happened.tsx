import { Time } from '../parts/parts.tsx'

/** When a CI says that something happened. Clocks differ a little: what was told is never "in a moment". */
export function Happened({ at, now }: { at: number; now: number }) {
  return <Time at={at - now < 60_000 ? Math.min(at, now) : at} now={now} />
}
