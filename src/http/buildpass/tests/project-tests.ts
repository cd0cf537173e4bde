import * as v from 'valibot'
import { DAY_MS } from '../../../domain/day.ts'
import { AppError, invalidInput } from '../../../domain/error.ts'
import { lazily } from '../../../domain/lazily.ts'
import { MAX_MUTE_DAYS, MAX_MUTE_REASON_LENGTH, MAX_MUTES } from '../../../domain/tests/named-test.ts'
import { type HistoryRun, statsOf } from '../../../domain/tests/test-history.ts'
import type { Ran } from '../../../domain/tests/test-insights.ts'
import type { RunOutcome } from '../../../domain/tests/test-runs.ts'
import { findTestHistory } from '../../../storage/tests/answers/test-history.ts'
import { type TestInsights, testInsights } from '../../../storage/tests/answers/test-insights.ts'
import { listMuted, type MutedTest, muteTest, unmuteTest } from '../../../storage/tests/answers/test-mutes.ts'
import { searchTests } from '../../../storage/tests/answers/test-search.ts'
import { jsonRead, jsonWritten } from '../../frame/answers/answers.ts'
import { checkedBranch, queryCount, queryText, readJson, testIdOf } from '../../frame/request/input.ts'
import { type App, route } from '../../frame/route.ts'
import { isoOf } from '../../json/iso-time.ts'
import { futureTime, line } from '../../json/schemas.ts'
import type {
  FoundTestsJson,
  MutedTestJson,
  MutedTestsJson,
  TestHistoryJson,
  TestInsightsJson,
  UnmutedJson,
} from './project-tests-shape.ts'
import { muteJson, namedTestJson } from './verdict-json.ts'

/** The body that mutes a test. */
export const muteInput = lazily(() =>
  v.strictObject({
    reason: line(MAX_MUTE_REASON_LENGTH),
    until: v.pipe(
      futureTime(),
      v.check((at) => at <= Date.now() + MAX_MUTE_DAYS * DAY_MS, `must be at most ${MAX_MUTE_DAYS} days from now`),
    ),
  }),
)

const MAX_TESTS_A_PAGE = 100
const MAX_SEARCH_LENGTH = 1_000

/** The tests of a project: found by name, one by one, what stands out, and what is muted. */
export function mountProjectTests(app: App): void {
  route(app, 'GET /api/buildpass/v1/projects/:vcs/:org/:repo/tests', async (c, { project }) => {
    const text = queryText(c, 'search') ?? ''
    if (text.length > MAX_SEARCH_LENGTH)
      throw invalidInput('search', `must be at most ${MAX_SEARCH_LENGTH} characters long`)
    const limit = queryCount(c, 'limit', { min: 1, max: MAX_TESTS_A_PAGE, fallback: 30 })
    const after = queryCount(c, 'after', { min: 0, max: 999_999_999, fallback: 0 })
    const { tests, nextAfter } = await searchTests(c.env.stores.db, project.id, text, { limit, after: after || null })
    return jsonRead(c, { tests: tests.map(namedTestJson), next_after: nextAfter } satisfies FoundTestsJson)
  })

  route(app, 'GET /api/buildpass/v1/projects/:vcs/:org/:repo/tests/insights', async (c, { project }) => {
    const branch = checkedBranch(queryText(c, 'branch') ?? project.defaultBranch)
    return jsonRead(c, insightsJson(await testInsights(c.env.stores, project, branch)))
  })

  route(app, 'GET /api/buildpass/v1/projects/:vcs/:org/:repo/tests/muted', async (c, { project }) => {
    const { db, now } = c.env.stores
    const muted = await listMuted(db, project.id, now())
    return jsonRead(c, { muted: muted.map(mutedJson) } satisfies MutedTestsJson)
  })

  route(app, 'GET /api/buildpass/v1/projects/:vcs/:org/:repo/tests/:id', async (c, { project, params }) => {
    const { db, now } = c.env.stores
    const found = await findTestHistory(db, project.id, testIdOf(params), now())
    if (!found) throw new AppError('test_not_found')
    const { test, mute, runs } = found
    const stats = statsOf(runs, project.defaultBranch)
    return jsonRead(c, {
      test: namedTestJson(test),
      mute: muteJson(mute),
      runs: runs.map(runJson),
      stats: {
        runs: stats.runs,
        failed: stats.failed,
        failure_rate: stats.failureRate,
        median_seconds: stats.medianSeconds,
        p95_seconds: stats.p95Seconds,
        first_failure_since: stats.firstFailureSince && ranJson(stats.firstFailureSince),
      },
    } satisfies TestHistoryJson)
  })

  route(
    app,
    'PUT /api/buildpass/v1/projects/:vcs/:org/:repo/tests/:id/mute',
    async (c, { actor, grant, project, params }) => {
      // A job must not hide what it fails itself.
      if (grant?.kind !== 'personal') throw new AppError('permission_denied')
      const muting = await readJson(c, muteInput())
      const muted = await muteTest(c.env.stores, project.id, { testId: testIdOf(params), ...muting }, actor)
      if (muted === 'no_test') throw new AppError('test_not_found')
      if (muted === 'limit') throw new AppError('limit_reached', `A project has at most ${MAX_MUTES} muted tests.`)
      return jsonWritten(c, mutedJson(muted))
    },
  )

  route(
    app,
    'DELETE /api/buildpass/v1/projects/:vcs/:org/:repo/tests/:id/mute',
    async (c, { actor, grant, project, params }) => {
      if (grant?.kind !== 'personal') throw new AppError('permission_denied')
      const unmuted = await unmuteTest(c.env.stores, project.id, testIdOf(params), actor)
      if (unmuted === 'no_test') throw new AppError('test_not_found')
      return jsonWritten(c, { message: unmuted === 'unmuted' ? 'ok' : 'not muted' } satisfies UnmutedJson)
    },
  )
}

function mutedJson({ test, mute }: MutedTest): MutedTestJson {
  return { test: namedTestJson(test), mute: muteJson(mute) }
}

const OUTCOMES: Record<RunOutcome, TestHistoryJson['runs'][number]['outcome']> = {
  success: 'passed',
  failure: 'failed',
  error: 'error',
  skipped: 'skipped',
  flaky: 'flaky',
  // Failed at least once.
  mixed: 'failed',
}

function runJson(run: HistoryRun): TestHistoryJson['runs'][number] {
  return {
    build_num: run.buildNum,
    job: run.jobName,
    branch: run.branch,
    revision: run.revision,
    outcome: OUTCOMES[run.outcome],
    run_time_seconds: run.runTimeSeconds,
    at: isoOf(run.at),
    actor: run.actor,
  }
}

function ranJson({ buildNum, at }: Ran) {
  return { build_num: buildNum, at: isoOf(at) }
}

function insightsJson({ slowest, mostFailing, flaky, added, vanished }: TestInsights): TestInsightsJson {
  return {
    slowest: slowest.map(({ test, meanSeconds, runs }) => ({
      test: namedTestJson(test),
      mean_seconds: meanSeconds,
      runs,
    })),
    most_failing: mostFailing.map(({ test, failed, runs, failureRate }) => ({
      test: namedTestJson(test),
      failed,
      runs,
      failure_rate: failureRate,
    })),
    flaky: flaky.map(({ test, rate, failed, runs }) => ({ test: namedTestJson(test), rate, failed, runs })),
    new: added.map(({ test, since }) => ({ test: namedTestJson(test), since: ranJson(since) })),
    vanished: vanished.map(({ test, last }) => ({ test: namedTestJson(test), last_run: ranJson(last) })),
  }
}
