import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openSharedServer, type SharedServer } from '../support/server/local-server.ts'

type Example = { readonly title: string; readonly script: string }

/** The shell blocks of the page, each under its heading. */
function examplesOf(markdown: string): readonly Example[] {
  return markdown.split(/^## /m).flatMap((section) => {
    const [, script] = /^```sh\n([\s\S]*?)^```$/m.exec(section) ?? []
    return script ? [{ title: section.split('\n', 1)[0] ?? '', script }] : []
  })
}

const EXAMPLES = examplesOf(readFileSync(resolve(import.meta.dirname, '../../docs/examples.md'), 'utf8'))

describe('each example of docs/examples.md does what it says', () => {
  let server: SharedServer
  let folder: string

  beforeAll(async () => {
    server = await openSharedServer('write')
    folder = mkdtempSync(join(tmpdir(), 'buildpass-examples-'))
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  it('there are examples', () => expect(EXAMPLES.length).toBeGreaterThan(15))

  it.each(EXAMPLES)('$title', ({ script }) => {
    const env = {
      ...process.env,
      HOST: server.origin,
      CIRCLE_TOKEN: server.demo.tokens.personal,
      SLUG: 'gh/acme/examples',
    }
    // Variables are carried from block to block, as in one shell.
    const whole = `set -euo pipefail\ntouch vars; . ./vars\n${script}\ndeclare -p digest status_token url id > vars 2>/dev/null || true\n`
    const printed = execFileSync('bash', ['-c', whole], { cwd: folder, env, encoding: 'utf8' })
    expect(printed).not.toContain('"message":"Internal error"')
  })

  it('and leaves the artifact under its own name', () => {
    expect(readFileSync(join(folder, 'hello.txt.1'), 'utf8')).toBe('hello\n')
  })
})
