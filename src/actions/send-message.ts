import { INSTANCE } from '../domain/access/actor.ts'
import { BUILD_STATUS, type Build, isOver, stageOf } from '../domain/builds/build.ts'
import { hasStepFailed } from '../domain/builds/failed-step.ts'
import { countingParts, decidingBuildOf, FAILURES, pipelineStatusFor } from '../domain/builds/pipeline-status.ts'
import { addressOf, hearsOfBuilds, isStatusListener } from '../domain/notices/dispatch-target.ts'
import {
  dispatchRequestFor,
  isCancel,
  listenerRequestFor,
  type OutboundMessage,
  type OutboundRequest,
  remoteIdIn,
  statusLine,
  workflowEndRequestFor,
} from '../domain/notices/outbound-request.ts'
import { backOffSecondsAfter } from '../domain/notices/outbox.ts'
import { findBuildById, findSteps, listBuildsOfWorkflow } from '../storage/builds/builds.ts'
import { findWorkflowOfPipeline, readPipelineParts } from '../storage/builds/pipeline-parts.ts'
import type { WhichBuild } from '../storage/builds/which-build.ts'
import { type OpenedListener, openListener } from '../storage/notices/listeners.ts'
import {
  type BuildMessage,
  claimMessage,
  type Ended,
  endMessage,
  findOutboxRow,
  isOfNotice,
  ofBuilds,
  recordAttempt,
  type SendAttempt,
} from '../storage/notices/outbox.ts'
import { openDispatchTarget } from '../storage/projects/dispatch-targets.ts'
import { readEnvVars } from '../storage/projects/env-vars.ts'
import { findProjectById } from '../storage/projects/projects.ts'
import type { Stores } from '../storage/stores.ts'
import { summarizeBuilds } from '../storage/tests/answers/verdicts.ts'
import { noteListener } from './notices/note-listener.ts'
import { sendNotice } from './notices/send-notice.ts'
import { type SendOutcome, type SendSettings, sendRequest } from './notices/send-request.ts'
import { updateBuild } from './report-build.ts'

const DONE: SendOutcome = { kind: 'done' }

/**
 * Tries to send one message, and stores the outcome. A message that the queue brings twice is sent once, also when both
 * come at once; it may be sent again only where the Worker breaks off between sending it and storing the outcome.
 */
export async function sendMessage(stores: Stores, settings: SendSettings, id: string): Promise<SendOutcome> {
  const found = await findOutboxRow(stores.db, id)
  if (found && isOfNotice(found)) return found.state === 'pending' ? sendNotice(stores, settings, found) : DONE
  const row = found && ofBuilds(found)
  // Refused when the person who asked was removed: the builds that it should have started end here.
  if (row?.state === 'refused') await failUnstarted(stores, row)
  if (row?.state !== 'pending') return DONE
  const prepared = await prepare(stores, settings, row)
  if ('problem' in prepared) return end(stores, row, prepared)
  const claim = await claimMessage(stores.db, row, prepared.sends, stores.now())
  if (claim.kind === 'over') return DONE
  if (claim.kind === 'busy') return { kind: 'again', afterSeconds: claim.afterSeconds }
  if (claim.kind === 'ended') return end(stores, row, claim.ended)
  const sent = await sendRequest(settings, prepared.request, stores.now())
  const attempts = row.attempts + 1
  const afterSeconds = sent.ok || !sent.isWorthRetrying ? null : backOffSecondsAfter(attempts, sent.retryAfterSeconds)
  const attempt: SendAttempt = sent.ok
    ? { state: 'delivered', responseStatus: sent.status, remoteId: prepared.remoteIdIn(sent.answer) }
    : { state: afterSeconds === null ? 'failed' : 'pending', responseStatus: sent.status, problem: sent.problem }
  await recordAttempt(stores.db, id, attempt, stores.now())
  if (prepared.listener) await noteListener(stores, prepared.listener, attempt)
  if (afterSeconds !== null) return { kind: 'again', afterSeconds }
  if (attempt.state === 'failed') await failUnstarted(stores, row)
  return DONE
}

