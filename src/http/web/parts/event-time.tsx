import { Time } from './parts.tsx'

/** When something happened, as reported. Clocks differ a little: a time less than a minute ahead is shown as now. */
export function EventTime({ at, now }: { at: number; now: number }) {
  return <Time at={at - now < 60_000 ? Math.min(at, now) : at} now={now} />
}
