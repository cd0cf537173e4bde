// npm test: the checks, then every test; the last line counts them.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runScript, runTool } from './tool.ts'

type Counts = { readonly passed: number; readonly failed: number; readonly skipped: number }
/** What we read of vitest's JSON report. */
type Report = {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly numTodoTests: number
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly { status: string }[] }[]
}

const isChecked = (await runScript('check.ts')) === 0
if (!isChecked) console.error('npm run check failed: it counts as one failed.')
const tests = await runTests()
const failed = tests.failed + (isChecked ? 0 : 1)
console.log(`${tests.passed} passed, ${failed} failed${tests.skipped > 0 ? `, ${tests.skipped} skipped` : ''}`)
process.exitCode = failed > 0 ? 1 : 0

async function runTests(): Promise<Counts> {
  const folder = mkdtempSync(join(tmpdir(), 'buildpass-test-'))
  const reportFile = join(folder, 'report.json')
  try {
    const exitCode = await runTool('vitest', [
      'run',
      '--reporter=default',
      '--reporter=json',
      `--outputFile=${reportFile}`,
    ])
    const counts = countsOf(readReport(reportFile))
    if (exitCode === 0 || counts.failed > 0) return counts
    console.error(`vitest ended with ${exitCode} although no test failed: it counts as one failed.`)
    return { ...counts, failed: 1 }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function readReport(file: string): Report | null {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    console.error('vitest left no report that can be read:', error)
    return null
  }
}

/** A file that failed without a failed test (it does not load, a hook threw) counts as one failed; so does no report. */
function countsOf(report: Report | null): Counts {
  if (!report) return { passed: 0, failed: 1, skipped: 0 }
  const brokenFiles = report.testResults.filter(
    ({ status, assertionResults }) =>
      status === 'failed' && !assertionResults.some((assertion) => assertion.status === 'failed'),
  )
  if (report.testResults.length === 0) console.error('vitest found no tests: it counts as one failed.')
  return {
    passed: report.numPassedTests,
    failed: report.numFailedTests + brokenFiles.length + (report.testResults.length === 0 ? 1 : 0),
    skipped: report.numPendingTests + report.numTodoTests,
  }
}
