import test from 'ava'
test.before(() => {
  throw new Error('the hook broke')
})
test('is not reached', (t) => t.pass())
