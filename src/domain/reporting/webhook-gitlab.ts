import { attemptFor, GITLAB_PIPELINE } from '../builds/attempt.ts'
import { type BuildReport, isOver, type PipelineReport, type ReportedStatus } from '../builds/build.ts'
import { FAILURES } from '../builds/pipeline-status.ts'
import { wordTable } from '../formats/word-table.ts'
import { lineAt, listAt, messageAt, personFrom, refAt, timeAt, urlAt, valueAt } from './payload.ts'
import { repositoryOf } from './repository-url.ts'
import {
  about,
  ignored,
  lacking,
  meaningOf,
  type RunReport,
  type RunStatus,
  refusedAsOther,
  runStatusInJobEvent,
  type WebhookEvent,
  type WebhookReading,
} from './webhook-reading.ts'

// GitLab Docs, "Webhook events": pipeline events and job events.

const STATUS = wordTable<ReportedStatus>({
  created: 'queued',
  waiting_for_resource: 'queued',
  waiting_for_callback: 'queued',
  preparing: 'queued',
  pending: 'queued',
  scheduled: 'not_running',
  manual: 'not_running',
  running: 'running',
  canceling: 'running',
  success: 'success',
  failed: 'failed',
  canceled: 'canceled',
  skipped: 'not_run',
})

/** `failure_reason` where it says more than "failed" (GitLab Docs, "Jobs API"). */
const FAILURE = wordTable<ReportedStatus>({
  job_execution_timeout: 'timedout',
  stuck_or_timeout_failure: 'timedout',
  runner_system_failure: 'infrastructure_fail',
  runner_unsupported: 'infrastructure_fail',
  scheduler_failure: 'infrastructure_fail',
  data_integrity_failure: 'infrastructure_fail',
  api_failure: 'infrastructure_fail',
  unknown_failure: 'infrastructure_fail',
})

/**
 * `source` of a pipeline: whether it counts for its branch at GitLab. Its `dangling_sources` (scans, web IDE and the like)
 * never do. A pipeline of a source that is not here counts only while it is red.
 */
const BRANCH_RULE = wordTable<'branch' | 'parent' | 'never'>({
  push: 'branch',
  web: 'branch',
  trigger: 'branch',
  schedule: 'branch',
  api: 'branch',
  external: 'branch',
  pipeline: 'branch',
  chat: 'branch',
  merge_request_event: 'branch',
  external_pull_request_event: 'branch',
  parent_pipeline: 'parent',
  webide: 'never',
  ondemand_dast_scan: 'never',
  ondemand_dast_validation: 'never',
  security_orchestration_policy: 'never',
  container_registry_push: 'never',
  duo_workflow: 'never',
  pipeline_execution_policy_schedule: 'never',
})

/**
 * A retried job has an id of its own, so it is another build. As at GitLab, of the jobs of one name in a pipeline the one
 * with the highest id counts: `retries_count` is wrong for jobs that failed, and missing in pipeline events.
 */
export function readGitlab({ slug, payload }: WebhookEvent): WebhookReading {
  const path = lineAt(payload, 'project', 'path_with_namespace')
  const named =
    path === null
      ? repositoryOf(urlAt(payload, 'repository', 'homepage') ?? urlAt(payload, 'project', 'web_url'))
      : { host: null, path }
  const refusal = refusedAsOther(slug, [named])
  if (refusal) return refusal
  switch (lineAt(payload, 'object_kind')) {
    case 'pipeline':
      return readPipeline(payload)
    case 'build':
      return readJob(payload)
    default:
      return ignored('not an event that tells of builds')
  }
}

// A pipeline may have more builds; each of them also has events of its own.
const MAX_BUILDS = 200

