import { describe, expect, it } from 'vitest'
import { colouredText, withoutColours } from '../../../src/domain/formats/ansi.ts'

describe('a text of a terminal', () => {
  it.each([
    ['plain', 'plain', null],
    ['\x1b[31mred\x1b[39m', 'red', 'ansi-red'],
    ['\ufffd[31mred\ufffd[0m', 'red', 'ansi-red'],
    ['\x1b[1;92mbright\x1b[m', 'bright', 'ansi-bright-green'],
    ['\x1b[2K\x1b[31mcleared', 'cleared', 'ansi-red'],
    ['\ufffd is no colour, nor is \ufffd[x', '\ufffd is no colour, nor is \ufffd[x', null],
    ['<b>&amp;', '<b>&amp;', null],
    ['', '', null],
  ])('%j is %j, first in %s', (text, plain, color) => {
    expect(withoutColours(text)).toBe(plain)
    expect(
      colouredText(text)
        .map((part) => part.text)
        .join(''),
    ).toBe(plain)
    expect(colouredText(text)[0]?.color ?? null).toBe(color)
  })

  it('of any length is read in a time that grows with the length alone', () => {
    const startedAt = performance.now()
    expect(withoutColours('\x1b[31m'.repeat(20_000))).toBe('')
    expect(withoutColours('\x1b['.repeat(20_000)).length).toBeLessThan(100_000)
    expect(performance.now() - startedAt).toBeLessThan(10_000)
  })
})
