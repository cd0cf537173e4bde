import { isBad, type TestOutcome, type TestResult } from '../../domain/tests/test-result.ts'
import { askBucket } from '../artifacts/objects.ts'
import type { Stores } from '../stores.ts'

/** A test with its place in its report. */
export type PlacedTest = TestResult & { readonly position: number }

/**
 * A report's object is gzip members one after another, so that a page of tests is read by its range. First come those
 * that did not pass, failures and errors before skipped ones, then all tests in the order reported. The numbers are
 * the members' bytes, how many tests of a member passed, and how many of the others failed.
 */
export type ObjectIndex = {
  readonly others: readonly number[]
  readonly all: readonly number[]
  readonly passed: readonly number[]
  readonly failed: number
}

const TESTS_A_MEMBER = 500
/** Their messages are long. */
const OTHERS_A_MEMBER = 100

/** The members of a report as text, in their order, each made when it is asked for. */
export function* membersOf(
  tests: readonly TestResult[],
): Iterable<{ readonly part: 'others' | 'all'; readonly text: string }> {
  const others = placesOf(tests, ['failure', 'error']).concat(placesOf(tests, ['skipped']))
  for (let from = 0; from < others.length; from += OTHERS_A_MEMBER)
    yield { part: 'others', text: textOf(tests, others.slice(from, from + OTHERS_A_MEMBER)) }
  for (let from = 0; from < tests.length; from += TESTS_A_MEMBER) {
    const places = Array.from({ length: Math.min(TESTS_A_MEMBER, tests.length - from) }, (_, i) => from + i)
    yield { part: 'all', text: textOf(tests, places) }
  }
}

function placesOf(tests: readonly TestResult[], outcomes: readonly TestOutcome[]): number[] {
  return tests.flatMap(({ result }, position) => (outcomes.includes(result) ? [position] : []))
}

/** One test as it is kept: the last fields are left out where they say nothing. */
type Line = [
  position: number,
  classname: string,
  name: string,
  result: TestOutcome,
  runTimeSeconds: number,
  message: string,
  file: string | null,
  source: string,
  ...more: [] | [isFlaky: boolean, attempts: TestResult['attempts'], attachments: TestResult['attachments']],
]

function textOf(tests: readonly TestResult[], places: readonly number[]): string {
  const lines = places.map((position): Line | null => {
    const test = tests[position]
    if (!test) return null
    const { classname, name, result, runTimeSeconds, message, file, source, isFlaky, attempts, attachments } = test
    const hasMore = isFlaky || attempts.length > 0 || attachments.length > 0
    const more: [] | [boolean, TestResult['attempts'], TestResult['attachments']] = hasMore
      ? [isFlaky, attempts, attachments]
      : []
    return [position, classname, name, result, runTimeSeconds, message, file, source, ...more]
  })
  return JSON.stringify(lines)
}

function testOf(line: Line): PlacedTest {
  const [position, classname, name, result, runTimeSeconds, message, file, source, ...more] = line
  const [isFlaky = false, attempts = [], attachments = []] = more
  return { position, classname, name, result, runTimeSeconds, message, file, source, isFlaky, attempts, attachments }
}

/** The object of a report, and where in it is what. */
export async function objectOf(
  tests: readonly TestResult[],
): Promise<{ readonly bytes: Uint8Array<ArrayBuffer>; readonly index: ObjectIndex }> {
  const others: number[] = []
  const all: number[] = []
  const members: Uint8Array[] = []
  for (const { part, text } of membersOf(tests)) {
    const member = await gzipped(text)
    members.push(member)
    ;(part === 'others' ? others : all).push(member.byteLength)
  }
  const passed = all.map((_, member) => {
    const some = tests.slice(member * TESTS_A_MEMBER, (member + 1) * TESTS_A_MEMBER)
    return some.filter(({ result }) => result === 'success').length
  })
  const failed = tests.filter(({ result }) => isBad(result)).length
  return { bytes: joined(members), index: { others, all, passed, failed } }
}

export async function gzipped(text: string): Promise<Uint8Array> {
  const packed = new Blob([text]).stream().pipeThrough(new CompressionStream('gzip'))
  return new Uint8Array(await new Response(packed).arrayBuffer())
}

