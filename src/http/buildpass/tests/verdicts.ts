import * as v from 'valibot'
import { AppError } from '../../../domain/error.ts'
import { lazily } from '../../../domain/lazily.ts'
import { MAX_TEST_NAME_LENGTH } from '../../../domain/tests/test-result.ts'
import { MAX_JUDGED } from '../../../domain/tests/verdict.ts'
import { type Failure, type Judgement, judgeBuild, judgeTests } from '../../../storage/tests/answers/verdicts.ts'
import { jsonRead, jsonWritten } from '../../frame/answers/answers.ts'
import { buildNumOf, MAX_BRANCH_LENGTH, queryCount, readJson } from '../../frame/request/input.ts'
import { type App, route } from '../../frame/route.ts'
import { muteJson, namedTestJson, verdictJson } from './verdict-json.ts'
import type { FailuresJson, JudgedJson } from './verdict-shape.ts'

const name = () =>
  v.pipe(
    v.string('must be a string'),
    v.maxLength(MAX_TEST_NAME_LENGTH, `must be at most ${MAX_TEST_NAME_LENGTH} characters long`),
  )

/** The body that asks about tests which failed, before there is a build. */
export const judgeInput = lazily(() =>
  v.strictObject({
    tests: v.pipe(
      v.array(
        v.strictObject({
          classname: name(),
          name: name(),
          file: v.optional(v.nullable(name())),
          outcome: v.picklist(['failed', 'error'], 'must be one of failed, error'),
        }),
        'must be a list',
      ),
      v.maxLength(MAX_JUDGED, `must be at most ${MAX_JUDGED} tests`),
    ),
    // What a branch fails is compared with the default branch, so it makes no difference.
    branch: v.optional(v.pipe(v.string('must be a string'), v.maxLength(MAX_BRANCH_LENGTH))),
  }),
)

const MAX_FAILURES_A_PAGE = 200

/** Which failures are new, flaky, or red on the default branch too. */
export function mountVerdicts(app: App): void {
  route(
    app,
    'GET /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/tests/failures',
    async (c, { project, params }) => {
      const num = buildNumOf(params)
      const limit = queryCount(c, 'limit', { min: 1, max: MAX_FAILURES_A_PAGE, fallback: MAX_FAILURES_A_PAGE })
      const after = queryCount(c, 'after', { min: 0, max: 999_999_999, fallback: 0 })
      const judgement = await judgeBuild(c.env.stores, project, num)
      if (!judgement) throw new AppError('build_not_found')
      return jsonRead(c, failuresJson(num, judgement, after, limit))
    },
  )

  // A POST for the length of the list: it changes nothing.
  route(app, 'POST /api/buildpass/v1/projects/:vcs/:org/:repo/tests/judge', async (c, { project }) => {
    const { tests } = await readJson(c, judgeInput())
    const keys = tests.map(({ classname, name, file = null }) => ({ classname, name, file: file || null }))
    const { failures, counts, summary } = await judgeTests(c.env.stores, project, keys)
    const judged = failures.map(({ classname, name, file, verdict, mute }) => {
      return { classname, name, file, verdict: verdictJson(verdict), mute: muteJson(mute) }
    })
    return jsonWritten(c, { failures: judged, counts, summary } satisfies JudgedJson)
  })
}

function failuresJson(num: number, judgement: Judgement, after: number, limit: number): FailuresJson {
  const { tests, warnings, summary, comparedWith, counts, failures } = judgement
  const first = after === 0 ? 0 : failures.findIndex(({ test }) => test.id === after) + 1
  const page = first === 0 && after !== 0 ? [] : failures.slice(first, first + limit)
  const { success: passed, failure: failed, error: errors, skipped, flaky } = tests
  return {
    build_num: num,
    tests: { passed, failed, errors, skipped, flaky },
    warnings: [...warnings],
    summary,
    compared_with: comparedWith && { pipeline_number: comparedWith.pipelineNumber, branch: comparedWith.branch },
    counts,
    failures: page.map(failureJson),
    next_after: first + limit < failures.length ? (page.at(-1)?.test.id ?? null) : null,
  }
}

function failureJson({ test, outcome, message, runTimeSeconds, verdict, mute }: Failure) {
  return {
    test: namedTestJson(test),
    outcome: outcome === 'failure' ? ('failed' as const) : outcome,
    message,
    run_time_seconds: runTimeSeconds,
    verdict: verdictJson(verdict),
    mute: muteJson(mute),
  }
}
