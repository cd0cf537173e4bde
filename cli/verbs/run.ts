import { type ChildProcess, spawn } from 'node:child_process'
import { basename } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isatty } from 'node:tty'
import type { Command } from 'commander'
import { visibleLine } from '../../src/domain/formats/visible-text.ts'
import type { Ruling } from '../../src/domain/tests/quarantine.ts'
import { clipped } from '../../src/domain/tests/test-result.ts'
import type { CiJob } from '../ci/ci-job.ts'
import { lineFor } from '../ci/words.ts'
import { findFiles } from '../files/find-files.ts'
import { uploadAll } from '../files/upload-all.ts'
import { uploadTests } from '../files/upload-tests.ts'
import { openServer } from '../server/open-server.ts'
import type { Server } from '../server/server.ts'
import { CliError, EXIT } from '../terminal/exit.ts'
import { exitCodeOfSignal, Interrupted, openAbort } from '../terminal/interrupt.ts'
import { failuresOf } from '../terminal/outcome.ts'
import { type Output, openOutput, reportFailure } from '../terminal/output.ts'
import { reportJob } from '../terminal/report.ts'
import { say } from '../terminal/say.ts'
import { systemFailure, systemWords } from '../terminal/system-error.ts'
import { type CommonOptions, countOption, withJob, withServer } from './common.ts'
import { ruleOn, tellRuling } from './quarantine.ts'

type RunOptions = CommonOptions & {
  strict?: boolean
  artifacts?: string[]
  tests?: string[]
  quarantine?: boolean
  reportTimeout: number
}
type Ended = {
  readonly code: number
  /** The signal that ended the command. */
  readonly signal: NodeJS.Signals | null
  /** The signal to stop that `buildpass` passed on. */
  readonly stoppedBy: NodeJS.Signals | null
  readonly startedAt: Date
  readonly stoppedAt: Date
}

/** How long the report of the start is tried again while the command runs. */
const START_RETRY_MS = 30_000
/** A CI that cancels a job kills it some seconds later. */
const CANCELED_MS = 3_000
const KEEP_ALIVE_MS = 3 * 60_000
const DEFAULT_REPORT_SECONDS = 5

export function addRun(program: Command): void {
  withJob(withServer(program.command('run').description('run a command, and report it as this job’s build'), false))
    .argument('<command...>', 'the command and its arguments, after --')
    .option('--artifacts <glob...>', 'files to upload when it has ended, unless it was canceled')
    .option('--tests <glob...>', 'test reports to send when it has ended, unless it was canceled')
    .option(
      '--quarantine',
      'end with 0 when all that failed, by the reports of --tests, is muted; says what it let pass',
    )
    .option('--strict', 'fail when the reporting fails or leaves files out, although the command succeeded')
    .option(
      '--report-timeout <seconds>',
      'how long the server may keep us waiting once the command has ended',
      countOption(1, 86_400),
      DEFAULT_REPORT_SECONDS,
    )
    .passThroughOptions()
    .action(run)
}

async function run(command: string[], options: RunOptions): Promise<void> {
  const problems: unknown[] = []
  // A fault in our own code does not end the wait for the command.
  process.on('uncaughtException', (error: Error) => problems.push(error))
  const reporting = openAbort()
  let lateSignal: NodeJS.Signals | null = null
  const startedAt = new Date()
  // The command begins at once: a slow or absent server costs the job nothing.
  const running = runCommand(command, startedAt, {
    // After SIGTERM usually comes SIGKILL, which leaves no time for a report.
    onSlowStop: () =>
      opened.then((open) => open && attempt([], () => reportCanceled(open.server, open.job, startedAt))),
    onLateSignal(signal) {
      lateSignal ??= signal
      reporting.abort(new Interrupted(signal))
    },
  })
  const { output, release } = heldUntilReleased(openOutput(options))
  const opened = openServer(options, output, reporting.signal).catch((error: unknown) => {
    problems.push(error)
    return null
  })
  const started = opened.then((open) => open && attempt(problems, () => start(open.server, open.job, startedAt)))
  const alive = setInterval(async () => {
    const open = await opened
    await open?.server.credential.keepAlive?.().catch(() => {}) // The report at the end tells what is wrong.
  }, KEEP_ALIVE_MS)

  const ended = await running
  clearInterval(alive)
  release()
  const limitMs = Math.min(options.reportTimeout * 1000, isCanceled(ended) ? CANCELED_MS : Number.POSITIVE_INFINITY)
  const deadline = performance.now() + limitMs
  const patience = setTimeout(() => reporting.abort(noAnswer(limitMs / 1000)), limitMs)
  const onMoved = () => void patience.refresh()
  const isBrokenOff = new Promise((resolve) => reporting.signal.addEventListener('abort', resolve))
  let ruling: Ruling = { letsPass: false, doubts: ['the server was not asked'] }
  const finished = opened.then(async (open) => {
    if (!open) return
    // It has to give up before the deadline, so that it can say why.
    const server = () => {
      const retryMs = Math.min(open.server.retryMs, deadline - performance.now() - SETTLING_MS)
      return { ...open.server, retryMs }
    }
    const isAsked = options.quarantine && ended.code !== 0
    const ruled = isAsked ? rule(server(), ended, options, { limitMs: limitMs / 2, onRead: onMoved }) : ruling
    // The end can be reported before the start: waiting for the start must not use up all the time.
    await Promise.race([started, sleep(limitMs / 2)])
    ruling = await ruled
    const status = ruling.letsPass ? 'success' : statusOf(ended)
    await finish({ server: server(), job: open.job, ended, status, command, options, output, problems, onMoved })
  })
  await Promise.race([finished, isBrokenOff.then(() => sleep(SETTLING_MS))])
  if (reporting.signal.aborted) problems.push(reporting.signal.reason)
  if (options.quarantine && ended.code !== 0) tellRuling(ruling, ended.code, output)
  end(ruling.letsPass ? { ...ended, code: EXIT.ok } : ended, tell(problems, options, output), lateSignal)
}

