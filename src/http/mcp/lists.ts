import { reachOf } from '../../domain/access/limits/reach.ts'
import { AppError, invalidInput } from '../../domain/error.ts'
import { slugKeyFor, slugText } from '../../domain/project.ts'
import { clipped } from '../../domain/tests/test-result.ts'
import { listProjectsOf } from '../../storage/people/memberships.ts'
import type { Found } from './answer.ts'
import { type Asker, listedFor, projectIdFor, slugFor } from './asker.ts'

type Attributes = Readonly<Record<string, unknown>>
/** A thing as v3 answers it. */
export type Thing = {
  readonly id: string
  readonly attributes: Attributes & {
    readonly outcome?: string
    readonly current_outcome?: string
    readonly name?: string
  }
  readonly references: Readonly<Record<string, { readonly id: string } & Attributes>>
}
type One = { readonly data: Thing }
type Many = { readonly data: readonly Thing[]; readonly page: { readonly next: string | null } }

const MAX_LISTED = 50
/** No workflow that anybody reads has more. */
const MAX_JOBS = 2_000
const SUBJECT_LENGTH = 200

/** Without what a model needs not: the things around it, and lists with nothing in them. */
export function plain({ id, attributes }: Thing): Attributes {
  const filled = Object.entries(attributes).filter(([, value]) => !Array.isArray(value) || value.length > 0)
  return { id, ...Object.fromEntries(filled) }
}

export async function projectsOf(
  { grant, stores }: Asker,
  { cursor }: { cursor?: string | undefined },
): Promise<Found> {
  if ('project' in grant) return { said: ['This token opens one project.'], data: [slugText(grant.project)] }
  const page = { after: cursor ?? '', limit: MAX_LISTED + 1 }
  const rows = await listProjectsOf(stores.db, reachOf(grant), listedFor(grant), page)
  const shown = rows.slice(0, MAX_LISTED)
  const last = shown.at(-1)
  const more = rows.length > MAX_LISTED && last ? [`There are more: cursor ${JSON.stringify(slugKeyFor(last))}.`] : []
  const whose =
    grant.kind === 'organization'
      ? 'The projects that this token opens.'
      : 'The projects that whoever holds this token follows.'
  return { said: [whose, ...more], data: shown.map(slugText) }
}

type RunsInput = {
  readonly project?: string | undefined
  readonly branch?: string | undefined
  readonly status?: string | undefined
  readonly mine: boolean
  readonly limit: number
  readonly cursor?: string | undefined
}

export async function runsOf(asker: Asker, input: RunsInput): Promise<Found> {
  const { data, page } = input.mine ? await myRuns(asker, input) : await searchedRuns(asker, input)
  const next = page.next === null ? [] : [`There are more: cursor ${JSON.stringify(page.next)}.`]
  if (data.length === 0) return { said: ['There is no such run.', ...next] }
  return {
    said: ['The newest first. get_run and list_run_workflows say more of one.', ...next],
    data: data.map(plainRun),
  }
}

function myRuns({ api, grant }: Asker, { project, branch, status, limit, cursor }: RunsInput): Promise<Many> {
  const [narrowing] = Object.entries({ project, branch, status }).filter(([, value]) => value !== undefined)
  if (narrowing) throw invalidInput(narrowing[0], 'must not stand beside mine, which is of all projects')
  if (grant.kind !== 'personal') throw invalidInput('mine', 'needs a personal token, and this one is a project’s')
  const query = { 'filter[user_id]': 'me', 'page[limit]': String(limit), ...(cursor ? { 'page[cursor]': cursor } : {}) }
  return api.json(`/api/v3/runs?${new URLSearchParams(query)}`)
}

async function searchedRuns(asker: Asker, { project, branch, status, limit, cursor }: RunsInput): Promise<Many> {
  const slug = await slugFor(asker, project)
  return askForRuns(asker, await projectIdFor(asker, slug), { branch, status }, { limit, cursor })
}

/** The newest runs of a project, as v3 finds them. */
export function askForRuns(
  { api }: Asker,
  projectId: string,
  { branch, status }: { readonly branch?: string | undefined; readonly status?: string | undefined },
  page: { readonly limit: number; readonly cursor?: string | undefined },
): Promise<Many> {
  const filter = [
    branch === undefined ? null : `pipeline.git.branch == ${JSON.stringify(branch)}`,
    status === undefined ? null : `pipeline.status == ${JSON.stringify(status)}`,
  ]
  return api.json('/api/v3/runs/search', {
    scope: { project_ids: [projectId] },
    filter: filter.filter((part) => part !== null).join(' and '),
    page: { limit: page.limit, cursor: page.cursor ?? '' },
  })
}

type Vcs = {
  branch?: string
  tag?: string
  revision?: string
  commit?: { subject?: string; author?: { login?: string; name?: string } }
}

/** A run with what was pushed. */
export function plainRun(run: Thing): Attributes {
  const event = run.references.event?.attributes as { vcs?: Vcs } | undefined
  const { branch, tag, revision, commit } = event?.vcs ?? {}
  return {
    ...plain(run),
    branch,
    tag,
    revision,
    subject: commit?.subject === undefined ? undefined : clipped(commit.subject, SUBJECT_LENGTH),
    author: commit?.author?.login ?? commit?.author?.name,
  }
}

export async function runOf({ api }: Asker, { run_id }: { run_id: string }): Promise<Found> {
  const { data } = await api.json<One>(`/api/v3/runs/${run_id}`)
  const workflows = await workflowsOf(api, run_id)
  return {
    said: ['list_workflow_jobs says what ran in a workflow.'],
    data: { ...plainRun(data), workflows: workflows.map(plain) },
  }
}

