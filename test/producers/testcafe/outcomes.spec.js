fixture('sums').page('about:blank')
test('passes', async (t) => t.expect(1 + 1).eql(2))
test('fails', async (t) => t.expect(1 + 1).eql(3))
test.skip('is skipped', async () => {})
test('says "<b>" & \'it\' 🎉', async () => {
  throw new Error('\u001b[31mred\u001b[39m <b> ]]> end')
})
test.before(async () => {
  throw new Error('the hook broke')
})('is not reached', async () => {})
let runs = 0
test('passes when run again', async (t) => t.expect(++runs).gt(1))
