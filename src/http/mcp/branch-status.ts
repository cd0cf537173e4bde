import { type BranchFailure, findBranchFailure } from '../../storage/builds/branches/branch-status.ts'
import type { Found } from './answer.ts'
import { type Asker, mayEver, slugFor, slugPath } from './asker.ts'
import { failedTests } from './job-tests.ts'
import { askForRuns, type Job, plain, plainRun, type Thing } from './lists.ts'

/** The most failed jobs in one answer, each of which costs some eight queries, and the failed tests of each. */
const JOBS = 4
const TESTS = 5

type Input = { readonly project?: string | undefined; readonly branch?: string | undefined }
type One = { readonly data: Thing }
type OneJob = { readonly data: Job }

/** The status of a branch and, where something of it failed, what. */
export async function branchStatus(asker: Asker, { project, branch }: Input): Promise<Found> {
  const { api, stores } = asker
  const slug = await slugFor(asker, project)
  const path = slugPath(slug)
  // It refuses whoever may not know how this project's builds went.
  const about = await api.json<{ id: string; default_branch: string }>(`/api/buildpass/v1/projects/${path}`)
  const name = branch ?? about.default_branch
  const badge = await api.json<{ message: string }>(`/${path}/tree/${encodeURIComponent(name)}.json`)
  const { data: runs } = await askForRuns(asker, about.id, { branch: name }, { limit: 1 })
  const [newest] = runs
  if (!newest) return { said: ['There is no run of this branch.'], data: { project: slug, branch: name } }
  const known = { project: slug, branch: name, status: badge.message, newest_run: plainRun(newest) }
  const failure = await findBranchFailure(stores.db, about.id, name)
  if (!failure) {
    const said = badge.message === 'passing' ? 'This branch is green.' : 'Nothing that counts for this branch failed.'
    return { said: [said], data: known }
  }
  const { pipelineId, builds, workflowIds, runningAgain } = failure
  const { data: run } = await api.json<One>(`/api/v3/runs/${pipelineId}`)
  const jobs = await Promise.all(builds.slice(0, JOBS).map((build) => failedJob(asker, build, path)))
  return {
    said: [
      leadOf(asker, failure, jobs),
      ...(runningAgain.length > 0 ? ['Jobs of it run again just now: until they end, what failed before stands.'] : []),
      ...(builds.length > JOBS ? [`${builds.length} jobs failed, of which ${JOBS} are here: list_run_workflows.`] : []),
    ],
    data: {
      ...known,
      failed_run: plainRun(run),
      failed_workflow_ids: workflowIds.length > 0 ? workflowIds : undefined,
      failed_jobs: jobs,
      running_again: runningAgain.length > 0 ? runningAgain : undefined,
    },
  }
}

/** What to do next, and no more than is known. */
function leadOf(
  { grant }: Asker,
  { builds, workflowIds }: BranchFailure,
  jobs: readonly { readonly has_steps: boolean }[],
): string {
  if (builds.length > 0 && !mayEver(grant, 'output:read'))
    return 'Why they failed is in their logs, which a token of the scope All opens.'
  if (builds.length > 0 && !jobs.some(({ has_steps }) => has_steps))
    return 'The failed jobs below told of no step, so nothing that these printed is here: what is known is below.'
  if (builds.length > 0) return 'get_job_logs with the job_id of a failed job has the lines that say why.'
  if (workflowIds.length > 0)
    return 'The CI told that workflows failed, and of no failed job of theirs that stands: get_workflow has their jobs.'
  return 'What failed has passed since, or runs again; until all of the run has ended, the status is the one before.'
}

async function failedJob(asker: Asker, { id, workflow }: BranchFailure['builds'][number], path: string) {
  const { data: job } = await asker.api.json<OneJob>(`/api/v3/jobs/${id}`)
  const { parallel_executions, ...attributes } = job.attributes
  const has_steps = parallel_executions.some(({ steps }) => steps.length > 0)
  const buildPath = `/api/buildpass/v1/projects/${path}/builds/${job.attributes.number}`
  const { id: job_id, ...more } = plain({ ...job, attributes })
  const { summary, failed, failures, warnings } = await failedTests(asker, job, buildPath, TESTS)
  const tests = failed === 0 ? {} : { tests: summary || undefined, failed_tests: failures, all_failed_tests: failed }
  const doubts = warnings.length > 0 ? { warnings_of_reports: warnings } : {}
  return {
    job_id,
    workflow,
    ...more,
    has_steps,
    page: `${asker.origin}/${path}/${job.attributes.number}`,
    ...tests,
    ...doubts,
  }
}
