import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { readTool } from '../../scripts/check/tool.ts'

// A configuration of vitest that starts a process, which writes as long as it lives, and then hangs as a run of the tests did.
let folder: string
let written: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'buildpass-tool-'))
  written = join(folder, 'written')
  const writes = `setInterval(() => require('node:fs').appendFileSync(${JSON.stringify(written)}, '.'), 10)`
  writeFileSync(
    join(folder, 'vitest.config.mjs'),
    `import { spawn } from 'node:child_process'
     spawn(process.execPath, ['-e', ${JSON.stringify(writes)}], { stdio: 'inherit' })
     console.log('started')
     await new Promise(() => setInterval(() => {}, 1000))`,
  )
})
afterEach(() => rmSync(folder, { recursive: true }))

it('a run that hangs is killed with what it started, and what it had said is kept', async () => {
  const { exitCode, stdout } = await readTool('vitest', ['run', '--root', folder], { silenceMs: 10_000 })
  expect(exitCode).not.toBe(0)
  expect(stdout).toContain('started')
  await expect.poll(isStartedAlive).toBe(false)
})

it('runs whose caller is told to end leave nothing behind', async () => {
  const tool = pathToFileURL(join(import.meta.dirname, '../../scripts/check/tool.ts')).href
  const source = `import { readTool } from '${tool}'
    const run = () => readTool('vitest', ['run', '--root', process.argv[1]], { silenceMs: 60_000 })
    await Promise.all([run(), run()])`
  const caller = spawn(process.execPath, ['--input-type=module', '-e', source, folder], { stdio: 'inherit' })
  await expect.poll(isStartedAlive).toBe(true)
  caller.kill('SIGTERM')
  expect(await once(caller, 'exit')).toEqual([143, null])
  await expect.poll(isStartedAlive).toBe(false)
})

async function isStartedAlive(): Promise<boolean> {
  const sizeNow = () => (existsSync(written) ? statSync(written).size : 0)
  const before = sizeNow()
  await setTimeout(500)
  return sizeNow() > before
}
