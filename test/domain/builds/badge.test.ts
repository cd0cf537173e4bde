import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseBadgeStyle, showableText } from '../../../src/domain/builds/badge.ts'

describe('showableText', () => {
  it.each([
    ['build', 'build'],
    ['  two \t words \n', 'two words'],
    ['nul\0bell\u0007', 'nul␣U+0000bell␣U+0007'],
    ['half \ud83d a pair', 'half ␣U+D83D a pair'],
    ['\u202eniam', '␣U+202Eniam'],
    ['\u3000', '␣U+3000'],
    [' main\u00a0', 'main␣U+00A0'],
    ['unit\u00a0test', 'unit test'],
    ['👨‍👩‍👧 测试', '👨‍👩‍👧 测试'],
    ['', ''],
  ])('makes %j into %j', (text, expected) => expect(showableText(text)).toBe(expected))

  it('cuts at 100 characters, not in the middle of one', () => {
    expect(showableText('a'.repeat(100))).toBe('a'.repeat(100))
    expect(showableText('a'.repeat(101))).toBe(`${'a'.repeat(99)}…`)
    expect(showableText('🚀'.repeat(100))).toBe('🚀'.repeat(100))
    expect(showableText('🚀'.repeat(101))).toBe(`${'🚀'.repeat(99)}…`)
  })

  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
        const once = showableText(text)
        expect(showableText(once)).toBe(once)
        expect([...once].length).toBeLessThanOrEqual(100)
        expect(once).not.toMatch(/\p{Cc}/u)
      }),
    )
  })
})

it.each([
  ['svg', 'svg'],
  ['shield', 'shield'],
  ['flat-square', 'flat-square'],
  ['plastic', 'shield'],
  [undefined, 'shield'],
])('reads style %s as %s', (text, style) => expect(parseBadgeStyle(text)).toBe(style))