export function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.byteLength
  }
  return whole
}

export type Group = 'all' | 'failed' | 'skipped' | 'passed'

/** Some of a report's tests, or of a group of them, in the order reported. `failed` has the errors too. */
export type Slice = { readonly of: Group; readonly from: number; readonly count: number }

/** A member of an object, by its place. */
type Member = { readonly objectKey: string; readonly offset: number; readonly length: number }

export type ReportObject = { readonly objectKey: string; readonly offset: number; readonly index: ObjectIndex }

/** How many bytes a report's object has. */
export function sizeOf({ others, all }: ObjectIndex): number {
  return [...others, ...all].reduce((sum, bytes) => sum + bytes, 0)
}

/** The tests of each slice, in order. Reads each object once, whatever many slices are of it. */
export async function readSlices(
  stores: Pick<Stores, 'artifacts' | 'warn'>,
  slices: readonly (Slice & { readonly object: ReportObject })[],
): Promise<PlacedTest[][]> {
  const wanted = slices.map((slice) => ({ slice, ...membersFor(slice) }))
  const stretches = new Map<string, Extent>()
  for (const { objectKey, offset, length } of wanted.flatMap(({ members }) => members)) {
    const { start, end } = stretches.get(objectKey) ?? { start: offset, end: offset }
    stretches.set(objectKey, { start: Math.min(start, offset), end: Math.max(end, offset + length) })
  }
  const bytes = new Map<string, Uint8Array<ArrayBuffer>>()
  await Promise.all(
    [...stretches].map(async ([key, stretch]) => {
      bytes.set(key, await readByteRange(stores, key, stretch))
    }),
  )
  const read: PlacedTest[][] = []
  for (const { slice, members, skip } of wanted) {
    const tests: PlacedTest[] = []
    for (const { objectKey, offset, length } of members) {
      const at = offset - (stretches.get(objectKey)?.start ?? 0)
      const lines = await linesOf(bytes.get(objectKey)?.subarray(at, at + length) ?? new Uint8Array())
      for (const line of lines) if (slice.of !== 'passed' || line[3] === 'success') tests.push(testOf(line))
    }
    read.push(tests.slice(skip, skip + slice.count))
  }
  return read
}

export type Extent = { readonly start: number; readonly end: number }

/** Some bytes of an object, all at once. */
export async function readByteRange(
  stores: Pick<Stores, 'artifacts' | 'warn'>,
  objectKey: string,
  { start, end }: Extent,
): Promise<Uint8Array<ArrayBuffer>> {
  const range = { offset: start, length: end - start }
  const object = await askBucket(stores, stores.artifacts.get(objectKey, { range }))
  if (!object) throw new Error(`the tests in ${objectKey} are not in the bucket`)
  return new Uint8Array(await object.arrayBuffer())
}

async function linesOf(member: Uint8Array<ArrayBuffer>): Promise<Line[]> {
  const text = new Blob([member]).stream().pipeThrough(new DecompressionStream('gzip'))
  // Only `textOf` writes these.
  return (await new Response(text).json()) as Line[]
}

/** The members that have a slice, and how many of their tests come before it. */
function membersFor({ of, from, count, object }: Slice & { readonly object: ReportObject }): {
  readonly members: readonly Member[]
  readonly skip: number
} {
  const { objectKey, offset, index } = object
  const isOfOthers = of === 'failed' || of === 'skipped'
  const first = of === 'skipped' ? from + index.failed : from
  let at = isOfOthers ? offset : offset + index.others.reduce((sum, bytes) => sum + bytes, 0)
  let before = 0
  let skip = 0
  const members: Member[] = []
  for (const [member, length] of (isOfOthers ? index.others : index.all).entries()) {
    const after =
      before + (of === 'passed' ? (index.passed[member] ?? 0) : isOfOthers ? OTHERS_A_MEMBER : TESTS_A_MEMBER)
    if (before < first + count && after > first) {
      if (members.length === 0) skip = first - before
      members.push({ objectKey, offset: at, length })
    }
    at += length
    before = after
  }
  return { members, skip }
}
