import { inject } from 'vitest'

declare module 'vitest' {
  interface ProvidedContext {
    /** Whether it is `npm run prove` that runs. */
    isProof: boolean
  }
}

/** How much of a long proof is done: a tenth in `npm test`, or another part, all of it in `npm run prove`. */
export function shareOf(whole: number, part = 10): number {
  return inject('isProof') ? whole : Math.ceil(whole / part)
}

/** How many runs of a property over orders of events: a quarter in `npm test`, all in `npm run prove`, there in workerd. */
export function runsOf(whole: number): number {
  return inject('isProof') ? whole : Math.ceil(whole / 4)
}

/** Of all orders of some events: the first, the last and one between in `npm test`, all in `npm run prove`. */
export function ordersOf<T>(all: readonly T[]): readonly (readonly T[])[] {
  const orders = permutationsOf(all)
  const few = [0, orders.length >> 1, orders.length - 1].map((i) => orders[i] ?? [])
  return inject('isProof') || orders.length < 3 ? orders : few
}

function permutationsOf<T>(all: readonly T[]): readonly (readonly T[])[] {
  if (all.length < 2) return [all]
  return all.flatMap((one, i) => permutationsOf(all.toSpliced(i, 1)).map((rest) => [one, ...rest]))
}
