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

/** Welch's t of the middle halves: beyond about 4.5 two kinds can be told apart by their time. */
export function welchT(a: readonly number[], b: readonly number[]): number {
  const [left, right] = [middleHalf(a), middleHalf(b)]
  const error = Math.sqrt(variance(left) / left.length + variance(right) / right.length)
  return (mean(left) - mean(right)) / error
}

export function comparedText(times: Times): string[] {
  const [[, first] = ['', []]] = times
  return [...times].map(
    ([name, list]) =>
      `  ${name.padEnd(42)} median ${median(list).toFixed(3)}   against the first: ${(median(list) - median(first)).toFixed(3).padStart(7)}, t ${welchT(list, first).toFixed(1).padStart(5)}`,
  )
}

/** Without the fastest and the slowest quarter: a pause of the machine says nothing about the program. */
function middleHalf(list: readonly number[]): readonly number[] {
  const sorted = list.toSorted((a, b) => a - b)
  return sorted.slice(Math.floor(sorted.length / 4), Math.ceil((sorted.length * 3) / 4))
}

function mean(list: readonly number[]): number {
  return list.reduce((sum, value) => sum + value, 0) / list.length
}

function variance(list: readonly number[]): number {
  const middle = mean(list)
  return list.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (list.length - 1)
}
