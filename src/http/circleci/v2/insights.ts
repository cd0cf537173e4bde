import type { Context } from 'hono'
import {
  hasRun,
  metricsOfSum,
  REPORTING_WINDOW_DAYS,
  type RunSum,
  runSecondsOf,
} from '../../../domain/builds/insights.ts'
import { DAY_MS } from '../../../domain/day.ts'
import { AppError, invalidInput } from '../../../domain/error.ts'
import { pageOfRows } from '../../../domain/formats/page-token.ts'
import type { Project } from '../../../domain/project.ts'
import type { WhichBranch } from '../../../storage/builds/branches/open-branches.ts'
import { listRunSums } from '../../../storage/builds/run-sums.ts'
import { listWorkflowRuns, type WorkflowRow } from '../../../storage/builds/workflows.ts'
import { type FlakyFailure, listFlakyFailures } from '../../../storage/tests/answers/flaky-tests.ts'
import { jsonRead } from '../../frame/answers/answers.ts'
import type { OnProject } from '../../frame/authorize.ts'
import { openBranchesOf } from '../../frame/open-parts.ts'
import type { AppEnv } from '../../frame/open-request.ts'
import { queryFlag, queryText } from '../../frame/request/input.ts'
import { type App, route } from '../../frame/route.ts'
import { isoOf } from '../../json/iso-time.ts'
import { pagedItems, pageKeyOf } from '../both/paging.ts'
import type { FlakyTestJson, FlakyTestsJson, WorkflowMetricsJson, WorkflowRunJson } from './insights-shape.ts'

const FLAKY_DAYS = 14
const PAGE_SIZE = 100

/** Insights from our own rows. */
export function mountInsights(app: App): void {
  route(app, 'GET /api/v2/insights/:vcs/:org/:repo/flaky-tests', async (c, { project }) => {
    const since = c.env.stores.now() - FLAKY_DAYS * DAY_MS
    return jsonRead(c, flakyTestsJson(await listFlakyFailures(c.env.stores, project.id, since)))
  })

  route(app, 'GET /api/v2/insights/:vcs/:org/:repo/workflows', async (c, { grant, project }) => {
    const until = c.env.stores.now()
    const windowMs = windowDaysOf(c) * DAY_MS
    const which = { branch: branchAskedFor(c, { grant, project }), since: until - windowMs, until }
    const { sums } = await listRunSums(c.env.stores, project.id, which)
    const inOrder = [...sums].sort(([one], [other]) => (one < other ? -1 : 1))
    const items = inOrder.map(([name, sum]) => metricsJson(project, name, sum, { until, windowMs }))
    return pagedItems(c, 'workflow-metrics', items, null)
  })

  route(app, 'GET /api/v2/insights/:vcs/:org/:repo/workflows/:workflow', async (c, { grant, project, params }) => {
    const key = pageKeyOf(c, 'workflow-run', ['number', 'string'])
    const after = key && { createdAt: key[0], id: key[1] }
    const { stores } = c.env
    const until = stores.now()
    const which = { branch: branchAskedFor(c, { grant, project }), since: until - 90 * DAY_MS }
    if (!after) {
      // Without a run of that name all runs would be read to learn so.
      const { sums, isAll } = await listRunSums(stores, project.id, { ...which, until })
      if (isAll && !sums.has(params.workflow)) throw new AppError('workflow_not_found')
    }
    const ofName = { ...which, name: params.workflow }
    const rows = await listWorkflowRuns(stores.db, project.id, ofName, { after, limit: PAGE_SIZE + 1 })
    if (rows.length === 0 && !after) throw new AppError('workflow_not_found')
    const page = pageOfRows(rows, PAGE_SIZE, ({ createdAt, id }) => [createdAt, id])
    return pagedItems(c, 'workflow-run', page.items.filter(hasRun).map(runJson), page.nextKey)
  })
}

function windowDaysOf(c: Context<AppEnv>): number {
  const name = c.req.query('reporting-window') ?? 'last-90-days'
  const days = REPORTING_WINDOW_DAYS.get(name)
  if (days) return days
  throw invalidInput('reporting-window', `must be one of ${[...REPORTING_WINDOW_DAYS.keys()].join(', ')}`)
}

/** The default branch unless another one, or all that are open to the asker, are asked for. */
function branchAskedFor(c: Context<AppEnv>, { grant, project }: Pick<OnProject, 'grant' | 'project'>): WhichBranch {
  if (queryFlag(c, 'all-branches')) return openBranchesOf({ grant })
  return queryText(c, 'branch') ?? project.defaultBranch
}

function runJson(run: WorkflowRow & Pick<WorkflowRunJson, 'status'>): WorkflowRunJson {
  return {
    id: run.id,
    // No null in CircleCI's document: a run of a tag is of no branch.
    branch: run.pipeline.branch ?? '',
    status: run.status,
    duration: runSecondsOf(run) ?? 0,
    created_at: isoOf(run.beganAt),
    stopped_at: isoOf(run.stoppedAt ?? run.beganAt),
    credits_used: 0,
    is_approval: false,
  }
}

function metricsJson(
  project: Project,
  name: string,
  sum: RunSum,
  { until, windowMs }: { readonly until: number; readonly windowMs: number },
): WorkflowMetricsJson {
  const metrics = metricsOfSum(sum, windowMs)
  const { min, mean, median, p95, max, standardDeviation } = metrics.durationSeconds
  return {
    name,
    project_id: project.id,
    window_start: isoOf(sum.firstAt),
    window_end: isoOf(Math.min(until, sum.lastAt)),
    metrics: {
      total_runs: metrics.totalRuns,
      successful_runs: metrics.successfulRuns,
      failed_runs: metrics.failedRuns,
      success_rate: metrics.successRate,
      throughput: metrics.throughput,
      mttr: metrics.meanSecondsToRecovery,
      total_recoveries: metrics.recoveries,
      total_credits_used: 0,
      duration_metrics: { min, mean, median, p95, max, standard_deviation: standardDeviation },
    },
  }
}

/** One entry a test and job, with its newest failure; the most often flaked first. */
function flakyTestsJson(failures: readonly FlakyFailure[]): FlakyTestsJson {
  const byTest = Map.groupBy(failures, (one) => JSON.stringify([one.classname, one.testName, one.jobName]))
  const tests = [...byTest.values()]
    .map((those) => ({ newest: those[0], those }))
    .sort((one, other) => other.those.length - one.those.length)
    .flatMap(({ newest, those }) => (newest ? [flakyTestJson(newest, those)] : []))
  return { flaky_tests: tests, total_flaky_tests: tests.length }
}

function flakyTestJson(newest: FlakyFailure, all: readonly FlakyFailure[]): FlakyTestJson {
  return {
    test_name: newest.testName,
    classname: newest.classname,
    source: newest.source,
    file: newest.file,
    job_name: newest.jobName,
    job_number: newest.jobNumber,
    pipeline_number: newest.pipelineNumber,
    workflow_id: newest.workflowId,
    workflow_name: newest.workflowName,
    workflow_created_at: isoOf(newest.workflowCreatedAt),
    times_flaked: all.length,
    time_wasted: Math.round(all.reduce((sum, one) => sum + one.runTimeSeconds, 0)),
  }
}
