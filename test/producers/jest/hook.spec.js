describe('before all', () => {
  beforeAll(() => {
    throw new Error('the hook broke')
  })
  test('is not reached', () => {})
})
describe('after all', () => {
  afterAll(() => {
    throw new Error('the last hook broke')
  })
  test('passed before', () => {})
})