/** Ends a message that is not to be sent, and the builds that wait for it. */
async function end(stores: Stores, row: BuildMessage, ended: Ended): Promise<SendOutcome> {
  if (!(await endMessage(stores.db, row.id, ended, stores.now()))) {
    const isOpen = (await findOutboxRow(stores.db, row.id))?.state === 'pending'
    return isOpen ? { kind: 'again', afterSeconds: 5 } : DONE
  }
  await failUnstarted(stores, row)
  return DONE
}

type Prepared =
  | Ended
  | {
      readonly request: OutboundRequest
      /** The status that a listener is sent, with what failed; null for a message to a dispatch target. */
      readonly sends: string | null
      readonly remoteIdIn: (answer: unknown) => string | null
      /** Null for a message to a dispatch target. */
      readonly listener: OpenedListener | null
    }

function dropped(problem: string): Ended {
  return { state: 'dropped', problem }
}

async function prepare(stores: Stores, { dataKeys, publicOrigin }: SendSettings, row: BuildMessage): Promise<Prepared> {
  if (row.event === 'workflow.finished') return prepareWorkflowEnd(stores, { dataKeys, publicOrigin }, row)
  const { db } = stores
  const project = await findProjectById(db, row.projectId)
  const [first, ...others] = await buildsOf(stores, row)
  if (!project || !first) return dropped('There is nothing left to do: its builds were canceled or are over.')
  const message: OutboundMessage = {
    id: row.id,
    event: row.event,
    project,
    builds: [first, ...others],
    failedTests: '',
    parameters: row.params?.parameters ?? {},
    envVars: {},
    remoteId: row.params?.remoteId ?? null,
    origin: publicOrigin,
    now: stores.now(),
  }
  if (row.listenerId !== null) {
    const opened = await openListener(db, dataKeys, row.listenerId)
    if (!opened) return dropped('The listener was deleted.')
    if (opened.isPaused) return dropped(PAUSED)
    if (opened.secret === null) return dropped(UNREADABLE)
    const { listener } = opened
    if (!hearsOfBuilds(listener)) return dropped(NO_BUILDS)
    // A commit has one status for all builds with this job name, not that of the build that ended last.
    const build = isStatusListener(listener) ? await decidingBuild(db, first) : first
    if (!build) return dropped('It counts no more, and its end was not reported.')
    const isRed = BUILD_STATUS[build.status].class === 'red'
    const failedTests = isRed ? await summarizeBuilds(stores, project, [build.id]) : ''
    const failedStep =
      isRed && isStatusListener(listener) ? await findFailedStep(db, { projectId: project.id, id: build.id }) : null
    const reported = { ...message, builds: [build] as const, failedTests, failedStep }
    const request = await listenerRequestFor(listener, opened.secret, reported)
    return {
      ...{ request, sends: statusLine(listener, build.status, failedTests) },
      ...{ remoteIdIn: () => null, listener: opened },
    }
  }
  const opened = await openDispatchTarget(db, dataKeys, row.projectId)
  if (!opened) return dropped('The dispatch target was deleted.')
  const { target, secret } = opened
  if (row.target !== null && addressOf(row.target) !== addressOf(target))
    return { state: 'refused', problem: 'It was asked of another dispatch target than there is now.' }
  if (secret === null) return dropped(UNREADABLE)
  const wantsEnvVars = 'sendEnvVars' in target && target.sendEnvVars && !isCancel(row.event)
  const envVars = wantsEnvVars ? readableOf(await readEnvVars(db, dataKeys, row.projectId)) : {}
  const request = await dispatchRequestFor(target, secret, { ...message, envVars })
  return { request, sends: null, remoteIdIn: (answer) => remoteIdIn(target, answer), listener: null }
}

