const test = require('tape')
test('sums', (t) => {
  t.equal(1 + 1, 2, 'passes')
  t.equal(1 + 1, 3, 'fails')
  t.equal(1, 1, 'is skipped', { skip: true })
  t.equal(1, 2, 'is planned', { todo: true })
  t.ok(true, 'says "<b>" & \'it\' 🎉')
  t.end()
})
test('breaks', (t) => {
  t.error(new Error('\u001b[31mred\u001b[39m <b> ]]> end'), 'is red')
  t.end()
})
test('takes too long', { timeout: 50 }, () => {})
