import { readFile } from 'node:fs/promises'
import { askJson } from '../server/http.ts'
import { projectPath } from '../server/open-server.ts'
import type { Server } from '../server/server.ts'
import { answerOf, type Shape, type Shaped } from '../terminal/answer.ts'
import { moveEach, type Outcome, warnOfLeftOut } from '../terminal/outcome.ts'
import type { Output } from '../terminal/output.ts'
import { findFiles, type LocalFile } from './find-files.ts'
import { named } from './sent-file.ts'

/** Sends files with test results in any format, each as a test report of its own; after a refusal the others are still sent. */
export async function uploadTests(
  server: Server,
  num: number,
  globs: readonly string[],
  { output, onMoved }: { readonly output: Output; readonly onMoved?: () => void },
): Promise<Outcome<LocalFile>> {
  const { files, leftOut, problems } = await findFiles(globs, { root: '.', prefix: '' })
  warnOfLeftOut(leftOut, output)
  // One after the other: they make their way into the same rows.
  const { done, failures } = await moveEach(server, files, 1, async (found) => {
    const { file, path } = found
    const bytes = await readFile(file)
    const answer = await askJson(server, {
      method: 'PUT',
      path: `${projectPath(server)}/builds/${num}/tests?report=${encodeURIComponent(path.slice(-200).toWellFormed())}`,
      body: () => bytes,
    }).catch((error) => {
      throw named(path, error)
    })
    const counts = answerOf(answer, UPLOADED, 'a count of test results')
    output.note(`sent ${path} (${countsText(counts)})`)
    for (const warning of counts.warnings) output.warn(`${path}: ${warning}`)
    onMoved?.()
    return found
  })
  return { done, failures: [...problems, ...failures], leftOut }
}

const UPLOADED = {
  tests: 'count',
  passed: 'count',
  failed: 'count',
  errors: 'count',
  skipped: 'count',
  flaky: 'count',
  warnings: 'texts',
} as const satisfies Shape

type TestCounts = Omit<Shaped<typeof UPLOADED>, 'warnings'>

/** `7 tests: 4 passed, 1 failed, 1 error, 1 skipped; 1 flaky`. */
export function countsText({ tests, passed, failed, errors, skipped, flaky }: TestCounts): string {
  if (tests === 0) return '0 tests'
  const parts = [
    `${passed} passed`,
    `${failed} failed`,
    ...(errors > 0 ? [errors === 1 ? '1 error' : `${errors} errors`] : []),
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
  ]
  return `${tests === 1 ? '1 test' : `${tests} tests`}: ${parts.join(', ')}${flaky > 0 ? `; ${flaky} flaky` : ''}`
}
