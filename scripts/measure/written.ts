import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { REPOSITORY } from '../start/local-state.ts'

/** Puts text into a document between the mark that names its command and the next `<!-- end -->`. */
export function writeBetweenMarks(file: string, command: string, text: string): void {
  const path = join(REPOSITORY, file)
  const document = readFileSync(path, 'utf8')
  const mark = `<!-- ${command} -->\n`
  const from = document.indexOf(mark)
  const to = document.indexOf('<!-- end -->', from)
  if (from < 0 || to < 0) throw new Error(`${file} has lost the marks of ${command}`)
  writeFileSync(path, `${document.slice(0, from)}${mark}${text}\n${document.slice(to)}`)
}
