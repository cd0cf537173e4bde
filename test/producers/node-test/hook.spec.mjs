import { after, before, describe, it } from 'node:test'
describe('before all', () => {
  before(() => {
    throw new Error('the hook broke')
  })
  it('is not reached', () => {})
})
describe('after all', () => {
  after(() => {
    throw new Error('the last hook broke')
  })
  it('passed before', () => {})
})
