import type { Context } from 'hono'
import { AppError, invalidInput } from '../../../domain/error.ts'
import { parseJUnit } from '../../../domain/tests/junit.ts'
import { parseTestResultsJson, type TestResult } from '../../../domain/tests/test-result.ts'
import { keepTestReport } from '../../../storage/tests/test-reports.ts'
import { jsonWritten } from '../../frame/answers.ts'
import type { AppEnv } from '../../frame/open-request.ts'
import { buildNumOf, jsonOf, readText } from '../../frame/request/input.ts'
import { type App, route } from '../../frame/route.ts'
import type { TestsStoredJson } from './tests-shape.ts'
import { requireBuildId } from './uploads.ts'

const MAX_TESTS_BYTES = 16 * 1024 * 1024
const MAX_REPORT_NAME_LENGTH = 200

/** What a finished job brings: test results. */
export function mountTests(app: App): void {
  route(
    app,
    'PUT /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/tests',
    async (c, { actor, project, params }) => {
      const report = c.req.query('report') ?? ''
      if (report.length > MAX_REPORT_NAME_LENGTH)
        throw invalidInput('report', `must be at most ${MAX_REPORT_NAME_LENGTH} characters long`)
      const parse = testParserFor(c)
      const results = await parse(await readText(c.req.raw, MAX_TESTS_BYTES))
      const buildId = await requireBuildId(c, project.id, buildNumOf(params))
      const kept = await keepTestReport(c.env.stores, buildId, report, { tests: results, warnings: [] }, actor)
      if (kept === 'no_build') throw new AppError('build_not_found')
      return jsonWritten(c, testsStoredJson(results))
    },
  )
}

function testsStoredJson(results: readonly TestResult[]): TestsStoredJson {
  const count = (result: TestResult['result']) => results.filter((test) => test.result === result).length
  return { stored: results.length, failed: count('failure') + count('error'), skipped: count('skipped') }
}

/** Types that do not name the format: none (`curl -T`), a form's (`curl -d`), any bytes. */
const TYPES_OF_ANYTHING = ['', 'application/x-www-form-urlencoded', 'application/octet-stream']

/** How to read a body of this Content-Type. Asked for before the body is read: it may be long. */
function testParserFor(c: Context<AppEnv>): (text: string) => readonly TestResult[] | Promise<readonly TestResult[]> {
  const type = c.req.header('Content-Type')?.split(';', 1)[0]?.trim().toLowerCase() ?? ''
  if (type === 'application/json') return jsonTestResultsOf
  if (type === 'application/xml' || type === 'text/xml' || type.endsWith('+xml')) return junitTestResultsOf
  if (TYPES_OF_ANYTHING.includes(type)) return testResultsByContentOf
  throw neitherFormat()
}

function testResultsByContentOf(text: string): readonly TestResult[] {
  const first = /\S/.exec(text)?.[0]
  if (first === '<') return junitTestResultsOf(text)
  if (first === '{' || first === '[') return jsonTestResultsOf(text)
  throw neitherFormat()
}

function neitherFormat(): AppError {
  return new AppError('unsupported_media_type', 'Content-Type: must be application/xml (JUnit) or application/json')
}

function jsonTestResultsOf(text: string): readonly TestResult[] {
  const parsed = parseTestResultsJson(jsonOf(text))
  if (parsed.ok) return parsed.results
  const [first] = parsed.problems
  throw new AppError('invalid_input', first ? `${first.path}: ${first.message}` : undefined, {
    problems: parsed.problems,
  })
}

function junitTestResultsOf(text: string): readonly TestResult[] {
  const parsed = parseJUnit(text)
  if (parsed.ok) return parsed.results
  throw invalidInput('', `The body is not JUnit XML: ${parsed.problem}`)
}