/** Time for aborted requests to end. */
const SETTLING_MS = 100

function noAnswer(seconds: number): CliError {
  return new CliError('unreachable', `the server kept us waiting for ${seconds} s.`, {
    hint: 'A longer time can be given by --report-timeout.',
  })
}

/** Holds our own lines back until the command has ended, so that they are not among its lines. */
function heldUntilReleased(output: Output): { readonly output: Output; readonly release: () => void } {
  let held: string[] | null = []
  return {
    output: { ...output, warn: (text) => void (held ? held.push(text) : output.warn(text)) },
    release() {
      for (const text of held ?? []) output.warn(text)
      held = null
    },
  }
}

function start(server: Server, job: CiJob, startedAt: Date) {
  const patient = { ...server, retryMs: Math.min(server.retryMs, START_RETRY_MS) }
  return reportJob(patient, job, { status: 'running', start_time: startedAt.toISOString() })
}

function reportCanceled(server: Server, job: CiJob, startedAt: Date) {
  const times = { start_time: startedAt.toISOString(), stop_time: new Date().toISOString() }
  return reportJob({ ...server, retryMs: CANCELED_MS }, job, { status: 'canceled', ...times })
}

/** What the reports say of a command that failed, for `--quarantine`. */
function rule(
  server: Server,
  ended: Ended,
  { tests = [] }: RunOptions,
  { limitMs, onRead }: { readonly limitMs: number; readonly onRead: () => void },
): Promise<Ruling> {
  const isSignaled = ended.signal !== null || ended.stoppedBy !== null
  const end = { exitCode: ended.code, isSignaled, startedAt: ended.startedAt }
  return ruleOn(end, { server, globs: tests, onRead, limitMs, tooLong: noAnswer })
}

type Finish = {
  readonly server: Server
  readonly job: CiJob
  readonly ended: Ended
  readonly status: ReturnType<typeof statusOf>
  readonly command: readonly string[]
  readonly options: RunOptions
  readonly output: Output
  readonly problems: unknown[]
  readonly onMoved: () => void
}

async function finish({
  server,
  job,
  ended,
  status,
  command,
  options,
  output,
  problems,
  onMoved,
}: Finish): Promise<void> {
  const { artifacts, tests, strict } = options
  const build = await attempt(problems, () =>
    reportJob(server, job, {
      status,
      start_time: ended.startedAt.toISOString(),
      stop_time: ended.stoppedAt.toISOString(),
      steps: [stepOf(command, ended)],
    }),
  )
  if (!build || status === 'canceled') return
  onMoved()
  if (tests)
    await attempt(problems, async () => {
      problems.push(...failuresOf(await uploadTests(server, build.build_num, tests, { output, onMoved }), strict))
    })
  if (artifacts) {
    const target = { num: build.build_num, nodeIndex: job.build.nodeIndex, overwrite: false, parallel: 4, onMoved }
    await attempt(problems, async () => {
      const found = await findFiles(artifacts, { root: '.', prefix: '' })
      problems.push(...failuresOf(await uploadAll(server, found, target, output), strict))
    })
  }
}

// Only the program's name: arguments may hold secrets, and a build is read by more people than a log.
function stepOf([program = '']: readonly string[], ended: Ended) {
  const { code, startedAt, stoppedAt } = ended
  const name = lineFor(basename(program), 1_000) ?? 'command'
  const action = {
    name,
    type: 'test',
    status: statusOf(ended),
    start_time: startedAt.toISOString(),
    end_time: stoppedAt.toISOString(),
    run_time_millis: stoppedAt.getTime() - startedAt.getTime(),
    exit_code: code,
  }
  return { name, actions: [action] }
}

