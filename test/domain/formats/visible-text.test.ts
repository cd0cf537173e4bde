import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hasHidden, visibleLine, visibleText } from '../../../src/domain/formats/visible-text.ts'

describe('what a person is shown', () => {
  it.each<[string, string]>([
    ['\u202eniam', '␣U+202Eniam'],
    ['main\u200b', 'main␣U+200B'],
    ['ma\u00adin', 'ma␣U+00ADin'],
    ['\ufeffmain', '␣U+FEFFmain'],
    ['a\u2066b\u2069c', 'a␣U+2066b␣U+2069c'],
    ['a\u200eb\u200fc\u061cd', 'a␣U+200Eb␣U+200Fc␣U+061Cd'],
    ['main\u{e0061}', 'main␣U+E0061'],
    ['\u001b[31mred\u0007\u009b', '␣U+001B[31mred␣U+0007␣U+009B'],
    ['main\u3164', 'main␣U+3164'],
    ['main\u115f\u1160\uffa0', 'main␣U+115F␣U+1160␣U+FFA0'],
    ['ma\u034fin', 'ma␣U+034Fin'],
    ['main\u2800', 'main␣U+2800'],
    ['ma\u{1d159}in\u{13441}\u{13442}\u{16fe4}', 'ma␣U+1D159in␣U+13441␣U+13442␣U+16FE4'],
    // Spaces that are none of ASCII, where they cannot be seen: at an end, beside another space, or thin between letters.
    ['main\u00a0', 'main␣U+00A0'],
    ['\u3000main\u2003\u2003', '␣U+3000main␣U+2003␣U+2003'],
    ['<b>main\u202f</b> <i title="\u1680main\u205f">', '<b>main␣U+202F</b> <i title="␣U+1680main␣U+205F">'],
    ['unit \u00a0test', 'unit ␣U+00A0test'],
    ['ma\u200ain \u0438\u2009\u0438', 'ma␣U+200Ain \u0438␣U+2009\u0438'],
    ['a\u2028b\u2029c', 'a␣U+2028b␣U+2029c'],
    ['\ud800', '␣U+D800'],
    ['\uffff', '␣U+FFFF'],
    // A variation selector where there is nothing to vary, or one more than there can be.
    ['main1\ufe0f', 'main1␣U+FE0F'],
    ['❤\ufe0f\ufe0f\u{e0100}', '❤\ufe0f␣U+FE0F␣U+E0100'],
    // Joiners that join nothing.
    ['ma\u200din', 'ma␣U+200Din'],
    ['🚀\u200d', '🚀␣U+200D'],
    ['\u062f\u200c\u062f', '\u062f␣U+200C\u062f'],
  ])('%j is written out', (text, shown) => {
    expect(visibleText(text)).toBe(shown)
  })

  it.each([
    'main',
    'feature/naïve – 数据',
    'e\u0301 combines, and so does ก\u0e33',
    'שלום עולם',
    'مرحبا ٠١٢ \u0600١',
    'می\u200cخواهم',
    'क्\u200dष and क्\u200cष',
    '👩‍👩‍👧‍👦 🏳️‍🌈 ❤️ 1️⃣ 👍🏽 🇩🇪 🏴󠁧󠁢󠁥󠁮󠁧󠁿 ☎︎',
    'Zwölf Boxkämpfer\u00a0: «\u202fx\u202f»\u3000y',
    '10\u202f000\u00a0€, 5\u2009km et «\u00a0oui\u202f!\u00a0»',
    '测试\u3000名称',
    'a\tb\nc\r\n',
    '␣U+202E',
  ])('%j stays as it is', (text) => {
    expect(visibleText(text)).toBe(text)
  })

  it('holds nothing hidden but what shows by itself, and comes to the same when it is shown again', () => {
    const characters = fc.constantFrom(
      '\u202e',
      '\u200b',
      '\u200d',
      '\ufe0f',
      '\0',
      '\ud83d',
      '\u{e0067}',
      '🚀',
      'ی',
      '्',
      'a',
      ' ',
      '\u00a0',
      '\u200a',
    )
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: characters })), (text) => {
        const shown = visibleText(text)
        expect(visibleText(shown)).toBe(shown)
        expect(shown).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u200b\u200e\u200f\u00ad]|[^\P{Cc}\t\n\r]/u)
        expect(shown.isWellFormed()).toBe(true)
        if (!hasHidden(text)) expect(shown).toBe(text)
      }),
      { numRuns: 2_000 },
    )
  })

  it('is one line where one is meant', () => {
    expect(visibleLine('a\r\nb\tc\u202e')).toBe('a␣U+000D␣U+000Ab␣U+0009c␣U+202E')
  })
})
