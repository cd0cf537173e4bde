import { DAY_MS } from '../../../src/domain/day.ts'
import type { TestResult } from '../../../src/domain/tests/test-result.ts'
import { seeded } from '../random.ts'

/** A build of the made-up project, with the tests that its report has. */
export type YearBuild = {
  readonly number: number
  readonly at: number
  readonly branch: string
  readonly revision: string
  readonly tests: readonly TestResult[]
}

/** How long, and how much of everything: of one seed all is the same each time. */
export type Year = {
  readonly days: number
  readonly buildsADay: number
  readonly tests: number
  readonly endsAt: number
  readonly seed?: number
}

const TESTS_A_CLASS = 8
/** A day's work: a new class, as many tests dropped, some renamed, some faster or slower than before. */
const RENAMED_A_DAY = 3
const OTHER_TIME_A_DAY = 0.01
const SKIPPED = 0.02
/** One test in two hundred fails now and then, of which a runner tries half again. */
const FLAKY = 0.005
const MAIN = 0.3
const BRANCHES = 30
/** A branch has few builds before it is merged. */
const MERGED = 0.15
const SAME_COMMIT = 0.05
const BROKEN = { main: 0.02, branch: 0.12, much: 0.01 }
const MENDED = { main: 0.4, branch: 0.6 }

type Test = {
  readonly classname: string
  readonly name: string
  readonly file: string
  readonly isSkipped: boolean
  /** How often it fails for no reason. */
  readonly flakiness: number
  readonly seconds: number
}

type Branch = { revision: string; broken: ReadonlySet<string> }

/**
 * The builds of a project day by day, the oldest first. New tests are on branches a day before they are on `main`; what
 * breaks stays red for some builds; some commits are built twice.
 */
export function* buildsOf({ days, buildsADay, tests: count, endsAt, seed = 7 }: Year): Generator<YearBuild> {
  const random = seeded(seed)
  let classes = 0
  const newClass = () => testsOfClass(classes++, random)
  let onMain: readonly Test[] = Array.from({ length: Math.ceil(count / TESTS_A_CLASS) }, newClass)
    .flat()
    .slice(0, count)
  const branches = new Map<string, Branch>()
  let topics = 0
  let number = 0
  for (let day = 0; day < days; day++) {
    const onBranches = dayLater(onMain, newClass(), random)
    for (let i = 0; i < buildsADay; i++) {
      const isMain = random() < MAIN
      const topic = Math.max(0, topics - BRANCHES) + Math.floor(random() * BRANCHES)
      const branch = isMain ? 'main' : `topic-${topic}`
      if (!isMain && random() < MERGED) topics++
      const known = branches.get(branch)
      const tests = isMain ? onMain : onBranches
      const isAgain = known !== undefined && random() < SAME_COMMIT
      number++
      const now = isAgain
        ? known
        : {
            revision: `${number}`.padStart(40, 'a'),
            broken: brokenAfter(known?.broken ?? new Set(), tests, isMain ? 'main' : 'branch', random),
          }
      branches.set(branch, now)
      const at = endsAt - (days - day) * DAY_MS + Math.floor(((i + 1) * DAY_MS) / (buildsADay + 1))
      yield { number, at, branch, revision: now.revision, tests: resultsOf(tests, now.broken, random) }
    }
    onMain = onBranches
  }
}

function testsOfClass(number: number, random: () => number): Test[] {
  const module = `module${number % 40}`
  const classname = `com.example.shop.${module}.Suite${number}Test`
  const file = `src/test/java/com/example/shop/${module}/Suite${number}Test.java`
  return Array.from({ length: TESTS_A_CLASS }, (_, i) => ({
    classname,
    name: `does thing number ${number * TESTS_A_CLASS + i} as it should`,
    file,
    isSkipped: random() < SKIPPED,
    flakiness: random() < FLAKY ? 0.002 + 0.03 * random() : 0,
    seconds: Math.exp(-6 + 5 * random()),
  }))
}

/** The tests after a day's work. */
function dayLater(tests: readonly Test[], added: readonly Test[], random: () => number): readonly Test[] {
  const some = (many: number) => new Set(Array.from({ length: many }, () => Math.floor(random() * tests.length)))
  const [dropped, renamed] = [some(added.length), some(RENAMED_A_DAY)]
  return tests
    .filter((_, i) => !dropped.has(i))
    .map((test, i) => {
      const seconds = random() < OTHER_TIME_A_DAY ? test.seconds * (0.7 + 0.7 * random()) : test.seconds
      return renamed.has(i) ? { ...test, name: `${test.name}, and more`, seconds } : { ...test, seconds }
    })
    .concat(added)
}

/** The names of what is broken in the next build of a branch. */
function brokenAfter(
  broken: ReadonlySet<string>,
  tests: readonly Test[],
  where: 'main' | 'branch',
  random: () => number,
): ReadonlySet<string> {
  if (broken.size > 0 && random() > MENDED[where]) return broken
  if (random() > BROKEN[where]) return new Set()
  const many = random() < BROKEN.much ? 50 + Math.floor(350 * random()) : 1 + Math.floor(5 * random())
  return new Set(Array.from({ length: many }, () => tests[Math.floor(random() * tests.length)]?.name ?? ''))
}

function resultsOf(tests: readonly Test[], broken: ReadonlySet<string>, random: () => number): readonly TestResult[] {
  const machine = 0.8 + 0.5 * random()
  return tests.map(({ classname, name, file, isSkipped, flakiness, seconds }): TestResult => {
    const hasFailed = !isSkipped && (broken.has(name) || random() < flakiness)
    const isFlaky = hasFailed && !broken.has(name) && random() < 0.5
    const message = hasFailed ? `expected ${Math.floor(1e6 * random())} to be 4\n    at ${classname}(${file}:12)` : ''
    return {
      classname,
      name,
      result: isSkipped ? 'skipped' : hasFailed && !isFlaky ? 'failure' : 'success',
      runTimeSeconds: Math.round(1_000 * seconds * machine * (0.8 + 0.4 * random())) / 1_000,
      message: isFlaky ? '' : message,
      file,
      source: 'all',
      isFlaky,
      attempts: isFlaky ? [{ result: 'failure', message }] : [],
      attachments: [],
    }
  })
}

/** A report of them as JUnit, as the usual runners write it. */
export function junitOf(tests: readonly TestResult[]): string {
  const cases = tests.map(({ classname, name, file, runTimeSeconds, result, message, attempts }) => {
    const open = `<testcase classname="${classname}" name="${name}" time="${runTimeSeconds}" file="${file}"`
    const inside = [
      ...(result === 'skipped' ? ['<skipped/>'] : []),
      ...(result === 'failure' ? [`<failure>${message}</failure>`] : []),
      ...attempts.map((attempt) => `<flakyFailure>${attempt.message}</flakyFailure>`),
    ]
    return inside.length === 0 ? `${open}/>` : `${open}>${inside.join('')}</testcase>`
  })
  return `<?xml version="1.0"?>\n<testsuites><testsuite name="all">${cases.join('\n')}</testsuite></testsuites>`
}
