import { keepTests } from '../../../actions/keep-tests.ts'
import { AppError, invalidInput } from '../../../domain/error.ts'
import { type ReportReading, readTestReport } from '../../../domain/tests/formats/read-report.ts'
import { MAX_TEST_REPORT_BYTES, type TestReport, type TestResult } from '../../../domain/tests/test-result.ts'
import { jsonWritten } from '../../frame/answers/answers.ts'
import { buildNumOf, readBytes } from '../../frame/request/input.ts'
import { type App, route } from '../../frame/route.ts'
import type { TestsStoredJson } from './tests-shape.ts'
import { requireBuildId } from './uploads.ts'

const MAX_REPORT_NAME_LENGTH = 200

/** What a finished job brings: test results. */
export function mountTests(app: App): void {
  route(
    app,
    'PUT /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/tests',
    async (c, { actor, project, params }) => {
      const name = c.req.query('report') ?? ''
      if (name.length > MAX_REPORT_NAME_LENGTH)
        throw invalidInput('report', `must be at most ${MAX_REPORT_NAME_LENGTH} characters long`)
      const bytes = await readBytes(c.req.raw, MAX_TEST_REPORT_BYTES)
      const report = requireReport(readTestReport(bytes, c.req.header('Content-Type') ?? null))
      const buildId = await requireBuildId(c, project.id, buildNumOf(params))
      const kept = await keepTests(c.env.stores, { buildId, name }, report, actor)
      if (kept.kind === 'no_build') throw new AppError('build_not_found')
      return jsonWritten(c, testsStoredJson({ ...report, warnings: kept.warnings }))
    },
  )
}

function requireReport(reading: ReportReading): TestReport {
  if (reading.ok) return reading.report
  const { problem, problems } = reading
  if (problems) throw new AppError('invalid_input', problem, { problems })
  throw invalidInput('', `The body is not a test report: ${problem}`)
}

function testsStoredJson({ tests, warnings }: TestReport): TestsStoredJson {
  const count = (result: TestResult['result']) => tests.filter((test) => test.result === result).length
  return {
    tests: tests.length,
    passed: count('success'),
    failed: count('failure'),
    errors: count('error'),
    skipped: count('skipped'),
    flaky: tests.filter(({ isFlaky }) => isFlaky).length,
    warnings: [...warnings],
    stored: tests.length,
  }
}
