import { BUILD_STATUS } from '../../domain/builds/build.ts'
import {
  exactly,
  flag,
  IDS,
  type JsonOf,
  keyOf,
  list,
  named,
  none,
  nothing,
  ORIGIN,
  object,
  oneOf,
  orNull,
  text,
  time,
  uuid,
  whole,
} from './shape.ts'

export const outcomeShape = () =>
  orNull(oneOf(['success', 'failed', 'canceled', 'timedout', 'no_tests', 'infrastructure_fail']))
export const statusShape = () => keyOf(BUILD_STATUS)
export const vcsTypeShape = () => oneOf(['github', 'bitbucket', 'gitlab'])

const previousShape = orNull(
  object({ build_num: whole(41), status: statusShape(), build_time_millis: orNull(whole(58_000)) }),
)

export const buildShape = named(
  'Build',
  object({
    vcs_url: text('https://github.com/acme/web'),
    vcs_type: vcsTypeShape(),
    vcs_revision: text('5a1c0de'),
    vcs_tag: orNull(text('v1.2.0')),
    branch: orNull(text('main')),
    build_num: whole(42),
    build_url: text(`${ORIGIN}/gh/acme/web/42`),
    username: text('acme'),
    reponame: text('web'),
    oss: flag(),
    subject: orNull(text('Add the cart')),
    body: orNull(text('')),
    author_name: orNull(text('Jo')),
    author_email: orNull(text('jo@example.com')),
    author_date: orNull(time()),
    committer_name: orNull(text('Jo')),
    committer_email: orNull(text('jo@example.com')),
    committer_date: orNull(time()),
    user: object({
      is_user: flag(true),
      login: text('jo'),
      name: orNull(text('Jo')),
      avatar_url: orNull(text('https://example.com/jo.png')),
      vcs_type: vcsTypeShape(),
      id: nothing(),
    }),
    why: exactly('reported'),
    dont_build: nothing(),
    usage_queued_at: time(),
    queued_at: time(),
    start_time: orNull(time()),
    stop_time: orNull(time('2026-11-24T09:01:01.000Z')),
    build_time_millis: orNull(whole(61_000)),
    lifecycle: oneOf(['finished', 'running', 'queued', 'not_running', 'not_run']),
    outcome: outcomeShape(),
    status: statusShape(),
    canceled: flag(),
    failed: orNull(flag()),
    timedout: flag(),
    infrastructure_fail: flag(),
    fail_reason: nothing(),
    retry_of: orNull(whole(40)),
    retries: nothing(),
    previous: previousShape,
    parallel: exactly(1),
    platform: exactly('2.0'),
    build_parameters: object({ CIRCLE_JOB: text('test') }),
    pull_requests: list(object({ head_sha: orNull(text('5a1c0de')), url: text('https://github.com/acme/web/pull/7') })),
    messages: none(),
    workflows: object({
      job_name: text('test'),
      job_id: uuid(IDS.job),
      workflow_id: uuid(IDS.workflow),
      workflow_name: text('build-and-test'),
      workspace_id: uuid(IDS.workflow),
      upstream_job_ids: none(),
      upstream_concurrency_map: object({}),
    }),
  }),
)

const actionShape = object({
  name: text('npm test'),
  type: text('test'),
  index: whole(0),
  step: whole(1),
  status: text('success'),
  start_time: orNull(time()),
  end_time: orNull(time()),
  run_time_millis: orNull(whole(1_200)),
  bash_command: orNull(text('npm test')),
  exit_code: orNull(whole(0)),
  truncated: flag(),
  parallel: flag(),
  background: flag(),
  insignificant: flag(),
  has_output: flag(true),
  output_url: orNull(text(`${ORIGIN}/output/log/eyJ0b2tlbklkIjoi….Zm9v`)),
  source: exactly('reported'),
  failed: orNull(flag(true)),
  infrastructure_fail: orNull(flag(true)),
  timedout: orNull(flag(true)),
  canceled: orNull(flag(true)),
  continue: nothing(),
  messages: none(),
})

const stepShape = named('Step', object({ name: text('npm test'), actions: list(actionShape) }))

const commitShape = named(
  'Commit',
  object({
    commit: text('5a1c0de'),
    commit_url: text('https://github.com/acme/web/commit/5a1c0de'),
    branch: orNull(text('main')),
    subject: orNull(text('Add the cart')),
    body: orNull(text('')),
    author_name: orNull(text('Jo')),
    author_email: orNull(text('jo@example.com')),
    author_login: orNull(text('jo')),
    author_date: orNull(time()),
    committer_name: orNull(text('Jo')),
    committer_email: orNull(text('jo@example.com')),
    committer_login: orNull(text('jo')),
    committer_date: orNull(time()),
  }),
)

/** A single build: the summary, its steps and its commit. */
export const buildDetailShape = named(
  'BuildDetail',
  object({
    ...buildShape.entries,
    steps: list(stepShape),
    all_commit_details: list(commitShape),
    all_commit_details_truncated: flag(),
    previous_successful_build: previousShape,
    ssh_disabled: flag(true),
    ssh_users: none(),
    node: nothing(),
    circle_yml: nothing(),
  }),
)

export type BuildJson = JsonOf<typeof buildShape>
export type BuildDetailJson = JsonOf<typeof buildDetailShape>
export type PreviousBuildJson = JsonOf<typeof previousShape>
export type StepJson = JsonOf<typeof stepShape>
export type ActionJson = JsonOf<typeof actionShape>
export type CommitJson = JsonOf<typeof commitShape>
