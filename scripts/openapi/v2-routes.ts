import { envVarDeletedShape, envVarShape } from '../../src/http/circleci/both/env-var-shape.ts'
import { envVarInput } from '../../src/http/circleci/both/env-vars.ts'
import { emptyPageShape, pageShape } from '../../src/http/circleci/both/paging-shape.ts'
import { v2TriggerInput } from '../../src/http/circleci/both/trigger-input.ts'
import { flakyTestsShape, workflowMetricsShape, workflowRunShape } from '../../src/http/circleci/v2/insights-shape.ts'
import { jobDetailShape, jobShape, v2ArtifactShape } from '../../src/http/circleci/v2/job-shape.ts'
import { briefProjectShape, collaborationShape, v2MeShape, v2UserShape } from '../../src/http/circleci/v2/me-shape.ts'
import { pipelineShape, workflowShape } from '../../src/http/circleci/v2/pipeline-shape.ts'
import { v2ProjectShape } from '../../src/http/circleci/v2/project-shape.ts'
import { acceptedShape, rerunShape, triggeredPipelineShape } from '../../src/http/circleci/v2/trigger-shape.ts'
import { rerunInput } from '../../src/http/circleci/v2/triggers.ts'
import { list } from '../../src/http/json/shape.ts'
import { v2TestResultShape } from '../../src/http/json/test-result-shape.ts'
import { json, type RouteDoc, type Under } from './route-doc.ts'

const ACCEPTED = { 202: json('It is being done.', acceptedShape) }

export const V2_ROUTES: Record<Under<'/api/v2/' | '/api/private/'>, RouteDoc> = {
  'GET /api/v2/me': { summary: 'Who asks', answers: { 200: json('The person.', v2MeShape) } },
  'GET /api/v2/me/collaborations': {
    summary: 'The organizations of whoever asks',
    answers: { 200: json('The organizations.', list(collaborationShape)) },
  },
  'GET /api/v2/user/:id': {
    summary: 'A person by their id',
    description: 'Whoever asks, and who is a member of a project of theirs; anybody else is 404.',
    answers: { 200: json('The person.', v2UserShape) },
    refuses: [404],
  },
  'GET /api/private/me/followed-projects': {
    summary: 'The projects that whoever asks follows',
    query: ['page-token'],
    answers: { 200: json('A page.', pageShape(briefProjectShape)) },
  },
  'GET /api/v2/project/:vcs/:org/:repo': {
    summary: 'A project',
    answers: { 200: json('The project.', v2ProjectShape) },
  },
  'GET /api/v2/project/:id': { summary: 'A project by its id', answers: { 200: json('The project.', v2ProjectShape) } },
  'GET /api/v2/project/:vcs/:org/:repo/pipeline': {
    summary: 'Pipelines of a project',
    query: ['branch', 'page-token'],
    answers: { 200: json('A page, newest first.', pageShape(pipelineShape)) },
  },
  'GET /api/v2/project/:vcs/:org/:repo/pipeline/mine': {
    summary: 'Own pipelines in a project',
    description: 'For personal tokens.',
    query: ['branch', 'page-token'],
    answers: { 200: json('A page, newest first.', pageShape(pipelineShape)) },
  },
  'GET /api/v2/project/:vcs/:org/:repo/pipeline/:number': {
    summary: 'A pipeline by its number',
    answers: { 200: json('The pipeline.', pipelineShape) },
  },
  'GET /api/v2/project/:vcs/:org/:repo/job/:num': {
    summary: 'A job',
    answers: { 200: json('The job.', jobDetailShape) },
  },
  'GET /api/v2/project/:vcs/:org/:repo/:num/artifacts': {
    summary: 'Artifacts of a job',
    query: ['page-token'],
    answers: {
      200: json('A page.', pageShape(v2ArtifactShape)),
    },
  },
  'GET /api/v2/project/:vcs/:org/:repo/:num/tests': {
    summary: 'Test results of a job',
    query: ['page-token'],
    answers: { 200: json('A page.', pageShape(v2TestResultShape)) },
  },
  'POST /api/v2/project/:vcs/:org/:repo/pipeline': {
    summary: 'Start a pipeline',
    description: "Asks the project's dispatch target for a run.",
    body: { schema: v2TriggerInput, optional: true, example: { branch: 'main', parameters: { deploy: true } } },
    answers: { 201: json('The pipeline that will run.', triggeredPipelineShape) },
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
    answers: { 202: json('The workflow that will run.', rerunShape) },
    refuses: [409],
  },
  'GET /api/v2/project/:vcs/:org/:repo/envvar': {
    summary: 'Environment variables',
    answers: { 200: json('Their names and masked values.', pageShape(envVarShape)) },
  },
  'POST /api/v2/project/:vcs/:org/:repo/envvar': {
    summary: 'Set an environment variable',
    body: { schema: envVarInput, orForm: true, example: { name: 'DEPLOY_KEY', value: 'not so secret' } },
    answers: { 201: json('The variable, masked.', envVarShape) },
    refuses: [409],
  },
  'GET /api/v2/project/:vcs/:org/:repo/envvar/:name': {
    summary: 'One environment variable',
    answers: { 200: json('The variable, masked.', envVarShape) },
  },
  'DELETE /api/v2/project/:vcs/:org/:repo/envvar/:name': {
    summary: 'Delete an environment variable',
    answers: { 200: json('It is deleted.', envVarDeletedShape) },
  },
  'GET /api/v2/project/:vcs/:org/:repo/checkout-key': {
    summary: 'Checkout keys',
    description: 'None are kept here.',
    answers: { 200: json('An empty page.', emptyPageShape) },
  },
  'GET /api/v2/pipeline/:id': { summary: 'A pipeline', answers: { 200: json('The pipeline.', pipelineShape) } },
  'GET /api/v2/pipeline/:id/workflow': {
    summary: 'Workflows of a pipeline',
    query: ['page-token'],
    answers: { 200: json('A page.', pageShape(workflowShape)) },
  },
  'GET /api/v2/workflow/:id': { summary: 'A workflow', answers: { 200: json('The workflow.', workflowShape) } },
  'GET /api/v2/workflow/:id/job': {
    summary: 'Jobs of a workflow',
    query: ['page-token'],
    answers: { 200: json('A page.', pageShape(jobShape)) },
  },
  'GET /api/v2/insights/:vcs/:org/:repo/flaky-tests': {
    summary: 'Flaky tests of the last two weeks',
    answers: { 200: json('The tests, the most often flaked first.', flakyTestsShape) },
  },
  'GET /api/v2/insights/:vcs/:org/:repo/workflows': {
    summary: 'Metrics of all workflows',
    description: 'Of the default branch unless another is named.',
    query: ['branch', 'all-branches', 'reporting-window'],
    answers: { 200: json('The metrics by workflow.', pageShape(workflowMetricsShape)) },
  },
  'GET /api/v2/insights/:vcs/:org/:repo/workflows/:workflow': {
    summary: 'Runs of a workflow',
    query: ['branch', 'all-branches', 'page-token'],
    answers: { 200: json('A page, newest first.', pageShape(workflowRunShape)) },
  },
}
