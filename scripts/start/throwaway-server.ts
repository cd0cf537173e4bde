import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Demo } from './demo.ts'
import { REPOSITORY } from './local-state.ts'

export type ThrowawayServer = {
  readonly demo: Demo
  /** The process group in which all of it runs. */
  readonly group: number
  readonly stop: () => Promise<void>
}

/** `npm start` with its own data, which is deleted when it stops: for measurements. */
export async function startServer(): Promise<ThrowawayServer> {
  const stateDir = mkdtempSync(join(tmpdir(), 'buildpass-throwaway-'))
  const child = spawn('npm', ['start'], {
    cwd: REPOSITORY,
    env: { ...process.env, BUILDPASS_STATE: stateDir, PORT: '0', DEMO_LIVE: 'off' },
    stdio: ['ignore', 'pipe', 'inherit'],
    detached: true,
  })
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()))
  await new Promise<void>((resolve, reject) => {
    let output = ''
    child.stdout.on('data', (chunk: Buffer) => {
      if (output.length < 100_000) output += chunk
      if (output.includes('Buildpass runs at ')) resolve()
    })
    child.once('exit', (code) => reject(new Error(`npm start ended with ${code}:\n${output}`)))
  })
  const { pid } = child
  if (pid === undefined) throw new Error('a running process has a number')
  return {
    demo: JSON.parse(readFileSync(join(stateDir, '.local/demo.json'), 'utf8')),
    group: pid,
    stop: async () => {
      process.kill(-pid, 'SIGTERM')
      await closed
      rmSync(stateDir, { recursive: true, force: true })
    },
  }
}
