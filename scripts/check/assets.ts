import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { apiFiles } from '../openapi/files.ts'
import { REPOSITORY } from '../start/local-state.ts'

/** The command as the server hands it out to jobs that have no copy of this repository. */
const HANDED_OUT = 'public/assets/buildpass.mjs'

/**
 * Writes what is served and made from the sources: the API document, its reference pages and the command. They are not
 * in git, so whatever serves makes them first.
 */
export function writeAssets(): readonly string[] {
  const files = { ...apiFiles(), [HANDED_OUT]: readFileSync(join(REPOSITORY, 'bin/buildpass.mjs'), 'utf8') }
  for (const [name, text] of Object.entries(files)) {
    const file = join(REPOSITORY, name)
    if (existsSync(file) && readFileSync(file, 'utf8') === text) continue
    // Somebody may be reading the one before.
    writeFileSync(`${file}.${process.pid}`, text, { mode: name === HANDED_OUT ? 0o755 : 0o644 })
    renameSync(`${file}.${process.pid}`, file)
  }
  return Object.keys(files)
}
