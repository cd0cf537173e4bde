import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inject } from 'vitest'
import { type CliEnded, isHostFree, runHosted } from './hosted-cli.ts'
import { COMPILE_CACHE } from './quick-node.ts'

export type CliRun = {
  readonly child: ChildProcess
  readonly stdout: () => string
  readonly stderr: () => string
  readonly ended: Promise<CliEnded>
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

/** They start others, and pass signals on. */
const OF_PROCESSES = ['run', 'step']

/** The command, as the sources are now, in an environment that is nobody's. */
export function openCli(defaults: Record<string, string> = {}): Cli {
  const folder = mkdtempSync(join(tmpdir(), 'buildpass-cli-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const bundles = inject('cliFolder')
  const files = { cli: join(bundles, 'buildpass.mjs'), action: join(bundles, 'github-action.mjs') }

  const envOf = ({ env }: CliOptions) => ({
    PATH: process.env.PATH,
    HOME: folder,
    XDG_STATE_HOME: join(folder, 'state'),
    XDG_CONFIG_HOME: join(folder, 'config'),
    ...COMPILE_CACHE,
    ...defaults,
    ...env,
  })

  function start(args: readonly string[], options: CliOptions = {}): CliRun {
    const child = spawn(options.node ?? process.execPath, [options.file ?? files.cli, ...args], {
      cwd: options.cwd ?? folder,
      env: envOf(options) as NodeJS.ProcessEnv,
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
    const ended = new Promise<CliEnded>((resolve) => {
      child.once('close', (code, signal) => {
        process.off('exit', kill)
        resolve({ code, signal, stdout, stderr })
      })
    })
    return { child, stdout: () => stdout, stderr: () => stderr, ended }
  }

  const verbsSeen = new Set<string>()

  /** `npm run prove` has a process for each; `npm test` for the first with a verb, and where the process itself matters. */
  function run(args: readonly string[], options: CliOptions = {}): CliRun['ended'] {
    const [verb = ''] = args
    const isFirst = !verbsSeen.has(verb)
    verbsSeen.add(verb)
    const { cwd = folder, env: own = {}, ...process } = options
    const isOwn = Object.keys(process).length > 0 || Object.keys(own).some((name) => name.startsWith('NODE_'))
    if (inject('isProof') || isFirst || isOwn || OF_PROCESSES.includes(verb) || !isHostFree())
      return start(args, options).ended
    const env = Object.entries(envOf(options)).filter((entry): entry is [string, string] => entry[1] !== undefined)
    return runHosted({ file: files.cli, args, env: Object.fromEntries(env), cwd })
  }

  return { folder, files, start, run }
}

/** Waits until `condition` holds; throws what it was about when that takes too long. */
export async function until(what: string, condition: () => boolean | Promise<boolean>, withinMs = 120_000) {
  const deadline = performance.now() + withinMs
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`this did not come about: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}
