import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'

/** A change of a source file: the text of (start, end) becomes another. */
export type Mutant = {
  readonly file: string
  readonly start: number
  readonly end: number
  readonly text: string
  /** What was done, in a few words. */
  readonly what: string
}

/** The part of vitest's plugin context that is used here. */
type CacheContext = { defineCacheKeyGenerator(generate: (context: { id: string }) => string | undefined): void }

/** Applies the mutant named by MUTANT while vite loads the file. */
export function mutation() {
  const mutant: Mutant | null = process.env.MUTANT ? JSON.parse(process.env.MUTANT) : null
  const file = mutant && resolve(import.meta.dirname, '../..', mutant.file)
  return {
    name: 'mutation',
    enforce: 'pre' as const,
    configureVitest({ defineCacheKeyGenerator }: CacheContext) {
      // Without this, vitest would take the file of another mutant out of its cache.
      defineCacheKeyGenerator(({ id }) => (mutant && id.split('?')[0] === file ? JSON.stringify(mutant) : undefined))
    },
    load(id: string) {
      if (!mutant || id.split('?')[0] !== file) return null
      return mutated(readFileSync(file, 'utf8'), mutant)
    },
  }
}

export function mutated(source: string, { start, end, text }: Mutant): string {
  return source.slice(0, start) + text + source.slice(end)
}
