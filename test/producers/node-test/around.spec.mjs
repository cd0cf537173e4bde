import { describe, it } from 'node:test'
describe('suite', () => {
  it('has others in it', async (t) => {
    await t.test('passes', () => {})
    await t.test('fails', () => {
      throw new Error('no')
    })
  })
})
