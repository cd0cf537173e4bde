import { type ChildProcess, spawn } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { inject } from 'vitest'
import type { Demo } from '../../../scripts/start/demo.ts'
import { expectDocumented } from '../api/documented-fetch.ts'
import { QUICK_IMPORTS, quickEnvironment } from './quick-node.ts'

export type LocalServer = {
  readonly origin: string
  readonly demo: Demo
  /** The folder with the data and the secrets of this instance. */
  readonly stateDir: string
  /** All that it printed so far. */
  readonly output: () => string
  readonly stop: (signal?: NodeJS.Signals) => Promise<{ readonly exitCode: number | null; readonly tookMs: number }>
}

/** What a file sees of the server that it shares, and what that had printed when it was asked for. */
export type SharedServer = Pick<LocalServer, 'origin' | 'demo' | 'stateDir'> & { readonly output: string }

const READY_MS = 200_000
const REPOSITORY = resolve(import.meta.dirname, '../../..')

const running = new Set<ChildProcess>()
const folders: string[] = []

/** Ends what a test that failed left running, and drops the folders. */
export async function cleanUpLocalServers(): Promise<void> {
  await Promise.all([...running].map((child) => endOf(child, () => child.kill('SIGTERM'))))
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
}

/**
 * What `npm start` runs, on a free port and on a copy of the demo; give `stateDir` to start on other data, and `byNpm` to have
 * npm run it, as a person does.
 */
export async function startLocalServer(
  options: { stateDir?: string; args?: readonly string[]; env?: Record<string, string>; byNpm?: boolean } = {},
): Promise<LocalServer> {
  const stateDir = options.stateDir ?? makeDemoState()
  const command = options.byNpm ? ['npm', 'run', 'start', '--'] : commandOf('start')
  const { child, output } = run([...command, ...(options.args ?? [])], stateDir, { PORT: '0', ...options.env })
  await ready(child, output)
  const demo: Demo = JSON.parse(readFileSync(join(stateDir, '.local/demo.json'), 'utf8'))
  expectDocumented(demo.origin)
  const stop: LocalServer['stop'] = async (signal = 'SIGINT') => {
    const askedAt = performance.now()
    const exitCode = child.exitCode ?? (await endOf(child, () => child.kill(signal)))
    return { exitCode, tookMs: performance.now() - askedAt }
  }
  return { origin: demo.origin, demo, stateDir, output, stop }
}

/**
 * A server that is started once for a run of the tests, and outlives each file: one for those that only read the demo, and
 * one for those that report to branches of their own, or to a project that is theirs.
 */
export async function openSharedServer(use: 'read' | 'write'): Promise<SharedServer> {
  const answer = await fetch(`${inject('sharedServersUrl')}/${use}`)
  const server = (await answer.json()) as SharedServer
  expectDocumented(server.origin)
  return server
}

/** Runs what an npm script does on that data until it ends. */
export async function runNpmScript(
  script: string,
  args: readonly string[],
  stateDir: string,
  env: Record<string, string> = {},
): Promise<{ readonly exitCode: number | null; readonly output: string }> {
  const { child, output } = run([...commandOf(script), ...args], stateDir, env)
  const exitCode = await endOf(child)
  return { exitCode, output: output() }
}

/** Names a folder with the data of a first `npm start`, made once for a run of the tests. */
export const DEMO_STATE_VARIABLE = 'BUILDPASS_DEMO_STATE'

/** A folder with the data and secrets of a first `npm start`, where one was prepared; else empty, so that it will be one. */
export function makeDemoState(): string {
  const folder = makeStateDir()
  const prepared = process.env[DEMO_STATE_VARIABLE]
  if (prepared) cpSync(prepared, folder, { recursive: true })
  return folder
}

/** An empty folder for the data of one instance; it goes after the last test of the file. */
export function makeStateDir(): string {
  const folder = mkdtempSync(join(tmpdir(), 'buildpass-state-'))
  folders.push(folder)
  return folder
}

/** The command of an npm script, on this very Node: npm itself takes half a second to say it. */
function commandOf(script: string): string[] {
  const { scripts }: { scripts: Record<string, string> } = JSON.parse(
    readFileSync(join(REPOSITORY, 'package.json'), 'utf8'),
  )
  const [, args] = /^(?:exec )?node (.+)$/.exec(scripts[script] ?? '') ?? []
  if (!args) throw new Error(`package.json has no script "${script}" that is run by Node`)
  return [process.execPath, ...QUICK_IMPORTS, ...args.split(' ')]
}

function run([file = '', ...args]: readonly string[], stateDir: string, extra: Record<string, string>) {
  const child = spawn(file, args, {
    cwd: REPOSITORY,
    env: quickEnvironment({ BUILDPASS_STATE: stateDir, ...extra }),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const keep = (chunk: Buffer) => {
    output += chunk
  }
  child.stdout.on('data', keep)
  child.stderr.on('data', keep)
  running.add(child)
  child.once('close', () => running.delete(child))
  return { child, output: () => output }
}

function ready(child: ChildProcess, output: () => string): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string) => reject(new Error(`${reason}; it printed:\n${output()}`))
    const timer = setTimeout(() => {
      child.kill('SIGTERM')
      fail(`npm start was not ready within ${READY_MS / 1000} s`)
    }, READY_MS)
    child.stdout?.on('data', () => {
      if (!output().includes('Buildpass runs at ')) return
      clearTimeout(timer)
      resolve()
    })
    child.once('exit', (code) => {
      clearTimeout(timer)
      fail(`npm start ended with ${code}`)
    })
  })
}

function endOf(child: ChildProcess, act: () => void = () => {}): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
    act()
  })
}
