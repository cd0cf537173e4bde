import { inject } from 'vitest'

declare module 'vitest' {
  interface ProvidedContext {
    /** Whether it is `npm run prove` that runs. */
    isProof: boolean
  }
}

/** How much of a long proof is done: a tenth in `npm test`, all of it in `npm run prove`. */
export function shareOf(whole: number): number {
  return inject('isProof') ? whole : Math.ceil(whole / 10)
}

/** How many runs of a property over orders of events: a quarter in `npm test`, all in `npm run prove`, there in workerd. */
export function runsOf(whole: number): number {
  return inject('isProof') ? whole : Math.ceil(whole / 4)
}
