import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from 'node:child_process'
import {
  chmodSync,
  closeSync,
  constants,
  existsSync,
  fstatSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isatty } from 'node:tty'
import { fileURLToPath } from 'node:url'
import type { RelayedStream, RelayNews, RelayOrder, RelayPlan } from './relay.ts'
import { createSpool, type SpoolReader, spoolReader } from './spool.ts'

/** A copy of what a command writes, made while it runs; the command has the streams that it would have without us. */
export type Capture = {
  readonly start: (program: string, args: readonly string[]) => Started
  /** Resolves when all is passed on that the command wrote until it ended; gives why the copy is not whole. */
  readonly drained: () => Promise<string | null>
  readonly log: SpoolReader
}

export type Started = {
  readonly child: ChildProcess
  readonly kill: (signal: NodeJS.Signals) => void
  /** Whether keys of our terminal reach it by another way than us. */
  readonly isOutsideGroup: boolean
  /** What of a terminal's keys told the command to stop, where these do not reach us. */
  readonly stoppedByKey: () => NodeJS.Signals | null
  /** Whether the command was begun: false where script(1) could not, and it has to be started without. */
  readonly isBegun: () => boolean
}

/** Why there is no copy. */
export type NoCapture = { readonly reason: string }

/** The hidden verb that runs the relay. */
export const RELAY_VERB = 'relay-output'

/** Prepares to copy what a command will write, less the values that are masked. */
export function openCapture(masked: readonly Uint8Array[]): Capture | NoCapture {
  if (process.platform === 'win32') return { reason: 'logs are not yet kept on Windows' }
  const terminals = [0, 1, 2].map((fd) => isatty(fd))
  const isTerminal = terminals.every(Boolean)
  if (terminals[1] && !isTerminal) return { reason: 'only some of its streams are a terminal' }
  const flavour = isTerminal ? findScript() : null
  if (isTerminal && flavour === null) return { reason: 'it has a terminal, and here is no script(1) to copy from one' }
  try {
    return flavour === null ? pipedCapture(masked) : terminalCapture(masked, flavour)
  } catch (error) {
    return { reason: error instanceof Error ? error.message : String(error) }
  }
}

/** The command writes into pipes, as it does in any CI. */
function pipedCapture(masked: readonly Uint8Array[]): Capture {
  // What goes to one place goes through one pipe, which keeps its order.
  const isOne = isSamePlace(1, 2)
  const copied = ([1, 2] as const).filter((fd) => !isatty(fd) && !(fd === 2 && isOne))
  const folder = ownFolder()
  const opened: number[] = []
  try {
    const pipes = copied.map((to) => {
      const pipe = openPipe(folder, String(to))
      opened.push(pipe.read, pipe.write)
      return { ...pipe, to }
    })
    rmSync(folder, { recursive: true })
    const streams = pipes.map(({ read, to }) => ({ read, to, isTypescript: false }))
    const relay = startRelay(streams, masked, null)
    const out = pipes.find(({ to }) => to === 1)?.write ?? 'inherit'
    const err = isOne ? out : (pipes.find(({ to }) => to === 2)?.write ?? 'inherit')
    return {
      start(program, args) {
        try {
          return startOn(['inherit', out, err], program, args)
        } finally {
          for (const { write } of pipes) closeSync(write)
        }
      },
      drained: relay.drained,
      log: relay.log,
    }
  } catch (error) {
    for (const fd of opened) closeSync(fd)
    rmSync(folder, { recursive: true, force: true })
    throw error
  }
}

/** Starts a command in our process group, with these streams. */
export function startOn(stdio: SpawnOptions['stdio'], program: string, args: readonly string[]): Started {
  const options: SpawnOptions = { stdio }
  const child = spawn(program, args, options)
  return {
    child,
    kill: (signal) => void child.kill(signal),
    isOutsideGroup: false,
    stoppedByKey: () => null,
    isBegun: () => true,
  }
}

/** The command keeps a terminal: script(1) makes one for it, and copies what goes through it. */
function terminalCapture(masked: readonly Uint8Array[], flavour: ScriptFlavour): Capture {
  const folder = ownFolder()
  if (/[^\w/.+-]/.test(folder)) {
    rmSync(folder, { recursive: true })
    return notQuotable(folder)
  }
  const pipe = openPipe(folder, 'typescript')
  const relay = startRelay([{ read: pipe.read, to: null, isTypescript: flavour === 'util-linux' }], masked, folder)
  const [start, pidFile, stopFile] = ['start', 'pid', 'stopped'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ]
  return {
    start(program, args) {
      writeFileSync(start, startScript([program, ...args], { pidFile, stopFile }), { mode: 0o600 })
      const child = spawn('script', scriptArgs(flavour, join(folder, 'typescript'), start), {
        stdio: 'inherit',
        // It runs its command by this shell, which may be one that runs none; the command gets its own back.
        env: { ...process.env, SHELL: '/bin/sh' },
      })
      return {
        child,
        kill(signal) {
          if (signal === 'SIGWINCH') return // script(1) gets it from the terminal, and passes the size on.
          const pid = existsSync(pidFile) ? Number.parseInt(readFileSync(pidFile, 'utf8'), 10) : Number.NaN
          if (pid > 0) process.kill(pid, signal)
          else child.kill(signal)
        },
        isOutsideGroup: true,
        stoppedByKey: () => (existsSync(stopFile) ? (readFileSync(stopFile, 'utf8').trim() as NodeJS.Signals) : null),
        isBegun: () => existsSync(pidFile),
      }
    },
    async drained() {
      closeSync(pipe.write)
      return relay.drained()
    },
    log: relay.log,
  }
}

