import { envVarShape } from '../../src/http/circleci/both/env-var-shape.ts'
import { envVarInput } from '../../src/http/circleci/both/env-vars.ts'
import { noBuildCacheShape } from '../../src/http/circleci/both/not-kept-shape.ts'
import { v1TriggerInput } from '../../src/http/circleci/both/trigger-input.ts'
import { v1ArtifactShape } from '../../src/http/circleci/v1/artifact-shape.ts'
import { followedProjectShape } from '../../src/http/circleci/v1/project-shape.ts'
import { buildCreatedShape } from '../../src/http/circleci/v1/trigger-shape.ts'
import { followedShape, unfollowedShape, v1MeShape } from '../../src/http/circleci/v1/user-shape.ts'
import { personalTokenInput, projectTokenInput, tokenRotationInput } from '../../src/http/frame/token-requests.ts'
import { buildDetailShape, buildShape } from '../../src/http/json/build-shape.ts'
import { list, none, type Shape } from '../../src/http/json/shape.ts'
import { v1TestsShape } from '../../src/http/json/test-result-shape.ts'
import {
  endedShape,
  mintedPersonalTokenShape,
  mintedProjectTokenShape,
  personalTokenShape,
  projectTokenShape,
} from '../../src/http/json/token-shape.ts'
import { type Body, DONE, json, type RouteDoc, type Under } from './route-doc.ts'

const trigger: Body = { schema: v1TriggerInput, orForm: true, optional: true, example: { branch: 'main' } }
const rotation: Body = { schema: tokenRotationInput, optional: true, example: { overlap_seconds: 3600 } }
const TO_BYTES = { 302: { means: 'The bytes are at `Location`, for a short while.', content: {} } } as const
const minted = (token: Shape) => json('The token. Its secret, in `token`, is shown this once.', token)

const NEXT_IN_LINK = 'The header `Link` names a next page (`rel="next"`).'

