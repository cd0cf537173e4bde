import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Condensed,
  END_LINES,
  MAX_CHARACTERS,
  MAX_LINES,
  openCondenser,
} from '../../../src/domain/logs/condense.ts'

const LOGS = resolve(import.meta.dirname, '../../fixtures/logs')

type Log = { readonly file: string; readonly tool: string; readonly reasons: readonly string[] }
const { logs }: { readonly logs: readonly Log[] } = JSON.parse(readFileSync(join(LOGS, 'logs.json'), 'utf8'))

const NOISE = [
  '[INFO] step # of the build went well',
  'test errors::are_shown_# ... ok',
  '  ✓ throws an error for # items (3 ms)',
  'ok # - handles a failed request',
  'PASS src/error-boundary-#.test.ts',
  'found 0 errors and 0 warnings in # files',
  'gcc -Wall -Werror -Wno-error=format -c src/errors#.c',
  'test_shop.py::test_error[#] PASSED                        [ 45%]',
  'starting worker # with error handling enabled',
  'Downloading https://repo.example.com/errors-#.tar.gz',
  '',
]

// Each log by itself has this much around it on both sides; 20,000 take half a second.
const NOISE_LINES = 1_500
const AROUND = noise(NOISE_LINES)

describe('the logs of real tools', () => {
  it.each(logs)('$file tells its reason within 3,000 lines of noise', ({ file, reasons }) => {
    const log = readFileSync(join(LOGS, file), 'utf8')
    const { lines } = condensed(`${AROUND}${log}\n${AROUND}`)
    const errors = lines.filter(({ why }) => why === 'error')
    for (const reason of reasons) expect(errors.map(({ text }) => text)).toContainEqual(expect.stringContaining(reason))
    expect(lines.length).toBeLessThanOrEqual(MAX_LINES)
    for (const { number } of errors) {
      expect(number).toBeGreaterThan(NOISE_LINES - 10)
      expect(number).toBeLessThanOrEqual(NOISE_LINES + log.split('\n').length + 10)
    }
  })

  it.each(logs)('$file alone tells its reason', ({ file, reasons }) => {
    const { lines } = condensed(readFileSync(join(LOGS, file), 'utf8'))
    for (const reason of reasons) expect(lines.map(({ text }) => text)).toContainEqual(expect.stringContaining(reason))
  })

  it('are 25 of 12 tools at least, most of them by the tools themselves, and each is listed with a reason', () => {
    const files = readdirSync(LOGS).filter((file) => file.endsWith('.log'))
    expect(logs.map(({ file }) => file).sort()).toEqual(files.sort())
    expect(files.length).toBeGreaterThanOrEqual(25)
    expect(new Set(logs.map(({ tool }) => tool)).size).toBeGreaterThanOrEqual(12)
    for (const { file, reasons } of logs) expect([file, reasons.length > 0]).toEqual([file, true])
  })
})

