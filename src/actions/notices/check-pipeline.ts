import { INSTANCE } from '../../domain/access/actor.ts'
import type { BranchStatus } from '../../domain/builds/badge.ts'
import { isOver, personOf } from '../../domain/builds/build.ts'
import {
  beforeLastRerun,
  countingParts,
  FAILURES,
  type PipelineParts,
  pipelineStatusFor,
  resultOf,
} from '../../domain/builds/pipeline-status.ts'
import { DAY_MS } from '../../domain/day.ts'
import { FLAKY_THRESHOLD, MAX_NAMED, type NoticeFacts } from '../../domain/notices/notice.ts'
import type { NamedTest } from '../../domain/tests/named-test.ts'
import { findBranchFailure, listOtherParts, readShown } from '../../storage/builds/branches/branch-status.ts'
import { type NamedParts, readPipelineParts } from '../../storage/builds/pipeline-parts.ts'
import { askForgottenChecks, type Check, endCheck, findCheck } from '../../storage/notices/checks.ts'
import {
  isOfChange,
  newStateStatement,
  readStates,
  stateStatement,
  type ToldState,
} from '../../storage/notices/notice-states.ts'
import { type NewNotice, noticeStatements } from '../../storage/notices/notices.ts'
import { enqueue, queuedOf } from '../../storage/notices/outbox.ts'
import { findPipelineNumber, listJobWarnings, listNamedBuilds } from '../../storage/notices/pipeline-facts.ts'
import type { Stores } from '../../storage/stores.ts'
import { type Judgement, judgeBuilds } from '../../storage/tests/answers/verdicts.ts'
import { commit, type Statement } from '../../storage/tokens/rights.ts'

/** Other looks that should have been had so long ago are asked for again, so many by each. */
const LOST_MS = 300_000
const MAX_ASKED = 10

/**
 * Looks at a pipeline of which something ended, and makes the notices of what has changed by that: its branch, its own end, its
 * tests. Where more ended meanwhile, or others looked, or there is more to tell than one look may, another look is asked for.
 */
export async function checkPipeline(stores: Stores, pipelineId: string): Promise<void> {
  const check = await findCheck(stores.db, pipelineId)
  if (!check) return
  const isAll = await lookAt(stores, check)
  if (isAll && (await endCheck(stores.db, pipelineId, check.asks)))
    await askForgottenChecks(stores, stores.now() - LOST_MS, MAX_ASKED)
  else await enqueue(stores, [{ pipeline: pipelineId }])
}

/** Each has five statements: with what a look reads they have to fit into the 50 of a free Worker. */
const MAX_TOLD_A_LOOK = 4

/** One change that is to be told, of a state that was read as `was`, or of any other than the one that is noted. */
type Change = {
  readonly subject: string
  readonly state: string
  readonly was: ToldState | null | 'any'
  /** Null where there is nothing to tell. */
  readonly facts: NoticeFacts | null
  readonly more?: Pick<NewNotice, 'branch' | 'author' | 'isQuiet'>
  readonly isOfPipeline?: boolean
}

/** Whether all of what has changed is noted. */
async function lookAt(stores: Stores, check: Check): Promise<boolean> {
  const { db } = stores
  const { pipeline, project } = check
  const subjects = subjectsOf(check)
  // The states are read before what they are compared with.
  const told = await readStates(db, Object.values(subjects))
  const parts = await readPipelineParts(db, pipeline.id)
  const failedIds = failedBuildIds(parts)
  const judgement = await judgeBuilds(stores, project, failedIds)
  const isDefault = pipeline.branch === project.defaultBranch
  const changes: readonly (Change | null)[] = [
    // First, since whoever is told of it is not told of the rest.
    pipeline.branch === null
      ? null
      : await branchChange(stores, check, pipeline.branch, told.get(subjects.branch) ?? null),
    await endOf(stores, check, parts, { told: told.get(subjects.pipeline) ?? null, failedIds, judgement }),
    isDefault && judgement ? newFailures(check, judgement, told.get(subjects.tests) ?? null) : null,
    ...(await flakyTests(stores, judgement, project.id)),
    ...(isDefault ? await warnedJobs(stores, check) : []),
  ]
  const real = changes.filter((change) => change !== null)
  const isNoted = await tell(stores, check, real.slice(0, MAX_TOLD_A_LOOK))
  return isNoted && real.length <= MAX_TOLD_A_LOOK
}

function subjectsOf({ project, pipeline }: Check) {
  return {
    branch: `branch ${project.id} ${pipeline.branch ?? ''}`,
    pipeline: `pipeline ${pipeline.id}`,
    tests: `tests ${pipeline.id}`,
  }
}

