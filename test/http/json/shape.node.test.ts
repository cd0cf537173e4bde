import { globSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const isShape = (file: string) => /[-/]shape\.ts$/.test(file)
const FILES = globSync('src/**/*.{ts,tsx}')

describe('shapes of answers', () => {
  it('are no part of the Worker: whatever is no shape imports their types alone', () => {
    expect(FILES.filter(isShape).length).toBeGreaterThan(25)
    const others = FILES.filter((file) => !isShape(file))
    expect(others.flatMap((file) => shapeImportsIn(file).filter((line) => !line.startsWith('import type ')))).toEqual(
      [],
    )
    expect(others.flatMap(shapeImportsIn).length).toBeGreaterThan(25)
  })
})

/** The imports from shapes, each as one line. */
function shapeImportsIn(file: string): readonly string[] {
  const source = readFileSync(file, 'utf8').replace(/\{[^{}]*\}/g, (names) => names.replaceAll('\n', ' '))
  return source.split('\n').filter((line) => /^import .*[-/]shape\.ts'/.test(line))
}