describe('what is shown of a log', () => {
  it('is the last 30 lines where nothing looks like an error', () => {
    const { lines, totalLines } = condensed(noise(500))
    expect(totalLines).toBe(500)
    expect(lines.map(({ number }) => number)).toEqual(Array.from({ length: END_LINES }, (_, index) => 471 + index))
    expect(new Set(lines.map(({ why }) => why))).toEqual(new Set(['end']))
  })

  it.each([
    ['', 0],
    ['one', 1],
    ['one\n', 1],
    ['\n', 1],
    ['one\n\nthree', 3],
    ['one\r\ntwo\r\n', 2],
  ])('is all of %j: %i lines', (text, total) => {
    const { lines, totalLines } = condensed(text)
    expect([lines.length, totalLines]).toEqual([total, total])
  })

  it.each([5, 40, 5_000])('is the last words, however many (%d) blank lines stand behind them', (count) => {
    const { lines } = condensed(`first\nlast words\n${'\n'.repeat(count)}`)
    expect(lines.map(({ text }) => text)).toEqual(['first', 'last words', ''])
  })

  it('says of an error among the last lines that it is one', () => {
    expect(condensed('make\nmain.c:1:2: error: no\nbye\n').lines).toEqual([
      { number: 1, text: 'make', why: 'error' },
      { number: 2, text: 'main.c:1:2: error: no', why: 'error' },
      { number: 3, text: 'bye', why: 'error' },
    ])
  })

  it('has an error that differs in numbers, times, addresses and temporary paths once, the first time', () => {
    const errors = [
      'ERROR: lost node 12 at 0x7f00aa after 3.5s, see /tmp/cc3L2b/log.txt',
      'ERROR: lost node 977 at 0x1234ff after 12 ms, see /tmp/ab/x/log.txt',
      'ERROR: lost disk 12 at 0x7f00aa after 3.5s, see /tmp/cc3L2b/log.txt',
    ]
    const { lines } = condensed(errors.map((error) => `${error}\n${noise(50)}`).join(''))
    expect(lines.filter(({ text }) => text.startsWith('ERROR')).map(({ number }) => number)).toEqual([1, 103])
  })

  it('keeps tests and codes apart whose names differ in a digit', () => {
    const errors = [
      'FAILED test_a.py::test_case_1',
      'FAILED test_a.py::test_case_2',
      'a.ts(1,2): error TS1: x',
      'a.ts(1,2): error TS2: x',
    ]
    const { lines } = condensed(errors.map((error) => `${error}\n${noise(50)}`).join(''))
    expect(lines.map(({ text }) => text)).toEqual(expect.arrayContaining(errors))
  })

  it('has the same error of rustc at another place again', () => {
    const error = (file: string) => `error[E0308]: mismatched types\n --> src/${file}.rs:6:18\n${noise(50)}`
    const { lines } = condensed(error('main') + error('main') + error('cart'))
    expect(lines.filter(({ text }) => text.startsWith('error')).map(({ number }) => number)).toEqual([1, 105])
  })

  it.each([
    ['git', "error: pathspec 'release-7' did not match any file(s) known to git", 'not there yet, waited'],
    ['a linter', 'ERROR in [eslint] cannot load cache', 'try again, waited'],
    ['a download', 'error: failed to download from `https://static.example.com`', 'spurious network error, waited'],
    ['a task', '> Task :shop:fetch FAILED', 'a daemon said'],
    ['a race', 'WARNING: DATA RACE', 'Read by goroutine of'],
  ])('keeps the true reason beside one of %s that came 1,000 times before lines that differ', (_, error, behind) => {
    const tries = (from: number) =>
      Array.from({ length: 500 }, (_, index) => `try ${from + index}\n${error}\n${behind} ${words(from + index)}\n`)
    const reason = "src/cart.ts(3,7): error TS2322: Type 'string' is not assignable to type 'number'."
    const { lines } = condensed(`${tries(0).join('')}${reason}\n${tries(500).join('')}${noise(60)}`)
    expect(lines.map(({ text }) => text)).toContain(reason)
    expect(lines.length).toBeLessThanOrEqual(MAX_LINES)
  })

  it.each([20, 45, 300, 1_000])('has the exception behind %i frames of Python, whatever its name', (frames) => {
    const frame = (index: number) =>
      `  File "/w/deep.py", line ${index}, in f${index}\n    f${index + 1}(n)\n    ^^^^^\n`
    const traceback = `Traceback (most recent call last):\n${Array.from({ length: frames }, (_, index) => frame(index)).join('')}`
    const shown = shownOfBuried(`${traceback}deepex.Gone: deep reason`)
    expect(shown).toContain('deepex.Gone: deep reason')
    expect(shown.length).toBeLessThan(70)
  })

  it.each([2, 14, 40])('has the last of %i tracebacks, and one in the middle, that end otherwise', (tries) => {
    const traceback = (index: number, end: string) =>
      `Traceback (most recent call last):\n${Array.from({ length: 6 }, (_, frame) => `  File "/w/${words(index * 7 + frame)}.py", line 3, in f\n    f()\n`).join('')}${end}\n`
    const retries = (from: number) =>
      Array.from({ length: tries }, (_, index) => traceback(from + index, 'Later: retry')).join('')
    const log = `${retries(0)}${traceback(900, 'mine.Sad: here')}${retries(tries)}${traceback(901, 'mine.Last: there')}`
    const shown = condensed(`${log}${noise(60)}`).lines.map(({ text }) => text)
    expect(shown).toContain('mine.Sad: here')
    expect(shown).toContain('mine.Last: there')
  })

  it.each([
    [
      'javac',
      (n: string, line: number) =>
        `Cart.java:${line}: error: cannot find symbol\n    ${n}();\n    ^\n  symbol:   method ${n}()\n  location: class Cart`,
    ],
    [
      'gcc',
      (n: string, line: number) =>
        `cart.c:${line}:5: error: ‘${n}’ undeclared (first use in this function)\n    5 |     ${n} = 1;`,
    ],
    [
      'tsc',
      (_: string, line: number) =>
        `cart.ts(${line},5): error TS2322: Type 'string' is not assignable to type 'number'.`,
    ],
    ['go', (_: string, line: number) => `./cart.go:${line}:2: undefined: total`],
  ])('has ten errors of %s in one file', (_, error) => {
    const errors = Array.from({ length: 10 }, (_, index) => error(words(index), 10 + index))
    const shown = shownOfBuried(errors.join('\n'))
    expect(shown).toEqual(expect.arrayContaining(errors.flatMap((text) => text.split('\n'))))
  })

  it('has the panic of a build script of cargo', () => {
    const said = [
      'error: failed to run custom build command for `shop v0.1.0 (/w)`',
      '',
      'Caused by:',
      '  process didn’t exit successfully: `/w/target/debug/build/shop-1/build-script-build` (exit status: 101)',
      '  --- stdout',
      ...Array.from({ length: 8 }, (_, index) => `  cargo:rerun-if-env-changed=${words(index)}`),
      '',
      '  --- stderr',
      "  thread 'main' (1234) panicked at build.rs:9:30:",
      '  set SHOP_DIR to the place of libshop: NotPresent',
    ]
    const shown = shownOfBuried(said.join('\n'))
    expect(shown).toContain('  set SHOP_DIR to the place of libshop: NotPresent')
  })

  it.each([1, 15, 200])('has what the set-up of a package of pip says in %i lines', (lines) => {
    const said = [
      '  error: subprocess-exited-with-error',
      '  ',
      '  × python setup.py egg_info did not run successfully.',
      '  │ exit code: 1',
      `  ╰─> [${lines} lines of output]`,
      ...Array.from({ length: lines - 1 }, (_, index) => `      ${words(index)} is looked at`),
      '      shop needs Python 4 or later',
      '      [end of output]',
      '  ',
      '  note: This is an issue with the package, not pip.',
    ]
    const shown = shownOfBuried(said.join('\n'))
    expect(shown).toContain('      shop needs Python 4 or later')
  })

  it('has what was thrown in Node and is no exception', () => {
    const thrown =
      '/w/a.js:1\nthrow "no prices"\n^\nno prices\n(Use `node --trace-uncaught ...` to show where the exception was thrown)'
    const shown = shownOfBuried(thrown)
    expect(shown).toContain('no prices')
  })

  it('has each exception of a group of Python', () => {
    const group = [
      '  + Exception Group Traceback (most recent call last):',
      ...Array.from({ length: 20 }, (_, index) => `  |   File "/w/a.py", line ${index}, in f${index}\n  |     f()`),
      '  | ExceptionGroup: several (3 sub-exceptions)',
      '  +-+---------------- 1 ----------------',
      '    | Traceback (most recent call last):',
      '    |   File "/w/a.py", line 3, in g',
      '    |     raise Odd("first")',
      '    | Odd: first',
      '    +---------------- 2 ----------------',
      '    | Odd: second',
      '    +---------------- 3 ----------------',
      '    | shop.Empty',
      '    +------------------------------------',
    ]
    const shown = shownOfBuried(group.join('\n')).map((text) => text.replace(/^ +\| /, ''))
    for (const reason of ['ExceptionGroup: several (3 sub-exceptions)', 'Odd: first', 'Odd: second', 'shop.Empty'])
      expect(shown).toContain(reason)
  })

  it('has what a recipe of make said before it failed', () => {
    const shown = shownOfBuried('shop.conf is missing\nmake: *** [Makefile:3: check] Error 1')
    expect(shown).toContain('shop.conf is missing')
  })

  it('keeps the first reasons, then the last, and the summary, where there are too many', () => {
    const errors = Array.from(
      { length: 1_000 },
      (_, index) => `src/${words(index)}.c:1:2: error: ${words(index)}\n${noise(10)}`,
    )
    const { lines } = condensed(`${errors.join('')}make: *** [all] Error 1\n${noise(100)}`)
    const numbers = new Set(lines.map(({ number }) => number))
    expect(lines).toHaveLength(MAX_LINES)
    for (let index = 0; index < 15; index++) expect(numbers).toContain(index * 11 + 1)
    expect(numbers).toContain(999 * 11 + 1)
    expect(numbers).toContain(1_000 * 11 + 1)
    expect(numbers).not.toContain(500 * 11 + 1)
  })

  it('keeps a reason that stands among a thousand lines that may be errors', () => {
    const signs = Array.from({ length: 1_000 }, (_, index) => `probe ${words(index)} failed, as is usual`).join('\n')
    const { lines } = condensed(`${signs}\nE       assert 5 == 6\n${signs.replaceAll('probe', 'other')}\n${noise(100)}`)
    expect(lines.map(({ text }) => text)).toContain('E       assert 5 == 6')
  })

  it('is cut at 500 characters in the middle, around what is wrong where that is far behind', () => {
    const long = 'x'.repeat(300)
    const { lines } = condensed(
      `${long} ${long} end\n${`${long} `.repeat(4)}: Permission denied ${long}\n[ERROR] Failed to execute goal ${long}${long}: status code 502\n`,
    )
    expect(lines.map(({ text }) => text.length)).toEqual([MAX_CHARACTERS, 419, MAX_CHARACTERS])
    expect(lines[0]?.text).toMatch(/^x{300} x+…x+ end$/)
    expect(lines[1]?.text).toMatch(/^…x+ : Permission denied x+$/)
    expect(lines[2]?.text).toMatch(/^\[ERROR\] Failed to execute goal x+…x+: status code 502$/)
  })

  it.each([
    ['a progress bar', '\r 10% |#   |\r 50% |##  |\r100% |####|', '100% |####|'],
    ['a shorter text over a longer one', 'downloading\rdone', 'doneloading'],
    ['an erased line', 'downloading\r\x1b[Kdone', 'done'],
    ['a spinner of npm', '\x1b[1G\x1b[0K-\x1b[1G\x1b[0K\\\x1b[1G\x1b[0Kdone', 'done'],
    ['backspaces', '10%\b\b\b20%', '20%'],
    ['a section of GitLab', 'section_start:1714557600:build\r\x1b[0KBuild', 'Build'],
    ['colours', '\x1b[1;31merror\x1b[0m: \x1b[38;5;12mno\x1b[m', 'error: no'],
    ['a link and a title', '\x1b]8;;https://example.com\x1b\\here\x1b]8;;\x1b\\\x1b]0;title\x07', 'here'],
    ['other control characters', 'a\x00b\x07c\x1b(Bd\x1b7\td', 'abcd\td'],
  ])('is what a terminal shows at the end of a line with %s', (_, line, shown) => {
    expect(condensed(`${line}\r\n`).lines.map(({ text }) => text)).toEqual([shown])
  })
})

