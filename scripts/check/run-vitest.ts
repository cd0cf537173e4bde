import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { COUNTS_FILE_VARIABLE, type Counts, readCounts } from '../measure/counts.ts'
import { type Ended, readTool } from './tool.ts'

/** No file of tests takes as long: a run that is silent for longer hangs (as cloudflare/workers-sdk#15719 does). */
const SILENCE_MS = 15 * 60_000
const NONE: Counts = { passed: 0, failed: 0, skipped: 0, failures: [] }

/**
 * Runs vitest once and counts its tests; what it prints is shown when it is through. A run that ends badly without a failed
 * test, or has no test although there must be some, counts as one failed.
 */
export async function runVitest(
  args: readonly string[],
  { env = {}, mayBeEmpty = false }: { env?: Readonly<Record<string, string>>; mayBeEmpty?: boolean } = {},
): Promise<Counts> {
  const folder = mkdtempSync(join(tmpdir(), 'buildpass-test-'))
  const countsFile = join(folder, 'counts.json')
  try {
    const counted = ['--reporter=./scripts/measure/counts.ts']
    const ended = await readTool('vitest', ['run', ...args, ...counted], {
      env: { ...env, [COUNTS_FILE_VARIABLE]: countsFile },
      silenceMs: SILENCE_MS,
    })
    console.log(ended.stdout + ended.stderr)
    return checked(ended, readCounts(countsFile) ?? NONE, mayBeEmpty)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function checked({ exitCode }: Ended, counts: Counts, mayBeEmpty: boolean): Counts {
  if (counts.failed > 0 || (exitCode === 0 && (counts.passed > 0 || mayBeEmpty))) return counts
  const why = `vitest ended with ${exitCode} after ${counts.passed} passed tests: it counts as one failed.`
  return { ...counts, failed: 1, failures: [why] }
}
