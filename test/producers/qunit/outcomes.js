QUnit.module('sums', () => {
  QUnit.test('passes', (assert) => assert.equal(1 + 1, 2))
  QUnit.test('fails', (assert) => assert.equal(1 + 1, 3))
  QUnit.test.skip('is skipped', () => {})
  QUnit.test.todo('is planned', (assert) => assert.equal(1, 2))
})
QUnit.module('hooks', (hooks) => {
  hooks.before(() => {
    throw new Error('the hook broke')
  })
  QUnit.test('is reached all the same', (assert) => assert.ok(true))
})
