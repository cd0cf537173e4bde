import { spawn } from 'node:child_process'
import { basename } from 'node:path'
import type { Command } from 'commander'
import type { CiJob } from '../ci/ci.ts'
import { CliError, EXIT } from '../exit.ts'
import { findFiles } from '../find-files.ts'
import { exitCodeOfSignal, Interrupted } from '../interrupt.ts'
import { openServer } from '../open-server.ts'
import { failuresOf } from '../outcome.ts'
import { type Output, openOutput, reportFailure } from '../output.ts'
import { reportJob } from '../report.ts'
import type { Server } from '../server.ts'
import { uploadAll } from '../upload-all.ts'
import { uploadTests } from '../upload-tests.ts'
import { type CommonOptions, withJob, withServer } from './common.ts'

type RunOptions = CommonOptions & { strict?: boolean; artifacts?: string[]; tests?: string[] }
type Ended = { readonly code: number; readonly signal: NodeJS.Signals | null; readonly startedAt: Date }

/** A job must not hang on us: neither before its command, nor long after it. */
const REPORT_RETRY_MS = 30_000
const CANCELED_RETRY_MS = 3_000
const KEEP_ALIVE_MS = 3 * 60_000

export function addRun(program: Command): void {
  withJob(withServer(program.command('run').description('run a command, and report it as this job’s build'), false))
    .argument('<command...>', 'the command and its arguments, after --')
    .option('--artifacts <glob...>', 'files to upload when it has ended, however it ended')
    .option('--tests <glob...>', 'JUnit XML reports to send when it has ended')
    .option('--strict', 'fail when the reporting fails, although the command succeeded')
    .passThroughOptions()
    .action(run)
}

async function run(command: string[], options: RunOptions): Promise<void> {
  const output = openOutput(options)
  const reporting = new AbortController()
  const problems: unknown[] = []
  // The command begins at once: a slow or absent server costs the job nothing.
  const opened = openServer(options, output, reporting.signal).catch((error) => {
    problems.push(error)
    return null
  })
  const startedAt = new Date()
  const started = opened.then((open) => open && attempt(problems, () => start(open.server, open.job, startedAt)))
  const alive = setInterval(async () => {
    const open = await opened
    await open?.server.credential.keepAlive?.().catch(() => {}) // The report at the end tells what is wrong.
  }, KEEP_ALIVE_MS)
  const ended = await spawnCommand(command, startedAt)
  clearInterval(alive)
  await started
  const open = await opened
  if (open) {
    const deadline = ended.signal
      ? setTimeout(() => reporting.abort(new Interrupted('SIGTERM')), CANCELED_RETRY_MS)
      : null
    await finish(open.server, open.job, ended, command, options, output, problems)
    if (deadline) clearTimeout(deadline)
  }
  end(ended, tell(problems, options, output))
}

function quick(server: Server): Server {
  return { ...server, retryMs: Math.min(server.retryMs, REPORT_RETRY_MS) }
}

function start(server: Server, job: CiJob, startedAt: Date) {
  return reportJob(quick(server), job, { status: 'running', start_time: startedAt.toISOString() })
}

async function finish(
  server: Server,
  job: CiJob,
  ended: Ended,
  command: readonly string[],
  { artifacts, tests, strict }: RunOptions,
  output: Output,
  problems: unknown[],
): Promise<void> {
  const status = ended.signal && isStop(ended.signal) ? 'canceled' : ended.code === 0 ? 'success' : 'failed'
  const stoppedAt = new Date()
  const build = await attempt(problems, () =>
    reportJob(quick(server), job, {
      status,
      start_time: ended.startedAt.toISOString(),
      stop_time: stoppedAt.toISOString(),
      steps: [stepOf(command, status, ended, stoppedAt)],
    }),
  )
  if (!build || status === 'canceled') return
  if (tests)
    await attempt(problems, async () => {
      problems.push(...failuresOf(await uploadTests(server, build.build_num, tests, output), strict))
    })
  if (artifacts) {
    const target = { num: build.build_num, nodeIndex: job.build.nodeIndex, overwrite: false, parallel: 4 }
    await attempt(problems, async () => {
      const found = await findFiles(artifacts, { root: '.', prefix: '' })
      problems.push(...failuresOf(await uploadAll(server, found, target, output), strict))
    })
  }
}

// Only the program's name: arguments may hold secrets, and a build is read by more people than a log.
function stepOf([program = '']: readonly string[], status: string, { code, startedAt }: Ended, stoppedAt: Date) {
  const name = basename(program)
  const action = {
    name,
    type: 'test',
    status,
    start_time: startedAt.toISOString(),
    end_time: stoppedAt.toISOString(),
    run_time_millis: stoppedAt.getTime() - startedAt.getTime(),
    exit_code: code,
  }
  return { name, actions: [action] }
}

const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const

function isStop(signal: NodeJS.Signals): boolean {
  return signal === 'SIGINT' || signal === 'SIGTERM' || signal === 'SIGHUP' || signal === 'SIGQUIT'
}

/** Runs the command on our own stdin and outputs; signals that reach us go on to it. */
function spawnCommand([program = '', ...args]: readonly string[], startedAt: Date): Promise<Ended> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: 'inherit' })
    let stoppedBy: NodeJS.Signals | null = null
    for (const signal of FORWARDED)
      process.on(signal, () => {
        if (isStop(signal)) stoppedBy = signal
        // At a terminal the keys' signal has gone to the whole group, the command included.
        if (!(process.stdin.isTTY && (signal === 'SIGINT' || signal === 'SIGQUIT'))) child.kill(signal)
      })
    child.once('error', (error: NodeJS.ErrnoException) => {
      const isMissing = error.code === 'ENOENT'
      process.stderr.write(`buildpass: ${program}: ${isMissing ? 'command not found' : error.message}\n`)
      resolve({ code: isMissing ? 127 : 126, signal: null, startedAt })
    })
    child.once('close', (code, signal) => {
      // A command that took the signal and ended in its own way was stopped all the same.
      if (signal) resolve({ code: exitCodeOfSignal(signal), signal, startedAt })
      else resolve({ code: code ?? 1, signal: code === 0 ? null : stoppedBy, startedAt })
    })
  })
}

async function attempt<T>(problems: unknown[], work: () => Promise<T>): Promise<T | null> {
  try {
    return await work()
  } catch (error) {
    problems.push(error)
    return null
  }
}

/** Says what could not be reported; gives the exit code that it would be. */
function tell(problems: readonly unknown[], { strict }: RunOptions, output: Output): number {
  const said = new Set<string>()
  let code = 0
  for (const problem of problems) {
    const { message } = problem as Error
    if (said.has(message)) continue
    said.add(message)
    if (strict || !(problem instanceof CliError)) {
      const failure =
        problem instanceof Interrupted ? new CliError('unreachable', 'there was no time to report') : problem
      code ||= reportFailure(failure, false)
    } else output.warn(`not reported: ${message}${problem.hint ? ` ${problem.hint}` : ''}`)
  }
  return strict ? code : EXIT.ok
}

/** Ends as the command did: by its signal, so that a shell sees the same, or with its code. */
function end({ code, signal }: Ended, reportingCode: number): void {
  if (signal && code === exitCodeOfSignal(signal)) {
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
    // Where the signal does not end us: Windows, or one that is ignored.
    setTimeout(() => process.exit(code), 200)
    return
  }
  process.exit(code === 0 ? reportingCode : code)
}
