const assert = require('node:assert')
describe('sums', () => {
  it('passes', () => assert.equal(1 + 1, 2))
  it('fails', () => assert.equal(1 + 1, 3))
  it.skip('is skipped', () => {})
  it('is planned')
  describe('deeper', () => {
    it('says "<b>" & \'it\' 🎉', () => {
      throw new Error('\u001b[31mred\u001b[39m <b> ]]> \u0000 end')
    })
    it('takes too long', (done) => {}).timeout(50)
  })
})
