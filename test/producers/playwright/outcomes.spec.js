const { test, expect } = require('@playwright/test')
test.describe('sums', () => {
  test('passes', () => expect(1 + 1).toBe(2))
  test('fails', () => expect(1 + 1).toBe(3))
  test.skip('is skipped', () => {})
  test.fixme('is planned', () => {})
  test('fails as wanted', () => {
    test.fail()
    expect(1).toBe(2)
  })
  test('passes against all hope', () => {
    test.fail()
  })
  test.describe('deeper', () => {
    test('says "<b>" & \'it\' 🎉', async ({}, info) => {
      await info.attach('note', { body: 'a text', contentType: 'text/plain' })
      throw new Error('\u001b[31mred\u001b[39m <b> ]]> \u0000 end')
    })
    test('takes too long', async () => {
      test.setTimeout(100)
      await new Promise(() => {})
    })
  })
})
