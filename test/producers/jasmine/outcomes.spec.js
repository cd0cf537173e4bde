describe('sums', () => {
  it('passes', () => expect(1 + 1).toBe(2))
  it('fails', () => expect(1 + 1).toBe(3))
  xit('is skipped', () => {})
  it('is pending', () => pending('not today'))
  it('expects nothing', () => {})
  describe('deeper', () => {
    it('says "<b>" & \'it\' 🎉', () => {
      throw new Error('\u001b[31mred\u001b[39m <b> ]]> \u0000 end')
    })
    it('takes too long', () => new Promise(() => {}), 50)
  })
})
