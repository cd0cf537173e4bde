import { envVarInput } from '../../src/http/circleci-v1/env-vars.ts'
import { rerunInput } from '../../src/http/circleci-v2/triggers.ts'
import { v2TriggerInput } from '../../src/http/trigger-input.ts'
import { IDS, json, PAGE, type RouteDoc, type Under } from './route-doc.ts'

const PROJECT = { id: IDS.project, slug: 'gh/acme/web', name: 'web', organization_name: 'acme' }
const PIPELINE = { id: IDS.pipeline, number: 12, project_slug: 'gh/acme/web', state: 'created' }
const WORKFLOW = { id: IDS.workflow, name: 'build-and-test', status: 'success', pipeline_id: IDS.pipeline }
const JOB = { id: IDS.job, job_number: 42, name: 'test', status: 'success', type: 'build' }
const MASKED = { name: 'DEPLOY_KEY', value: 'xxxxcret' }
const ACCEPTED = { 202: json('It is being done.', { message: 'Accepted.' }) }

export const V2_ROUTES: Record<Under<'/api/v2/' | '/api/private/'>, RouteDoc> = {
  'GET /api/v2/me': { summary: 'Who asks', answers: { 200: json('The person.', { login: 'jo', name: 'Jo' }) } },
  'GET /api/v2/me/collaborations': {
    summary: 'The organizations of whoever asks',
    answers: { 200: json('The organizations.', [{ slug: 'gh/acme', name: 'acme', vcs_type: 'github' }]) },
  },
  'GET /api/private/me/followed-projects': {
    summary: 'The projects that whoever asks follows',
    query: ['page-token'],
    answers: { 200: json('A page.', PAGE({ name: 'web', slug: 'gh/acme/web', vcs_type: 'github' })) },
  },
  'GET /api/v2/project/:vcs/:org/:repo': { summary: 'A project', answers: { 200: json('The project.', PROJECT) } },
  'GET /api/v2/project/:id': { summary: 'A project by its id', answers: { 200: json('The project.', PROJECT) } },
  'GET /api/v2/project/:vcs/:org/:repo/pipeline': {
    summary: 'Pipelines of a project',
    query: ['branch', 'page-token'],
    answers: { 200: json('A page, newest first.', PAGE(PIPELINE)) },
  },
  'GET /api/v2/project/:vcs/:org/:repo/pipeline/mine': {
    summary: 'Own pipelines in a project',
    description: 'For personal tokens.',
    query: ['branch', 'page-token'],
    answers: { 200: json('A page, newest first.', PAGE(PIPELINE)) },
  },
  'GET /api/v2/project/:vcs/:org/:repo/pipeline/:number': {
    summary: 'A pipeline by its number',
    answers: { 200: json('The pipeline.', PIPELINE) },
  },
  'GET /api/v2/project/:vcs/:org/:repo/job/:num': {
    summary: 'A job',
    answers: { 200: json('The job.', { ...JOB, number: 42, duration: 61_000 }) },
  },
  'GET /api/v2/project/:vcs/:org/:repo/:num/artifacts': {
    summary: 'Artifacts of a job',
    query: ['page-token'],
    answers: {
      200: json(
        'A page.',
        PAGE({
          path: 'dist/app.zip',
          node_index: 0,
          url: `https://builds.example.com/output/job/${IDS.job}/artifacts/0/dist/app.zip`,
        }),
      ),
    },
  },
  'GET /api/v2/project/:vcs/:org/:repo/:num/tests': {
    summary: 'Test results of a job',
    query: ['page-token'],
    answers: { 200: json('A page.', PAGE({ classname: 'cart', name: 'adds', result: 'success', run_time: 0.2 })) },
  },
  'POST /api/v2/project/:vcs/:org/:repo/pipeline': {
    summary: 'Start a pipeline',
    description: "Asks the project's dispatch target for a run.",
    body: { schema: v2TriggerInput, optional: true, example: { branch: 'main', parameters: { deploy: true } } },
    answers: { 201: json('The pipeline that will run.', { ...PIPELINE, state: 'pending' }) },
    refuses: [409],
  },
  'POST /api/v2/project/:vcs/:org/:repo/job/:num/cancel': {
    summary: 'Cancel a job',
    answers: ACCEPTED,
    refuses: [409],
  },
  'POST /api/v2/workflow/:id/cancel': { summary: 'Cancel a workflow', answers: ACCEPTED, refuses: [409] },
  'POST /api/v2/workflow/:id/rerun': {
    summary: 'Run a workflow again',
    body: { schema: rerunInput, optional: true, example: { from_failed: true } },
    answers: { 202: json('The workflow that will run.', { workflow_id: IDS.workflow }) },
    refuses: [409],
  },
  'GET /api/v2/project/:vcs/:org/:repo/envvar': {
    summary: 'Environment variables',
    answers: { 200: json('Their names and masked values.', PAGE(MASKED)) },
  },
  'POST /api/v2/project/:vcs/:org/:repo/envvar': {
    summary: 'Set an environment variable',
    body: { schema: envVarInput, orForm: true, example: { name: 'DEPLOY_KEY', value: 'not so secret' } },
    answers: { 201: json('The variable, masked.', MASKED) },
    refuses: [409],
  },
  'GET /api/v2/project/:vcs/:org/:repo/envvar/:name': {
    summary: 'One environment variable',
    answers: { 200: json('The variable, masked.', MASKED) },
  },
  'DELETE /api/v2/project/:vcs/:org/:repo/envvar/:name': {
    summary: 'Delete an environment variable',
    answers: { 200: json('It is deleted.', { message: 'Environment variable deleted.' }) },
  },
  'GET /api/v2/project/:vcs/:org/:repo/checkout-key': {
    summary: 'Checkout keys',
    description: 'None are kept here.',
    answers: { 200: json('An empty page.', { items: [], next_page_token: null }) },
  },
  'GET /api/v2/pipeline/:id': { summary: 'A pipeline', answers: { 200: json('The pipeline.', PIPELINE) } },
  'GET /api/v2/pipeline/:id/workflow': {
    summary: 'Workflows of a pipeline',
    query: ['page-token'],
    answers: { 200: json('A page.', PAGE(WORKFLOW)) },
  },
  'GET /api/v2/workflow/:id': { summary: 'A workflow', answers: { 200: json('The workflow.', WORKFLOW) } },
  'GET /api/v2/workflow/:id/job': {
    summary: 'Jobs of a workflow',
    query: ['page-token'],
    answers: { 200: json('A page.', PAGE(JOB)) },
  },
  'GET /api/v2/insights/:vcs/:org/:repo/flaky-tests': {
    summary: 'Flaky tests of the last two weeks',
    answers: { 200: json('The tests, the most often flaked first.', { flaky_tests: [], total_flaky_tests: 0 }) },
  },
  'GET /api/v2/insights/:vcs/:org/:repo/workflows': {
    summary: 'Metrics of all workflows',
    description: 'Of the default branch unless another is named.',
    query: ['branch', 'all-branches', 'reporting-window'],
    answers: { 200: json('The metrics by workflow.', PAGE({ name: 'build-and-test', project_id: IDS.project })) },
  },
  'GET /api/v2/insights/:vcs/:org/:repo/workflows/:workflow': {
    summary: 'Runs of a workflow',
    query: ['branch', 'all-branches', 'page-token'],
    answers: { 200: json('A page, newest first.', PAGE({ id: IDS.workflow, status: 'success', duration: 61 })) },
  },
}
