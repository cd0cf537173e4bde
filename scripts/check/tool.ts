import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { join } from 'node:path'
import { REPOSITORY } from '../start/local-state.ts'

const PACKAGES = {
  biome: '@biomejs/biome',
  tsc: 'typescript',
  'drizzle-kit': 'drizzle-kit',
  vitest: 'vitest',
  wrangler: 'wrangler',
} as const
export type Tool = keyof typeof PACKAGES
/** `env` joins its environment. After `silenceMs` without a word it is killed, with all that it started. */
export type RunOptions = { readonly env?: Readonly<Record<string, string>>; readonly silenceMs?: number }
export type Ended = { readonly exitCode: number; readonly stdout: string; readonly stderr: string }

/** Runs a tool of node_modules on this very Node, its output shown as it comes; gives the exit code. */
export async function runTool(tool: Tool, args: readonly string[]): Promise<number> {
  return (await run([toolFile(tool), ...args], 'inherit')).exitCode
}

/** As `runTool`, but what it prints is kept. */
export function readTool(tool: Tool, args: readonly string[], options: RunOptions = {}): Promise<Ended> {
  return run([toolFile(tool), ...args], ['ignore', 'pipe', 'pipe'], options)
}

/** Runs a file of the repository on this very Node, its output shown as it comes; gives the exit code. */
export async function runNode(args: readonly string[]): Promise<number> {
  return (await run(args, 'inherit')).exitCode
}

/** As `runNode`, but what it prints is kept. */
export function readNode(args: readonly string[]): Promise<Ended> {
  return run(args, ['ignore', 'pipe', 'pipe'])
}

function run(args: readonly string[], stdio: SpawnOptions['stdio'], options: RunOptions = {}): Promise<Ended> {
  const { silenceMs } = options
  // What wrangler answers is a log line too.
  const env = {
    ...process.env,
    ...options.env,
    WRANGLER_SEND_METRICS: 'false',
    WRANGLER_WRITE_LOGS: 'false',
    WRANGLER_LOG: 'log',
  }
  return new Promise((resolve, reject) => {
    // In a group of its own, what it started can be killed with it.
    const child = spawn(process.execPath, [...args], { cwd: REPOSITORY, env, stdio, detached: silenceMs !== undefined })
    const guard = silenceMs === undefined ? undefined : guardGroup(child, silenceMs)
    let stdout = ''
    let stderr = ''
    child.stdout?.on('data', (chunk: Buffer) => {
      stdout += chunk
      guard?.onWord()
    })
    child.stderr?.on('data', (chunk: Buffer) => {
      stderr += chunk
      guard?.onWord()
    })
    child.once('error', reject)
    child.once('close', (code, signal) => {
      guard?.release()
      if (signal) console.error(`${args[0]} was ended by ${signal}.`)
      resolve({ exitCode: code ?? 1, stdout, stderr })
    })
  })
}

/** Kills the group that a process leads when it is silent for that long, or when this process ends before it. */
function guardGroup(leader: ChildProcess, silenceMs: number) {
  const kill = () => {
    if (leader.pid !== undefined) process.kill(-leader.pid, 'SIGKILL')
  }
  const onSilence = () => {
    console.error(`It said nothing for ${silenceMs / 1000} s and is killed: ${leader.spawnargs.slice(1).join(' ')}`)
    kill()
  }
  process.on('exit', kill).on('SIGINT', endOnSignal).on('SIGTERM', endOnSignal)
  const timer = setTimeout(onSilence, silenceMs)
  return {
    onWord: () => timer.refresh(),
    release() {
      clearTimeout(timer)
      process.off('exit', kill).off('SIGINT', endOnSignal).off('SIGTERM', endOnSignal)
    },
  }
}

/** By `exit`, at which every group is killed: there may be several. */
function endOnSignal(signal: NodeJS.Signals): void {
  process.exit(128 + constants.signals[signal])
}

// The file itself and not its link in .bin, which would run on whichever Node comes first in the PATH.
function toolFile(tool: Tool): string {
  const folder = join(REPOSITORY, 'node_modules', PACKAGES[tool])
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  return join(folder, typeof bin === 'string' ? bin : bin[tool])
}