describe('any text', () => {
  const line = fc.oneof(
    fc.constantFrom(
      '',
      '\r',
      'error: x',
      'a.c:1:2: error: y',
      'E   assert 1',
      '\x1b[31mred\x1b[0m',
      '\x1b[',
      '\ud83d\ude00',
      'ok 1 - error',
    ),
    fc.string({ unit: 'binary' }),
    fc.string({
      unit: fc.constantFrom('\r', '\b', '\x1b', '[', 'K', 'G', '1', ']', '\x07', 'a', '\ud83d', '\ufffd', ' '),
    }),
    fc.nat(2_000).map((length) => 'long '.repeat(length)),
  )
  const text = fc.array(line, { maxLength: 400 }).map((lines) => lines.join('\n'))

  it('gives at most 200 lines of 500 characters without control sequences, in order, each once, and the end', () => {
    fc.assert(
      fc.property(text, (log) => {
        const { lines, totalLines } = condensed(log)
        expect(lines.length).toBeLessThanOrEqual(MAX_LINES)
        expect(totalLines).toBe(log === '' ? 0 : log.split('\n').length - (log.endsWith('\n') ? 1 : 0))
        const numbers = lines.map(({ number }) => number)
        expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b))
        for (let number = Math.max(1, totalLines - END_LINES + 1); number <= totalLines; number++)
          if (/^[\p{L}\p{P}\p{S}]+$/u.test(log.split('\n')[number - 1] ?? '')) expect(numbers).toContain(number)
        for (const { text } of lines) {
          expect(text.length).toBeLessThanOrEqual(MAX_CHARACTERS)
          // biome-ignore lint/suspicious/noControlCharactersInRegex: that there are none.
          expect(text).not.toMatch(/[\x00-\x08\x0a-\x1f\x7f-\x9f]/)
        }
      }),
    )
  })

  it('gives the same in whatever pieces it comes', () => {
    fc.assert(
      fc.property(text, fc.array(fc.nat(), { maxLength: 50 }), (log, cuts) => {
        const places = cuts.map((cut) => cut % (log.length + 1)).sort((a, b) => a - b)
        const pieces = [...places, log.length].map((place, index) => log.slice(places[index - 1] ?? 0, place))
        expect(condensed(...pieces)).toEqual(condensed(log))
      }),
    )
  })

  it('gives the same in single characters', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 20 }), (lines) => {
        const log = lines.join('\n')
        expect(condensed(...log.split(''))).toEqual(condensed(log))
      }),
    )
  })

  it('of any bytes is read', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 5_000 }), (bytes) => {
        const log = new TextDecoder().decode(bytes)
        expect(condensed(log).totalLines).toBe(log.split('\n').length - (log === '' || log.endsWith('\n') ? 1 : 0))
      }),
    )
  })
})

