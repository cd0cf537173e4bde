import test from 'ava'
test('passes', (t) => t.is(1 + 1, 2))
test('fails', (t) => t.is(1 + 1, 3))
test.skip('is skipped', (t) => t.pass())
test.todo('is planned')
test.failing('fails as wanted', (t) => t.is(1, 2))
test('says "<b>" & \'it\' 🎉', () => {
  throw new Error('\u001b[31mred\u001b[39m <b> ]]> end')
})
