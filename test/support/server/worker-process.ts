import { type ChildProcess, spawn } from 'node:child_process'
import { resolve } from 'node:path'
import { expectDocumented } from '../api/documented-fetch.ts'
import { QUICK_IMPORTS, quickEnvironment } from './quick-node.ts'

export type WorkerProcess = {
  readonly origin: string
  /** Ends it as a power cut does: the process and its workerd, at once. */
  readonly killNow: () => Promise<void>
}

const REPOSITORY = resolve(import.meta.dirname, '../../..')
const running = new Set<ChildProcess>()

/** Ends what is still running. */
export function cleanUpWorkerProcesses(): void {
  for (const child of running) kill(child, 'SIGKILL')
}

/** One workerd of its own on the state in that folder, with the Worker of `entry` (a file of the repository). */
export async function startWorkerProcess(
  entry: string,
  stateDir: string,
  variables: readonly string[] = [],
): Promise<WorkerProcess> {
  // A group of its own, so that its workerd can be killed with it.
  const child = spawn(
    process.execPath,
    [...QUICK_IMPORTS, resolve(import.meta.dirname, 'serve.ts'), resolve(REPOSITORY, entry), ...variables],
    {
      env: quickEnvironment({ BUILDPASS_STATE: stateDir }),
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: true,
    },
  )
  running.add(child)
  const ended = new Promise<void>((done) => child.once('close', () => done()))
  ended.then(() => running.delete(child))
  const origin = await originOf(child, entry)
  expectDocumented(origin)
  return {
    origin,
    killNow: async () => {
      kill(child, 'SIGKILL')
      await ended
    },
  }
}

/** Where a process says that it serves; `entry` is what it was to serve. */
export function originOf(child: ChildProcess, entry: string): Promise<string> {
  let output = ''
  return new Promise((ready, reject) => {
    const see = (chunk: Buffer) => {
      output += chunk
      const origin = /serving at (\S+)/.exec(output)?.[1]
      if (origin) ready(origin)
    }
    child.stdout?.on('data', see)
    child.stderr?.on('data', see)
    child.once('exit', (code) => reject(new Error(`${entry} ended with ${code}; it printed:\n${output}`)))
  })
}

function kill({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error // It has ended already.
  }
}
