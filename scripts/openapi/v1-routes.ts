import { envVarInput } from '../../src/http/circleci-v1/env-vars.ts'
import { personalTokenInput, projectTokenInput, tokenRotationInput } from '../../src/http/circleci-v1/tokens.ts'
import { v1TriggerInput } from '../../src/http/trigger-input.ts'
import { type Body, DONE, IDS, json, type RouteDoc, type Under } from './route-doc.ts'

const BUILD = {
  vcs_url: 'https://github.com/acme/web',
  branch: 'main',
  vcs_revision: '5a1c0de',
  build_num: 42,
  status: 'success',
  lifecycle: 'finished',
  outcome: 'success',
  build_time_millis: 61_000,
  workflows: { job_name: 'test', job_id: IDS.job, workflow_id: IDS.workflow, workflow_name: 'build-and-test' },
}
const ARTIFACT = {
  path: 'dist/app.zip',
  pretty_path: 'dist/app.zip',
  node_index: 0,
  url: `https://builds.example.com/output/job/${IDS.job}/artifacts/0/dist/app.zip`,
}
const TOKEN = {
  id: IDS.token,
  label: 'README badge',
  scope: 'status',
  last_four: 'x7Qk',
  time: '2026-11-24T09:00:00.000Z',
  expires_at: null,
}
const { scope: _, ...PERSONAL_TOKEN } = TOKEN
const MASKED = { name: 'DEPLOY_KEY', value: 'xxxxcret' }

const trigger: Body = { schema: v1TriggerInput, orForm: true, optional: true, example: { branch: 'main' } }
const rotation: Body = { schema: tokenRotationInput, optional: true, example: { overlap_seconds: 3600 } }
const TO_BYTES = { 302: { means: 'The bytes are at `Location`, for a short while.', type: null } } as const
const minted = (token: object) => json('The token. Its secret, in `token`, is shown this once.', token)