/** Notes the changes and makes their notices in one transaction; false where somebody else noted one meanwhile. */
async function tell(stores: Stores, { project, pipeline }: Check, changes: readonly Change[]): Promise<boolean> {
  if (changes.length === 0) return true
  const { db, now } = stores
  const at = now()
  const isChecked: boolean[] = []
  const statements = changes.flatMap((change): Statement[] => {
    const { subject, state, was, facts, more, isOfPipeline = false } = change
    const noticeId = facts && crypto.randomUUID()
    const owner = isOfPipeline ? { pipelineId: pipeline.id } : { projectId: project.id }
    const noted = { subject, state, noticeId, at, ...owner }
    const made =
      facts && noticeId
        ? noticeStatements(db, {
            ...{ id: noticeId, facts, projectId: project.id, pipelineId: pipeline.id, at, ...more },
            guard: isOfChange(subject, noticeId),
          })
        : []
    const note = was === 'any' ? newStateStatement(db, noted, at - FLAKY_AGAIN_MS) : stateStatement(db, noted, was)
    isChecked.push(was !== 'any', ...made.map(() => false))
    return [note, ...made]
  })
  const results: unknown[] = await commit(stores, INSTANCE, statements)
  const isNoted = results.every((result, at) => !isChecked[at] || rowsOf(result) > 0)
  await enqueue(
    stores,
    results.flatMap((result, at) => (isChecked[at] ? [] : queuedOf(result))),
  )
  return isNoted
}

/** A flaky test is told of again after the two weeks over which it is counted. */
const FLAKY_AGAIN_MS = 14 * DAY_MS

function rowsOf(result: unknown): number {
  return (result as D1Result).results.length
}

/** The builds that count and failed, by id. */
function failedBuildIds(parts: NamedParts): readonly string[] {
  return countingParts(parts).builds.flatMap(({ id, status }) => (FAILURES.includes(status) ? [id] : []))
}

type Ended = {
  readonly told: ToldState | null
  readonly failedIds: readonly string[]
  readonly judgement: Judgement | null
}

/** That all of the pipeline is over, as its author may want to know. */
async function endOf(
  { db }: Stores,
  check: Check,
  parts: NamedParts,
  { told, failedIds, judgement }: Ended,
): Promise<Change | null> {
  const { pipeline } = check
  const status = pipelineStatusFor(parts)
  const author = personOf({ ...pipeline, committer: null })?.login ?? null
  if (status === 'no_builds' || !isOver(status) || told?.state === status || author === null) return null
  const failed = (await listNamedBuilds(db, failedIds)).slice(0, MAX_NAMED)
  const { branch, number } = pipeline
  return {
    ...{ subject: subjectsOf(check).pipeline, state: status, was: told, more: { branch, author }, isOfPipeline: true },
    facts: { kind: 'pipeline.ended', branch, pipeline: number, status, failed, tests: judgement?.summary ?? '' },
  }
}

/**
 * The state of the branch, by the pipeline that its badge shows. The first pipeline of a branch is no change. Only
 * the default branch is told to people; those of others are for their feeds.
 */
async function branchChange(
  stores: Stores,
  check: Check,
  branch: string,
  told: ToldState | null,
): Promise<Change | null> {
  const { project } = check
  const shown = await readShown(stores.db, project.id, branch)
  const state = stateOf(resultOf(shown)) ?? told?.state ?? null
  if (state === null) return null
  const isQuiet = branch !== project.defaultBranch
  const noted = { subject: subjectsOf(check).branch, state, was: told, more: { branch, isQuiet } }
  // Where nothing was told yet, as after an upgrade, what the branch showed before says whether it is news.
  const before = told?.state ?? (await stateBefore(stores, project.id, branch, shown))
  const isChange = before !== null && before !== state
  if (!isChange) return { ...noted, facts: null }
  return { ...noted, facts: state === 'green' ? fixedFacts(check, branch) : await brokenFacts(stores, check, branch) }
}

/** What a branch showed before parts of the shown pipeline ran again, else by the newest other pipeline that says anything. */
async function stateBefore(
  { db }: Stores,
  projectId: string,
  branch: string,
  shown: PipelineParts,
): Promise<'red' | 'green' | null> {
  const earlier = beforeLastRerun(shown)
  const own = earlier && stateOf(resultOf(earlier))
  const [workflow] = shown.workflows
  if (own !== null || !workflow) return own
  const others = await listOtherParts(db, projectId, branch, workflow.id)
  return others.map((parts) => stateOf(resultOf(parts))).find((state) => state !== null) ?? null
}

