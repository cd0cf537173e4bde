import { existsSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, it } from 'vitest'

const REPOSITORY = resolve(import.meta.dirname, '../..')

it('docs/security.md names only files that exist, and tests that stand in them', () => {
  const text = readFileSync(join(REPOSITORY, 'docs/security.md'), 'utf8')
  const named = [...text.matchAll(/`((?:test|src|scripts)\/[^`]+\.tsx?)`(?: "([^"]+)")?/g)]
  expect(named.length).toBeGreaterThan(60)
  const missing = named.filter(([, file = '', sentence = '']) => {
    const path = join(REPOSITORY, file)
    return !existsSync(path) || !readFileSync(path, 'utf8').includes(sentence)
  })
  expect(missing.map(([whole]) => whole)).toEqual([])
})
