import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inject } from 'vitest'
import { COMPILE_CACHE } from './quick-node.ts'

export type CliRun = {
  readonly child: ChildProcess
  readonly stdout: () => string
  readonly stderr: () => string
  readonly ended: Promise<{
    readonly code: number | null
    readonly signal: NodeJS.Signals | null
    readonly stdout: string
    readonly stderr: string
  }>
}

export type Cli = {
  /** A folder of its own: files, state and login of the test. */
  readonly folder: string
  readonly files: { readonly cli: string; readonly action: string }
  readonly start: (args: readonly string[], options?: CliOptions) => CliRun
  readonly run: (args: readonly string[], options?: CliOptions) => CliRun['ended']
}

export type CliOptions = {
  readonly env?: Record<string, string | undefined>
  readonly input?: string
  readonly cwd?: string
  readonly node?: string
  readonly file?: string
  /** As another user. */
  readonly uid?: number
}

/** The command, as the sources are now, in an environment that is nobody's. */
export function openCli(defaults: Record<string, string> = {}): Cli {
  const folder = mkdtempSync(join(tmpdir(), 'buildpass-cli-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const bundles = inject('cliFolder')
  const files = { cli: join(bundles, 'buildpass.mjs'), action: join(bundles, 'github-action.mjs') }

  function start(args: readonly string[], options: CliOptions = {}): CliRun {
    const env = {
      PATH: process.env.PATH,
      HOME: folder,
      XDG_STATE_HOME: join(folder, 'state'),
      XDG_CONFIG_HOME: join(folder, 'config'),
      ...COMPILE_CACHE,
      ...defaults,
      ...options.env,
    }
    const child = spawn(options.node ?? process.execPath, [options.file ?? files.cli, ...args], {
      cwd: options.cwd ?? folder,
      env: env as NodeJS.ProcessEnv,
      stdio: ['pipe', 'pipe', 'pipe'],
      ...(options.uid === undefined ? {} : { uid: options.uid, gid: options.uid }),
    })
    const kill = () => child.kill('SIGKILL')
    process.once('exit', kill)
    let stdout = ''
    let stderr = ''
    child.stdout?.on('data', (chunk) => {
      stdout += chunk
    })
    child.stderr?.on('data', (chunk) => {
      stderr += chunk
    })
    child.stdin?.on('error', () => {})
    child.stdin?.end(options.input ?? '')
    const ended = new Promise<Awaited<CliRun['ended']>>((resolve) => {
      child.once('close', (code, signal) => {
        process.off('exit', kill)
        resolve({ code, signal, stdout, stderr })
      })
    })
    return { child, stdout: () => stdout, stderr: () => stderr, ended }
  }

  return { folder, files, start, run: (args, options) => start(args, options).ended }
}

/** Waits until `condition` holds; throws what it was about when that takes too long. */
export async function until(what: string, condition: () => boolean | Promise<boolean>, withinMs = 30_000) {
  const deadline = performance.now() + withinMs
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`this did not come about: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}