async function prepareWorkflowEnd(
  stores: Stores,
  { dataKeys, publicOrigin }: Pick<SendSettings, 'dataKeys' | 'publicOrigin'>,
  row: BuildMessage,
): Promise<Prepared> {
  const { db, now } = stores
  const [project, found, opened] = await Promise.all([
    findProjectById(db, row.projectId),
    findWorkflowOfPipeline(db, row.workflowId),
    row.listenerId === null ? null : openListener(db, dataKeys, row.listenerId),
  ])
  if (!opened) return dropped('The listener was deleted.')
  if (!project || !found) return dropped('What it was about was deleted.')
  if (opened.isPaused) return dropped(PAUSED)
  if (opened.secret === null) return dropped(UNREADABLE)
  const { listener } = opened
  if (!hearsOfBuilds(listener)) return dropped(NO_BUILDS)
  const parts = await readPipelineParts(db, found.pipeline.id)
  // A commit has one status for all attempts at a workflow; other listeners get the attempt that ended.
  const about = parts.workflows.filter(({ id, attemptOf }) =>
    isStatusListener(listener) ? attemptOf === found.workflow.attemptOf : id === found.workflow.id,
  )
  const ids = new Set(about.map(({ id }) => id))
  const builds = parts.builds.filter(({ workflowId }) => ids.has(workflowId))
  const status = pipelineStatusFor({ workflows: about, builds })
  const failed = countingParts({ workflows: about, builds }).builds.filter((build) => FAILURES.includes(build.status))
  const failedTests = await summarizeBuilds(
    stores,
    project,
    failed.map(({ id }) => id),
  )
  const end = { id: row.id, project, ...found, status, failedTests, origin: publicOrigin, now: now() }
  const request = await workflowEndRequestFor(listener, opened.secret, end)
  return { request, sends: statusLine(listener, status, failedTests), remoteIdIn: () => null, listener: opened }
}

/** The build that decides the status of the job of `build` in its pipeline; null where none does and it has no end. */
async function decidingBuild(db: Stores['db'], build: Build): Promise<Build | null> {
  const parts = await readPipelineParts(db, build.pipeline.id)
  const deciding = decidingBuildOf(parts, build.workflow.name, build.jobName)
  if (deciding) return (deciding.id === build.id ? null : await findBuildById(db, deciding.id)) ?? build
  if (isOver(build.status)) return build
  const status = parts.workflows.find(({ id }) => id === build.workflow.id)?.reportedStatus ?? null
  if (status === null || !isOver(status)) return null
  // Its run ended without it: what made the run fail need not be this job.
  return { ...build, status: FAILURES.includes(status) ? 'infrastructure_fail' : status }
}

/** The first step of a red build that failed and has a log, from 0. */
async function findFailedStep(db: Stores['db'], build: WhichBuild): Promise<number | null> {
  const { steps, logs } = (await findSteps(db, build)) ?? { steps: [], logs: [] }
  const logged = new Set(logs.map(({ step }) => step))
  const step = steps.findIndex((one, place) => logged.has(place) && hasStepFailed(one))
  return step < 0 ? null : step
}

const PAUSED = 'The receiver is paused.'
const NO_BUILDS = 'The listener gets no builds.'
const UNREADABLE = 'Its secret cannot be read with the DATA_KEY of this deployment: set it again.'

/** The builds that a message is about; where it starts builds, those that are still queued. */
async function buildsOf({ db }: Stores, { event, buildId, workflowId }: BuildMessage): Promise<readonly Build[]> {
  if (event === 'workflow.cancel') return listBuildsOfWorkflow(db, workflowId)
  const waits = (build: Build) => stageOf(build.status) === 0
  if (event === 'workflow.rerun') return (await listBuildsOfWorkflow(db, workflowId)).filter(waits)
  const build = buildId === null ? null : await findBuildById(db, buildId)
  if (!build) return []
  const isOfAny = event === 'build.started' || event === 'build.finished' || event === 'build.cancel'
  return isOfAny || waits(build) ? [build] : []
}

/** Ends the builds that a message should have started: without it they would stay queued for ever. */
async function failUnstarted(stores: Stores, row: BuildMessage): Promise<void> {
  if (row.listenerId !== null || isCancel(row.event)) return
  const event = { queuedAt: null, startedAt: null, stoppedAt: stores.now(), buildUrl: null, steps: null }
  for (const build of await buildsOf(stores, row))
    await updateBuild(
      stores,
      row.projectId,
      { num: build.num, event: { ...event, status: 'infrastructure_fail' } },
      INSTANCE,
    )
}

function readableOf(envVars: Readonly<Record<string, string | null>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(envVars).flatMap(([name, value]) => (value === null ? [] : [[name, value] as const])),
  )
}
