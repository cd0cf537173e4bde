import type { InputProblem } from '../../error.ts'
import { type JsonBounds, tooManyValues } from '../../formats/bounded-json.ts'
import { decodedPieces, encodingOf } from '../../formats/decoded-text.ts'
import { clipped, type TestReport, type TestResult } from '../test-result.ts'
import { parseTestResultsJson } from './buildpass-json.ts'
import { isCtrf, readCtrf } from './ctrf.ts'
import { withoutLog, withoutLogLines } from './log-lines.ts'
import { openReport } from './report-builder.ts'
import { readXmlReport } from './xml-report.ts'

export type ReportReading =
  | { readonly ok: true; readonly report: TestReport }
  /** `line:column: what is wrong there`; `problems` name the fields of our own JSON. */
  | { readonly ok: false; readonly problem: string; readonly problems?: readonly InputProblem[] }

/**
 * The tests of a report: JUnit, NUnit, TRX, xUnit.net, TestNG, CTRF or our own JSON, told apart by what is in it. Only
 * what is none of these, or over the limits, is refused.
 */
export function readTestReport(bytes: Uint8Array, contentType: string | null): ReportReading {
  const encoding = encodingOf(bytes, contentType)
  const first = firstCharacter(decodedPieces(bytes, encoding))
  if (first === '{' || first === '[') {
    const json = readJson([...decodedPieces(bytes, encoding)].join('').replace(PADDING, ''))
    if (json.ok) return json
    // Lines of a log before an XML document begin with a bracket, too.
    const xml = readXml(bytes, encoding)
    return xml.ok ? xml : json
  }
  return readXml(bytes, encoding)
}

function readXml(bytes: Uint8Array, encoding: ReturnType<typeof encodingOf>): ReportReading {
  const warnings = encoding.unknown === null ? [] : [`the encoding "${encoding.unknown}" is not known: read as UTF-8`]
  const read = readDocument(withoutLog(decodedPieces(bytes, encoding)), warnings)
  if (read.isWhole) return read.reading
  // What looked like a tag may have been a log's.
  const text = withoutLogLines([...decodedPieces(bytes, encoding)].join(''))
  if (text === null) return read.reading
  const other = readDocument(piecesOf(text), [
    ...warnings,
    'lines of a log, before or behind the report, have tags: left out',
  ])
  return isBetter(other, read) ? other.reading : read.reading
}

const PIECE_CHARACTERS = 262_144

function* piecesOf(text: string): Generator<string> {
  let at = 0
  while (at < text.length) {
    const end = at + PIECE_CHARACTERS
    // Half a surrogate pair is never in a piece.
    const cut = /[\ud800-\udbff]/.test(text.charAt(end - 1)) ? end - 1 : end
    yield text.slice(at, cut)
    at = cut
  }
}

type DocumentReading = Omit<ReturnType<typeof readXmlReport>, 'problem'> & {
  readonly reading: ReportReading
  /** Its tests, without what a tag of a suite or run alone says. */
  readonly cases: readonly TestResult[]
}

function readDocument(pieces: Iterable<string>, warnings: readonly string[]): DocumentReading {
  const report = openReport()
  for (const warning of warnings) report.warn(warning)
  const { problem, ...state } = readXmlReport(pieces, report)
  return {
    reading: problem === null ? { ok: true, report: report.close() } : refused(problem),
    cases: report.cases(),
    ...state,
  }
}

/**
 * Whether a reading without a log's tags is better than one with them, which is not whole: it is whole, with nothing wrong,
 * and has all that the other takes for tests, or as many where that took a log's tag for another format; or it has all of
 * the other as it is there, and is whole or the only one that has any.
 */
function isBetter(one: DocumentReading, other: DocumentReading): boolean {
  if (!one.reading.ok) return false
  const { tests } = one.reading.report
  const known = other.reading.ok ? other.reading.report.tests : []
  if (one.isWhole && !one.isDamaged && tests.length > 0) {
    const isOfOther = [...other.formats].some((format) => !one.formats.has(format))
    if (hasEach(tests, other.cases) && (!isOfOther || tests.length >= known.length)) return true
  }
  const hasAll = known.every(({ name, classname, result }, i) => {
    const test = tests[i]
    return test?.name === name && test.classname === classname && test.result === result
  })
  return hasAll && (one.isWhole || (known.length === 0 && tests.length > 0))
}

