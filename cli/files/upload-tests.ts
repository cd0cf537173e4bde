import { readFile } from 'node:fs/promises'
import { askJson } from '../server/http.ts'
import { projectPath } from '../server/open-server.ts'
import type { Server } from '../server/server.ts'
import { answerOf } from '../terminal/answer.ts'
import { moveEach, type Outcome, warnOfLeftOut } from '../terminal/outcome.ts'
import type { Output } from '../terminal/output.ts'
import { findFiles, type LocalFile } from './find-files.ts'
import { named } from './sent-file.ts'

/** Sends JUnit XML files, each as a test report of its own; after a refusal the others are still sent. */
export async function uploadTests(
  server: Server,
  num: number,
  globs: readonly string[],
  output: Output,
  onMoved: () => void = () => {},
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
      headers: { 'Content-Type': 'application/xml' },
      body: () => bytes,
    }).catch((error) => {
      throw named(path, error)
    })
    const { stored, failed } = answerOf(answer, { stored: 'count', failed: 'count' }, 'a count of test results')
    output.note(`sent ${path} (${stored} test results, ${failed} failed)`)
    onMoved()
    return found
  })
  return { done, failures: [...problems, ...failures], leftOut }
}
