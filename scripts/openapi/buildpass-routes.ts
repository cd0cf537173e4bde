import { DAY_MS } from '../../src/domain/day.ts'
import { auditPageShape } from '../../src/http/buildpass/audit-shape.ts'
import { artifactsOfBuildShape, storedArtifactShape } from '../../src/http/buildpass/builds/artifact-shape.ts'
import { condensedShape, logAppendedShape } from '../../src/http/buildpass/builds/logs-shape.ts'
import { uploadInput } from '../../src/http/buildpass/builds/multipart-uploads.ts'
import { uploadPartShape, uploadShape } from '../../src/http/buildpass/builds/multipart-uploads-shape.ts'
import { packsShape, storedPackShape, storedShape } from '../../src/http/buildpass/builds/packs-shape.ts'
import { reportInput, updateInput } from '../../src/http/buildpass/builds/report-input.ts'
import { stepInput } from '../../src/http/buildpass/builds/steps.ts'
import { stepKeptShape } from '../../src/http/buildpass/builds/steps-shape.ts'
import { testsStoredShape } from '../../src/http/buildpass/builds/tests-shape.ts'
import { creatorShape, creatorsShape } from '../../src/http/buildpass/creators-shape.ts'
import { noticeChoicesInput, noticesReadInput } from '../../src/http/buildpass/notices.ts'
import { choicesShape, noticesShape } from '../../src/http/buildpass/notices-shape.ts'
import { memberInput, projectChange, projectInput } from '../../src/http/buildpass/projects.ts'
import {
  memberPageShape,
  memberRemovedShape,
  memberSetShape,
  projectShape,
} from '../../src/http/buildpass/projects-shape.ts'
import { dispatchTargetInput } from '../../src/http/buildpass/settings/dispatch-target.ts'
import { dispatchTargetShape } from '../../src/http/buildpass/settings/dispatch-target-shape.ts'
import { listenerInput } from '../../src/http/buildpass/settings/listeners.ts'
import {
  listenerShape,
  listenersShape,
  outboundDeliveriesShape,
} from '../../src/http/buildpass/settings/listeners-shape.ts'
import { onLeakInput } from '../../src/http/buildpass/settings/on-leak.ts'
import { onLeakShape } from '../../src/http/buildpass/settings/on-leak-shape.ts'
import { publisherInput } from '../../src/http/buildpass/settings/publishers.ts'
import { publisherShape, publishersShape } from '../../src/http/buildpass/settings/publishers-shape.ts'
import { retentionInput } from '../../src/http/buildpass/settings/retention.ts'
import { retentionShape } from '../../src/http/buildpass/settings/retention-shape.ts'
import { webhookInput, webhookRotationInput } from '../../src/http/buildpass/settings/webhooks.ts'
import {
  webhookDeliveriesShape,
  webhookMadeShape,
  webhooksShape,
} from '../../src/http/buildpass/settings/webhooks-shape.ts'
import { shareInput } from '../../src/http/buildpass/shares.ts'
import { madeShareShape, sharePageShape, shareShape } from '../../src/http/buildpass/shares-shape.ts'
import { muteInput } from '../../src/http/buildpass/tests/project-tests.ts'
import {
  foundTestsShape,
  mutedTestShape,
  mutedTestsShape,
  testHistoryShape,
  testInsightsShape,
  unmutedShape,
} from '../../src/http/buildpass/tests/project-tests-shape.ts'
import { failuresShape, judgedShape } from '../../src/http/buildpass/tests/verdict-shape.ts'
import { judgeInput } from '../../src/http/buildpass/tests/verdicts.ts'
import { leakInput } from '../../src/http/buildpass/tokens/leaks.ts'
import { exchangeInput } from '../../src/http/buildpass/tokens/oidc.ts'
import { reportingTokenShape } from '../../src/http/buildpass/tokens/oidc-shape.ts'
import { presentedTokenShape } from '../../src/http/buildpass/tokens/token-shape.ts'
import { projectTokenInput, tokenRotationInput } from '../../src/http/frame/token-requests.ts'
import { policyInput } from '../../src/http/instance/policy.ts'
import { breakingTokensShape, brokenEndedShape, policyShape } from '../../src/http/instance/policy-shape.ts'
import { ownedTokensShape } from '../../src/http/instance/tokens-shape.ts'
import { trafficShape } from '../../src/http/instance/traffic-shape.ts'
import { buildDetailShape, buildShape } from '../../src/http/json/build-shape.ts'
import { list, said } from '../../src/http/json/shape.ts'
import { endedShape, mintedProjectTokenShape, projectTokenShape } from '../../src/http/json/token-shape.ts'
import { DONE, json, type RouteDoc, type Under } from './route-doc.ts'

