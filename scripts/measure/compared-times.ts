/** What each kind of request took, in milliseconds. */
export type Times = ReadonlyMap<string, readonly number[]>

/** Makes each kind of request once a round, in an order that turns, so that whatever slows the machine slows all alike. */
export async function compareTimes(
  cases: Record<string, () => [path: string, token: string | null]>,
  rounds: number,
  ask: (path: string, token: string | null) => Promise<void>,
): Promise<Times> {
  const names = Object.keys(cases)
  const times = new Map(names.map((name): [string, number[]] => [name, []]))
  for (let round = 0; round < rounds; round++) {
    for (let i = 0; i < names.length; i++) {
      const name = names[(round + i) % names.length] ?? ''
      const [path, token] = cases[name]?.() ?? ['/', null]
      const startedAt = performance.now()
      await ask(path, token)
      times.get(name)?.push(performance.now() - startedAt)
    }
  }
  return times
}

export function median(list: readonly number[]): number {
  const sorted = list.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

/**
 * Yuen's t, of trimmed means: without the fastest and the slowest quarter, since a pause of the machine says nothing
 * about the program. Beyond about 4.5 two kinds can be told apart by their time.
 */
export function trimmedT(a: readonly number[], b: readonly number[]): number {
  const [left, right] = [trimmed(a), trimmed(b)]
  return (left.mean - right.mean) / Math.sqrt(left.errorSquared + right.errorSquared)
}

export function comparedText(times: Times): string[] {
  const [[, first] = ['', []]] = times
  return [...times].map(
    ([name, list]) =>
      `  ${name.padEnd(42)} median ${median(list).toFixed(3)}   against the first: ${(median(list) - median(first)).toFixed(3).padStart(7)}, t ${trimmedT(list, first).toFixed(1).padStart(5)}`,
  )
}

/** The mean of the middle half, and the square of its standard error, in which what was cut off counts as its bounds. */
function trimmed(list: readonly number[]): { readonly mean: number; readonly errorSquared: number } {
  const sorted = list.toSorted((a, b) => a - b)
  const cut = Math.floor(sorted.length / 4)
  const kept = sorted.slice(cut, sorted.length - cut)
  const [low = 0, high = 0] = [kept[0], kept.at(-1)]
  const bounded = sorted.map((value) => Math.min(Math.max(value, low), high))
  const squares = variance(bounded) * (bounded.length - 1)
  return { mean: mean(kept), errorSquared: squares / (kept.length * (kept.length - 1)) }
}

function mean(list: readonly number[]): number {
  return list.reduce((sum, value) => sum + value, 0) / list.length
}

function variance(list: readonly number[]): number {
  const middle = mean(list)
  return list.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (list.length - 1)
}