export async function workflowsOfRun({ api }: Asker, { run_id }: { run_id: string }): Promise<Found> {
  const workflows = await workflowsOf(api, run_id)
  if (workflows.length === 0) return { said: ['This run has no workflow yet.'] }
  return listed('Workflows of the run, those that failed first', failedFirst(workflows, outcomeOf).map(plain))
}

/** The workflows of a run; none where it has none yet. */
export async function workflowsOf(api: Asker['api'], runId: string): Promise<readonly Thing[]> {
  try {
    return (await api.json<Many>(`/api/v3/workflows?${new URLSearchParams({ 'filter[run_id]': runId })}`)).data
  } catch (error) {
    if (error instanceof AppError && error.code === 'workflow_not_found') return []
    throw error
  }
}

export async function workflowOf({ api }: Asker, { workflow_id }: { workflow_id: string }): Promise<Found> {
  const { data } = await api.json<One>(`/api/v3/workflows/${workflow_id}`)
  const jobs = listed('The workflow and its jobs, those that failed first', await plainJobs(api, workflow_id))
  return { ...jobs, data: { ...plain(data), run_id: data.references.run?.id, jobs: jobs.data } }
}

export async function jobsOfWorkflow({ api }: Asker, { workflow_id }: { workflow_id: string }): Promise<Found> {
  return listed('Jobs of the workflow, those that failed first', await plainJobs(api, workflow_id))
}

async function plainJobs(api: Asker['api'], workflowId: string): Promise<readonly Attributes[]> {
  const jobs: Thing[] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const query: URLSearchParams = new URLSearchParams({ 'filter[workflow_id]': workflowId, 'page[cursor]': cursor })
    const { data, page }: Many = await api.json(`/api/v3/jobs?${query}`)
    jobs.push(...data)
    cursor = jobs.length < MAX_JOBS ? page.next : null
  }
  return failedFirst(jobs, outcomeOf).map(plain)
}

/** The first of these, and how many there are where those are not all. */
function listed(what: string, all: readonly unknown[]): Found {
  const isWhole = all.length <= MAX_LISTED
  return {
    said: [isWhole ? `${what}.` : `${what}: ${MAX_LISTED} of ${all.length}.`],
    data: all.slice(0, MAX_LISTED),
  }
}

type Step = {
  readonly num: number
  readonly name: string
  readonly command?: string
  readonly phase?: string
  readonly outcome?: string
  readonly exit_code?: number
}
export type Job = Thing & {
  readonly attributes: { readonly parallel_executions: readonly { readonly steps: readonly Step[] }[] }
}

const COMMAND_LENGTH = 300

export async function jobOf({ api }: Asker, { job_id }: { job_id: string }): Promise<Found> {
  const { data } = await api.json<{ data: Job }>(`/api/v3/jobs/${job_id}`)
  const { parallel_executions, ...attributes } = data.attributes
  const steps = parallel_executions.flatMap((one, execution) =>
    one.steps.map(({ command, ...step }) => ({
      execution,
      ...step,
      command: command === undefined ? undefined : clipped(command, COMMAND_LENGTH),
    })),
  )
  const inOrder = failedFirst(steps, ({ outcome }) => outcome)
  const { said, data: shown } = listed('The job and its steps, those that failed first', inOrder)
  const { workflow, run } = data.references
  return {
    said: [...said, 'get_job_logs has what they printed, list_job_tests the tests that failed.'],
    data: { id: data.id, ...attributes, workflow_id: workflow?.id, run_id: run?.id, steps: shown },
  }
}

const ARTIFACTS_A_PAGE = 50
/** Leaves room for what is said: addresses are of no use unless they are whole. */
const ARTIFACTS_LENGTH = 20_000

export async function jobArtifacts(
  { api }: Asker,
  { job_id, cursor }: { job_id: string; cursor?: string | undefined },
): Promise<Found> {
  const read = (limit: number) => {
    const query = { 'page[limit]': String(limit), ...(cursor ? { 'page[cursor]': cursor } : {}) }
    return api.json<Many>(`/api/v3/jobs/${job_id}/artifacts?${new URLSearchParams(query)}`)
  }
  let page = await read(ARTIFACTS_A_PAGE)
  const fitting = countFitting(page.data, ARTIFACTS_LENGTH)
  // The next page has to begin behind what is shown of this one.
  if (fitting < page.data.length) page = await read(fitting)
  const { next } = page.page
  if (page.data.length === 0) return { said: [cursor ? 'There are no more.' : 'This job kept no file.'] }
  const more = next === null ? [] : [`There are more: cursor ${JSON.stringify(next)}.`]
  return { said: ['Files of the job.', ...more], data: page.data.map(({ attributes }) => attributes) }
}

/** How many of these, one at least, are no longer than that together. */
function countFitting(things: readonly Thing[], length: number): number {
  let left = length
  const beyond = things.findIndex(({ attributes }) => {
    left -= JSON.stringify(attributes).length
    return left < 0
  })
  return beyond < 0 ? things.length : Math.max(1, beyond)
}

const FAILED: ReadonlySet<string> = new Set(['failed', 'errored', 'timedout', 'infrastructure_fail'])

/** Whether it went wrong: not whether it was canceled. */
export function isFailedOutcome(outcome: string | undefined): boolean {
  return outcome !== undefined && FAILED.has(outcome)
}

function outcomeOf({ attributes }: Thing): string | undefined {
  return attributes.outcome ?? attributes.current_outcome
}

function failedFirst<T>(all: readonly T[], outcome: (one: T) => string | undefined): readonly T[] {
  const isFailed = (one: T) => isFailedOutcome(outcome(one))
  return [...all.filter(isFailed), ...all.filter((one) => !isFailed(one))]
}
