// npm test [-- <filter> …]: the checks, then every test, or only those whose file has one of these in its path; the last
// line counts them.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { COUNTS_FILE_VARIABLE, type Counts, readCounts } from '../measure/counts.ts'
import { parseInvocation } from './invocation.ts'
import { readTool, runScript } from './tool.ts'

/** Each is a run of vitest at the same time as the others: alone, each would mostly leave a core to wait. */
const LANES: readonly (readonly string[])[] = [['worker', 'worker-alone', 'domain', 'walks'], ['node'], ['browser']]

const { positionals: filters } = parseInvocation('npm test [-- <filter> …]', {}, [0, 100])
const isChecked = filters.length > 0 || (await runScript('check/check.ts')) === 0
if (!isChecked) console.error('npm run check failed: it counts as one failed.')
const lanes =
  filters.length > 0 ? [await runTests([], filters)] : await Promise.all(LANES.map((lane) => runTests(lane)))
const sumOf = (count: keyof Counts) => lanes.reduce((sum, counts) => sum + counts[count], 0)
const failed = sumOf('failed') + (isChecked ? 0 : 1)
console.log(`${sumOf('passed')} passed, ${failed} failed${sumOf('skipped') > 0 ? `, ${sumOf('skipped')} skipped` : ''}`)
process.exitCode = failed > 0 ? 1 : 0

/** Runs the tests of these projects, or of all; what they print is shown when they are through. */
async function runTests(projects: readonly string[], filters: readonly string[] = []): Promise<Counts> {
  const folder = mkdtempSync(join(tmpdir(), 'buildpass-test-'))
  const countsFile = join(folder, 'counts.json')
  try {
    // A test that passes need not show what the Worker logged.
    const reporters = ['--silent=passed-only', '--reporter=default', '--reporter=./scripts/measure/counts.ts']
    const only = projects.map((project) => `--project=${project}`)
    const env = { [COUNTS_FILE_VARIABLE]: countsFile }
    const { exitCode, stdout, stderr } = await readTool('vitest', ['run', ...filters, ...only, ...reporters], env)
    console.log(stdout + stderr)
    const counts = readCounts(countsFile) ?? { passed: 0, failed: 0, skipped: 0 }
    if (counts.failed > 0 || (exitCode === 0 && (counts.passed > 0 || filters.length > 0))) return counts
    console.error(`vitest ended with ${exitCode} after ${counts.passed} passed tests: it counts as one failed.`)
    return { ...counts, failed: 1 }
  } finally {
    rmSync(folder, { recursive: true })
  }
}
