import * as v from 'valibot'
import type { RouteName } from '../../../src/http/frame/access.ts'

// What CircleCI's own OpenAPI document of v2 says of each answer that we give, written down by hand: types, what may be
// null (its `x-nullable`), what may be left out, and closed lists of words. More fields than these may stand beside them.

const uuid = () => v.pipe(v.string(), v.uuid())
const time = () => v.pipe(v.string(), v.isoTimestamp())
const whole = () => v.pipe(v.number(), v.integer())
const count = () => v.pipe(v.number(), v.integer(), v.minValue(0))
const object = v.looseObject
const page = (item: v.GenericSchema) => object({ items: v.array(item), next_page_token: v.nullable(v.string()) })
const message = () => object({ message: v.string() })

const user = object({ id: uuid(), login: v.string(), name: v.string() })

const collaboration = object({
  id: v.nullable(uuid()),
  'vcs-type': v.string(),
  name: v.string(),
  avatar_url: v.string(),
  slug: v.string(),
})

const project = object({
  slug: v.string(),
  name: v.string(),
  id: uuid(),
  organization_name: v.string(),
  organization_slug: v.string(),
  organization_id: uuid(),
  vcs_info: object({
    vcs_url: v.string(),
    provider: v.picklist(['Bitbucket', 'CircleCI', 'GitHub']),
    default_branch: v.string(),
  }),
})

const pipelineState = v.picklist(['created', 'errored', 'setup-pending', 'setup', 'pending'])
const pipeline = object({
  id: uuid(),
  errors: v.array(
    object({
      type: v.picklist(['config', 'config-fetch', 'timeout', 'permission', 'other', 'trigger-rule', 'plan']),
      message: v.string(),
    }),
  ),
  project_slug: v.string(),
  updated_at: v.optional(time()),
  number: whole(),
  trigger_parameters: v.optional(
    v.record(v.string(), v.union([v.string(), whole(), v.boolean(), v.record(v.string(), v.unknown())])),
  ),
  state: pipelineState,
  created_at: time(),
  trigger: object({
    type: v.picklist(['scheduled_pipeline', 'explicit', 'api', 'webhook']),
    received_at: time(),
    actor: object({ login: v.string(), avatar_url: v.nullable(v.string()) }),
  }),
  vcs: v.optional(
    object({
      provider_name: v.string(),
      target_repository_url: v.string(),
      branch: v.optional(v.string()),
      review_id: v.optional(v.string()),
      review_url: v.optional(v.string()),
      revision: v.string(),
      tag: v.optional(v.string()),
      commit: v.optional(object({ subject: v.nullable(v.string()), body: v.nullable(v.string()) })),
      origin_repository_url: v.string(),
    }),
  ),
})
const triggeredPipeline = object({ id: uuid(), state: pipelineState, number: whole(), created_at: time() })

const workflow = object({
  pipeline_id: uuid(),
  canceled_by: v.optional(uuid()),
  id: uuid(),
  name: v.string(),
  project_slug: v.string(),
  errored_by: v.optional(uuid()),
  tag: v.nullish(v.picklist(['setup'])),
  status: v.picklist([
    'success',
    'running',
    'not_run',
    'failed',
    'error',
    'failing',
    'on_hold',
    'canceled',
    'unauthorized',
  ]),
  started_by: uuid(),
  pipeline_number: whole(),
  created_at: time(),
  stopped_at: v.nullable(time()),
})

const jobStatus = v.picklist([
  'success',
  'running',
  'not_run',
  'failed',
  'retried',
  'queued',
  'not_running',
  'infrastructure_fail',
  'timedout',
  'on_hold',
  'terminated-unknown',
  'blocked',
  'canceled',
  'unauthorized',
])
const job = object({
  canceled_by: v.optional(uuid()),
  dependencies: v.array(uuid()),
  job_number: v.optional(whole()),
  id: uuid(),
  started_at: time(),
  name: v.string(),
  approved_by: v.optional(uuid()),
  project_slug: v.string(),
  status: jobStatus,
  type: v.picklist(['build', 'approval']),
  stopped_at: v.nullish(time()),
  approval_request_id: v.optional(uuid()),
})
const jobDetail = object({
  web_url: v.string(),
  project: object({ id: uuid(), slug: v.string(), name: v.string(), external_url: v.string() }),
  parallel_runs: v.array(object({ index: whole(), status: v.string() })),
  started_at: time(),
  latest_workflow: object({ id: uuid(), name: v.string() }),
  name: v.string(),
  executor: object({ resource_class: v.string(), type: v.optional(v.string()) }),
  parallelism: whole(),
  status: jobStatus,
  number: whole(),
  pipeline: object({ id: uuid() }),
  duration: v.nullable(whole()),
  created_at: time(),
  messages: v.array(object({ type: v.string(), message: v.string(), reason: v.optional(v.string()) })),
  contexts: v.array(object({ name: v.string() })),
  organization: object({ name: v.string() }),
  queued_at: time(),
  stopped_at: v.nullish(time()),
})

