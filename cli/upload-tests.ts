import { readFile } from 'node:fs/promises'
import { findFiles } from './find-files.ts'
import { askJson } from './http.ts'
import { projectPath } from './open-server.ts'
import type { Output } from './output.ts'
import type { Server } from './server.ts'
import { named } from './upload-file.ts'

/** Sends JUnit XML files, each of which is a report of its own; gives the number of results stored. */
export async function uploadTests(
  server: Server,
  num: number,
  globs: readonly string[],
  output: Output,
): Promise<number> {
  let stored = 0
  for (const { file, path } of await findFiles(globs, { root: '.', prefix: '' })) {
    const bytes = await readFile(file)
    const answer = (await askJson(server, {
      method: 'PUT',
      path: `${projectPath(server)}/builds/${num}/tests?report=${encodeURIComponent(path.slice(-200))}`,
      headers: { 'Content-Type': 'application/xml' },
      body: () => bytes,
    }).catch((error) => {
      throw named(path, error)
    })) as { stored?: unknown; failed?: unknown }
    stored += Number(answer.stored)
    output.note(`sent ${path} (${answer.stored} test results, ${answer.failed} failed)`)
  }
  return stored
}
