const { test } = require('@playwright/test')
test.describe('before all', () => {
  test.beforeAll(() => {
    throw new Error('the hook broke')
  })
  test('is not reached', () => {})
  test('nor is this', () => {})
})
test.describe('after all', () => {
  test.afterAll(() => {
    throw new Error('the last hook broke')
  })
  test('passed before', () => {})
})
