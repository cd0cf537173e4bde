describe('before all', () => {
  before(() => {
    throw new Error('the hook broke')
  })
  it('is not reached', () => {})
})
describe('before each', () => {
  beforeEach('of a name', () => {
    throw new Error('the hook of each broke')
  })
  it('is not run', () => {})
})
describe('after all', () => {
  after(() => {
    throw new Error('the last hook broke')
  })
  it('passed before', () => {})
})
