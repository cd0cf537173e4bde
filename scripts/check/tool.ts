import { type SpawnOptions, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
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
export type Ended = { readonly exitCode: number; readonly stdout: string; readonly stderr: string }

/** Runs a tool of node_modules on this very Node, its output shown as it comes; gives the exit code. */
export async function runTool(tool: Tool, args: readonly string[]): Promise<number> {
  return (await run([toolFile(tool), ...args], 'inherit')).exitCode
}

/** As `runTool`, but what it prints is kept; `more` joins its environment. */
export function readTool(
  tool: Tool,
  args: readonly string[],
  more: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  return run([toolFile(tool), ...args], ['ignore', 'pipe', 'pipe'], more)
}

/** Runs a file of the repository on this very Node, its output shown as it comes; gives the exit code. */
export async function runNode(args: readonly string[]): Promise<number> {
  return (await run(args, 'inherit')).exitCode
}

/** As `runNode`, but what it prints is kept. */
export function readNode(args: readonly string[]): Promise<Ended> {
  return run(args, ['ignore', 'pipe', 'pipe'])
}

function run(
  args: readonly string[],
  stdio: SpawnOptions['stdio'],
  more: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  // What wrangler answers is a log line too.
  const env = {
    ...process.env,
    ...more,
    WRANGLER_SEND_METRICS: 'false',
    WRANGLER_WRITE_LOGS: 'false',
    WRANGLER_LOG: 'log',
  }
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [...args], { cwd: REPOSITORY, env, stdio })
    let stdout = ''
    let stderr = ''
    child.stdout?.on('data', (chunk: Buffer) => {
      stdout += chunk
    })
    child.stderr?.on('data', (chunk: Buffer) => {
      stderr += chunk
    })
    child.once('error', reject)
    child.once('close', (code, signal) => {
      if (signal) console.error(`${args[0]} was ended by ${signal}.`)
      resolve({ exitCode: code ?? 1, stdout, stderr })
    })
  })
}

// The file itself and not its link in .bin, which would run on whichever Node comes first in the PATH.
function toolFile(tool: Tool): string {
  const folder = join(REPOSITORY, 'node_modules', PACKAGES[tool])
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  return join(folder, typeof bin === 'string' ? bin : bin[tool])
}
