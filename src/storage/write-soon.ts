import type { Stores } from './stores.ts'

/** A request may go on for 30 s after its answer: what is left of these is for the writing itself. */
const GATHER_MS = 25_000
const WRITE_BOX_MS = 5_000

/**
 * Has what one isolate gathers written in 25 s by the first request that asks for it; those that come meanwhile leave theirs to
 * it. Its wait costs no CPU. Should that request be lost, the next one after half a minute takes its place.
 */
export function writeSoon(
  { now, pause, waitUntil }: Pick<Stores, 'now' | 'pause' | 'waitUntil'>,
  gathered: { awaitedUntil: number },
  write: () => unknown,
): void {
  const askedAt = now()
  if (askedAt < gathered.awaitedUntil) return
  gathered.awaitedUntil = askedAt + GATHER_MS + WRITE_BOX_MS
  waitUntil(
    pause(GATHER_MS).then(() => {
      gathered.awaitedUntil = 0
      return write()
    }),
  )
}
