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

/** All results; when one fails, its error is thrown after the others have ended. */
export async function allSettled<T>(works: readonly Promise<T>[]): Promise<T[]> {
  const settled = await Promise.allSettled(works)
  const failed = settled.find((one) => one.status === 'rejected')
  if (failed) throw failed.reason
  return settled.map((one) => (one as PromiseFulfilledResult<T>).value)
}

export type Outcomes<R> = { readonly done: readonly R[]; readonly failures: readonly unknown[] }

/**
 * Does the work for every item, also after a failure, unless `isHopeless` says that the others would fail too: then
 * `untried` is their number.
 */
export async function settleEach<T, R>(
  items: readonly T[],
  pool: Pool,
  work: (item: T) => Promise<R>,
  isHopeless: (failure: unknown) => boolean,
): Promise<Outcomes<R> & { readonly untried: number }> {
  const done: R[] = []
  const failures: unknown[] = []
  let untried = 0
  let isOver = false
  await Promise.all(
    items.map((item, at) =>
      pool(async () => {
        if (isOver) return void untried++
        try {
          done[at] = await work(item)
        } catch (error) {
          failures.push(error)
          isOver ||= isHopeless(error)
        }
      }),
    ),
  )
  return { done: done.filter((_, at) => at in done), failures, untried }
}
