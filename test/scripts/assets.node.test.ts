import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, it } from 'vitest'

it.each([
  ['app.css', 33_000],
  ['app.js', 12_500],
  ['icon.svg', 1_000],
])('%s is smaller than %i bytes', (file, limit) => {
  expect(statSync(resolve(import.meta.dirname, '../../public/assets', file)).size).toBeLessThan(limit)
})
