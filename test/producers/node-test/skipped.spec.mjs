import { test } from 'node:test'
test('fails when it is skipped', (t) => {
  t.skip()
  throw new Error('no')
})
test('fails by itself', async (t) => {
  await t.test('passes', () => {})
  throw new Error('no')
})