const AUDIT = json('A page, newest first.', auditPageShape)
const SESSION = json('A reporting token. Its secret, in `token`, is shown this once.', reportingTokenShape)

// A day that is written down would be over some day.
const IN_A_MONTH = `${new Date(Date.now() + 30 * DAY_MS).toISOString().slice(0, 10)}T09:00:00Z`

export const BUILDPASS_ROUTES: Record<Under<'/api/buildpass/v1/'>, RouteDoc> = {
  'GET /api/buildpass/v1/token': {
    summary: 'What the presented token is',
    answers: { 200: json('The token.', presentedTokenShape) },
  },
  'DELETE /api/buildpass/v1/token': {
    summary: 'End the presented token',
    description: 'Not for project tokens, which stand where anybody reads them.',
    query: ['keep_minted'],
    answers: { 200: json('It has ended.', endedShape) },
    refuses: [403],
  },
  'POST /api/buildpass/v1/leaks': {
    summary: 'Report found secrets',
    description:
      "Anybody may. What lives among them is ended; the answer does not say which. GitHub's secret scanning sends its own list, signed.",
    headers: ['Github-Public-Key-Identifier', 'Github-Public-Key-Signature'],
    body: { schema: leakInput, example: { secrets: ['found-in-a-log'] } },
    answers: { 202: json('It is taken.', said('Thank you. What was found among these is being ended.')) },
    refuses: [401, 429, 503],
  },
  'GET /api/buildpass/v1/audit': { summary: 'Own acts', query: ['limit', 'before'], answers: { 200: AUDIT } },
  'GET /api/buildpass/v1/notices': {
    summary: 'What you are told of without looking',
    description: 'Your 50 newest notices. `docs/notices.md` says what there is.',
    answers: { 200: json('The newest first.', noticesShape) },
  },
  'POST /api/buildpass/v1/notices/read': {
    summary: 'Mark notices as read',
    description: 'Without `ids` all of them.',
    body: { schema: noticesReadInput, example: {} },
    answers: { 200: DONE },
  },
  'GET /api/buildpass/v1/notices/choices': {
    summary: 'What you chose to be told of',
    description: 'With `project` for that project, else for all of yours. `place` is null where you left it.',
    query: ['project'],
    answers: { 200: json('Each kind of notice.', choicesShape) },
    refuses: [404],
  },
  'PUT /api/buildpass/v1/notices/choices': {
    summary: 'Choose what you are told of',
    description: 'A `place` of null takes a choice back.',
    body: {
      schema: noticeChoicesInput,
      example: { choices: [{ kind: 'branch.broken', place: 'mail' }] },
    },
    answers: { 200: json('Each kind of notice.', choicesShape) },
    refuses: [404],
  },
  'GET /api/buildpass/v1/orgs/:vcs/:org/creators': {
    summary: 'Who may create projects of an organization',
    answers: { 200: json('The people, besides the owners.', creatorsShape) },
    refuses: [404],
  },
  'PUT /api/buildpass/v1/orgs/:vcs/:org/creators/:login': {
    summary: 'Let a person create projects of an organization',
    answers: { 200: json('They may.', creatorShape) },
    refuses: [404],
  },
  'DELETE /api/buildpass/v1/orgs/:vcs/:org/creators/:login': {
    summary: 'Let a person create no more projects of an organization',
    answers: { 200: DONE },
    refuses: [404],
  },
  'GET /api/buildpass/v1/orgs/:vcs/:org/tokens': {
    summary: 'Own tokens for an organization',
    description: 'Where there are more, the header `Link` names the next page (`rel="next"`).',
    query: ['limit-1000', 'offset'],
    answers: { 200: json('The tokens, without their secrets.', list(projectTokenShape)) },
    refuses: [404],
  },
  'POST /api/buildpass/v1/orgs/:vcs/:org/tokens': {
    summary: 'Create a token for an organization',
    description:
      'It reads the projects of the organization that its maker administers when it is used. For owners, and for whom they let create projects there.',
    body: { schema: projectTokenInput, example: { label: 'dashboard', scope: 'status' } },
    answers: { 201: json('The token. Its secret, in `token`, is shown this once.', mintedProjectTokenShape) },
    refuses: [403, 404, 409],
  },
  'DELETE /api/buildpass/v1/orgs/:vcs/:org/tokens/:id': {
    summary: 'Delete a token for an organization',
    description: 'The id may also be the secret itself. It is refused everywhere within 10 seconds.',
    query: ['keep_minted'],
    answers: { 200: json('It has ended.', endedShape) },
    refuses: [404],
  },
  'POST /api/buildpass/v1/orgs/:vcs/:org/tokens/:id/rotate': {
    summary: 'Replace a token for an organization',
    description: 'Both secrets work for `overlap_seconds`.',
    body: { schema: tokenRotationInput, optional: true, example: { overlap_seconds: 3600 } },
    answers: { 201: json('The token. Its secret, in `token`, is shown this once.', mintedProjectTokenShape) },
    refuses: [403, 404, 409],
  },
  'POST /api/buildpass/v1/projects': {
    summary: 'Create a project',
    body: { schema: projectInput, example: { slug: 'gh/acme/web', visibility: 'private', default_branch: 'main' } },
    answers: { 201: json('The project.', projectShape) },
    refuses: [403, 409],
  },
  'GET /api/buildpass/v1/instance/tokens': {
    summary: 'All tokens of the server but those of CI jobs',
    description: 'The newest first, and those of the next 2,000 tokens behind `after`: `next_after` goes on.',
    query: ['show', 'limit-100', 'after-id'],
    answers: { 200: json('The tokens, without their secrets.', ownedTokensShape) },
  },
  'DELETE /api/buildpass/v1/instance/tokens/:id': {
    summary: 'End any token',
    description: 'The id may also be the secret itself. It is refused everywhere within 10 seconds.',
    query: ['keep_minted'],
    answers: { 200: json('It has ended.', endedShape) },
    refuses: [404],
  },
  'GET /api/buildpass/v1/instance/policy': {
    summary: 'What is demanded of tokens',
    answers: { 200: json('The policy.', policyShape) },
  },
  'PUT /api/buildpass/v1/instance/policy': {
    summary: 'Change what is demanded of tokens',
    description: 'What is left out is demanded no more. It is about tokens that are made from then on, and ends none.',
    body: { schema: policyInput, example: { personal_days: 365, project_makers: 'owners' } },
    answers: { 200: json('The policy.', policyShape) },
  },
  'GET /api/buildpass/v1/instance/policy/breaking': {
    summary: 'Tokens that go against the policy',
    description: 'At most 100, and those of the first 2,000 tokens behind `after`: `next_after` goes on.',
    query: ['after-id'],
    answers: { 200: json('The tokens, without their secrets.', breakingTokensShape) },
  },
  'POST /api/buildpass/v1/instance/policy/breaking/end': {
    summary: 'End the tokens that go against the policy',
    description: 'All of them but the one that asks; call it again while `is_all` is false.',
    answers: { 200: json('So many are ended.', brokenEndedShape) },
  },
  'GET /api/buildpass/v1/projects/:vcs/:org/:repo': {
    summary: 'A project',
    answers: { 200: json('The project.', projectShape) },
  },
  'PATCH /api/buildpass/v1/projects/:vcs/:org/:repo': {
    summary: 'Change a project',
    body: { schema: projectChange, example: { visibility: 'public' } },
    answers: { 200: json('The project.', projectShape) },
  },
  'DELETE /api/buildpass/v1/projects/:vcs/:org/:repo': {
    summary: 'Delete a project',
    description: 'With its builds, artifacts and tokens.',
    answers: { 200: DONE },
  },
  'GET /api/buildpass/v1/projects/:vcs/:org/:repo/audit': {
    summary: 'Who did what in a project',
    query: ['limit', 'before'],
    answers: { 200: AUDIT },
  },
  'GET /api/buildpass/v1/projects/:vcs/:org/:repo/members': {
    summary: 'Members of a project',
    query: ['limit-1000', 'after'],
    answers: { 200: json('A page, by login.', memberPageShape) },
  },
  'PUT /api/buildpass/v1/projects/:vcs/:org/:repo/members/:login': {
    summary: 'Add a member or change their role',
    description:
      'The answer of an admin who was made a member lists what they made, which a member could not make, and whom they let in.',
    query: ['end_made'],
    body: { schema: memberInput, example: { role: 'member' } },
    answers: { 200: json('The member.', memberSetShape) },
    refuses: [409],
  },
  'DELETE /api/buildpass/v1/projects/:vcs/:org/:repo/members/:login': {
    summary: 'Remove a member',
    query: ['end_made'],
    answers: {
      200: json('They are removed.', memberRemovedShape),
    },
    refuses: [409],
  },
  'GET /api/buildpass/v1/projects/:vcs/:org/:repo/dispatch-target': {
    summary: 'Where runs are started',
    answers: { 200: json('The target, without its secret.', dispatchTargetShape) },
  },
  'PUT /api/buildpass/v1/projects/:vcs/:org/:repo/dispatch-target': {
    summary: 'Set where runs are started',
    body: {
      schema: dispatchTargetInput,
      example: { kind: 'github-workflow', workflow: 'ci.yml', token: 'a token of GitHub' },
    },
    answers: { 200: json('The target. A `secret` that was made for it is shown this once.', dispatchTargetShape) },
  },
  'DELETE /api/buildpass/v1/projects/:vcs/:org/:repo/dispatch-target': {
    summary: 'Start no more runs',
    answers: { 200: DONE },
  },
  'GET /api/buildpass/v1/projects/:vcs/:org/:repo/shares': {
    summary: 'The share links, the newest first',
    query: ['limit-100', 'after'],
    answers: { 200: json('A page, without the links themselves.', sharePageShape) },
  },
  'POST /api/buildpass/v1/projects/:vcs/:org/:repo/shares': {
    summary: 'Make a link that opens one file, pack or report for whoever has it',
    description:
      'One of `path`, `pack` and `report`, which opens in the browser with all files of its folder; of one `build`, or of the newest build of a branch that has it: `latest`. It ends at `expires_at`, after `max_uses` uses, and with its maker.',
    body: {
      schema: shareInput,
      example: { path: 'out/report.txt', build: 1, expires_at: IN_A_MONTH, max_uses: 10 },
    },
    answers: { 201: json('The share link. `link` is shown this once.', madeShareShape) },
    refuses: [409],
  },
  'GET /api/buildpass/v1/projects/:vcs/:org/:repo/shares/:id': {
    summary: 'A share link: what it opens, how often it did, and when it ends',
    answers: { 200: json('The share link, without the link itself.', shareShape) },
  },
  'DELETE /api/buildpass/v1/projects/:vcs/:org/:repo/shares/:id': {
    summary: 'End a share link; any member may',
    answers: { 200: DONE },
  },
  'GET /api/buildpass/v1/projects/:vcs/:org/:repo/listeners': {
    summary: 'The listeners: receivers of a message when a build ends',
    answers: { 200: json('The listeners, without their secrets.', listenersShape) },
  },
  'POST /api/buildpass/v1/projects/:vcs/:org/:repo/listeners': {
    summary: 'Add a listener',
    body: { schema: listenerInput, example: { kind: 'webhook', url: 'https://hooks.example.com/builds' } },
    answers: { 201: json('The listener. A `secret` that was made for it is shown this once.', listenerShape) },
    refuses: [409],
  },
  'DELETE /api/buildpass/v1/projects/:vcs/:org/:repo/listeners/:id': {
    summary: 'Remove a listener',
    answers: { 200: DONE },
  },
  'POST /api/buildpass/v1/projects/:vcs/:org/:repo/listeners/:id/try': {
    summary: 'Send a listener a notice that is a try',
    description: 'For listeners that get notices; `deliveries/outbound` says what came of it.',
    answers: { 200: DONE },
  },
  'POST /api/buildpass/v1/projects/:vcs/:org/:repo/listeners/:id/resume': {
    summary: 'Let messages go to a paused listener again',
    description: 'A listener that did not answer for a day is paused, and admins get a notice.',
    answers: { 200: DONE },
  },
  'GET /api/buildpass/v1/projects/:vcs/:org/:repo/deliveries/outbound': {
    summary: 'What was sent to listeners and to the dispatch target',
    answers: { 200: json('The newest messages.', outboundDeliveriesShape) },
  },
  'POST /api/buildpass/v1/projects/:vcs/:org/:repo/builds': {
    summary: 'Report a build',
    description: 'Reporting the same `external_id` again updates the build. Events may come in any order.',
    body: {
      schema: reportInput,
      example: {
        external_id: 'job-981',
        pipeline: { external_id: 'run-77', branch: 'main', revision: '5a1c0de', subject: 'Add the cart' },
        workflow: { external_id: 'run-77', name: 'build-and-test' },
        job: { name: 'test' },
        status: 'success',
        start_time: '2026-11-24T08:59:00Z',
        stop_time: '2026-11-24T09:00:01Z',
      },
    },
    answers: { 200: json('The build that was there, updated.', buildShape), 201: json('The new build.', buildShape) },
    refuses: [409],
  },
  'GET /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num': {
    summary: 'One build, with its steps',
    answers: { 200: json('The build.', buildDetailShape) },
  },
  'PATCH /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num': {
    summary: 'Update a build',
    body: { schema: updateInput, example: { status: 'failed', stop_time: '2026-11-24T09:00:01Z' } },
    answers: { 200: json('The build.', buildShape) },
  },
  'POST /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/steps': {
    summary: 'Report a step of a build',
    description:
      'The same `key` again is the same step, which is brought up to date. A report of the build with `steps` replaces all.',
    body: { schema: stepInput, example: { key: 'lint-1', name: 'lint', status: 'running' } },
    answers: { 200: json('The place of the step among those of its build.', stepKeptShape) },
    refuses: [409],
  },
  'PUT /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/steps/:step/log': {
    summary: 'Append to the log of a step',
    description:
      'At most 4 MiB at once. The same bytes again are no harm; bytes beyond the end are refused, and the answer has the `offset` that is wanted.',
    query: ['log-offset', 'stream', 'final', 'cut'],
    body: { schema: null, type: 'application/octet-stream', example: 'ok 1 - adds\n' },
    answers: { 200: json('Where the next bytes belong.', logAppendedShape) },
    refuses: [409, 413],
  },
  'GET /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/steps/:step/log': {
    summary: 'The log of a step',
    description:
      'As it was printed; `Range` is understood. `X-Terminal` says whether it is complete, `X-Log-Offset` how many bytes there are, `X-Log-Lines` how many lines.',
    query: ['stream', 'offset-seen', 'wait', 'lines', 'tail', 'ansi'],
    answers: {
      200: { means: 'The log.', content: { 'text/plain': null } },
      206: { means: 'The part that was asked for.', content: { 'text/plain': null } },
    },
    refuses: [416],
  },
  'GET /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/steps/:step/log/condensed': {
    summary: 'The lines of a log that tell why the step failed',
    description: 'With `Accept: text/plain` as text, each line with its number.',
    query: ['stream'],
    answers: {
      200: {
        means: 'At most 200 lines: errors, once each, and the end.',
        content: { 'application/json': condensedShape, 'text/plain': null },
      },
    },
  },
  'PUT /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/tests': {
    summary: 'Upload test results',
    description:
      'JUnit, NUnit, TRX, xUnit.net or TestNG XML, CTRF JSON, or `{"tests": […]}`, told apart by what is in it. `warnings` say what in the report is in doubt.',
    query: ['report'],
    body: {
      schema: null,
      type: 'application/xml',
      example: '<testsuite name="unit"><testcase classname="cart" name="adds" time="0.2"/></testsuite>',
    },
    answers: { 200: json('What was stored: `failed` without `errors`, `passed` with `flaky`.', testsStoredShape) },
    refuses: [413, 415],
  },
  'GET /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/tests/failures': {
    summary: 'What failed in a build, and whether it is new',
    description:
      'Each failure beside the newest complete pipeline of the default branch. The counts are of all failures; beyond 1,000 they are `unjudged`.',
    query: ['limit-200', 'after-number'],
    answers: {
      200: json(
        'The failures: new ones first, then those not known on the default branch, flaky, also red there, muted; else in the order reported.',
        failuresShape,
      ),
    },
  },
  'GET /api/buildpass/v1/projects/:vcs/:org/:repo/tests': {
    summary: 'Tests of a project, by a part of their names',
    query: ['search', 'limit', 'after-number'],
    answers: { 200: json('The tests, by class, name and file.', foundTestsShape) },
  },
  'GET /api/buildpass/v1/projects/:vcs/:org/:repo/tests/insights': {
    summary: 'The slowest, most failing, flaky, new and vanished tests',
    description: 'Of the newest pipelines of a branch; what is flaky is told by all branches. At most 50 in each list.',
    query: ['branch-or-default'],
    answers: { 200: json('What stands out.', testInsightsShape) },
  },
  'GET /api/buildpass/v1/projects/:vcs/:org/:repo/tests/muted': {
    summary: 'Muted tests of a project',
    answers: { 200: json('Which, why, by whom, and until when.', mutedTestsShape) },
  },
  'POST /api/buildpass/v1/projects/:vcs/:org/:repo/tests/judge': {
    summary: 'Whether failures are new, or muted, before there is a build',
    description: 'Changes nothing.',
    body: {
      schema: judgeInput,
      example: { tests: [{ classname: 'cart', name: 'adds', file: 'test/cart.test.js', outcome: 'failed' }] },
    },
    answers: { 200: json('The verdicts, in the order asked.', judgedShape) },
    refuses: [413],
  },
  'GET /api/buildpass/v1/projects/:vcs/:org/:repo/tests/:id': {
    summary: 'One test and its last 100 runs',
    answers: { 200: json('The runs, newest first, and what they say together.', testHistoryShape) },
  },
  'PUT /api/buildpass/v1/projects/:vcs/:org/:repo/tests/:id/mute': {
    summary: 'Mute a test',
    description: 'Until a day at most 90 days ahead. For people: a reporting token cannot.',
    body: { schema: muteInput, example: { reason: 'the payment sandbox is down', until: IN_A_MONTH } },
    answers: { 200: json('The test and its mute.', mutedTestShape) },
    refuses: [409],
  },
  'DELETE /api/buildpass/v1/projects/:vcs/:org/:repo/tests/:id/mute': {
    summary: 'Mute a test no more',
    answers: { 200: json('Also of a test that is not muted.', unmutedShape) },
  },
  'PUT /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/artifacts/:path{.+}': {
    summary: 'Upload an artifact',
    description: 'The body is the file. `Content-Length` is required; `Content-Type` is kept.',
    query: ['node_index', 'overwrite'],
    headers: ['Repr-Digest'],
    body: { schema: null, type: 'application/octet-stream', example: 'the bytes' },
    answers: {
      200: json('The artifact that was there.', storedArtifactShape),
      201: json('The new artifact.', storedArtifactShape),
    },
    refuses: [409, 411, 413],
  },
  'GET /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/artifacts': {
    summary: 'Artifacts of a build, with sizes and digests',
    answers: { 200: json('The artifacts.', artifactsOfBuildShape) },
  },
  'GET /api/buildpass/v1/projects/:vcs/:org/:repo/latest/artifacts': {
    summary: 'Artifacts of the newest build that has any',
    description: 'Of the default branch unless another is named.',
    query: ['branch', 'filter-known', 'job', 'workflow'],
    answers: { 200: json('The artifacts, and the build that they are of.', artifactsOfBuildShape) },
  },
  'GET /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/artifacts.zip': {
    summary: 'All artifacts of a build in one zip',
    description: 'Made while it is sent. `SHA256SUMS` at its end has the digest of each file as it was read.',
    query: ['glob'],
    answers: { 200: { means: 'The zip.', content: { 'application/zip': null } } },
  },
  'GET /api/buildpass/v1/projects/:vcs/:org/:repo/latest/artifacts.zip': {
    summary: 'All artifacts of the newest build that has any, in one zip',
    query: ['branch', 'filter-known', 'job', 'workflow', 'glob'],
    answers: { 200: { means: 'The zip.', content: { 'application/zip': null } } },
  },
  'PUT /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/packs/:name': {
    summary: 'Upload many files in one zip',
    description: 'The body is the zip. Each file in it becomes an artifact at its path. `skipped` names what is none.',
    query: ['node_index', 'overwrite'],
    headers: ['Repr-Digest'],
    body: { schema: null, type: 'application/zip', example: 'the zip' },
    answers: { 200: json('The pack that was there.', storedPackShape), 201: json('The new pack.', storedPackShape) },
    refuses: [409, 411, 413],
  },
  'GET /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/packs': {
    summary: 'Packs of a build',
    answers: { 200: json('The packs.', packsShape) },
  },
  'GET /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/packs/:name': {
    summary: 'Download a pack as it was sent',
    query: ['node_index'],
    answers: { 302: { means: 'To the zip.', content: {} } },
  },
  'POST /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/uploads': {
    summary: 'Begin an upload in parts',
    description: 'For files that are too large for one request. Parts may come in any order, again, and after a break.',
    body: { schema: uploadInput, example: { path: 'dist/app.zip', size: 9 } },
    answers: { 201: json('The upload: how many parts, and how large each but the last is.', uploadShape) },
    refuses: [409],
  },
  'GET /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/uploads/:upload': {
    summary: 'An upload in parts, and what has arrived',
    answers: { 200: json('The upload.', uploadShape) },
  },
  'PUT /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/uploads/:upload/:part': {
    summary: 'Send a part',
    description: 'The body is the part. `Content-Length` is required.',
    headers: ['Content-Digest'],
    body: { schema: null, type: 'application/octet-stream', example: 'the bytes' },
    answers: { 200: json('The part.', uploadPartShape) },
    refuses: [409, 411, 413],
  },
  'POST /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/uploads/:upload/complete': {
    summary: 'Make an artifact, or a pack, of the parts',
    answers: {
      200: json('The artifact or pack that was there.', storedShape),
      201: json('The new artifact or pack.', storedShape),
    },
    refuses: [409],
  },
  'DELETE /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/uploads/:upload': {
    summary: 'Give up an upload in parts',
    answers: { 200: DONE },
    refuses: [409],
  },
  'GET /api/buildpass/v1/projects/:vcs/:org/:repo/webhooks': {
    summary: 'Secrets with which CI systems sign',
    answers: { 200: json('The webhooks, without their secrets.', webhooksShape) },
  },
  'POST /api/buildpass/v1/projects/:vcs/:org/:repo/webhooks': {
    summary: 'Let a CI system report by webhook',
    body: { schema: webhookInput, example: { source: 'github' } },
    answers: { 201: json('The webhook. Its `secret` is shown this once.', webhookMadeShape) },
    refuses: [409],
  },
  'GET /api/buildpass/v1/projects/:vcs/:org/:repo/webhooks/deliveries': {
    summary: 'What CI systems sent',
    answers: { 200: json('The newest deliveries.', webhookDeliveriesShape) },
  },
  'DELETE /api/buildpass/v1/projects/:vcs/:org/:repo/webhooks/:id': {
    summary: 'Take no more webhooks with a secret',
    answers: { 200: DONE },
  },
  'POST /api/buildpass/v1/projects/:vcs/:org/:repo/webhooks/:id/rotate': {
    summary: 'Replace the secret of a webhook',
    description: 'Both secrets work for `overlap_seconds`.',
    body: { schema: webhookRotationInput, optional: true, example: { overlap_seconds: 3600 } },
    answers: { 201: json('The webhook. Its `secret` is shown this once.', webhookMadeShape) },
  },
  'GET /api/buildpass/v1/projects/:vcs/:org/:repo/publishers': {
    summary: 'CI jobs that may report by their identity',
    answers: { 200: json('The trusted publishers.', publishersShape) },
  },
  'POST /api/buildpass/v1/projects/:vcs/:org/:repo/publishers': {
    summary: 'Let CI jobs report by their identity',
    body: { schema: publisherInput, example: { kind: 'github', claims: { repository_id: '123456' } } },
    answers: { 201: json('The trusted publisher.', publisherShape) },
    refuses: [409],
  },
  'DELETE /api/buildpass/v1/projects/:vcs/:org/:repo/publishers/:id': {
    summary: 'Trust a publisher no more',
    description: 'The reporting tokens that it got end too.',
    answers: { 200: DONE },
  },
  'GET /api/buildpass/v1/projects/:vcs/:org/:repo/retention': {
    summary: 'How long what is kept',
    answers: { 200: json('The periods.', retentionShape) },
  },
  'GET /api/buildpass/v1/projects/:vcs/:org/:repo/on-leak': {
    summary: 'What becomes of a token that was found in public',
    answers: { 200: json('`end`, or `replace`: it ends, and a successor waits for an admin.', onLeakShape) },
  },
  'PUT /api/buildpass/v1/projects/:vcs/:org/:repo/on-leak': {
    summary: 'Say what becomes of a token that was found in public',
    body: { schema: onLeakInput, example: { on_leak: 'replace' } },
    answers: { 200: json('As it is now.', onLeakShape) },
  },
  'PUT /api/buildpass/v1/projects/:vcs/:org/:repo/retention': {
    summary: 'Set how long what is kept',
    description: 'What is left out takes its default.',
    body: { schema: retentionInput, example: { artifact_days: 30, build_days: 365, keep_per_branch: 1 } },
    answers: { 200: json('The periods.', retentionShape) },
  },
  'GET /api/buildpass/v1/instance/traffic': {
    summary: 'Requests to this server, and how its stores are',
    query: ['hours'],
    isAlwaysWhole: true,
    answers: { 200: json('Request rates, tiers, the most used tokens, and the stores.', trafficShape) },
  },
  'POST /api/buildpass/v1/oidc/exchange': {
    summary: "A CI job's identity token for a reporting token",
    description: "The identity token's audience is this server's address. It is good once.",
    body: { schema: exchangeInput, example: { token: 'header.claims.signature', project: 'gh/acme/web' } },
    answers: { 201: SESSION },
    refuses: [401, 403, 429],
  },
  'POST /api/buildpass/v1/oidc/renew': {
    summary: 'A reporting token for another, while the job lasts',
    answers: { 201: SESSION },
    refuses: [403],
  },
}
