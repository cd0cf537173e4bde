import { JOB_STATUS, WORKFLOW_IS_OVER } from '../../src/domain/builds/workflow-status.ts'
import { vcsType } from './answers-v1.ts'
import {
  amount,
  exactly,
  flag,
  IDS,
  keyOf,
  list,
  maybe,
  none,
  ORIGIN,
  object,
  oneOf,
  orNull,
  type Shape,
  text,
  time,
  uuid,
  whole,
} from './shapes.ts'

const provider = () => oneOf(['GitHub', 'Bitbucket', 'GitLab'])
const v2Provider = () => oneOf(['GitHub', 'Bitbucket', 'CircleCI'])
const jobStatus = () => oneOf([...new Set(Object.values(JOB_STATUS))])
const STOPPED = '2026-11-24T09:01:01.000Z'

/** A page of a list; `next_page_token` asks for the next one. */
export const page = (item: Shape) => object({ items: list(item), next_page_token: orNull(text('eyJ…')) })

export const v2Me = object({
  id: uuid(IDS.person),
  login: text('jo'),
  name: text('Jo'),
  avatar_url: orNull(text('https://example.com/jo.png')),
})

export const v2User = object({ id: uuid(IDS.person), login: text('jo'), name: text('Jo') })

export const collaboration = object({
  id: uuid(IDS.project),
  slug: text('gh/acme'),
  name: text('acme'),
  'vcs-type': vcsType(),
  vcs_type: vcsType(),
  avatar_url: exactly(''),
})

export const briefProject = object({ name: text('web'), slug: text('gh/acme/web'), vcs_type: vcsType() })

export const v2Project = object({
  id: uuid(IDS.project),
  slug: text('gh/acme/web'),
  name: text('web'),
  organization_id: uuid(IDS.person),
  organization_name: text('acme'),
  organization_slug: text('gh/acme'),
  vcs_info: object({
    vcs_url: text('https://github.com/acme/web'),
    provider: v2Provider(),
    default_branch: text('main'),
  }),
})

export const pipeline = object({
  id: uuid(IDS.pipeline),
  number: whole(12),
  project_slug: text('gh/acme/web'),
  state: oneOf(['created', 'pending', 'errored']),
  created_at: time(),
  updated_at: time(),
  errors: list(object({ type: exactly('other'), message: text('The dispatch target answered 404.') })),
  warnings: none(),
  trigger: object({
    type: oneOf(['webhook', 'api']),
    received_at: time(),
    actor: object({ login: text('jo'), avatar_url: orNull(text('https://example.com/jo.png')) }),
  }),
  vcs: object({
    provider_name: provider(),
    origin_repository_url: text('https://github.com/acme/web'),
    target_repository_url: text('https://github.com/acme/web'),
    revision: text('5a1c0de'),
    branch: maybe(text('main')),
    tag: maybe(text('v1.2.0')),
    commit: maybe(object({ subject: text('Add the cart'), body: text('') })),
  }),
})

export const triggeredPipeline = object({
  id: uuid(IDS.pipeline),
  number: whole(13),
  state: exactly('pending'),
  created_at: time(),
})

export const workflow = object({
  id: uuid(IDS.workflow),
  name: text('build-and-test'),
  status: keyOf(WORKFLOW_IS_OVER),
  created_at: time(),
  stopped_at: orNull(time(STOPPED)),
  pipeline_id: uuid(IDS.pipeline),
  pipeline_number: whole(12),
  project_slug: text('gh/acme/web'),
  started_by: uuid(IDS.person),
})

export const job = object({
  id: uuid(IDS.job),
  job_number: whole(42),
  name: text('test'),
  status: jobStatus(),
  type: exactly('build'),
  project_slug: text('gh/acme/web'),
  dependencies: none(),
  started_at: time(),
  stopped_at: maybe(time(STOPPED)),
})

export const jobDetail = object({
  id: uuid(IDS.job),
  number: whole(42),
  name: text('test'),
  status: jobStatus(),
  web_url: text(`${ORIGIN}/gh/acme/web/42`),
  project: object({
    id: uuid(IDS.project),
    slug: text('gh/acme/web'),
    name: text('web'),
    external_url: text('https://github.com/acme/web'),
  }),
  organization: object({ name: text('acme') }),
  pipeline: object({ id: uuid(IDS.pipeline) }),
  latest_workflow: object({ id: uuid(IDS.workflow), name: text('build-and-test') }),
  created_at: time(),
  queued_at: time(),
  started_at: time(),
  stopped_at: maybe(time(STOPPED)),
  duration: orNull(whole(61_000)),
  parallelism: exactly(1),
  parallel_runs: list(object({ index: exactly(0), status: jobStatus() })),
  executor: object({ type: exactly('external'), resource_class: exactly('external') }),
  contexts: none(),
  messages: none(),
})

export const v2Artifact = object({
  path: text('dist/app.zip'),
  node_index: whole(0),
  url: text(`${ORIGIN}/output/job/${IDS.job}/artifacts/0/dist/app.zip`),
})

const flakyTest = object({
  test_name: text('adds'),
  classname: text('cart'),
  source: text('unit'),
  file: orNull(text('test/cart.test.js')),
  job_name: text('test'),
  job_number: whole(42),
  pipeline_number: whole(12),
  workflow_id: uuid(IDS.workflow),
  workflow_name: text('build-and-test'),
  workflow_created_at: time(),
  times_flaked: whole(3),
  time_wasted: whole(1),
})
export const flakyTests = object({ flaky_tests: list(flakyTest), total_flaky_tests: whole(1) })

export const workflowMetrics = object({
  name: text('build-and-test'),
  project_id: uuid(IDS.project),
  window_start: time(),
  window_end: time(STOPPED),
  metrics: object({
    total_runs: whole(20),
    successful_runs: whole(18),
    failed_runs: whole(2),
    success_rate: amount(0.9),
    throughput: amount(0.7),
    mttr: amount(620),
    total_recoveries: whole(2),
    total_credits_used: exactly(0),
    duration_metrics: object({
      min: amount(40),
      mean: amount(61),
      median: amount(58),
      p95: amount(90),
      max: amount(120),
      standard_deviation: amount(12.5),
    }),
  }),
})

export const workflowRun = object({
  id: uuid(IDS.workflow),
  branch: text('main'),
  status: oneOf(['success', 'failed', 'error', 'canceled']),
  duration: amount(61),
  created_at: time(),
  stopped_at: time(STOPPED),
  credits_used: exactly(0),
  is_approval: flag(),
})

export const V2_SHAPES = {
  V2Me: v2Me,
  V2User: v2User,
  Collaboration: collaboration,
  BriefProject: briefProject,
  V2Project: v2Project,
  Pipeline: pipeline,
  TriggeredPipeline: triggeredPipeline,
  Workflow: workflow,
  Job: job,
  JobDetail: jobDetail,
  V2Artifact: v2Artifact,
  FlakyTests: flakyTests,
  WorkflowMetrics: workflowMetrics,
  WorkflowRun: workflowRun,
}