const artifact = object({ path: v.string(), node_index: count(), url: v.string() })
const test = object({
  message: v.nullable(v.string()),
  source: v.string(),
  run_time: v.number(),
  file: v.string(),
  result: v.string(),
  name: v.string(),
  classname: v.string(),
})

// The document writes these names with hyphens; the service answers, and CircleCI's own clients read, underscores.
const flakyTests = object({
  flaky_tests: v.array(
    object({
      time_wasted: v.optional(count()),
      workflow_created_at: v.string(),
      workflow_id: uuid(),
      classname: v.nullable(v.string()),
      pipeline_number: count(),
      workflow_name: v.string(),
      test_name: v.string(),
      job_name: v.string(),
      job_number: count(),
      times_flaked: count(),
      source: v.nullable(v.string()),
      file: v.nullable(v.string()),
    }),
  ),
  total_flaky_tests: v.number(),
})

const workflowMetrics = object({
  name: v.string(),
  metrics: object({
    total_runs: count(),
    successful_runs: count(),
    mttr: v.nullable(count()),
    total_credits_used: v.nullable(count()),
    failed_runs: count(),
    success_rate: v.number(),
    duration_metrics: object({
      min: v.nullable(count()),
      mean: v.nullable(count()),
      median: v.nullable(count()),
      p95: v.nullable(count()),
      max: v.nullable(count()),
      standard_deviation: v.nullable(v.number()),
    }),
    total_recoveries: v.nullable(count()),
    throughput: v.number(),
  }),
  window_start: time(),
  window_end: time(),
  project_id: uuid(),
})

const workflowRun = object({
  id: uuid(),
  branch: v.string(),
  duration: v.nullable(count()),
  created_at: time(),
  stopped_at: v.nullable(time()),
  credits_used: count(),
  status: v.nullable(v.picklist(['success', 'failed', 'error', 'canceled', 'unauthorized'])),
  is_approval: v.boolean(),
})

const envVar = object({ name: v.string(), value: v.string(), 'created-at': v.nullish(v.string()) })
const checkoutKey = object({
  'public-key': v.string(),
  type: v.picklist(['deploy-key', 'github-user-key']),
  fingerprint: v.string(),
  preferred: v.boolean(),
  'created-at': time(),
})

type V2RouteName = Extract<RouteName, `${string} /api/v2/${string}`>

/** What a client that was made from CircleCI's document takes as a success of each route. */
export const CIRCLECI_V2: Record<V2RouteName, v.GenericSchema> = {
  'GET /api/v2/me': user,
  'GET /api/v2/me/collaborations': v.array(collaboration),
  'GET /api/v2/user/:id': user,
  'GET /api/v2/project/:vcs/:org/:repo': project,
  'GET /api/v2/project/:id': project,
  'GET /api/v2/project/:vcs/:org/:repo/pipeline': page(pipeline),
  'GET /api/v2/project/:vcs/:org/:repo/pipeline/mine': page(pipeline),
  'GET /api/v2/project/:vcs/:org/:repo/pipeline/:number': pipeline,
  'GET /api/v2/project/:vcs/:org/:repo/job/:num': jobDetail,
  'GET /api/v2/project/:vcs/:org/:repo/:num/artifacts': page(artifact),
  'GET /api/v2/project/:vcs/:org/:repo/:num/tests': page(test),
  'POST /api/v2/project/:vcs/:org/:repo/pipeline': triggeredPipeline,
  'POST /api/v2/project/:vcs/:org/:repo/job/:num/cancel': message(),
  'POST /api/v2/workflow/:id/cancel': message(),
  'POST /api/v2/workflow/:id/rerun': object({ workflow_id: uuid() }),
  'GET /api/v2/project/:vcs/:org/:repo/envvar': page(envVar),
  'POST /api/v2/project/:vcs/:org/:repo/envvar': envVar,
  'GET /api/v2/project/:vcs/:org/:repo/envvar/:name': envVar,
  'DELETE /api/v2/project/:vcs/:org/:repo/envvar/:name': message(),
  'GET /api/v2/project/:vcs/:org/:repo/checkout-key': page(checkoutKey),
  'GET /api/v2/pipeline/:id': pipeline,
  'GET /api/v2/pipeline/:id/workflow': page(workflow),
  'GET /api/v2/workflow/:id': workflow,
  'GET /api/v2/workflow/:id/job': page(job),
  'GET /api/v2/insights/:vcs/:org/:repo/flaky-tests': flakyTests,
  'GET /api/v2/insights/:vcs/:org/:repo/workflows': page(workflowMetrics),
  'GET /api/v2/insights/:vcs/:org/:repo/workflows/:workflow': page(workflowRun),
}

export function isV2(name: string): name is V2RouteName {
  return Object.hasOwn(CIRCLECI_V2, name)
}
