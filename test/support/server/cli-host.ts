// node test/support/server/cli-host.ts: runs the command one time after another in one process. Each has arguments, an
// environment and a folder of its own, its modules anew, and ends when nothing is left to wait for, as a process does.
import { writeSync } from 'node:fs'

export type ToRun = {
  readonly file: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
  /** What both outputs end with, the exit code before it. */
  readonly end: string
}

/** Where the agent is that Node's own fetch has connections in. */
const AGENT = Symbol.for('undici.globalDispatcher.1')
type Agent = { readonly destroy: () => unknown; readonly constructor: new () => Agent }
const world = globalThis as unknown as { [AGENT]?: Agent }

let running: ToRun | null = null
let runs = 0
const own = new Map<string | symbol, readonly unknown[]>()

process.on('disconnect', () => process.exit())
process.on('beforeExit', end)
process.on('message', (toRun: ToRun) => begin(toRun))
for (const name of process.eventNames()) own.set(name, process.rawListeners(name))

function begin(toRun: ToRun): void {
  running = toRun
  for (const name of Object.keys(process.env)) delete process.env[name]
  Object.assign(process.env, toRun.env)
  process.chdir(toRun.cwd)
  process.exitCode = undefined
  process.argv = [process.execPath, toRun.file, ...toRun.args]
  process.channel?.unref()
  runs += 1
  import(`${toRun.file}?${runs}`)
}

function end(): void {
  if (!running) return
  const exitCode = Number(process.exitCode ?? 0)
  for (const name of process.eventNames())
    for (const listener of process.rawListeners(name) as ((code: number) => void)[]) {
      if (own.get(name)?.includes(listener)) continue
      process.removeListener(name, listener)
      if (name === 'exit') listener(exitCode)
    }
  // No connection of one command is another's.
  const agent = world[AGENT]
  if (agent) {
    agent.destroy()
    world[AGENT] = new agent.constructor()
  }
  process.channel?.ref()
  const text = `\0${exitCode}${running.end}`
  running = null
  writeSync(1, text)
  writeSync(2, text)
}
