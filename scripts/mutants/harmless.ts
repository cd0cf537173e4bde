import type { Mutant } from './mutation.ts'

/** Changes that make no difference to what anybody is let into, each with the reason; part of the text is enough. */
const HARMLESS: readonly {
  readonly file: string
  readonly text: string
  readonly what?: string
  readonly because: string
}[] = []

export function isHarmless({ file, what }: Mutant, text: string): boolean {
  return HARMLESS.some(
    (entry) => entry.file === file && text.includes(entry.text) && (!entry.what || what.includes(entry.what)),
  )
}