export const V1_ROUTES: Record<Under<'/api/v1.1/'>, RouteDoc> = {
  'GET /api/v1.1/me': { summary: 'Who asks', answers: { 200: json('The person.', { login: 'jo', name: 'Jo' }) } },
  'GET /api/v1.1/projects': {
    summary: 'The projects of whoever asks, with their branches',
    answers: { 200: json('The projects.') },
  },
  'GET /api/v1.1/recent-builds': {
    summary: 'The newest builds of all projects of whoever asks',
    query: ['limit', 'offset'],
    answers: { 200: json('The builds, newest first.', [BUILD]) },
  },
  'GET /api/v1.1/user/token': {
    summary: 'Own personal tokens',
    answers: { 200: json('The tokens, without their secrets.', [PERSONAL_TOKEN]) },
  },
  'POST /api/v1.1/user/token': {
    summary: 'Create a personal token',
    body: { schema: personalTokenInput, example: { label: 'deploy script' } },
    answers: { 201: minted(PERSONAL_TOKEN) },
  },
  'DELETE /api/v1.1/user/token/:id': {
    summary: 'Delete a personal token',
    description: 'The id may also be the secret itself. It is refused everywhere within 10 seconds.',
    query: ['keep_minted'],
    answers: { 200: json('It has ended, and `deleted` says what else.', { message: 'ok', deleted: [IDS.token] }) },
    refuses: [404],
  },
  'POST /api/v1.1/user/token/:id/rotate': {
    summary: 'Replace a personal token',
    description: 'The old secret goes on beside the new one for `overlap_seconds`.',
    body: rotation,
    answers: { 201: minted({ ...PERSONAL_TOKEN, replaces: IDS.token }) },
    refuses: [404, 409],
  },
  'GET /api/v1.1/project/:vcs/:org/:repo': {
    summary: 'Builds of a project',
    query: ['limit', 'offset', 'filter'],
    answers: { 200: json('The builds, newest first.', [BUILD]) },
  },
  'POST /api/v1.1/project/:vcs/:org/:repo': {
    summary: 'Start a build',
    description: "Asks the project's dispatch target for a run.",
    body: trigger,
    answers: { 201: json('The build that will run.', { ...BUILD, status: 'queued' }) },
    refuses: [409],
  },
  'GET /api/v1.1/project/:vcs/:org/:repo/tree/:branch{.+}': {
    summary: 'Builds of a branch',
    query: ['limit', 'offset', 'filter'],
    answers: { 200: json('The builds, newest first.', [BUILD]) },
  },
  'POST /api/v1.1/project/:vcs/:org/:repo/tree/:branch{.+}': {
    summary: 'Start a build of a branch',
    body: { ...trigger, example: { build_parameters: { CIRCLE_JOB: 'deploy' } } },
    answers: { 201: json('The build that will run.', { ...BUILD, status: 'queued' }) },
    refuses: [409],
  },
  'GET /api/v1.1/project/:vcs/:org/:repo/token': {
    summary: 'Tokens of a project',
    answers: { 200: json('The tokens, without their secrets.', [TOKEN]) },
  },
  'POST /api/v1.1/project/:vcs/:org/:repo/token': {
    summary: 'Create a project token',
    description: '`scope` is `status`, `view-builds` (artifacts) or `all`. A project token reads, and never writes.',
    body: { schema: projectTokenInput, example: { label: 'README badge', scope: 'status' } },
    answers: { 201: minted(TOKEN) },
  },
  'DELETE /api/v1.1/project/:vcs/:org/:repo/token/:id': {
    summary: 'Delete a project token',
    description: 'The id may also be the secret itself. It is refused everywhere within 10 seconds.',
    query: ['keep_minted'],
    answers: { 200: json('It has ended.', { message: 'ok', deleted: [IDS.token] }) },
  },
  'POST /api/v1.1/project/:vcs/:org/:repo/token/:id/rotate': {
    summary: 'Replace a project token',
    description: 'The old secret goes on beside the new one for `overlap_seconds`.',
    body: rotation,
    answers: { 201: minted({ ...TOKEN, replaces: IDS.token }) },
    refuses: [409],
  },
  'POST /api/v1.1/project/:vcs/:org/:repo/follow': {
    summary: 'Follow a project',
    answers: { 200: json('It is followed.', { followed: true }) },
  },
  'POST /api/v1.1/project/:vcs/:org/:repo/unfollow': {
    summary: 'Stop following a project',
    answers: { 200: json('It is not followed.', { followed: false }) },
  },
  'POST /api/v1.1/project/:vcs/:org/:repo/build': {
    summary: 'Start a pipeline',
    body: trigger,
    answers: { 201: json('It will run.', { status: 201, body: 'Build created', build_num: 43 }) },
    refuses: [409],
  },
  'GET /api/v1.1/project/:vcs/:org/:repo/envvar': {
    summary: 'Environment variables',
    answers: { 200: json('Their names and masked values.', [MASKED]) },
  },
  'POST /api/v1.1/project/:vcs/:org/:repo/envvar': {
    summary: 'Set an environment variable',
    body: { schema: envVarInput, orForm: true, example: { name: 'DEPLOY_KEY', value: 'not so secret' } },
    answers: { 201: json('The variable, masked.', MASKED) },
    refuses: [409],
  },
  'GET /api/v1.1/project/:vcs/:org/:repo/envvar/:name': {
    summary: 'One environment variable',
    answers: { 200: json('The variable, masked.', MASKED) },
  },
  'DELETE /api/v1.1/project/:vcs/:org/:repo/envvar/:name': {
    summary: 'Delete an environment variable',
    answers: { 200: DONE },
  },
  'GET /api/v1.1/project/:vcs/:org/:repo/checkout-key': {
    summary: 'Checkout keys',
    description: 'None are kept here.',
    answers: { 200: json('An empty list.', []) },
  },
  'DELETE /api/v1.1/project/:vcs/:org/:repo/build-cache': {
    summary: 'Clear the build cache',
    description: 'None is kept here.',
    answers: { 200: json('Nothing was to do.', { status: 'no build caches are kept here' }) },
  },
  'GET /api/v1.1/project/:vcs/:org/:repo/latest/artifacts': {
    summary: 'Artifacts of the newest build',
    query: ['branch', 'filter', 'job', 'workflow'],
    answers: { 200: json('The artifacts.', [ARTIFACT]) },
  },
  'GET /api/v1.1/project/:vcs/:org/:repo/latest/artifacts/:node/:path{.+}': {
    summary: 'Download an artifact of the newest build that has it',
    query: ['branch', 'filter'],
    answers: TO_BYTES,
  },
  'GET /api/v1.1/project/:vcs/:org/:repo/:num/artifacts': {
    summary: 'Artifacts of a build',
    answers: { 200: json('The artifacts.', [ARTIFACT]) },
  },
  'GET /api/v1.1/project/:vcs/:org/:repo/:num/artifacts/:node/:path{.+}': {
    summary: 'Download an artifact of a build',
    answers: TO_BYTES,
  },
  'GET /api/v1.1/project/:vcs/:org/:repo/:num/tests': {
    summary: 'Test results of a build',
    answers: { 200: json('The results.', { tests: [{ classname: 'cart', name: 'adds', result: 'success' }] }) },
  },
  'POST /api/v1.1/project/:vcs/:org/:repo/:num/retry': {
    summary: 'Run a build again',
    answers: { 201: json('The build that will run.', { ...BUILD, build_num: 43, status: 'queued' }) },
    refuses: [409],
  },
  'POST /api/v1.1/project/:vcs/:org/:repo/:num/cancel': {
    summary: 'Cancel a build',
    answers: { 202: json('The build, as it is now.', { ...BUILD, status: 'canceled' }) },
    refuses: [409],
  },
  'GET /api/v1.1/project/:vcs/:org/:repo/:num': {
    summary: 'One build, with its steps',
    answers: { 200: json('The build.', { ...BUILD, steps: [] }) },
  },
}
