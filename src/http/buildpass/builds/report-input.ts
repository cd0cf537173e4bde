import * as v from 'valibot'
import { attemptInJobId, attemptInWorkflowId } from '../../../domain/builds/attempt.ts'
import {
  type BuildEvent,
  type BuildReport,
  firstTimeOf,
  parseReportedStatus,
  type ReportedStatus,
  type Step,
} from '../../../domain/builds/build.ts'
import { lazily } from '../../../domain/lazily.ts'
import { line, prose, time, webUrl } from '../../json/schemas.ts'

const STATUS_RULE =
  'must be one of queued, not_running, running, success, failed, canceled, timedout, no_tests, not_run, infrastructure_fail, retried'

const status = () =>
  v.pipe(
    v.string(STATUS_RULE),
    v.check((text) => parseReportedStatus(text) !== null, STATUS_RULE),
    v.transform((text) => parseReportedStatus(text) as ReportedStatus),
  )

const person = () =>
  v.strictObject({
    name: v.optional(line(200)),
    email: v.optional(line(320)),
    date: v.optional(
      v.pipe(
        time(),
        v.transform((at) => new Date(at).toISOString()),
      ),
    ),
    login: v.optional(line(100)),
    avatar_url: v.optional(webUrl()),
  })

const COUNT_RULE = 'must be a whole number from 0'
const count = () =>
  v.pipe(
    v.number(COUNT_RULE),
    v.integer(COUNT_RULE),
    v.minValue(0, COUNT_RULE),
    v.maxValue(Number.MAX_SAFE_INTEGER, COUNT_RULE),
  )

const ATTEMPT_RULE = 'must be a whole number from 1'
const attempt = () =>
  v.pipe(
    v.number(ATTEMPT_RULE),
    v.integer(ATTEMPT_RULE),
    v.minValue(1, ATTEMPT_RULE),
    v.maxValue(Number.MAX_SAFE_INTEGER - 1, ATTEMPT_RULE),
  )

const action = () =>
  v.strictObject({
    name: line(1_000),
    type: v.optional(line(100), 'test'),
    index: v.optional(count(), 0),
    step: v.optional(count(), 0),
    status: line(50),
    start_time: v.nullish(isoTime()),
    end_time: v.nullish(isoTime()),
    run_time_millis: v.nullish(count()),
    bash_command: v.nullish(prose(20_000)),
    exit_code: v.nullish(v.pipe(v.number('must be a whole number'), v.integer('must be a whole number'))),
  })

const MAX_STEPS = 500
const MAX_ACTIONS = 100
const steps = () =>
  v.pipe(
    v.array(
      v.strictObject({
        name: line(1_000),
        actions: v.optional(
          v.pipe(
            v.array(action(), 'must be a list'),
            v.maxLength(MAX_ACTIONS, `must hold at most ${MAX_ACTIONS} actions`),
          ),
          [],
        ),
      }),
      'must be a list',
    ),
    v.maxLength(MAX_STEPS, `must hold at most ${MAX_STEPS} steps`),
  )

function isoTime() {
  return v.pipe(
    time(),
    v.transform((at) => new Date(at).toISOString()),
  )
}

const MAX_PULL_REQUESTS = 50
const pipeline = () =>
  v.pipe(
    v.strictObject({
      external_id: line(200),
      // Taken so that reporters need not leave it out; ours is allotted by us.
      number: v.optional(count()),
      branch: v.nullish(line(1_024)),
      tag: v.nullish(line(1_024)),
      revision: line(200),
      subject: v.nullish(prose(1_000)),
      body: v.nullish(prose(20_000)),
      author: v.nullish(person()),
      committer: v.nullish(person()),
      actor: v.nullish(person()),
      pull_requests: v.nullish(
        v.pipe(
          v.array(v.strictObject({ head_sha: v.nullish(line(200)), url: webUrl() }), 'must be a list'),
          v.maxLength(MAX_PULL_REQUESTS, `must hold at most ${MAX_PULL_REQUESTS} pull requests`),
        ),
      ),
    }),
    v.check(({ branch, tag }) => Boolean(branch) !== Boolean(tag), 'must name either a branch or a tag'),
  )

const event = () => ({
  status: status(),
  queued_at: v.nullish(time()),
  start_time: v.nullish(time()),
  stop_time: v.nullish(time()),
  build_url: v.nullish(webUrl()),
  steps: v.nullish(steps()),
})

/** The body of a build report. */
export const reportInput = lazily(() =>
  v.strictObject({
    external_id: line(200),
    pipeline: pipeline(),
    workflow: v.strictObject({
      external_id: line(200),
      name: line(200),
      attempt_of: v.nullish(line(200)),
      attempt: v.nullish(attempt()),
    }),
    job: v.strictObject({ name: line(200), attempt: v.nullish(attempt()) }),
    ...event(),
  }),
)

/** The body of a build update. */
export const updateInput = lazily(() => v.strictObject(event()))

export function buildEventOf(input: v.InferOutput<ReturnType<typeof updateInput>>): BuildEvent {
  return {
    status: input.status,
    queuedAt: input.queued_at ?? null,
    startedAt: input.start_time ?? null,
    stoppedAt: input.stop_time ?? null,
    buildUrl: input.build_url ?? null,
    steps: input.steps ? input.steps.map(stepOf) : null,
  }
}

export function buildReportOf(input: v.InferOutput<ReturnType<typeof reportInput>>): BuildReport {
  const { pipeline } = input
  const workflow = workflowOf(input.workflow)
  const event = buildEventOf(input)
  return {
    ...event,
    externalId: input.external_id,
    jobName: input.job.name,
    attempt: input.job.attempt ?? attemptInJobId(input.external_id) ?? workflow.attempt,
    workflow,
    pipeline: {
      externalId: pipeline.external_id,
      beganAt: firstTimeOf(event),
      branch: pipeline.branch ?? null,
      tag: pipeline.tag ?? null,
      revision: pipeline.revision,
      subject: pipeline.subject ?? null,
      body: pipeline.body ?? null,
      author: pipeline.author ?? null,
      committer: pipeline.committer ?? null,
      actor: pipeline.actor ?? null,
      pullRequests: (pipeline.pull_requests ?? []).map(({ head_sha = null, url }) => ({ head_sha, url })),
    },
  }
}

/** Where nothing is said of attempts, the ids of a CI that our command knows may tell them. */
function workflowOf({
  external_id,
  name,
  attempt_of,
  attempt,
}: v.InferOutput<ReturnType<typeof reportInput>>['workflow']) {
  const known = attemptInWorkflowId(external_id)
  return {
    externalId: external_id,
    name,
    attemptOf: attempt_of ?? known?.attemptOf ?? name,
    attempt: attempt ?? known?.attempt ?? 1,
  }
}

function stepOf(step: v.InferOutput<ReturnType<typeof steps>>[number]): Step {
  return {
    name: step.name,
    actions: step.actions.map(
      ({
        start_time = null,
        end_time = null,
        run_time_millis = null,
        bash_command = null,
        exit_code = null,
        ...rest
      }) => ({
        ...rest,
        start_time,
        end_time,
        run_time_millis,
        bash_command,
        exit_code,
      }),
    ),
  }
}
