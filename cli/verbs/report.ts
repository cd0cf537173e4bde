import type { Command } from 'commander'
import { isOver, parseReportedStatus, type ReportedStatus } from '../../src/domain/builds/build.ts'
import { wordTable } from '../../src/domain/formats/word-table.ts'
import { uploadTests } from '../files/upload-tests.ts'
import { EXIT, usageError } from '../terminal/exit.ts'
import { failuresOf, settle } from '../terminal/outcome.ts'
import { type ReportedBuild, reportJob, updateBuild } from '../terminal/report.ts'
import { type CommonOptions, countOption, filledOption, runVerb, withJob, withServer } from './common.ts'

type FinishOptions = CommonOptions & {
  status?: string
  exitCode?: number
  build?: number
  tests?: string[]
  strict?: boolean
}

export function addReport(program: Command): void {
  const report = program.command('report').description('tell that this job starts, or how it ended')

  withJob(withServer(report.command('start').description('report that the job runs'))).action(
    (options: CommonOptions) =>
      runVerb(options, async ({ server, job, output }) => {
        const build = await reportJob(server, job, { status: 'running', start_time: new Date().toISOString() })
        output.result(lineOf(build), build)
        return undefined
      }),
  )

  withJob(withServer(report.command('finish').description('report that the job is over')))
    .option(
      '--status <status>',
      'success, failed, canceled, timedout, … (CI words like "failure" are understood)',
      filledOption,
    )
    .option('--exit-code <n>', 'instead of --status: 0 is success, anything else failed', countOption(0, 255))
    .option('--build <n>', 'the build, where it was started elsewhere', countOption(1, 999_999_999))
    .option('--tests <glob...>', 'test reports to send with it')
    .option('--strict', `end with ${EXIT.left_out} when a report was left out`)
    .action((options: FinishOptions) =>
      runVerb(options, async ({ server, job, output }) => {
        const news = { status: statusOf(options), stop_time: new Date().toISOString() }
        const build =
          options.build === undefined
            ? await reportJob(server, job, news)
            : await updateBuild(server, options.build, news)
        const sent = options.tests ? await uploadTests(server, build.build_num, options.tests, { output }) : NOTHING
        return settle(lineOf(build), build, failuresOf(sent, options.strict), output)
      }),
    )
}

const NOTHING = { done: [], failures: [], leftOut: [] }

function lineOf({ build_num, status, build_url }: ReportedBuild): string {
  return `build ${build_num} ${status} ${build_url}`
}

// What CI systems call these: GitHub's job.status, GitLab's CI_JOB_STATUS, Jenkins' currentBuild.result, …
const WORDS = wordTable<ReportedStatus>({
  failure: 'failed',
  failing: 'failed',
  error: 'failed',
  unstable: 'failed',
  passed: 'success',
  ok: 'success',
  cancelled: 'canceled',
  aborted: 'canceled',
  killed: 'canceled',
  skipped: 'not_run',
  not_built: 'not_run',
  timed_out: 'timedout',
  timeout: 'timedout',
})

function statusOf({ status, exitCode }: FinishOptions): ReportedStatus {
  if (exitCode !== undefined && status === undefined) return exitCode === 0 ? 'success' : 'failed'
  if (status !== undefined && exitCode !== undefined)
    throw usageError('--status and --exit-code: only one of them says how it ended.')
  if (status === undefined) throw usageError('How did it end?', 'Say --status success, or --exit-code $?.')
  const word = status.toLowerCase()
  const found = WORDS.get(word) ?? parseReportedStatus(word)
  if (found && isOver(found)) return found
  throw usageError(
    `"${status}" is not how a build ends.`,
    'It is one of success, failed, canceled, timedout, no_tests, not_run, infrastructure_fail.',
  )
}
