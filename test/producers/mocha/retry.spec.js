const assert = require('node:assert')
describe('again', function () {
  this.retries(2)
  let runs = 0
  it('passes when run again', () => assert.equal(++runs, 2))
  it('fails each time', () => assert.equal(1, 2))
})
