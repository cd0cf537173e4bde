import { INSTANCE } from '../domain/access/actor.ts'
import { BUILD_STATUS, type Build, isOver, stageOf } from '../domain/builds/build.ts'
import { hasStepFailed } from '../domain/builds/failed-step.ts'
import { countingParts, decidingBuildOf, FAILURES, pipelineStatusFor } from '../domain/builds/pipeline-status.ts'
import type { DataKeys } from '../domain/formats/sealed-text.ts'
import { addressOf, isStatusListener } from '../domain/notices/dispatch-target.ts'
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
import { type AllowedHosts, outboundUrlProblem } from '../domain/notices/outbound-url.ts'
import { backOffSecondsAfter, isWorthRetrying } from '../domain/notices/outbox.ts'
import { askOutside } from '../outside/ask.ts'
import { findBuildById, findSteps, listBuildsOfWorkflow } from '../storage/builds/builds.ts'
import { findWorkflowOfPipeline, readPipelineParts } from '../storage/builds/pipeline-parts.ts'
import type { WhichBuild } from '../storage/builds/which-build.ts'
import { openListener } from '../storage/notices/listeners.ts'
import {
  claimMessage,
  type Ended,
  endMessage,
  findOutboxRow,
  type OutboxRow,
  recordAttempt,
  type SendAttempt,
} from '../storage/notices/outbox.ts'
import { openDispatchTarget } from '../storage/projects/dispatch-targets.ts'
import { readEnvVars } from '../storage/projects/env-vars.ts'
import { findProjectById } from '../storage/projects/projects.ts'
import type { Stores } from '../storage/stores.ts'
import { summarizeBuilds } from '../storage/tests/answers/verdicts.ts'
import { updateBuild } from './report-build.ts'

/** What sending a message needs beside the stores. */
export type SendSettings = {
  readonly dataKeys: DataKeys
  readonly allowedHosts: AllowedHosts
  readonly publicOrigin: string | null
}

/** Whether the queue should bring the message again, and when. */
export type SendOutcome = { readonly kind: 'done' } | { readonly kind: 'again'; readonly afterSeconds: number }

const DONE: SendOutcome = { kind: 'done' }

/**
 * Tries to send one message, and stores the outcome. A message that the queue brings twice is sent once, also when both
 * come at once; it may be sent again only where the Worker breaks off between sending it and storing the outcome.
 */
export async function sendMessage(stores: Stores, settings: SendSettings, id: string): Promise<SendOutcome> {
  const row = await findOutboxRow(stores.db, id)
  // Refused when the person who asked was removed: the builds that it should have started end here.
  if (row?.state === 'refused') await failUnstarted(stores, row)
  if (row?.state !== 'pending') return DONE
  const prepared = await prepare(stores, settings, row)
  if ('problem' in prepared) return end(stores, row, prepared)
  const claim = await claimMessage(stores.db, row, prepared.sends, stores.now())
  if (claim.kind === 'over') return DONE
  if (claim.kind === 'busy') return { kind: 'again', afterSeconds: claim.afterSeconds }
  if (claim.kind === 'ended') return end(stores, row, claim.ended)
  const sent = await send(settings, prepared.request)
  const attempts = row.attempts + 1
  const afterSeconds = sent.ok || !sent.isWorthRetrying ? null : backOffSecondsAfter(attempts, sent.retryAfterSeconds)
  const attempt: SendAttempt = sent.ok
    ? { state: 'delivered', responseStatus: sent.status, remoteId: prepared.remoteIdIn(sent.answer) }
    : { state: afterSeconds === null ? 'failed' : 'pending', responseStatus: sent.status, problem: sent.problem }
  await recordAttempt(stores.db, id, attempt, stores.now())
  if (afterSeconds !== null) return { kind: 'again', afterSeconds }
  if (attempt.state === 'failed') await failUnstarted(stores, row)
  return DONE
}

/** Ends a message that is not to be sent, and the builds that wait for it. */
async function end(stores: Stores, row: OutboxRow, ended: Ended): Promise<SendOutcome> {
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
    }

function dropped(problem: string): Ended {
  return { state: 'dropped', problem }
}

async function prepare(stores: Stores, { dataKeys, publicOrigin }: SendSettings, row: OutboxRow): Promise<Prepared> {
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
    if (opened.secret === null) return dropped(UNREADABLE)
    const { listener } = opened
    // A commit has one status for all builds with this job name, not that of the build that ended last.
    const build = isStatusListener(listener) ? await decidingBuild(db, first) : first
    if (!build) return dropped('It counts no more, and its end was not reported.')
    const isRed = BUILD_STATUS[build.status].class === 'red'
    const failedTests = isRed ? await summarizeBuilds(stores, project, [build.id]) : ''
    const failedStep =
      isRed && isStatusListener(listener) ? await findFailedStep(db, { projectId: project.id, id: build.id }) : null
    const reported = { ...message, builds: [build] as const, failedTests, failedStep }
    const request = await listenerRequestFor(listener, opened.secret, reported)
    return { request, sends: statusLine(listener, build.status, failedTests), remoteIdIn: () => null }
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
  return { request, sends: null, remoteIdIn: (answer) => remoteIdIn(target, answer) }
}

