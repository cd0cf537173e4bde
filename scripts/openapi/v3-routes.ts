import { v3ArtifactShape, v3JobDetailShape, v3JobShape } from '../../src/http/circleci/v3/job-shape.ts'
import { listShape, oneShape } from '../../src/http/circleci/v3/list-shape.ts'
import {
  definitionShape,
  v3OrganizationShape,
  v3ProjectShape,
  v3UserShape,
} from '../../src/http/circleci/v3/project-shape.ts'
import { v3RefusalShape } from '../../src/http/circleci/v3/refusal-shape.ts'
import { runShape, v3WorkflowShape } from '../../src/http/circleci/v3/run-shape.ts'
import { searchInput } from '../../src/http/circleci/v3/runs.ts'
import { startedShape } from '../../src/http/circleci/v3/trigger-shape.ts'
import { runInput, v3RerunInput } from '../../src/http/circleci/v3/triggers.ts'
import { type Answer, json, type RouteDoc, type Under } from './route-doc.ts'

/** Refusals of v3 have a shape of their own. */
function inV3(doc: Omit<RouteDoc, 'refusesIn'>): RouteDoc {
  return { ...doc, refuses: [431, ...(doc.refuses ?? [])], refusesIn: { 'application/json': v3RefusalShape } }
}

const PAGED = ['page-limit-100', 'page-cursor']
const SCOPED =
  'With a token that does not open statuses: ids, numbers and names alone, so that artifacts and logs can be asked for.'
const LOG: Readonly<Record<number, Answer>> = {
  200: {
    means:
      'What was printed, byte by byte; `X-Terminal: true` once nothing more will come. Behind the end there is nothing. Of a step that has ended without its output being sent here: one line that says where it may be.',
    content: { 'text/plain': null },
  },
  206: { means: 'The part that `Range` asks for.', content: { 'text/plain': null } },
}
const STEP = ['filter-execution', 'filter-step_num']