function readPipeline(payload: unknown): WebhookReading {
  const pipeline = valueAt(payload, 'object_attributes')
  const id = lineAt(pipeline, 'id')
  const revision = lineAt(pipeline, 'sha')
  if (!id || !revision) return lacking('object_attributes.id, sha')
  const mergeRequest = valueAt(payload, 'merge_request')
  const pullUrl = urlAt(mergeRequest, 'url')
  const run: RunReport = {
    workflow: workflowFor(id, lineAt(pipeline, 'name'), payload),
    runStatus: runStatusOf(pipeline),
    pipeline: {
      ...placeInPipelines(id, payload),
      ...refOf(
        // `ref` is the branch of the merge request, which may be a fork's. Its child pipelines name the request too.
        requestRef(lineAt(mergeRequest, 'iid')) ?? refAt(pipeline, 'ref'),
        valueAt(pipeline, 'tag') === true,
      ),
      revision,
      ...messageAt(payload, 'commit', 'message'),
      author: personFrom({
        name: lineAt(payload, 'commit', 'author', 'name'),
        email: lineAt(payload, 'commit', 'author', 'email'),
      }),
      committer: null,
      actor: actorOf(payload),
      pullRequests: pullUrl ? [{ head_sha: revision, url: pullUrl }] : [],
    },
  }
  const builds = listAt(payload, 'builds')
    .slice(0, MAX_BUILDS)
    .flatMap((job) => {
      const build = buildOf(run, payload, {
        id: lineAt(job, 'id'),
        name: lineAt(job, 'name'),
        state: lineAt(job, 'status'),
        failure: lineAt(job, 'failure_reason'),
        isTolerated: valueAt(job, 'allow_failure') === true,
        createdAt: timeAt(job, 'created_at'),
        startedAt: timeAt(job, 'started_at'),
        finishedAt: timeAt(job, 'finished_at'),
      })
      return build ? [build] : []
    })
  return aboutParts([run], builds)
}

function readJob(payload: unknown): WebhookReading {
  const pipelineId = lineAt(payload, 'pipeline_id')
  const revision = lineAt(payload, 'sha')
  if (!pipelineId || !revision) return lacking('pipeline_id, sha')
  const run: RunReport = {
    workflow: workflowFor(pipelineId, lineAt(payload, 'commit', 'name'), payload),
    pipeline: {
      ...placeInPipelines(pipelineId, payload),
      ...refOf(refAt(payload, 'ref'), valueAt(payload, 'tag') === true),
      revision,
      ...messageAt(payload, 'commit', 'message'),
      author: personFrom({
        name: lineAt(payload, 'commit', 'author_name'),
        email: lineAt(payload, 'commit', 'author_email'),
      }),
      committer: null,
      actor: actorOf(payload),
      pullRequests: [],
    },
  }
  const build = buildOf(run, payload, {
    id: lineAt(payload, 'build_id'),
    name: lineAt(payload, 'build_name'),
    state: lineAt(payload, 'build_status'),
    failure: lineAt(payload, 'build_failure_reason'),
    isTolerated: valueAt(payload, 'build_allow_failure') === true,
    createdAt: timeAt(payload, 'build_created_at_iso') ?? timeAt(payload, 'build_created_at'),
    startedAt: timeAt(payload, 'build_started_at_iso') ?? timeAt(payload, 'build_started_at'),
    finishedAt: timeAt(payload, 'build_finished_at_iso') ?? timeAt(payload, 'build_finished_at'),
  })
  if (!build) return ignored('the event has no state')
  // `commit` is the pipeline at the time of the job's event.
  const whole = valueAt(payload, 'commit')
  const runStatus = runStatusInJobEvent(
    runStatusOf(whole),
    timeAt(whole, 'finished_at'),
    build.stoppedAt ?? build.queuedAt,
  )
  // A retried job is made long after its pipeline began.
  const pipeline = { ...run.pipeline, beganAt: timeAt(whole, 'started_at') ?? build.queuedAt }
  // A job that names a parent moves the reports that arrived before to that parent.
  const runs = runStatus || pipeline.isOfParent ? [{ ...run, pipeline, ...(runStatus ? { runStatus } : {}) }] : []
  return aboutParts(runs, [{ ...build, pipeline }])
}

type Job = {
  readonly id: string | null
  readonly name: string | null
  readonly state: string | null
  readonly failure: string | null
  readonly isTolerated: boolean
  readonly createdAt: number | null
  readonly startedAt: number | null
  readonly finishedAt: number | null
}

function buildOf({ pipeline, workflow }: RunReport, payload: unknown, job: Job): BuildReport | null {
  const status = statusOf(job)
  if (!job.id || !job.name || !status) return null
  const home = urlAt(payload, 'project', 'web_url') ?? urlAt(payload, 'repository', 'homepage')
  // It may be started by hand, or after the job because of which it was skipped ran again: it is then the same job.
  const mayStillStart = status === 'not_run'
  return {
    pipeline,
    workflow,
    externalId: `gitlab:job:${job.id}`,
    jobName: job.name,
    attempt: attemptFor(job.id) ?? 1,
    status,
    queuedAt: job.createdAt,
    startedAt: job.startedAt,
    stoppedAt: isOver(status) && !mayStillStart ? (job.finishedAt ?? job.startedAt ?? job.createdAt) : null,
    buildUrl: home === null ? null : `${home}/-/jobs/${job.id}`,
    steps: null,
    mayStillStart,
  }
}