async function prepareWorkflowEnd(
  stores: Stores,
  { dataKeys, publicOrigin }: Pick<SendSettings, 'dataKeys' | 'publicOrigin'>,
  row: OutboxRow,
): Promise<Prepared> {
  const { db, now } = stores
  const [project, found, opened] = await Promise.all([
    findProjectById(db, row.projectId),
    findWorkflowOfPipeline(db, row.workflowId),
    row.listenerId === null ? null : openListener(db, dataKeys, row.listenerId),
  ])
  if (!opened) return dropped('The listener was deleted.')
  if (!project || !found) return dropped('What it was about was deleted.')
  if (opened.secret === null) return dropped(UNREADABLE)
  const parts = await readPipelineParts(db, found.pipeline.id)
  // A commit has one status for all attempts at a workflow; other listeners get the attempt that ended.
  const about = parts.workflows.filter(({ id, attemptOf }) =>
    isStatusListener(opened.listener) ? attemptOf === found.workflow.attemptOf : id === found.workflow.id,
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
  const request = await workflowEndRequestFor(opened.listener, opened.secret, end)
  return { request, sends: statusLine(opened.listener, status, failedTests), remoteIdIn: () => null }
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

const UNREADABLE = 'Its secret cannot be read with the DATA_KEY of this deployment: set it again.'

/** The builds that a message is about; where it starts builds, those that are still queued. */
async function buildsOf({ db }: Stores, { event, buildId, workflowId }: OutboxRow): Promise<readonly Build[]> {
  if (event === 'workflow.cancel') return listBuildsOfWorkflow(db, workflowId)
  const waits = (build: Build) => stageOf(build.status) === 0
  if (event === 'workflow.rerun') return (await listBuildsOfWorkflow(db, workflowId)).filter(waits)
  const build = buildId === null ? null : await findBuildById(db, buildId)
  if (!build) return []
  const isOfAny = event === 'build.started' || event === 'build.finished' || event === 'build.cancel'
  return isOfAny || waits(build) ? [build] : []
}

type Sent =
  | { readonly ok: true; readonly status: number; readonly answer: unknown }
  | {
      readonly ok: false
      readonly status: number | null
      readonly problem: string
      readonly isWorthRetrying: boolean
      readonly retryAfterSeconds: number | null
    }

const TIMEOUT_MS = 15_000
const MAX_ANSWER_BYTES = 65_536

async function send({ allowedHosts }: SendSettings, request: OutboundRequest): Promise<Sent> {
  const { url, headers, body, meaningOf } = request
  // The URL was checked when it was set, but the deployment's rules may have become stricter since.
  const refused = outboundUrlProblem(url, allowedHosts)
  if (refused) return { ok: false, status: null, problem: `The URL ${refused}.`, ...NEVER }
  try {
    const boxes = { boxMs: TIMEOUT_MS, maxBytes: MAX_ANSWER_BYTES, readsRefusals: meaningOf !== undefined }
    const { status, headers: said, text } = await askOutside(url, { method: 'POST', headers, body, ...boxes })
    const isTaken = status >= 200 && status < 300
    const meaning = isTaken ? 'delivered' : (meaningOf?.(status, jsonIn(text)) ?? null)
    if (meaning === 'delivered') return { ok: true, status, answer: jsonIn(text) }
    const problem = status >= 300 && status < 400 ? 'It redirects, which is not followed.' : `It answered ${status}.`
    const retryAfter = Number(said.get('Retry-After') ?? Number.NaN)
    const retryAfterSeconds = Number.isFinite(retryAfter) && retryAfter > 0 ? retryAfter : null
    return {
      ok: false,
      status,
      problem,
      isWorthRetrying: meaning === 'again' || isWorthRetrying(status),
      retryAfterSeconds,
    }
  } catch (error) {
    const isLate = error instanceof Error && error.name === 'TimeoutError'
    const problem = isLate ? `It did not answer within ${TIMEOUT_MS / 1000} s.` : 'It could not be reached.'
    return { ok: false, status: null, problem, isWorthRetrying: true, retryAfterSeconds: null }
  }
}

const NEVER = { isWorthRetrying: false, retryAfterSeconds: null }

/** The answer as JSON, in which only the run's id is looked for; null where it is something else. */
function jsonIn(text: string | null): unknown {
  try {
    return JSON.parse(text ?? '')
  } catch {
    return null // The receiver took the message, whatever it answered.
  }
}

/** Ends the builds that a message should have started: without it they would stay queued for ever. */
async function failUnstarted(stores: Stores, row: OutboxRow): Promise<void> {
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
