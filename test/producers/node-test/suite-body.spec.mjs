import { describe, it } from 'node:test'
describe('a suite that breaks', () => {
  throw new Error('no database')
})
describe('suite', () => {
  it('fails', () => {
    throw new Error('no')
  })
})
