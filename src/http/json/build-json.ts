import {
  BUILD_STATUS,
  type Build,
  durationMsOf,
  type PreviousBuild,
  personOf,
  queuedAtOf,
  type Step,
  type StepAction,
} from '../../domain/builds/build.ts'
import { cutOf } from '../../domain/logs/log.ts'
import { type Project, slugText, VCS, vcsUrlFor } from '../../domain/project.ts'
import type { BuildDetail } from '../../storage/builds/builds.ts'
import type { ActionJson, BuildDetailJson, BuildJson, CommitJson, PreviousBuildJson, StepJson } from './build-shape.ts'
import { isoOf } from './iso-time.ts'

/** A build as CircleCI v1.1 lists it. Dates are RFC 3339 with milliseconds, or null. */
export function buildSummaryJson(origin: string, project: Project, build: Build): BuildJson {
  const { pipeline, workflow } = build
  const { lifecycle, outcome } = BUILD_STATUS[build.status]
  const { author, committer } = pipeline
  const who = personOf(pipeline)
  return {
    vcs_url: vcsUrlFor(project),
    vcs_type: VCS[project.vcs].longName,
    vcs_revision: pipeline.revision,
    vcs_tag: pipeline.tag,
    branch: pipeline.branch,
    build_num: build.num,
    build_url: build.buildUrl ?? `${origin}/${slugText(project)}/${build.num}`,
    username: project.org,
    reponame: project.repo,
    oss: project.visibility === 'public',
    subject: pipeline.subject,
    body: pipeline.body,
    author_name: author?.name ?? null,
    author_email: author?.email ?? null,
    author_date: author?.date ?? null,
    committer_name: committer?.name ?? null,
    committer_email: committer?.email ?? null,
    committer_date: committer?.date ?? null,
    user: {
      is_user: who?.login !== undefined,
      login: who?.login ?? 'none',
      name: who?.name ?? null,
      avatar_url: who?.avatar_url ?? null,
      vcs_type: VCS[project.vcs].longName,
      id: null,
    },
    why: 'reported',
    dont_build: null,
    usage_queued_at: isoOf(queuedAtOf(build)),
    queued_at: isoOf(queuedAtOf(build)),
    start_time: isoOf(build.startedAt),
    stop_time: isoOf(build.stoppedAt),
    build_time_millis: durationMsOf(build),
    lifecycle,
    outcome,
    status: build.status,
    canceled: outcome === 'canceled',
    failed: outcome === null ? null : BUILD_STATUS[build.status].class === 'red',
    timedout: outcome === 'timedout',
    infrastructure_fail: outcome === 'infrastructure_fail',
    fail_reason: null,
    retry_of: build.retryOf,
    retries: null,
    previous: previousJson(build.previous),
    parallel: 1,
    platform: '2.0',
    build_parameters: { CIRCLE_JOB: build.jobName },
    pull_requests: pipeline.pullRequests,
    messages: [],
    workflows: {
      job_name: build.jobName,
      job_id: build.id,
      workflow_id: workflow.id,
      workflow_name: workflow.name,
      workspace_id: workflow.id,
      upstream_job_ids: [],
      upstream_concurrency_map: {},
    },
  }
}

/** Where the output of each step is, by its place; none where the asker may not read it. */
export type OutputUrls = ReadonlyMap<number, string>

/** A single build: the summary, its steps and its commit. */
export function buildDetailJson(
  origin: string,
  project: Project,
  { build, steps, logs, previousSuccess }: BuildDetail,
  outputUrls: OutputUrls,
): BuildDetailJson {
  const isCut = (step: number) => logs.some((log) => log.step === step && cutOf(log.sizeBytes) !== null)
  return {
    ...buildSummaryJson(origin, project, build),
    steps: steps.map((step, place) => stepJson(step, outputUrls.get(place) ?? null, isCut(place))),
    all_commit_details: [commitJson(project, build)],
    all_commit_details_truncated: false,
    previous_successful_build: previousJson(previousSuccess),
    ssh_disabled: true,
    ssh_users: [],
    node: null,
    circle_yml: null,
  }
}

function previousJson(previous: PreviousBuild | null): PreviousBuildJson {
  return previous && { build_num: previous.num, status: previous.status, build_time_millis: previous.durationMs }
}

function stepJson({ name, actions }: Step, outputUrl: string | null, isCut: boolean): StepJson {
  // A log is its step's, whatever ran in parallel there.
  return { name, actions: actions.map((action, i) => actionJson(action, i === 0 ? outputUrl : null, isCut)) }
}

function actionJson(action: StepAction, outputUrl: string | null, isCut: boolean): ActionJson {
  // Its clients know no step that was skipped.
  const status = action.status === 'not_run' ? 'canceled' : action.status
  return {
    ...action,
    status,
    truncated: isCut,
    parallel: false,
    background: false,
    insignificant: false,
    has_output: outputUrl !== null,
    output_url: outputUrl,
    source: 'reported',
    failed: action.status === 'failed' ? true : null,
    infrastructure_fail: action.status === 'infrastructure_fail' ? true : null,
    timedout: action.status === 'timedout' ? true : null,
    canceled: status === 'canceled' ? true : null,
    continue: null,
    messages: [],
  }
}

function commitJson(project: Project, { pipeline }: Build): CommitJson {
  const { author, committer } = pipeline
  return {
    commit: pipeline.revision,
    commit_url: `${vcsUrlFor(project)}/commit/${encodeURIComponent(pipeline.revision)}`,
    branch: pipeline.branch,
    subject: pipeline.subject,
    body: pipeline.body,
    author_name: author?.name ?? null,
    author_email: author?.email ?? null,
    author_login: author?.login ?? null,
    author_date: author?.date ?? null,
    committer_name: committer?.name ?? null,
    committer_email: committer?.email ?? null,
    committer_login: committer?.login ?? null,
    committer_date: committer?.date ?? null,
  }
}