describe('a large log', () => {
  it.each([
    ['of plain lines', 'step 12 of the build went well, with some more text to fill up the line\n'],
    ['of coloured lines', '\x1b[32m✓\x1b[39m test number 12 \x1b[2m5ms\x1b[22m and some more text to fill the line\n'],
    ['of a million lines', 'step 1 is done\n'],
    ['of errors', '2024-05-01T10:00:00Z error: could not open file number 12 for some reason\n'],
    ['of one line', 'x'],
    ['of one line of errors', 'error: '],
    ['of returns', '\r'],
    ['of beginnings of control sequences', '\x1b['],
    ['of links that do not end', '\x1b]8;;'],
  ])(
    '%s, 16 MiB of them, takes seconds at most',
    (_, unit) => {
      const piece = unit.repeat(262_144 / unit.length)
      const startedAt = process.cpuUsage()
      const condenser = openCondenser()
      for (let size = 0; size < 16_777_216; size += piece.length) condenser.take(piece)
      condenser.close()
      // A fraction of it on a machine that does nothing else.
      expect(process.cpuUsage(startedAt).user / 1_000).toBeLessThan(15_000)
    },
    120_000,
  )

  it('is not held in memory, nor are the pieces that the shown lines came in', () => {
    setFlagsFromString('--expose-gc')
    const collectGarbage: () => void = runInNewContext('gc')
    const condenser = openCondenser()
    collectGarbage()
    const before = process.memoryUsage().heapUsed
    for (let index = 0; index < 16; index++) {
      const half = 'nothing is said here\n'.repeat(100_000)
      condenser.take(`${half}${words(index)}.c:1:2: error: ${words(index)}\n${half}the line is not at its end`)
    }
    collectGarbage()
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(8 * 1_048_576)
    expect(condenser.close().totalLines).toBe(16 * 200_001 + 1)
  })
})

function condensed(...pieces: readonly string[]): Condensed {
  const condenser = openCondenser()
  for (const piece of pieces) condenser.take(piece)
  return condenser.close()
}

/** What is shown of a log with 300 lines of others before it and 60 behind. */
function shownOfBuried(log: string): readonly string[] {
  return condensed(`${noise(300)}${log}\n${noise(60)}`).lines.map(({ text }) => text)
}

/** Lines of a build in which nothing is wrong, though many speak of errors. */
function noise(lines: number): string {
  return Array.from({ length: lines }, (_, index) => `${NOISE[index % NOISE.length]}`.replace('#', `${index}`))
    .join('\n')
    .concat('\n')
}

/** A word for a number, without digits. */
function words(index: number): string {
  return [...`${index}`].map((digit) => 'abcdefghij'[Number(digit)]).join('')
}
