import { basename } from 'node:path'
import type { Command } from 'commander'
import type { Ruling } from '../../src/domain/tests/quarantine.ts'
import type { CiJob } from '../ci/ci-job.ts'
import { lineFor } from '../ci/words.ts'
import { findFiles } from '../files/find-files.ts'
import { uploadAll } from '../files/upload-all.ts'
import { uploadTests } from '../files/upload-tests.ts'
import type { Server } from '../server/server.ts'
import { EXIT } from '../terminal/exit.ts'
import { failuresOf } from '../terminal/outcome.ts'
import { type ReportedBuild, reportJob, updateBuild } from '../terminal/report.ts'
import {
  type AccompanyOptions,
  accompany,
  attempt,
  CANCELED_MS,
  type EndContext,
  finishStep,
  noAnswer,
  withAccompaniment,
} from './accompany.ts'
import { type Ended, statusOf } from './command.ts'
import { withJob, withServer } from './common.ts'
import { ruleOn, tellRuling } from './quarantine.ts'

type RunOptions = AccompanyOptions & { artifacts?: string[]; tests?: string[]; quarantine?: boolean }

/** How long the report of the start is tried again while the command runs. */
const START_RETRY_MS = 30_000

export function addRun(program: Command): void {
  withAccompaniment(
    withJob(withServer(program.command('run').description('run a command, and report it as this job’s build'), false))
      .argument('<command...>', 'the command and its arguments, after --')
      .option('--artifacts <glob...>', 'files to upload when it has ended, unless it was canceled')
      .option('--tests <glob...>', 'test reports to send when it has ended, unless it was canceled')
      .option(
        '--quarantine',
        'end with 0 when all that failed, by the reports of --tests, is muted; says what it let pass',
      ),
  )
    .passThroughOptions()
    .action(run)
}

function run(command: string[], options: RunOptions): Promise<void> {
  let ruling: Ruling = { letsPass: false, doubts: ['the server was not asked'] }
  const isAsked = ({ code }: Ended) => options.quarantine === true && code !== 0
  return accompany(command, options, {
    stepName: stepName(command),
    isStep: false,
    async begin({ server, job, startedAt, step }) {
      const build = await start(server, job, startedAt)
      await step?.begin(server, build.build_num)
    },
    beCanceled: ({ server, job, startedAt }) => reportCanceled(server, job, startedAt),
    async judge(context, limitMs) {
      if (isAsked(context.ended)) ruling = await rule(context, options, limitMs)
    },
    finish: (context) => finish(context, ruling.letsPass ? 'success' : statusOf(context.ended), command, options),
    exitCode(ended, output) {
      if (isAsked(ended)) tellRuling(ruling, ended.code, output)
      return ruling.letsPass ? EXIT.ok : ended.code
    },
  })
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
function rule({ server, ended, onMoved }: EndContext, { tests = [] }: RunOptions, limitMs: number): Promise<Ruling> {
  const isSignaled = ended.signal !== null || ended.stoppedBy !== null
  const end = { exitCode: ended.code, isSignaled, startedAt: ended.startedAt }
  return ruleOn(end, { server, globs: tests, onRead: onMoved, limitMs, tooLong: noAnswer })
}

async function finish(
  context: EndContext,
  status: ReturnType<typeof statusOf>,
  command: readonly string[],
  { artifacts, tests, strict }: RunOptions,
): Promise<void> {
  const { server, job, problems, output, onMoved } = context
  const build = await attempt(problems, () => reportEnd(context, status, command))
  if (!build) return
  if (status !== 'canceled') onMoved()
  const { step } = context
  if (step && step.isKept() !== false)
    await attempt(problems, async () => {
      if (!(await finishStep(step, build.build_num, context)))
        await updateBuild(server, build.build_num, { status, steps: [stepOf(command, context.ended)] })
    })
  if (status === 'canceled') return
  if (tests)
    await attempt(problems, async () => {
      problems.push(...failuresOf(await uploadTests(server, build.build_num, tests, { output, onMoved }), strict))
    })
  if (artifacts) {
    const { nodeIndex } = job.build
    const how = { overwrite: false, parallel: 4, isPacked: true, onMoved }
    await attempt(problems, async () => {
      const found = await findFiles(artifacts, { root: '.', prefix: '' })
      problems.push(
        ...failuresOf(await uploadAll(server, found, { num: build.build_num, nodeIndex, ...how }, output), strict),
      )
    })
  }
}

/** The end of the build; with its step where the server takes no steps by themselves. */
function reportEnd(
  { server, job, ended, step }: EndContext,
  status: ReturnType<typeof statusOf>,
  command: readonly string[],
): Promise<ReportedBuild> {
  const isAlone = step !== null && step.isKept() !== false
  return reportJob(server, job, {
    status,
    start_time: ended.startedAt.toISOString(),
    stop_time: ended.stoppedAt.toISOString(),
    ...(isAlone ? {} : { steps: [stepOf(command, ended)] }),
  })
}

// Only the program's name: arguments may hold secrets, and a build is read by more people than a log.
function stepName([program = '']: readonly string[]): string {
  return lineFor(basename(program), 1_000) ?? 'command'
}

function stepOf(command: readonly string[], ended: Ended) {
  const { code, startedAt, stoppedAt } = ended
  const name = stepName(command)
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
