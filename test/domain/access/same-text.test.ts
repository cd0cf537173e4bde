import fc from 'fast-check'
import { expect, it } from 'vitest'
import { isSameText } from '../../../src/domain/access/same-text.ts'

it('two texts are the same only character by character', async () => {
  const text = fc.string({ unit: fc.constantFrom('\0', 'a', 'b', ' ', 'é', '😀'), maxLength: 80 })
  await fc.assert(
    fc.asyncProperty(text, text, async (one, other) => {
      expect(await isSameText(one, one)).toBe(true)
      expect(await isSameText(one, other)).toBe(one === other)
      expect(await isSameText(`${one}\0`, one)).toBe(false)
      expect(await isSameText(one.padEnd(64, '\0'), one)).toBe(one.length >= 64)
    }),
  )
})
