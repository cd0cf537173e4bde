import { test } from 'node:test'
test('todo outside', { todo: true }, async (t) => {
  await t.test('fails in a todo', () => {
    throw new Error('not yet')
  })
})
test('fails by itself', async (t) => {
  await t.test('passes', () => {})
  throw new Error('own')
})
