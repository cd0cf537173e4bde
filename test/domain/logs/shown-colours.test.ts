import { describe, expect, it } from 'vitest'
import { openColouredLines, SHOWN_CHARACTERS } from '../../../src/domain/logs/shown-colours.ts'

/** What is shown of lines in their order: parts in a colour as `red:text`. */
function shown(...lines: readonly string[]): readonly string[] {
  const next = openColouredLines()
  return lines.map((line) =>
    next(line)
      .parts.map(({ text, color, background, isBold, isDim }) => {
        const look = [color, background && `on ${background}`, isBold && 'bold', isDim && 'dim'].filter(Boolean)
        return look.length === 0 ? text : `${look.join(' ')}:${text}`
      })
      .join('|'),
  )
}

describe('a line of a log', () => {
  it('has its colours, which go on until another one ends them', () => {
    expect(shown('a \x1b[31mred', 'still', 'still\x1b[39m not', 'plain')).toEqual([
      'a |ansi-red:red',
      'ansi-red:still',
      'ansi-red:still| not',
      'plain',
    ])
    expect(shown('\x1b[1m\x1b[44mx', 'y\x1b[0m', 'z')).toEqual(['on ansi-blue bold:x', 'on ansi-blue bold:y', 'z'])
  })

  it.each([
    ['\x1b[38;5;9mx', 'ansi-bright-red:x'],
    ['\x1b[38;5;21mx', 'ansi-blue:x'],
    ['\x1b[38;5;244mx', 'ansi-white:x'],
    ['\x1b[38;5;235mx', 'ansi-black:x'],
    ['\x1b[38;2;255;200;0mx', 'ansi-yellow:x'],
    ['\x1b[48;2;10;160;170mx', 'on ansi-cyan:x'],
    ['\x1b[7mx', 'ansi-black on ansi-white:x'],
  ])('%j is the nearest of sixteen colours: %s', (line, expected) => {
    expect(shown(line)).toEqual([expected])
  })

  it.each([
    ['1%\r2%\r\x1b[32m3%', 'ansi-green:3%'],
    ['1%\r2%\r', '2%'],
    ['done\r\n'.slice(0, -1), 'done'],
    ['123456\rab', 'ab|3456'],
    ['123456\r\x1b[Kab', 'ab'],
    ['\x1b]0;title\x07text', 'text'],
    ['\x1b[2J\x1b[1;1Htext', 'text'],
    ['', ''],
  ])('%j is shown as a terminal does in the end: %j', (line, expected) => {
    expect(shown(line)).toEqual([expected])
  })

  it('that is long is shown by its start', () => {
    const line = openColouredLines()('x'.repeat(5_000))
    expect([line.parts[0]?.text.length, line.leftOut]).toEqual([SHOWN_CHARACTERS, 5_000 - SHOWN_CHARACTERS])
  })

  it.each(['\x1b[31mx', '\x1b[1m', '\x1b[1;1;1;1m', 'x\r', '\x1b[', '\b'])(
    'of %j over and over takes a time that grows with its length alone',
    (part) => {
      const next = openColouredLines()
      const line = part.repeat(SHOWN_CHARACTERS / part.length)
      const startedAt = performance.now()
      // As many characters as a page has at most.
      for (let i = 0; i < 1024 * 1024; i += line.length) next(line)
      expect(performance.now() - startedAt).toBeLessThan(10_000)
    },
  )
})
