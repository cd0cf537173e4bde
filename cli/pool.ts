/** Runs at most `size` pieces of work at once, first come first served. */
export type Pool = <T>(work: () => Promise<T>) => Promise<T>

export function openPool(size: number): Pool {
  const waiting: (() => void)[] = []
  let running = 0
  return async (work) => {
    if (running >= size) await new Promise<void>((resolve) => waiting.push(resolve))
    else running += 1
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else running -= 1
    }
  }
}

/** All results; when one fails, the others are let come to rest before that is told. */
export async function allSettled<T>(works: readonly Promise<T>[]): Promise<T[]> {
  const settled = await Promise.allSettled(works)
  const failed = settled.find((one) => one.status === 'rejected')
  if (failed) throw failed.reason
  return settled.map((one) => (one as PromiseFulfilledResult<T>).value)
}