const FORWARDED = [
  ...['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'],
  ...['SIGUSR1', 'SIGUSR2', 'SIGALRM', 'SIGCONT', 'SIGWINCH'],
] as readonly NodeJS.Signals[]

function isStop(signal: NodeJS.Signals): boolean {
  return signal === 'SIGINT' || signal === 'SIGTERM' || signal === 'SIGHUP' || signal === 'SIGQUIT'
}

/** A command that was told to stop is canceled, even if it ended with code 0. */
function isCanceled({ signal, stoppedBy }: Ended): boolean {
  return stoppedBy !== null || (signal !== null && isStop(signal))
}

function statusOf(ended: Ended): 'canceled' | 'success' | 'failed' {
  if (isCanceled(ended)) return 'canceled'
  return ended.code === 0 ? 'success' : 'failed'
}

/** The length to which a program's name is cut in messages. */
const SHOWN_LENGTH = 200

/** How long a command may take to end after SIGTERM before we prepare for SIGKILL. */
const SLOW_STOP_MS = 1_000

/** Runs the command with our own stdin and outputs; signals that reach us are passed on to it. */
function runCommand(
  [program = '', ...args]: readonly string[],
  startedAt: Date,
  { onSlowStop, onLateSignal }: { onSlowStop: () => void; onLateSignal: (signal: NodeJS.Signals) => void },
): Promise<Ended> {
  return new Promise((resolve) => {
    let child: ChildProcess | null = null
    let stoppedBy: NodeJS.Signals | null = null
    const settle = (code: number, signal: NodeJS.Signals | null) => {
      child = null
      resolve({ code, signal, stoppedBy, startedAt, stoppedAt: new Date() })
    }
    for (const signal of FORWARDED)
      process.on(signal, () => {
        if (!child) return isStop(signal) ? onLateSignal(signal) : undefined
        if (isStop(signal)) stoppedBy = signal
        if (signal === 'SIGTERM') setTimeout(() => child && onSlowStop(), SLOW_STOP_MS)
        // At a terminal a key's signal reaches the whole process group, the command included.
        if (!(isatty(0) && (signal === 'SIGINT' || signal === 'SIGQUIT'))) child.kill(signal)
      })
    const refuse = (error: NodeJS.ErrnoException) => {
      const isMissing = error.code === 'ENOENT' || program === ''
      say(
        'stderr',
        `buildpass: ${visibleLine(clipped(program, SHOWN_LENGTH))}: ${isMissing ? 'command not found' : systemWords(error)}\n`,
      )
      settle(isMissing ? 127 : 126, null)
    }
    try {
      child = spawn(program, args, { stdio: 'inherit' })
      child.once('error', refuse)
      child.once('close', (code, signal) => settle(signal ? exitCodeOfSignal(signal) : (code ?? 1), signal))
    } catch (error) {
      // Some of the reasons are thrown, others come as an event.
      refuse(error as NodeJS.ErrnoException)
    }
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

/** Prints what could not be reported, and gives the exit code for it. */
function tell(problems: readonly unknown[], { strict }: RunOptions, output: Output): number {
  const said = new Set<string>()
  let code: number = EXIT.ok
  for (const thrown of problems) {
    const problem = thrown instanceof Interrupted ? new CliError('unreachable', thrown.message) : systemFailure(thrown)
    const { message } = problem as Error
    if (said.has(message)) continue
    said.add(message)
    if (strict || !(problem instanceof CliError)) code ||= reportFailure(problem, false)
    else output.warn(`not reported: ${message}${problem.hint ? ` ${problem.hint}` : ''}`)
  }
  return strict ? code : EXIT.ok
}

/** Signals that end a process without writing its memory to a file. */
const CLEAN: readonly NodeJS.Signals[] = ['SIGHUP', 'SIGINT', 'SIGKILL', 'SIGPIPE', 'SIGALRM', 'SIGTERM']

/** Ends as the command did: by its signal, so that a shell sees the same, or with its code. */
function end({ code, signal }: Ended, reportingCode: number, lateSignal: NodeJS.Signals | null): void {
  // The command succeeded, but a signal ended the sending.
  const endBy = signal ?? (code === 0 ? lateSignal : null)
  const exitCode = endBy ? exitCodeOfSignal(endBy) : code === 0 ? reportingCode : code
  if (!endBy || !CLEAN.includes(endBy)) process.exit(exitCode)
  process.removeAllListeners(endBy)
  process.kill(process.pid, endBy)
  // Where the signal does not end us: Windows, or the first process of a container.
  setTimeout(() => process.exit(exitCode), 200)
}
