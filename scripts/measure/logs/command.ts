import { spawn } from 'node:child_process'
import { copyFileSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Server } from '../tests/server.ts'

const REPOSITORY = resolve(import.meta.dirname, '../../..')
const PRINT = join(import.meta.dirname, 'print.ts')

export type Job = {
  /** Where the command, its state and what it notes are. */
  readonly folder: string
  readonly server: Server
  /** One for each job: its build is the first. */
  readonly repo: string
}

/** The command line of what prints. */
export function printing(...args: readonly string[]): readonly string[] {
  return [process.execPath, '--no-warnings', PRINT, ...args]
}

/** The committed command, at a path that nobody else runs. */
export function placeCommand(folder: string): void {
  copyFileSync(join(REPOSITORY, 'bin/buildpass.mjs'), commandIn(folder))
}

function commandIn(folder: string): string {
  return join(folder, 'buildpass.mjs')
}

/** Runs a command line as CI systems do, its output read from a pipe, and waits until it has ended. */
export async function runPiped(line: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<void> {
  const child = spawn('bash', ['-c', 'set -o pipefail; "$@" | cat >/dev/null', 'bash', ...line], {
    env,
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const code = await new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  if (code !== 0) throw new Error(`${line.join(' ')} ended with ${code}`)
}

/** The same by `buildpass run`. */
export function runReported({ folder, server, repo }: Job, line: readonly string[]): Promise<void> {
  return runPiped([process.execPath, commandIn(folder), 'run', '--strict', '--report-timeout', '120', '--', ...line], {
    PATH: process.env.PATH,
    HOME: folder,
    TMPDIR: folder,
    BUILDPASS_URL: server.origin,
    BUILDPASS_TOKEN: server.token,
    BUILDPASS_PROJECT: `gh/bench/${repo}`,
    BUILDPASS_BRANCH: 'main',
    BUILDPASS_REVISION: 'a'.repeat(40),
    BUILDPASS_ID: 'the-only-one',
    BUILDPASS_JOB: 'test',
  } as NodeJS.ProcessEnv)
}

/** In MB: what the processes have each for itself, and that with the pages of the program, which they share, once. */
export type Memory = { readonly own: number; readonly whole: number }

/** What the processes of the command take at their most while `work` is done, whatever else runs. */
export async function mostMemory(folder: string, work: Promise<void>): Promise<Memory> {
  let most: Memory = { own: 0, whole: 0 }
  const sampling = setInterval(() => {
    const taken = processesOf(commandIn(folder)).map(memoryOf)
    const own = taken.reduce((sum, { ownMb }) => sum + ownMb, 0)
    const whole = own + Math.max(0, ...taken.map(({ sharedMb }) => sharedMb))
    most = { own: Math.max(most.own, own), whole: Math.max(most.whole, whole) }
  }, 50)
  await work.finally(() => clearInterval(sampling))
  return most
}

function processesOf(file: string): readonly string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      const [program = '', first = ''] = textOf(`/proc/${pid}/cmdline`).split('\0')
      return program === process.execPath && first === file
    })
}

function memoryOf(pid: string): { readonly ownMb: number; readonly sharedMb: number } {
  const status = textOf(`/proc/${pid}/status`)
  const mb = (name: string) => (Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0) * 1024) / 1e6
  return { ownMb: mb('RssAnon'), sharedMb: mb('RssFile') + mb('RssShmem') }
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return '' // It ended meanwhile.
  }
}