export const V1_ROUTES: Record<Under<'/api/v1.1/'>, RouteDoc> = {
  'GET /api/v1.1/me': { summary: 'Who asks', answers: { 200: json('The person.', v1MeShape) } },
  'GET /api/v1.1/projects': {
    summary: 'The projects of whoever asks, with their branches',
    description: NEXT_IN_LINK,
    query: ['limit-100', 'offset'],
    answers: { 200: json('The projects.', list(followedProjectShape)) },
  },
  'GET /api/v1.1/recent-builds': {
    summary: 'The newest builds of all projects of whoever asks',
    query: ['limit', 'offset'],
    answers: { 200: json('The builds, newest first.', list(buildShape)) },
  },
  'GET /api/v1.1/user/token': {
    summary: 'Own personal tokens',
    description: NEXT_IN_LINK,
    query: ['limit-1000', 'offset'],
    answers: { 200: json('The tokens, without their secrets.', list(personalTokenShape)) },
  },
  'POST /api/v1.1/user/token': {
    summary: 'Create a personal token',
    body: { schema: personalTokenInput, example: { label: 'deploy script' } },
    answers: { 201: minted(mintedPersonalTokenShape) },
    refuses: [409],
  },
  'DELETE /api/v1.1/user/token/:id': {
    summary: 'Delete a personal token',
    description: 'The id may also be the secret itself. It is refused everywhere within 10 seconds.',
    query: ['keep_minted'],
    answers: { 200: json('It has ended, and `deleted` says what else.', endedShape) },
    refuses: [404],
  },
  'POST /api/v1.1/user/token/:id/rotate': {
    summary: 'Replace a personal token',
    description: 'Both secrets work for `overlap_seconds`.',
    body: rotation,
    answers: { 201: minted(mintedPersonalTokenShape) },
    refuses: [404, 409],
  },
  'GET /api/v1.1/project/:vcs/:org/:repo': {
    summary: 'Builds of a project',
    query: ['limit', 'offset', 'filter'],
    answers: { 200: json('The builds, newest first.', list(buildShape)) },
  },
  'POST /api/v1.1/project/:vcs/:org/:repo': {
    summary: 'Start a build',
    description: "Asks the project's dispatch target for a run.",
    body: trigger,
    answers: { 201: json('The build that will run.', buildShape) },
    refuses: [409],
  },
  'GET /api/v1.1/project/:vcs/:org/:repo/tree/:branch{.+}': {
    summary: 'Builds of a branch',
    query: ['limit', 'offset', 'filter'],
    answers: { 200: json('The builds, newest first.', list(buildShape)) },
  },
  'POST /api/v1.1/project/:vcs/:org/:repo/tree/:branch{.+}': {
    summary: 'Start a build of a branch',
    body: { ...trigger, example: { build_parameters: { CIRCLE_JOB: 'deploy' } } },
    answers: { 201: json('The build that will run.', buildShape) },
    refuses: [409],
  },
  'GET /api/v1.1/project/:vcs/:org/:repo/token': {
    summary: 'Tokens of a project',
    description: NEXT_IN_LINK,
    query: ['limit-1000', 'offset'],
    answers: { 200: json('The tokens, without their secrets.', list(projectTokenShape)) },
  },
  'POST /api/v1.1/project/:vcs/:org/:repo/token': {
    summary: 'Create a project token',
    description: '`scope` is `status`, `view-builds` (artifacts) or `all`. A project token reads, and never writes.',
    body: { schema: projectTokenInput, example: { label: 'README badge', scope: 'status' } },
    answers: { 201: minted(mintedProjectTokenShape) },
    refuses: [409],
  },
  'DELETE /api/v1.1/project/:vcs/:org/:repo/token/:id': {
    summary: 'Delete a project token',
    description: 'The id may also be the secret itself. It is refused everywhere within 10 seconds.',
    query: ['keep_minted'],
    answers: { 200: json('It has ended.', endedShape) },
  },
  'POST /api/v1.1/project/:vcs/:org/:repo/token/:id/rotate': {
    summary: 'Replace a project token',
    description: 'Both secrets work for `overlap_seconds`.',
    body: rotation,
    answers: { 201: minted(mintedProjectTokenShape) },
    refuses: [409],
  },
  'POST /api/v1.1/project/:vcs/:org/:repo/follow': {
    summary: 'Follow a project',
    answers: { 200: json('It is followed.', followedShape) },
  },
  'POST /api/v1.1/project/:vcs/:org/:repo/unfollow': {
    summary: 'Stop following a project',
    answers: { 200: json('It is not followed.', unfollowedShape) },
  },
  'POST /api/v1.1/project/:vcs/:org/:repo/build': {
    summary: 'Start a pipeline',
    body: trigger,
    answers: {
      201: json('It will run.', buildCreatedShape),
    },
    refuses: [409],
  },
  'GET /api/v1.1/project/:vcs/:org/:repo/envvar': {
    summary: 'Environment variables',
    answers: { 200: json('Their names and masked values.', list(envVarShape)) },
  },
  'POST /api/v1.1/project/:vcs/:org/:repo/envvar': {
    summary: 'Set an environment variable',
    body: { schema: envVarInput, orForm: true, example: { name: 'DEPLOY_KEY', value: 'not so secret' } },
    answers: { 201: json('The variable, masked.', envVarShape) },
    refuses: [409],
  },
  'GET /api/v1.1/project/:vcs/:org/:repo/envvar/:name': {
    summary: 'One environment variable',
    answers: { 200: json('The variable, masked.', envVarShape) },
  },
  'DELETE /api/v1.1/project/:vcs/:org/:repo/envvar/:name': {
    summary: 'Delete an environment variable',
    answers: { 200: DONE },
  },
  'GET /api/v1.1/project/:vcs/:org/:repo/checkout-key': {
    summary: 'Checkout keys',
    description: 'None are kept here.',
    answers: { 200: json('An empty list.', none()) },
  },
  'DELETE /api/v1.1/project/:vcs/:org/:repo/build-cache': {
    summary: 'Clear the build cache',
    description: 'None is kept here.',
    answers: { 200: json('Nothing was to do.', noBuildCacheShape) },
  },
  'GET /api/v1.1/project/:vcs/:org/:repo/latest/artifacts': {
    summary: 'Artifacts of the newest build that has any',
    query: ['branch', 'filter', 'job', 'workflow'],
    answers: { 200: json('The artifacts.', list(v1ArtifactShape)) },
  },
  'GET /api/v1.1/project/:vcs/:org/:repo/latest/artifacts/:node/:path{.+}': {
    summary: 'Download an artifact of the newest build that has it',
    query: ['branch', 'filter'],
    answers: TO_BYTES,
  },
  'GET /api/v1.1/project/:vcs/:org/:repo/:num/artifacts': {
    summary: 'Artifacts of a build',
    answers: { 200: json('The artifacts.', list(v1ArtifactShape)) },
  },
  'GET /api/v1.1/project/:vcs/:org/:repo/:num/artifacts/:node/:path{.+}': {
    summary: 'Download an artifact of a build',
    answers: TO_BYTES,
  },
  'GET /api/v1.1/project/:vcs/:org/:repo/:num/tests': {
    summary: 'Test results of a build',
    answers: { 200: json('The results.', v1TestsShape) },
  },
  'POST /api/v1.1/project/:vcs/:org/:repo/:num/retry': {
    summary: 'Run a build again',
    answers: { 201: json('The build that will run.', buildShape) },
    refuses: [409],
  },
  'POST /api/v1.1/project/:vcs/:org/:repo/:num/cancel': {
    summary: 'Cancel a build',
    answers: { 202: json('The build, as it is now.', buildShape) },
    refuses: [409],
  },
  'GET /api/v1.1/project/:vcs/:org/:repo/:num': {
    summary: 'One build, with its steps',
    answers: { 200: json('The build.', buildDetailShape) },
  },
}
