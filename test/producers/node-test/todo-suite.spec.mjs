import { describe, it } from 'node:test'
describe('todo outside', { todo: true }, () => {
  it('passes in a todo', () => {})
  describe('deeper', () => {
    it('fails in a todo', () => {
      throw new Error('not yet')
    })
  })
})