function notQuotable(folder: string): never {
  throw new Error(`the temporary folder has an odd name: ${folder}`)
}

type ScriptFlavour = 'util-linux' | 'bsd'

/** Which script(1) there is; null where there is none, or one of unknown ways, such as BusyBox's. */
export function findScript(): ScriptFlavour | null {
  if (process.platform === 'darwin' || process.platform === 'freebsd')
    return existsSync('/usr/bin/script') ? 'bsd' : null
  const { status, stdout } = spawnSync('script', ['--version'], { encoding: 'utf8', timeout: 5_000 })
  return status === 0 && stdout.includes('util-linux') ? 'util-linux' : null
}

/** How script(1) is told to run a file by the shell, with its exit code, and to write what it shows at once. */
export function scriptArgs(flavour: ScriptFlavour, typescript: string, start: string): readonly string[] {
  switch (flavour) {
    case 'util-linux':
      return ['-q', '-e', '-f', '-c', `exec sh ${start}`, typescript]
    case 'bsd':
      return ['-q', '-F', typescript, 'sh', start]
  }
}

/** A script that runs the command, and notes its process id and the keys that told it to stop. */
function startScript(command: readonly string[], { pidFile, stopFile }: { pidFile: string; stopFile: string }): string {
  const shell = process.env.SHELL
  return [
    ...['INT', 'QUIT'].map((name) => `trap 'echo SIG${name} >${stopFile}' ${name}`),
    shell === undefined ? 'unset SHELL' : `SHELL=${quoted(shell)}; export SHELL`,
    // As `exec` finds programs, and no built-ins of the shell.
    `sh -c 'echo $$ >"$0"; exec "$@"' ${pidFile} ${command.map(quoted).join(' ')}`,
    'exit $?',
    '',
  ].join('\n')
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`
}

type Relay = { readonly drained: () => Promise<string | null>; readonly log: SpoolReader }

type ReadStream = Omit<RelayedStream, 'from'> & { readonly read: number }

const FIRST_FREE_FD = 5

function startRelay(streams: readonly ReadStream[], masked: readonly Uint8Array[], folder: string | null): Relay {
  const spool = createSpool()
  const plan: RelayPlan = {
    spool: FIRST_FREE_FD - 1,
    streams: streams.map(({ to, isTypescript }, at) => ({ from: FIRST_FREE_FD + at, to, isTypescript })),
    folder,
  }
  const { NODE_OPTIONS: _, ...env } = process.env
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), RELAY_VERB, JSON.stringify(plan)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc', spool, ...streams.map(({ read }) => read)],
    env,
    // In a session of its own: keys and signals for the whole group are not meant for it.
    detached: true,
  })
  // Without a reader the command's pipes would break.
  if (child.pid === undefined) throw new Error('no process can be started to copy it')
  for (const { read } of streams) closeSync(read)
  const send = (order: RelayOrder) => void (child.connected && child.send(order, () => {}))
  const isDone = new Promise<string | null>((resolve) => {
    child.on('message', (news: RelayNews) => resolve(news.failure))
    child.once('error', (error) => resolve(error.message))
    child.once('disconnect', () => resolve('the process that copied it is gone'))
  })
  send({ kind: 'begin', masked: masked.map((value) => Buffer.from(value).toString('latin1')) })
  return {
    drained() {
      send({ kind: 'ended' })
      return isDone
    },
    log: spoolReader(spool),
  }
}

function ownFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'buildpass-'))
  chmodSync(folder, 0o700)
  return folder
}

/** A pipe that has a name, since Node opens no other that programs can open again, as `/dev/stderr`. */
function openPipe(folder: string, name: string): { readonly read: number; readonly write: number } {
  const file = join(folder, name)
  const { status, error, stderr } = spawnSync('mkfifo', ['-m', '600', file], { encoding: 'utf8', timeout: 5_000 })
  if (status !== 0) throw new Error(`mkfifo: ${error?.message ?? stderr.trim()}`)
  // An end alone would wait for the other.
  const both = openSync(file, constants.O_RDWR)
  try {
    return {
      read: openSync(file, constants.O_RDONLY | constants.O_NONBLOCK),
      write: openSync(file, constants.O_WRONLY),
    }
  } finally {
    closeSync(both)
  }
}

function isSamePlace(one: number, other: number): boolean {
  const [a, b] = [fstatSync(one), fstatSync(other)]
  return a.dev === b.dev && a.ino === b.ino && a.rdev === b.rdev
}
