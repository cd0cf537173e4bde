describe('sums', () => {
  test('passes', () => expect(1 + 1).toBe(2))
  test('fails', () => expect(1 + 1).toBe(3))
  test.skip('is skipped', () => {})
  test.todo('is planned')
  test.each([1, 2])('of %i', (n) => expect(n).toBe(1))
  describe('deeper', () => {
    test('says "<b>" & \'it\' 🎉', () => {
      throw new Error('\u001b[31mred\u001b[39m <b> ]]> \u0000 \ud800 end')
    })
    test('takes too long', () => new Promise(() => {}), 50)
  })
})
