import { describe, expect, it } from 'vitest'
import { parseLabel } from '../../src/domain/label.ts'

describe('a label', () => {
  it.each([
    ['  README badge ', 'README badge'],
    ['x', 'x'],
    ['ä'.repeat(100), 'ä'.repeat(100)],
    ['👩'.repeat(100), '👩'.repeat(100)],
  ])('%j is kept as %j', (text, label) => {
    expect(parseLabel(text)).toEqual({ ok: true, label })
  })

  it.each(['', ' \t ', 'a'.repeat(101), '👩'.repeat(101)])('%j is refused for its length', (text) => {
    expect(parseLabel(text)).toEqual({ ok: false, rule: 'must be 1 to 100 characters long' })
  })

  it.each(['a\nb', 'a\u0000b', 'a\u007fb', 'a\u0085b', 'a\ud800b'])(
    '%j is refused for its control characters',
    (text) => {
      expect(parseLabel(text)).toEqual({ ok: false, rule: 'must not contain control characters' })
    },
  )
})
