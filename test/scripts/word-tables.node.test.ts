import { globSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const FILES = globSync('{src,cli}/**/*.{ts,tsx}')

/** The files in which something stands. */
function filesWith(pattern: RegExp): readonly string[] {
  return FILES.filter((file) => pattern.test(readFileSync(file, 'utf8')))
}

describe('what others name', () => {
  it('is looked up in a Map: a plain object answers for `constructor`, too', () => {
    expect(FILES.length).toBeGreaterThan(200)
    expect(filesWith(/^(?:export )?const \w+: (?:Readonly<|Partial<)*Record<string,/m)).toEqual([])
  })

  it('is taken as a free name through one schema: Valibot’s own drops some in silence', () => {
    // Shapes are what we answer: they take nothing.
    const taking = filesWith(/\bv\.record\(/).filter((file) => file !== 'src/http/json/shape.ts')
    expect(taking).toEqual(['src/http/json/schemas.ts'])
  })
})
