// npm test [-- <filter> …]: the checks, then every test, or only those whose file has one of these in its path; the last
// line counts them.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { COUNTS_FILE_VARIABLE, type Counts, readCounts } from '../measure/counts.ts'
import { parseInvocation } from './invocation.ts'
import { runScript, runTool } from './tool.ts'

const { positionals: filters } = parseInvocation('npm test [-- <filter> …]', {}, [0, 100])
const isChecked = filters.length > 0 || (await runScript('check/check.ts')) === 0
if (!isChecked) console.error('npm run check failed: it counts as one failed.')
const tests = await runTests()
const failed = tests.failed + (isChecked ? 0 : 1)
console.log(`${tests.passed} passed, ${failed} failed${tests.skipped > 0 ? `, ${tests.skipped} skipped` : ''}`)
process.exitCode = failed > 0 ? 1 : 0

async function runTests(): Promise<Counts> {
  const folder = mkdtempSync(join(tmpdir(), 'buildpass-test-'))
  const countsFile = join(folder, 'counts.json')
  process.env[COUNTS_FILE_VARIABLE] = countsFile
  try {
    // A test that passes need not show what the Worker logged.
    const args = [
      'run',
      ...filters,
      '--silent=passed-only',
      '--reporter=default',
      '--reporter=./scripts/measure/counts.ts',
    ]
    const exitCode = await runTool('vitest', args)
    const counts = readCounts(countsFile) ?? { passed: 0, failed: 0, skipped: 0 }
    if (counts.failed > 0 || (exitCode === 0 && counts.passed > 0)) return counts
    console.error(`vitest ended with ${exitCode} after ${counts.passed} passed tests: it counts as one failed.`)
    return { ...counts, failed: 1 }
  } finally {
    rmSync(folder, { recursive: true })
  }
}
