import { SCOPES } from '../../src/domain/access/scope.ts'
import { BUILD_STATUS } from '../../src/domain/builds/build.ts'
import {
  amount,
  exactly,
  flag,
  IDS,
  keyOf,
  list,
  maybe,
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
} from './shapes.ts'

const outcome = () => orNull(oneOf(['success', 'failed', 'canceled', 'timedout', 'no_tests', 'infrastructure_fail']))
const status = () => keyOf(BUILD_STATUS)
export const vcsType = () => oneOf(['github', 'bitbucket', 'gitlab'])
const previous = () =>
  orNull(object({ build_num: whole(41), status: status(), build_time_millis: orNull(whole(58_000)) }))

export const build = object({
  vcs_url: text('https://github.com/acme/web'),
  vcs_type: vcsType(),
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
    vcs_type: vcsType(),
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
  outcome: outcome(),
  status: status(),
  canceled: flag(),
  failed: orNull(flag()),
  timedout: flag(),
  infrastructure_fail: flag(),
  fail_reason: nothing(),
  retry_of: orNull(whole(40)),
  retries: nothing(),
  previous: previous(),
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
})

const step = object({
  name: text('npm test'),
  actions: list(
    object({
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
      has_output: flag(),
      output_url: nothing(),
      source: exactly('reported'),
      failed: orNull(flag(true)),
      infrastructure_fail: orNull(flag(true)),
      timedout: orNull(flag(true)),
      canceled: orNull(flag(true)),
      continue: nothing(),
      messages: none(),
    }),
  ),
})

const commit = object({
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
})

/** A single build: the summary, its steps and its commit. */
export const buildDetail = object({
  ...build.entries,
  steps: list(step),
  all_commit_details: list(commit),
  all_commit_details_truncated: flag(),
  previous_successful_build: previous(),
  ssh_disabled: flag(true),
  ssh_users: none(),
  node: nothing(),
  circle_yml: nothing(),
})

export const v1Artifact = object({
  path: text('dist/app.zip'),
  pretty_path: text('dist/app.zip'),
  node_index: whole(0),
  url: text(`${ORIGIN}/output/job/${IDS.job}/artifacts/0/dist/app.zip`),
})

const result = {
  classname: text('cart'),
  name: text('adds'),
  result: oneOf(['success', 'failure', 'error', 'skipped']),
  run_time: amount(0.2),
  message: text(''),
  source: text('unit'),
}
export const v1TestResult = object({ ...result, file: orNull(text('test/cart.test.js')) })
/** In v2 an unknown file is empty. */
export const v2TestResult = object({ ...result, file: text('test/cart.test.js') })

export const personalToken = object({
  id: uuid(IDS.token),
  label: text('deploy script'),
  prefix: text('bpu_7Gk2'),
  last_four: text('x7Qk'),
  time: time(),
  expires_at: orNull(time('2027-11-24T09:00:00.000Z')),
  last_used_at: orNull(time()),
  last_used_from: orNull(text('192.0.2.0/24 DE')),
  leak_reported_at: orNull(time()),
})
export const projectToken = object({ ...personalToken.entries, scope: keyOf(SCOPES), prefix: text('bpp_7Gk2') })
const secret = { token: text('the secret') }
export const mintedPersonalToken = object({ ...personalToken.entries, ...secret, replaces: maybe(uuid(IDS.token)) })
export const mintedProjectToken = object({ ...projectToken.entries, ...secret, replaces: maybe(uuid(IDS.token)) })
export const ended = object({ message: exactly('ok'), deleted: list(uuid(IDS.token)) })

export const envVar = object({ name: text('DEPLOY_KEY'), value: text('xxxxcret') })

export const v1Me = object({
  login: text('jo'),
  name: text('Jo'),
  avatar_url: orNull(text('https://example.com/jo.png')),
  admin: flag(),
  created_at: time(),
  analytics_id: uuid(IDS.person),
  basic_email_prefs: exactly('none'),
  all_emails: none(),
  selected_email: nothing(),
  num_projects_followed: whole(1),
  projects: named(object({ on_dashboard: flag(true), emails: exactly('default') })),
})

const briefBuild = object({
  pushed_at: time(),
  vcs_revision: text('5a1c0de'),
  build_num: whole(42),
  outcome: outcome(),
  status: status(),
  added_at: time(),
})

export const followedProject = object({
  vcs_url: text('https://github.com/acme/web'),
  vcs_type: vcsType(),
  followed: flag(true),
  username: text('acme'),
  reponame: text('web'),
  oss: flag(),
  default_branch: text('main'),
  branches: named(
    object({
      pusher_logins: list(text('jo')),
      last_success: maybe(briefBuild),
      last_non_success: maybe(briefBuild),
      recent_builds: list(briefBuild),
      running_builds: list(briefBuild),
    }),
  ),
})

export const V1_SHAPES = {
  Build: build,
  BuildDetail: buildDetail,
  Step: step,
  Commit: commit,
  BriefBuild: briefBuild,
  V1Artifact: v1Artifact,
  V1TestResult: v1TestResult,
  V2TestResult: v2TestResult,
  PersonalToken: personalToken,
  ProjectToken: projectToken,
  MintedPersonalToken: mintedPersonalToken,
  MintedProjectToken: mintedProjectToken,
  Ended: ended,
  EnvVar: envVar,
  V1Me: v1Me,
  FollowedProject: followedProject,
}
