import { type ChildProcess, spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { ToRun } from './cli-host.ts'
import { COMPILE_CACHE } from './quick-node.ts'

/** What one process runs, since it keeps the modules of each: to fork another from it takes longer with each. */
const RUNS_OF_A_HOST = 20

let host: ChildProcess | null = null
let runs = 0
let isBusy = false

/** How a command ended, and what it wrote. */
export type CliEnded = {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** Whether the host is free: what runs beside another command has a process of its own. */
export function isHostFree(): boolean {
  return !isBusy
}

/** Runs the command in a process that goes on to the next: to start one and load fetch takes longer than most commands. */
export async function runHosted(toRun: Omit<ToRun, 'end'>): Promise<CliEnded> {
  isBusy = true
  if (runs >= RUNS_OF_A_HOST) endHost()
  host ??= startHost()
  runs += 1
  const child = host
  const end = `\0${randomUUID()}\0`
  const outputs = { stdout: '', stderr: '' }
  return new Promise((resolve) => {
    const listeners = (['stdout', 'stderr'] as const).map((name) => {
      const see = (chunk: string) => {
        outputs[name] += chunk
        if (Object.values(outputs).every((text) => text.endsWith(end))) finish(null, null)
      }
      child[name]?.on('data', see)
      return () => child[name]?.off('data', see)
    })
    const finish = (code: number | null, signal: NodeJS.Signals | null) => {
      for (const drop of listeners) drop()
      child.off('close', finish)
      isBusy = false
      const [stdout, stderr] = [textOf(outputs.stdout), textOf(outputs.stderr)]
      resolve({ code: stdout.code ?? code, signal, stdout: stdout.text, stderr: stderr.text })
    }
    // A command that ends its process, or crashes, takes the host with it.
    child.once('close', finish)
    child.send({ ...toRun, end } satisfies ToRun)
  })

  /** What it wrote, and the exit code that the host wrote after it. */
  function textOf(output: string): { readonly text: string; readonly code: number | null } {
    if (!output.endsWith(end)) return { text: output, code: null }
    const whole = output.slice(0, -end.length)
    const codeAt = whole.lastIndexOf('\0')
    return { text: whole.slice(0, codeAt), code: Number(whole.slice(codeAt + 1)) }
  }
}

function endHost(): void {
  host?.disconnect()
  host = null
  runs = 0
}

function startHost(): ChildProcess {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'cli-host.ts')],
    {
      env: { PATH: process.env.PATH, ...COMPILE_CACHE } as unknown as NodeJS.ProcessEnv,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    },
  )
  child.stdout?.setEncoding('utf8')
  child.stderr?.setEncoding('utf8')
  const kill = () => child.kill('SIGKILL')
  process.once('exit', kill)
  child.once('close', () => {
    process.off('exit', kill)
    if (host === child) host = null
  })
  return child
}
