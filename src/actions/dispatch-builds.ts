import type { Actor } from '../domain/access/actor.ts'
import { type Build, type BuildReport, isOver, type Person, UNKNOWN_REVISION } from '../domain/builds/build.ts'
import { canCancel, type DispatchTarget, type Parameters } from '../domain/notices/dispatch-target.ts'
import type { Project } from '../domain/project.ts'
import { listBuildsOfWorkflow } from '../storage/builds/builds.ts'
import { findNextAttempt } from '../storage/builds/workflows.ts'
import { findStart } from '../storage/notices/outbox.ts'
import { findDispatchTarget } from '../storage/projects/dispatch-targets.ts'
import { cancelBuilds, startBuilds } from '../storage/reporting/starts.ts'
import type { Stores } from '../storage/stores.ts'

/** What is asked to be run. */
export type Trigger = {
  readonly ref: { readonly branch: string } | { readonly tag: string }
  readonly revision: string | null
  readonly jobName: string | null
  readonly parameters: Parameters
  readonly actor: Person | null
}

/** The project has nothing that could start or stop its builds. */
export type NoTarget = { readonly kind: 'no_target' }
export type Started = { readonly kind: 'started'; readonly build: Build } | NoTarget
export type Rerunning =
  | Started
  | { readonly kind: 'unknown_job'; readonly jobId: string }
  | { readonly kind: 'nothing_to_run' }
/** `cannot_cancel`: the target has no way to stop that build. */
export type Canceled =
  | { readonly kind: 'canceled' }
  | { readonly kind: 'cannot_cancel'; readonly build: Build }
  | NoTarget

/** Makes a pipeline with one queued build, and has the project's target start it. */
export async function triggerPipeline(
  stores: Stores,
  project: Project,
  trigger: Trigger,
  actor: Actor,
): Promise<Started> {
  const target = await findTarget(stores, project)
  if (!target) return NO_TARGET
  const pipelineId = newExternalId()
  const report: BuildReport = {
    ...QUEUED,
    queuedAt: stores.now(),
    externalId: newExternalId(),
    jobName: trigger.jobName ?? target.jobName,
    workflow: { externalId: newExternalId(), name: target.workflowName },
    pipeline: {
      externalId: pipelineId,
      branch: 'branch' in trigger.ref ? trigger.ref.branch : null,
      tag: 'tag' in trigger.ref ? trigger.ref.tag : null,
      revision: trigger.revision ?? UNKNOWN_REVISION,
      subject: null,
      body: null,
      author: null,
      committer: null,
      actor: trigger.actor,
      pullRequests: [],
    },
  }
  const dispatch = { event: 'pipeline.trigger', params: { parameters: trigger.parameters } } as const
  const [build] = await startBuilds(stores, project.id, { reports: [report], dispatch }, actor)
  return { kind: 'started', build }
}

/** Makes another build of the same job in the same workflow, and has the target start it. */
export async function retryBuild(stores: Stores, project: Project, build: Build, actor: Actor): Promise<Started> {
  if (!(await findTarget(stores, project))) return NO_TARGET
  const attempt = await findNextAttempt(stores.db, build.workflow.id)
  const report = repeatOf(stores, build, build.workflow, attempt)
  const dispatch = { event: 'build.retry', params: { retryOf: build.num } } as const
  const [again] = await startBuilds(stores, project.id, { reports: [report], dispatch }, actor)
  return { kind: 'started', build: again }
}

export type Rerun = {
  readonly workflowId: string
  readonly onlyFailed: boolean
  readonly jobIds: readonly string[]
}

/** Makes another workflow in the same pipeline with all or some of the jobs, and asks the dispatch target to start it. */
export async function rerunWorkflow(
  stores: Stores,
  project: Project,
  { workflowId, onlyFailed, jobIds }: Rerun,
  actor: Actor,
): Promise<Rerunning> {
  if (!(await findTarget(stores, project))) return NO_TARGET
  const all = await listBuildsOfWorkflow(stores.db, workflowId)
  const unknown = jobIds.find((id) => !all.some((build) => build.id === id))
  if (unknown !== undefined) return { kind: 'unknown_job', jobId: unknown }
  const wanted = all.filter((build) => {
    if (jobIds.length > 0) return jobIds.includes(build.id)
    return !onlyFailed || (isOver(build.status) && build.status !== 'success' && build.status !== 'fixed')
  })
  const externalId = newExternalId()
  const attempt = await findNextAttempt(stores.db, workflowId)
  const [first, ...others] = wanted.map((build) => {
    const { name, attemptOf } = build.workflow
    return repeatOf(stores, build, { externalId, name, attemptOf, attempt }, attempt)
  })
  if (!first) return { kind: 'nothing_to_run' }
  const dispatch = { event: 'workflow.rerun', params: {} } as const
  const [build] = await startBuilds(stores, project.id, { reports: [first, ...others], dispatch }, actor)
  return { kind: 'started', build }
}

/** Ends what is not over of these builds of one workflow as canceled, and has the target stop them. */
export async function cancelRunning(
  stores: Stores,
  project: Project,
  { builds, event }: { readonly builds: readonly Build[]; readonly event: 'build.cancel' | 'workflow.cancel' },
  actor: Actor,
): Promise<Canceled> {
  const target = await findTarget(stores, project)
  if (!target) return NO_TARGET
  const [first, ...others] = builds.filter((build) => !isOver(build.status))
  if (!first) return { kind: 'canceled' }
  const start = await findStart(stores.db, first.workflow.id)
  // What was not sent yet need not be stopped: the message finds nothing left to start.
  const isUnsent = start?.state === 'pending' || start?.state === 'refused'
  if (!isUnsent && !canCancel(target, start?.remoteId ?? null)) return { kind: 'cannot_cancel', build: first }
  const params = start?.remoteId ? { remoteId: start.remoteId } : {}
  const dispatch = isUnsent ? null : { event, params }
  await cancelBuilds(stores, project.id, { cancelled: [first, ...others], dispatch }, actor)
  return { kind: 'canceled' }
}

const QUEUED = { status: 'queued', startedAt: null, stoppedAt: null, buildUrl: null, steps: null } as const

const NO_TARGET: NoTarget = { kind: 'no_target' }

async function findTarget({ db }: Stores, project: Project): Promise<DispatchTarget | null> {
  return (await findDispatchTarget(db, project.id))?.target ?? null
}

function repeatOf(stores: Stores, build: Build, workflow: BuildReport['workflow'], attempt: number): BuildReport {
  const { id, number, createdAt, ...pipeline } = build.pipeline
  return {
    ...QUEUED,
    queuedAt: stores.now(),
    externalId: newExternalId(),
    jobName: build.jobName,
    attempt,
    retryOf: build.num,
    workflow,
    pipeline,
  }
}

/** Whoever runs the build reports it under this id, and no CI would make one like it. */
function newExternalId(): string {
  return `buildpass:${crypto.randomUUID()}`
}
