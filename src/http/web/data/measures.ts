/** A duration as people read it, in at most two units: `498ms`, `1.5s`, `45s`, `5m 12s`, `1h 02m`, `3d 4h`. */
export function durationText(ms: number): string {
  if (ms < 999.5) return ms > 0 && ms < 1 ? '<1ms' : `${Math.round(ms)}ms`
  // 9.96 s would read as 10.0.
  if (ms < 9_950) return `${Number((ms / 1000).toFixed(1))}s`
  const seconds = Math.round(ms / 1000)
  if (seconds < 60) return `${seconds}s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes}m ${twoDigits(seconds % 60)}s`
  const hours = Math.floor(minutes / 60)
  return hours < 24 ? `${hours}h ${twoDigits(minutes % 60)}m` : `${Math.floor(hours / 24)}d ${hours % 24}h`
}

const SIZE_UNITS = ['B', 'KB', 'MB', 'GB', 'TB'] as const

/** A size with three digits at most, in powers of 1000: `0 B`, `532 B`, `1.4 MB`. */
export function sizeText(bytes: number): string {
  let size = bytes
  let unit = 0
  // 999.5 and more would read as 1000 of the smaller unit.
  while (size >= 999.5 && unit < SIZE_UNITS.length - 1) {
    size /= 1000
    unit += 1
  }
  return `${unit > 0 && size < 9.95 ? size.toFixed(1) : Math.round(size)} ${SIZE_UNITS[unit]}`
}

/** `1 build`, `2 builds`. */
export function countText(count: number, noun: string): string {
  return `${count.toLocaleString('en-US')} ${count === 1 ? noun : `${noun}s`}`
}

function twoDigits(count: number): string {
  return String(count).padStart(2, '0')
}