function statusOf({ state, failure, isTolerated, finishedAt }: Job): ReportedStatus | null {
  const status = meaningOf(STATUS, state, finishedAt !== null)
  // A manual job that may be left does not keep its pipeline open.
  if (state === 'manual' && isTolerated) return 'not_run'
  if (status !== 'failed') return status
  // GitLab lets the pipeline pass, so the branch must not be red.
  return isTolerated ? 'success' : (FAILURE.get(failure ?? '') ?? status)
}

function runStatusOf(pipeline: unknown): RunStatus | null {
  // A pipeline that runs again has it too: the time of its last end.
  const finishedAt = timeAt(pipeline, 'finished_at')
  const status = meaningOf(STATUS, lineAt(pipeline, 'status'), finishedAt !== null)
  if (!status) return null
  const beganAt = timeAt(pipeline, 'created_at')
  return { status, at: (isOver(status) ? finishedAt : null) ?? beganAt, beganAt }
}

/**
 * Until its parent's report arrives, a pipeline that is or may be a child counts for the branch only where it failed: a
 * green one could hide a red parent.
 */
function aboutParts(runs: readonly RunReport[], builds: readonly BuildReport[]): WebhookReading {
  const withBranchIfCounted = <R extends RunReport>(report: R, status: ReportedStatus | undefined): R => {
    const hasFailed = status !== undefined && FAILURES.includes(status)
    return hasFailed || !report.pipeline.isPart ? report : { ...report, pipeline: { ...report.pipeline, branch: null } }
  }
  return about(
    runs.map((run) => withBranchIfCounted(run, run.runStatus?.status)),
    builds.map((build) => withBranchIfCounted(build, build.status)),
  )
}

/** A child pipeline belongs to its parent's pipeline: by itself it would count for the branch, and could hide the parent. */
function placeInPipelines(id: string, payload: unknown) {
  const source = valueAt(payload, 'source_pipeline')
  const isChild = source !== null && lineAt(source, 'project', 'id') === lineAt(payload, 'project', 'id')
  const parentId = isChild ? lineAt(source, 'pipeline_id') : null
  // GitLab's ids grow, so that a parent's is the least of its pipeline.
  const ciNumber = attemptFor(parentId ?? id)
  const isOfParent = parentId !== null
  const isPart = isOfParent || mayBeChild(payload)
  return {
    externalId: `${GITLAB_PIPELINE}${parentId ?? id}`,
    isOfParent,
    isPart,
    ciNumber,
    ...branchRuleOf(payload),
  }
}

/** Only the pipeline's own event has its source. */
function branchRuleOf(payload: unknown): Pick<PipelineReport, 'countsForBranch'> {
  const source = lineAt(payload, 'object_attributes', 'source')
  if (source === null) return {}
  const rule = BRANCH_RULE.get(source) ?? 'while_red'
  return rule === 'never' || rule === 'while_red' ? { countsForBranch: rule } : {}
}

/** Job events of older GitLabs do not name the parent pipeline; those with times in ISO 8601 do. */
function mayBeChild(payload: unknown): boolean {
  if (lineAt(payload, 'object_kind') === 'build')
    return valueAt(payload, 'source_pipeline') === null && valueAt(payload, 'build_created_at_iso') === null
  return BRANCH_RULE.get(lineAt(payload, 'object_attributes', 'source') ?? '') === 'parent'
}

/** A retried trigger job has a higher id: storage/reporting/placing.ts decides what its child pipeline replaces. */
function workflowFor(pipelineId: string, name: string | null, payload: unknown): BuildReport['workflow'] {
  const attempt = attemptFor(lineAt(payload, 'source_pipeline', 'job_id')) ?? 1
  return { externalId: `${GITLAB_PIPELINE}${pipelineId}`, name: name ?? 'pipeline', attempt }
}

function refOf(ref: string | null, isTag: boolean): { branch: string | null; tag: string | null } {
  const request = ref === null ? null : /^refs\/merge-requests\/(\d+)\//.exec(ref)
  if (request) return { branch: requestRef(request[1] ?? null), tag: null }
  return isTag ? { branch: null, tag: ref } : { branch: ref, tag: null }
}

function requestRef(iid: string | null): string | null {
  return iid === null ? null : `refs/merge-requests/${iid}/head`
}

function actorOf(payload: unknown) {
  return personFrom({
    name: lineAt(payload, 'user', 'name'),
    login: lineAt(payload, 'user', 'username'),
    avatar_url: urlAt(payload, 'user', 'avatar_url'),
  })
}
