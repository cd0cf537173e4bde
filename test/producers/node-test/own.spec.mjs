import { describe, test } from 'node:test'
describe('a suite that breaks', () => {
  throw new Error('no database')
})
test('fails by itself', async (t) => {
  await t.test('passes', () => {})
  throw new Error('no')
})