/** Whether there is each of the others by its name and outcome: its class may have come from a log's tag. */
function hasEach(tests: readonly TestResult[], others: readonly TestResult[]): boolean {
  const counts = new Map<string, number>()
  const keyOf = ({ name, result }: TestResult) => `${result}\n${name.replace(/ \(\d+\)$/, '')}`
  for (const test of tests) counts.set(keyOf(test), (counts.get(keyOf(test)) ?? 0) + 1)
  return others.every((test) => {
    const left = (counts.get(keyOf(test)) ?? 0) - 1
    counts.set(keyOf(test), left)
    return left >= 0
  })
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: they may stand before a report.
const PADDING = /^[\s\0-\x1f\ufeff\ufffd]+/
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above.
const NO_PADDING = /[^\s\0-\x1f\ufeff\ufffd]/

function firstCharacter(pieces: Iterable<string>): string | undefined {
  for (const piece of pieces) {
    const first = NO_PADDING.exec(piece)
    if (first) return first[0]
  }
  return undefined
}

function readJson(text: string): ReportReading {
  const parsed = parsedJson(text)
  if ('problem' in parsed) return refused(parsed.problem)
  const { value, warnings } = parsed
  if (!isCtrf(value)) {
    if (warnings.length > 0) return refused(`${endOf(text)}: the JSON ends early`)
    const own = parseTestResultsJson(value)
    if (own.ok) return { ok: true, report: { tests: own.results, warnings } }
    const [first] = own.problems
    return { ...refused(first ? `${first.path}: ${first.message}` : 'not a test report'), problems: own.problems }
  }
  const report = openReport()
  for (const warning of warnings) report.warn(warning)
  const problem = readCtrf(value, report)
  return problem === null ? { ok: true, report: report.close() } : refused(`1:1: ${problem}`)
}

/** Runners write at most some 590,000 values in 16 MiB, 165,000 of them objects and lists. */
const MAX_JSON: JsonBounds = { values: 750_000, groups: 250_000 }
const TOO_MANY_VALUES = 'a report in JSON has at most 750,000 values, 250,000 of them objects and lists'

type ParsedJson = { readonly value: unknown; readonly warnings: readonly string[] } | { readonly problem: string }

// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON takes none of them in a text as they are.
const RAW_CONTROLS = /[\0-\x1f]/g

function parsedJson(text: string): ParsedJson {
  const many = tooManyValues(text, MAX_JSON)
  if (many !== null) return { problem: `${lineAndColumn(text.slice(0, many + 1))}: ${TOO_MANY_VALUES}` }
  try {
    return { value: JSON.parse(text), warnings: [] }
  } catch (error) {
    const mended = text.replace(RAW_CONTROLS, (control) => (/\s/.test(control) ? ' ' : '\ufffd'))
    const value = parsedOrUndefined(mended)
    if (value !== undefined) return { value, warnings: [] }
    const whole = wholeTestsOf(mended)
    if (whole !== undefined)
      return { value: whole, warnings: [`the report ends early, at ${endOf(text)}: what is whole is kept`] }
    return { problem: `${positionOf(error, text)}: not valid JSON` }
  }
}

function parsedOrUndefined(text: string): unknown {
  // A part of a text may begin in what is a string of the whole.
  if (tooManyValues(text, MAX_JSON) !== null) return undefined
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A report of CTRF that was cut off, up to its last whole test. */
function wholeTestsOf(text: string): unknown {
  const start = /"tests"\s*:\s*\[/.exec(text)
  if (!start || !text.includes('"results"')) return undefined
  const from = start.index + start[0].length
  const end = endOfWhole(text, from)
  if (end === null) return undefined
  const tests = parsedOrUndefined(`[${text.slice(from, end)}]`)
  return Array.isArray(tests) ? { results: { tests } } : undefined
}

/** Where the last whole entry of a list ends that has no end; null where it has one. */
function endOfWhole(text: string, from: number): number | null {
  let end = from
  let depth = 0
  let isInText = false
  for (let at = from; at < text.length; at++) {
    const character = text[at]
    if (isInText) {
      if (character === '\\') at++
      else if (character === '"') isInText = false
    } else if (character === '"') isInText = true
    else if (character === '{' || character === '[') depth++
    else if (character === '}' || character === ']') {
      depth--
      // The list ended, so it is something else that is wrong.
      if (depth < 0) return null
      if (depth === 0) end = at + 1
    }
  }
  return end
}

function positionOf(error: unknown, text: string): string {
  const at = error instanceof Error ? /at position (\d+)/.exec(error.message)?.[1] : undefined
  return at === undefined ? endOf(text) : lineAndColumn(text.slice(0, Number(at) + 1))
}

function endOf(text: string): string {
  return lineAndColumn(text)
}

function lineAndColumn(before: string): string {
  let line = 1
  let start = 0
  for (let end = before.indexOf('\n'); end >= 0; end = before.indexOf('\n', start)) {
    line++
    start = end + 1
  }
  let column = before.length - start
  // Of two that are one character the second does not count.
  for (let at = start + 1; at < before.length; at++)
    if (isLow(before.charCodeAt(at)) && isHigh(before.charCodeAt(at - 1))) column--
  return `${line}:${column}`
}

function isHigh(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff
}

function isLow(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff
}

function refused(problem: string): { readonly ok: false; readonly problem: string } {
  return { ok: false, problem: clipped(problem, 300) }
}
