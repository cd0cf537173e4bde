import assert from 'node:assert'
import { describe, it, test } from 'node:test'
describe('sums', () => {
  it('passes', () => assert.equal(1 + 1, 2))
  it('fails', () => assert.equal(1 + 1, 3))
  it.skip('is skipped', () => {})
  it.todo('is planned')
  it('is planned and fails', { todo: true }, () => assert.equal(1, 2))
  describe('deeper', () => {
    it('says "<b>" & \'it\' 🎉', () => {
      throw new Error('\u001b[31mred\u001b[39m <b> ]]> \u0000 end')
    })
    it('takes too long', { timeout: 50 }, () => new Promise((resolve) => setTimeout(resolve, 500)))
  })
})
test('at the top', () => {})
