describe('before all', () => {
  beforeAll(() => {
    throw new Error('the hook broke')
  })
  it('is not run', () => expect(1).toBe(1))
})
describe('after all', () => {
  afterAll(() => {
    throw new Error('the last hook broke')
  })
  it('passed before', () => expect(1).toBe(1))
})