export const V3_ROUTES: Record<Under<'/api/v3/'>, RouteDoc> = {
  'GET /api/v3/users': inV3({
    summary: 'Who asks',
    query: ['filter-user_id', ...PAGED],
    answers: { 200: json('A list of one.', listShape(v3UserShape)) },
  }),
  'GET /api/v3/orgs': inV3({
    summary: 'Organizations',
    description: "Those of a person's projects, or that of a token's own project.",
    query: ['filter-org-slug', ...PAGED],
    answers: {
      200: json('The organizations; none where the slug names none of them.', listShape(v3OrganizationShape)),
    },
  }),
  'GET /api/v3/projects': inV3({
    summary: 'Projects',
    description: 'One of `filter[following]`, `filter[org_id]` and `filter[slug]` is wanted.',
    query: ['filter-following', 'filter-org_id', 'filter-slug', 'filter-name', 'page-limit-50', 'page-cursor'],
    answers: { 200: json('A page; empty where the slug names nothing for the asker.', listShape(v3ProjectShape)) },
    refuses: [404],
  }),
  'GET /api/v3/projects/:id': inV3({
    summary: 'A project',
    answers: { 200: json('The project.', oneShape(v3ProjectShape)) },
  }),
  'GET /api/v3/pipelines': inV3({
    summary: 'The definition of what runs',
    description: 'Each project has one, with the id of the project.',
    query: ['filter-project_id', ...PAGED],
    answers: { 200: json('A list of one.', listShape(definitionShape)) },
  }),
  'GET /api/v3/runs': inV3({
    summary: 'Own runs',
    description:
      'Of a person, in all their projects. `filter[from]` and `filter[to]` are about when a run was first reported.',
    query: [
      'filter-user_id',
      'filter-phase',
      'filter-current_outcome',
      'filter-from',
      'filter-to',
      'page-limit-20',
      'page-cursor',
    ],
    answers: { 200: json('A page, newest first; `next` may be there after a short one too.', listShape(runShape)) },
  }),
  'POST /api/v3/runs/search': inV3({
    summary: 'Search runs',
    description: `Newest first. \`filter\` is comparisons of \`pipeline.git.branch\`, \`pipeline.git.revision\` and \`pipeline.status\` with \`==\`, joined by \`and\`; a filter by status needs \`status:read\`. ${SCOPED} One project that the asker may not know of makes it a 404.`,
    body: {
      schema: searchInput,
      example: {
        scope: { project_ids: ['018f3c1e-6d3a-7c54-9d8e-2b1f0a4c7e11'], from: '2026-11-01T00:00:00Z' },
        filter: 'pipeline.git.branch == "main" and pipeline.status == "failed"',
        page: { cursor: '', limit: 10 },
      },
    },
    answers: { 200: json('A page, newest first; `next` may be there after a short one too.', listShape(runShape)) },
    refuses: [403, 404],
  }),
  'POST /api/v3/runs': inV3({
    summary: 'Start a run',
    description:
      "Asks the project's dispatch target for a run; a 501 without one. `references.pipeline.id` is that of the definition, which is the project's.",
    body: {
      schema: runInput,
      example: {
        data: {
          attributes: { checkout: { branch: 'main' }, parameters: { deploy: true } },
          references: { pipeline: { id: '018f3c1e-6d3a-7c54-9d8e-2b1f0a4c7e11' } },
        },
      },
    },
    answers: { 201: json('The run that there will be.', startedShape) },
    refuses: [501],
  }),
  'POST /api/v3/workflows/:id/rerun': inV3({
    summary: 'Run a workflow again',
    description: 'A 501 without a dispatch target.',
    body: { schema: v3RerunInput, optional: true, example: { is_from_failed: true } },
    answers: { 202: json('The workflow that will run.', startedShape) },
    refuses: [409, 501],
  }),
  'POST /api/v3/workflows/:id/cancel': inV3({
    summary: 'Cancel a workflow',
    description: 'A 501 without a dispatch target.',
    answers: { 202: json('The workflow.', startedShape) },
    refuses: [409, 501],
  }),
  'GET /api/v3/runs/:id': inV3({
    summary: 'A run',
    description: `What v2 calls a pipeline. ${SCOPED}`,
    answers: { 200: json('The run.', oneShape(runShape)) },
  }),
  'GET /api/v3/workflows': inV3({
    summary: 'Workflows of a run',
    description: `A 404 while there are none. ${SCOPED}`,
    query: ['filter-run_id', 'page-limit-500', 'page-cursor'],
    answers: { 200: json('A page, newest first.', listShape(v3WorkflowShape)) },
  }),
  'GET /api/v3/workflows/:id': inV3({
    summary: 'A workflow',
    description: SCOPED,
    answers: { 200: json('The workflow.', oneShape(v3WorkflowShape)) },
  }),
  'GET /api/v3/jobs': inV3({
    summary: 'Jobs of a workflow',
    description: SCOPED,
    query: ['filter-workflow_id', 'page-limit-500', 'page-cursor'],
    answers: { 200: json('A page, by their numbers.', listShape(v3JobShape)) },
  }),
  'GET /api/v3/jobs/:id': inV3({
    summary: 'A job with its steps',
    description: `By their execution, as clients number them: by position. ${SCOPED}`,
    answers: { 200: json('The job.', oneShape(v3JobDetailShape)) },
  }),
  'GET /api/v3/jobs/:id/artifacts': inV3({
    summary: 'Artifacts of a job',
    query: ['page-limit-1000', 'page-cursor'],
    answers: { 200: json('A page, by execution and path.', listShape(v3ArtifactShape)) },
  }),
  'GET /api/v3/jobs/:id/tests': inV3({
    summary: 'Test results of a job',
    description:
      'JSON Lines: a test each, `{classname, name, result, run_time, message, file}`; `result` is `success`, `failure` or `skipped`.',
    answers: { 200: { means: 'The tests in the order reported.', content: { 'application/x-ndjson': null } } },
    isAlwaysWhole: true,
  }),
  'GET /api/v3/jobs/:id/stdout': inV3({
    summary: 'What a step printed',
    query: STEP,
    headers: ['Range'],
    answers: LOG,
  }),
  'GET /api/v3/jobs/:id/stdout/condensed': inV3({
    summary: 'The lines that tell why a step failed',
    query: STEP,
    headers: ['Range'],
    answers: LOG,
    isAlwaysWhole: true,
  }),
  'GET /api/v3/jobs/:id/stderr/condensed': inV3({
    summary: 'The lines of its stderr that tell why a step failed',
    query: STEP,
    headers: ['Range'],
    answers: LOG,
    isAlwaysWhole: true,
  }),
  'GET /api/v3/jobs/:id/stderr': inV3({
    summary: 'What a step printed to stderr, where its reporter keeps the two apart',
    query: STEP,
    headers: ['Range'],
    answers: LOG,
  }),
  'GET /api/v3/jobs/:id/resource-usage': inV3({
    summary: 'What a job used',
    description: 'Always a 404: jobs run elsewhere, and nobody measures them here.',
    answers: {},
  }),
}