/** What a result says of a branch; null where it says nothing, as a canceled one. */
function stateOf(result: BranchStatus | null): 'red' | 'green' | null {
  if (result === 'success') return 'green'
  return FAILURES.some((failure) => failure === result) ? 'red' : null
}

function fixedFacts({ pipeline }: Check, branch: string): NoticeFacts {
  return { kind: 'branch.fixed', branch, pipeline: pipeline.number, by: nameOfAuthor(pipeline) }
}

async function brokenFacts(stores: Stores, { project, pipeline }: Check, branch: string): Promise<NoticeFacts> {
  const { db } = stores
  const failure = await findBranchFailure(db, project.id, branch)
  const isOther = failure !== null && failure.pipelineId !== pipeline.id
  const ids = failure?.builds.map(({ id }) => id) ?? []
  const [failed, judgement, number] = await Promise.all([
    listNamedBuilds(db, ids),
    judgeBuilds(stores, project, ids),
    isOther ? findPipelineNumber(db, failure.pipelineId) : pipeline.number,
  ])
  return {
    ...{ kind: 'branch.broken', branch, pipeline: number ?? pipeline.number, failed: failed.slice(0, MAX_NAMED) },
    ...{ tests: judgement?.summary ?? '', by: isOther ? null : nameOfAuthor(pipeline) },
  }
}

function nameOfAuthor(pipeline: Check['pipeline']): string | null {
  const person = personOf({ ...pipeline, committer: null })
  return person?.login ?? person?.name ?? null
}

/** Tests that pass on the default branch but for this pipeline, and were not told of for it yet. */
function newFailures(check: Check, { failures }: Judgement, told: ToldState | null): Change | null {
  const known = new Set<number>(told === null ? [] : (JSON.parse(told.state) as number[]))
  const failing = failures.filter(({ verdict, mute }) => verdict.verdict === 'new' && mute === null)
  const fresh = failing.filter(({ test }) => !known.has(test.id))
  if (fresh.length === 0) return null
  const { pipeline, project } = check
  const branch = project.defaultBranch
  const named = fresh.slice(0, MAX_NAMED).map(({ test }) => ({ id: test.id, name: nameOf(test) }))
  return {
    subject: subjectsOf(check).tests,
    state: JSON.stringify([...known, ...fresh.map(({ test }) => test.id)].sort((one, other) => one - other)),
    ...{ was: told, isOfPipeline: true, more: { branch } },
    facts: {
      kind: 'test.failing',
      ...{ branch, pipeline: pipeline.number, tests: named, more: fresh.length - named.length },
    },
  }
}

async function flakyTests(
  { db, now }: Stores,
  judgement: Judgement | null,
  projectId: string,
): Promise<readonly Change[]> {
  const changes = (judgement?.failures ?? []).flatMap(({ test, verdict, mute }): Change[] => {
    if (verdict.verdict !== 'flaky' || verdict.failed < FLAKY_THRESHOLD || mute !== null) return []
    const { failed, runs } = verdict
    const facts = { kind: 'test.flaky', test: { id: test.id, name: nameOf(test) }, failed, runs } as const
    return [{ subject: `flaky ${projectId} ${test.id}`, state: 'over', was: 'any', facts }]
  })
  if (changes.length === 0) return []
  const told = await readStates(
    db,
    changes.map(({ subject }) => subject),
  )
  return changes.filter(({ subject }) => (told.get(subject)?.at ?? 0) < now() - FLAKY_AGAIN_MS)
}

const MAX_NAME_LENGTH = 200

function nameOf({ classname, name }: NamedTest): string {
  return (classname === '' ? name : `${classname} › ${name}`).slice(0, MAX_NAME_LENGTH).toWellFormed()
}

/** Jobs whose reports warn, where those of their last pipeline did not. */
async function warnedJobs({ db }: Stores, { project, pipeline }: Check): Promise<readonly Change[]> {
  const jobs = await listJobWarnings(db, pipeline.id)
  const subjectOf = (job: string) => `warnings ${project.id} ${job}`
  const told = await readStates(
    db,
    jobs.map(({ job }) => subjectOf(job)),
  )
  return jobs.flatMap(({ warnings, ...build }): Change[] => {
    const [first] = warnings
    const subject = subjectOf(build.job)
    const was = told.get(subject) ?? null
    const state = first === undefined ? 'none' : 'some'
    if ((was?.state ?? 'none') === state) return []
    if (first === undefined) return [{ subject, state, was, facts: null }]
    const branch = project.defaultBranch
    const facts = {
      kind: 'report.warnings',
      branch,
      build,
      count: warnings.length,
      first: first.slice(0, 300),
    } as const
    return [{ subject, state, was, more: { branch }, facts }]
  })
}
