import * as v from 'valibot'
import type { Permission } from '../../domain/access/permission.ts'
import { lazily } from '../../domain/lazily.ts'
import type { Found } from './answer.ts'
import type { Asker } from './asker.ts'
import { branchStatus } from './branch-status.ts'
import { branch, count, cursor, flag, id, numberOf, project } from './inputs.ts'
import { jobLogs } from './job-logs.ts'
import { flakyTests, jobTests } from './job-tests.ts'
import { jobArtifacts, jobOf, jobsOfWorkflow, projectsOf, runOf, runsOf, workflowOf, workflowsOfRun } from './lists.ts'

/** What a model can ask for. It is shown to whom `needs` is open, where their token has a scope. */
export type Tool = {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly needs: Permission
  readonly input: v.GenericSchema<unknown, Record<string, unknown>>
  readonly call: (asker: Asker, input: never) => Promise<Found>
}

/** A tool with the input that its function takes. */
function tool<S extends v.GenericSchema<unknown, Record<string, unknown>>>(
  name: string,
  told: Pick<Tool, 'title' | 'description' | 'needs'>,
  input: S,
  call: (asker: Asker, input: v.InferOutput<S>) => Promise<Found>,
): Tool {
  return { name, ...told, input, call }
}

const MAX_ITEMS = 20
const RUN_STATUSES = ['success', 'failed', 'failing', 'running', 'canceled', 'error', 'not_run'] as const
const limit = () => count('How many at most.', 1, MAX_ITEMS, 10)

/** The tools, under the names that CircleCI's own server gives them where it has the same. */
export const TOOLS = lazily((): readonly Tool[] => [
  tool(
    'get_branch_status',
    {
      title: 'Why is this branch red?',
      description:
        'The status of a branch, as its badge shows it, and where it is not green: the run, the jobs that failed, and the tests that failed in them, each with whether that is new. Begin here; then get_job_logs.',
      needs: 'status:read',
    },
    v.strictObject({ project: project(), branch: branch('The branch; without one, the default branch.') }),
    branchStatus,
  ),
  tool(
    'list_projects',
    { title: 'Projects', description: 'The projects that this token opens, by their slugs.', needs: 'runs:list' },
    v.strictObject({ cursor: cursor() }),
    projectsOf,
  ),
  tool(
    'list_runs',
    {
      title: 'Runs',
      description: 'The newest runs of a project: what a push or a schedule started, of one or more workflows.',
      needs: 'runs:list',
    },
    v.strictObject({
      project: project(),
      branch: branch('Only of this branch.'),
      status: v.pipe(
        v.optional(v.picklist(RUN_STATUSES, `must be one of ${RUN_STATUSES.join(', ')}`)),
        v.description('Only with this status.'),
      ),
      mine: flag('Only those that whoever holds this personal token pushed or started, in all projects.'),
      limit: limit(),
      cursor: cursor(),
    }),
    runsOf,
  ),
  tool(
    'get_run',
    { title: 'Run', description: 'A run and its workflows.', needs: 'runs:list' },
    v.strictObject({ run_id: id('run') }),
    runOf,
  ),
  tool(
    'list_run_workflows',
    { title: 'Workflows of a run', description: 'The workflows of a run, and how they went.', needs: 'runs:list' },
    v.strictObject({ run_id: id('run') }),
    workflowsOfRun,
  ),
  tool(
    'get_workflow',
    { title: 'Workflow', description: 'A workflow and its jobs, those that failed first.', needs: 'runs:list' },
    v.strictObject({ workflow_id: id('workflow') }),
    workflowOf,
  ),
  tool(
    'list_workflow_jobs',
    {
      title: 'Jobs of a workflow',
      description: 'The jobs of a workflow, those that failed first.',
      needs: 'runs:list',
    },
    v.strictObject({ workflow_id: id('workflow') }),
    jobsOfWorkflow,
  ),
  tool(
    'get_job',
    { title: 'Job', description: 'A job and its steps, in each of its parallel executions.', needs: 'runs:list' },
    v.strictObject({ job_id: id('job') }),
    jobOf,
  ),
  tool(
    'get_job_logs',
    {
      title: 'Why did this job fail?',
      description:
        'What the steps of a job that failed printed, or one step of it: only the lines that matter, unless tail is true.',
      needs: 'output:read',
    },
    v.strictObject({
      job_id: id('job'),
      step_num: numberOf('The num of one step, as get_job lists it.'),
      execution: numberOf('Which parallel execution ran that step, from 0, which is meant without it.'),
      tail: flag('The last lines as they are, instead of those that matter.'),
    }),
    jobLogs,
  ),
  tool(
    'list_job_tests',
    {
      title: 'Failed tests of a job',
      description:
        'The tests that failed in a job, with their messages and whether that is new, flaky, or red on the default branch too.',
      needs: 'status:read',
    },
    v.strictObject({
      job_id: id('job'),
      all: flag('All tests and not only those that failed.'),
      limit: count('How many at most.', 1, 50, MAX_ITEMS),
    }),
    jobTests,
  ),
  tool(
    'list_job_artifacts',
    {
      title: 'Artifacts of a job',
      description: 'The files that a job kept, with the address of each: it is read with the same token as Bearer.',
      needs: 'artifacts:read',
    },
    v.strictObject({ job_id: id('job'), cursor: cursor() }),
    jobArtifacts,
  ),
  tool(
    'find_flaky_tests',
    {
      title: 'Flaky tests',
      description: 'The tests of a project that fail and pass with the same source, the least reliable first.',
      needs: 'status:read',
    },
    v.strictObject({ project: project(), branch: branch('Of this branch; without one, the default branch.') }),
    flakyTests,
  ),
])
