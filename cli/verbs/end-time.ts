import { parseDay, parseTime } from '../../src/domain/formats/rfc3339.ts'
import { wordTable } from '../../src/domain/formats/word-table.ts'

const UNIT_SECONDS = wordTable<number>({ s: 1, m: 60, h: 3_600, d: 86_400 })
/** A year has four digits. */
const LAST_TIME = Date.UTC(9999, 11, 31)

/** `90`, `90s`, `30m`, `24h` or `7d` as seconds; null for anything else. */
export function secondsIn(text: string): number | null {
  const [, count, unit = 's'] = /^(\d{1,8})([smhd])?$/.exec(text) ?? []
  return count === undefined ? null : Number(count) * (UNIT_SECONDS.get(unit) ?? 1)
}

/** `90d` or `12h` from now, the beginning of a day in UTC, or a time of RFC 3339; null for anything else. */
export function parseEndTime(text: string): Date | null {
  const seconds = /[smhd]$/.test(text) ? secondsIn(text) : null
  const at = seconds === null ? (parseDay(text) ?? parseTime(text)) : Date.now() + seconds * 1000
  return at !== null && at <= LAST_TIME ? new Date(at) : null
}
