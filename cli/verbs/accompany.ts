import { setTimeout as sleep } from 'node:timers/promises'
import { type Command, InvalidArgumentError } from 'commander'
import type { CiJob } from '../ci/ci-job.ts'
import { type Capture, openCapture } from '../logs/capture.ts'
import { MIN_MASKED_LENGTH } from '../logs/mask.ts'
import { maskedValues } from '../logs/masked-values.ts'
import { openStepLog, type StepLog } from '../logs/step-log.ts'
import { openServer } from '../server/open-server.ts'
import type { Server } from '../server/server.ts'
import { CliError, EXIT } from '../terminal/exit.ts'
import { Interrupted, openAbort } from '../terminal/interrupt.ts'
import { type Output, openOutput, reportFailure } from '../terminal/output.ts'
import { systemFailure } from '../terminal/system-error.ts'
import { type Ended, endAs, isCanceled, runCommand, statusOf } from './command.ts'
import { type CommonOptions, countOption, filledOption } from './common.ts'

export type AccompanyOptions = CommonOptions & {
  strict?: boolean
  reportTimeout: number
  log: boolean
  mask?: string[]
  maskEnv?: string[]
}

/** What is reported of a command while it runs, and when it has ended. */
export type Work = {
  /** What the command is called as a step. */
  readonly stepName: string
  /** Whether it is a step also without a log. */
  readonly isStep: boolean
  readonly begin: (context: Context) => Promise<void>
  /** When it is slow to heed SIGTERM: after that usually comes SIGKILL, which leaves no time for a report. */
  readonly beCanceled: (context: Context) => Promise<unknown>
  /** Asked before the end is reported, while the report of the start may still be under way. */
  readonly judge?: (context: EndContext, limitMs: number) => Promise<unknown>
  readonly finish: (context: EndContext) => Promise<void>
  /** The code to end with, where it is not the command's. */
  readonly exitCode?: (ended: Ended, output: Output) => number
}

export type Context = {
  readonly server: Server
  readonly job: CiJob
  readonly startedAt: Date
  /** Null where it is no step of its own. */
  readonly step: StepLog | null
}

export type EndContext = Context & {
  readonly ended: Ended
  readonly output: Output
  readonly problems: unknown[]
  /** Called when bytes got through: it refreshes the patience with the server. */
  readonly onMoved: () => void
}

/** A CI that cancels a job kills it some seconds later. */
export const CANCELED_MS = 3_000
const KEEP_ALIVE_MS = 3 * 60_000
const DEFAULT_REPORT_SECONDS = 5

export function withAccompaniment(command: Command): Command {
  return command
    .option('--no-log', 'send no log of its output')
    .option('--mask <value>', 'what to show as *** in the log, too; can be repeated', maskedOption)
    .option('--mask-env <name>', 'a variable whose value is shown as *** in the log, too; can be repeated', namedOption)
    .option('--strict', 'fail when the reporting fails or leaves files out, although the command succeeded')
    .option(
      '--report-timeout <seconds>',
      'how long the server may keep us waiting once the command has ended',
      countOption(1, 86_400),
      DEFAULT_REPORT_SECONDS,
    )
}

function maskedOption(text: string, before: readonly string[] = []): readonly string[] {
  if (text.length >= MIN_MASKED_LENGTH) return [...before, text]
  throw new InvalidArgumentError(
    `It must have ${MIN_MASKED_LENGTH} characters or more: a shorter one is in many words.`,
  )
}

function namedOption(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, filledOption(text)]
}

/** Runs a command, reports it, and ends as it did: a slow or absent server costs the command nothing. */
export async function accompany(command: readonly string[], options: AccompanyOptions, work: Work): Promise<void> {
  const problems: unknown[] = []
  // A fault in our own code does not end the wait for the command.
  process.on('uncaughtException', (error: Error) => problems.push(error))
  const reporting = openAbort()
  let lateSignal: NodeJS.Signals | null = null
  const { capture, notCopied } = copyOf(command, options)
  const startedAt = new Date()
  let onMoved = () => {}
  const step =
    options.log || work.isStep
      ? openStepLog({ name: work.stepName, startedAt, log: capture?.log ?? null, onMoved: () => onMoved() })
      : null
  // The command begins at once: a slow or absent server costs the job nothing.
  const running = runCommand(command, {
    capture,
    startedAt,
    onSlowStop: () => opened.then((open) => open && attempt([], () => work.beCanceled({ ...open, startedAt, step }))),
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
  const started = opened.then((open) => open && attempt(problems, () => work.begin({ ...open, startedAt, step })))
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
  onMoved = () => void patience.refresh()
  const isBrokenOff = new Promise((resolve) => reporting.signal.addEventListener('abort', resolve))
  const finished = opened.then(async (open) => {
    if (!open) return
    // It has to give up before the deadline, so that it can say why.
    const context = (): EndContext => {
      const retryMs = Math.min(open.server.retryMs, deadline - performance.now() - SETTLING_MS)
      return { server: { ...open.server, retryMs }, job: open.job, startedAt, step, ended, output, problems, onMoved }
    }
    const judged = work.judge?.(context(), limitMs / 2)
    // The end can be reported before the start: waiting for the start must not use up all the time.
    await Promise.race([started, sleep(limitMs / 2)])
    await judged
    await work.finish(context())
    const lost = notCopied ?? ended.copyFailure
    if (lost && step?.isKept()) output.note(`buildpass: ${capture ? 'the log ends early' : 'no log is sent'}: ${lost}`)
  })
  await Promise.race([finished, isBrokenOff.then(() => sleep(SETTLING_MS))])
  if (reporting.signal.aborted) problems.push(reporting.signal.reason)
  const code = work.exitCode?.(ended, output) ?? ended.code
  endAs({ ...ended, code }, tell(problems, options, output), lateSignal)
}

/** Time for aborted requests to end. */
const SETTLING_MS = 100

export function noAnswer(seconds: number): CliError {
  return new CliError('unreachable', `the server kept us waiting for ${seconds} s.`, {
    hint: 'A longer time can be given by --report-timeout.',
  })
}

/** The copy of the command's output, or why there is none. */
function copyOf(
  [program = '']: readonly string[],
  { log, mask = [], maskEnv = [] }: AccompanyOptions,
): { readonly capture: Capture | null; readonly notCopied: string | null } {
  if (!log || program === '') return { capture: null, notCopied: null }
  const capture = openCapture(maskedValues(process.env, { values: mask, names: maskEnv }))
  return 'reason' in capture ? { capture: null, notCopied: capture.reason } : { capture, notCopied: null }
}

/** Tells how the step ended, and sends what is left of its log; false where the server has no such steps. */
export async function finishStep(step: StepLog, num: number, { server, ended }: EndContext): Promise<boolean> {
  const how = { status: statusOf(ended), stoppedAt: ended.stoppedAt, exitCode: ended.code }
  if (!(await step.end(server, num, how))) return false
  await step.sendRest(server.retryMs)
  return true
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

export async function attempt<T>(problems: unknown[], work: () => Promise<T>): Promise<T | null> {
  try {
    return await work()
  } catch (error) {
    problems.push(error)
    return null
  }
}

/** Prints what could not be reported, and gives the exit code for it. */
function tell(problems: readonly unknown[], { strict }: AccompanyOptions, output: Output): number {
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
