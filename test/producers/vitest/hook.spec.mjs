import { afterAll, beforeAll, beforeEach, describe, test } from 'vitest'
describe('before all', () => {
  beforeAll(() => {
    throw new Error('the hook broke')
  })
  test('is not reached', () => {})
})
describe('before each', () => {
  beforeEach(() => {
    throw new Error('the hook of each broke')
  })
  test('is not run', () => {})
})
describe('after all', () => {
  afterAll(() => {
    throw new Error('the last hook broke')
  })
  test('passed before', () => {})
})
