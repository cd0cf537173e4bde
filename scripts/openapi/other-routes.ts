import * as v from 'valibot'
import { badgeShape } from '../../src/http/badges/badge-shape.ts'
import { outputShape } from '../../src/http/downloads/output-shape.ts'
import { refusalShape } from '../../src/http/frame/answers/refusal-shape.ts'
import { healthShape, readinessShape } from '../../src/http/instance/health-shape.ts'
import { said } from '../../src/http/json/shape.ts'
import { rpcShape } from '../../src/http/mcp/rpc-shape.ts'
import { webhookTakenShape } from '../../src/http/webhooks/receive-shape.ts'
import { type ApiRouteName, json, type RouteDoc, type Under } from './route-doc.ts'

const LOOKS = ['style', 'label']
const PICTURE = { 'image/svg+xml': null, 'application/json': badgeShape }
const XML = { 'application/xml': null }
const BADGE = {
  answers: { 200: { means: 'The badge. Refusals are badges too.', content: PICTURE } },
  refusesIn: PICTURE,
}
const FEED = { answers: { 200: { means: 'The feed. Refusals are XML too.', content: XML } }, refusesIn: XML }
const ATOM = { answers: { 200: { means: 'The feed, the newest first.', content: { 'application/atom+xml': null } } } }
const TO_PAGE = { 302: { means: "The project's page is at `Location`.", content: {} } }
const TO_SVG: RouteDoc = {
  summary: 'From a badge under an old name to the SVG',
  query: LOOKS,
  answers: { 302: { means: 'The badge is at `Location`.', content: {} } },
}
const HTML = { 'text/html': null }
// The one that the artifact was stored with.
const ANY_TYPE = { '*/*': null }

/** What lies outside `/api`: badges, feeds, downloads and what CI systems send. */
export const OTHER_ROUTES: Record<Exclude<ApiRouteName, Under<'/api/'>>, RouteDoc> = {
  'POST /webhooks/:vcs/:org/:repo/:source': {
    summary: 'What a CI system sends',
    description: 'Signed the way of that system; see docs/webhooks.md.',
    // Of Jenkins; each system has its own.
    body: {
      schema: null,
      type: 'application/json',
      example: {
        name: 'web',
        build: {
          number: 18,
          phase: 'STARTED',
          url: 'job/web/18/',
          full_url: 'https://jenkins.example.com/job/web/18/',
          scm: { branch: 'origin/main', commit: '5a1c0de' },
        },
      },
    },
    answers: {
      200: json('Builds were stored.', webhookTakenShape),
      202: json('There was nothing to store.', said('Ignored: no build.')),
    },
    refuses: [401, 422, 503],
  },
  'POST /mcp': {
    summary: 'The Model Context Protocol, for agents',
    description:
      'One JSON-RPC message; see docs/agents.md. Reads alone: the tools that the scope of the token opens, each bounded in length.',
    body: { schema: null, type: 'application/json', example: { jsonrpc: '2.0', id: 1, method: 'tools/list' } },
    answers: {
      200: json('The answer, or the error of JSON-RPC.', rpcShape),
      202: { means: 'A notification was taken: nothing is answered.', content: {} },
      400: json(
        'The message cannot be read, or speaks another version than it says.',
        v.union([refusalShape, rpcShape]),
      ),
      404: json('A method that is not known, of a client that sends no `initialize`.', rpcShape),
    },
    refuses: [403],
  },
  'GET /output/job/:job/artifacts/:node/:path{.+}': {
    summary: 'Download an artifact by its stable link',
    answers: { 302: { means: 'The bytes are at `Location`, for a short while.', content: {} } },
  },
  'GET /output/job/:job/report/:node/:path{.+}': {
    summary: 'Show an artifact in the browser',
    description:
      'For pages with links, scripts and fonts of their own: a path that is a folder leads to its `index.html`. The query is passed on.',
    answers: { 303: { means: 'It is shown at `Location`, to whoever comes there soon.', content: {} } },
  },
  'GET /output/log/:ticket': {
    summary: 'What a step printed, as CircleCI gives it',
    description:
      'The `output_url` of a step in a build. It lives for an hour, and ends with the token that it was made for.',
    answers: { 200: json('What was printed, oldest first; `type` is `out` or `err`.', outputShape) },
    refuses: [403, 404, 503],
  },
  'GET /download/:ticket/:name': {
    summary: 'The bytes of an artifact',
    description: 'The address is made by the routes that redirect to it, and ends with the token that it was made for.',
    headers: ['Range'],
    answers: {
      200: { means: 'The file.', content: ANY_TYPE },
      206: { means: 'The part that was asked for.', content: ANY_TYPE },
    },
    refuses: [403, 404, 416, 422, 503],
  },
  'GET /s/:secret': {
    summary: 'A share link',
    description: 'A page with a button, which counts no use; with `?download` as the button does.',
    query: ['download'],
    isAlwaysWhole: true,
    answers: {
      200: { means: 'The page.', content: HTML },
      303: { means: 'The file is at `Location`, for a minute.', content: {} },
    },
    refusesIn: HTML,
    refuses: [404, 429, 503],
  },
  'POST /s/:secret': {
    summary: 'Download what a share link opens',
    description: 'The button of its page: counts one use.',
    answers: { 303: { means: 'The file is at `Location`, for a minute.', content: {} } },
    refusesIn: HTML,
    refuses: [404, 429, 503],
  },
  'GET /view/:ticket/:path{.*}': {
    summary: 'A file of a build, shown in a sandbox',
    description:
      'Where a server has no hosts for reports. The address is made by the routes that redirect to it, lives for a quarter of an hour, and ends with the token that it was made for.',
    headers: ['Range'],
    answers: {
      200: { means: 'The file.', content: ANY_TYPE },
      206: { means: 'The part that was asked for.', content: ANY_TYPE },
      303: {
        means: 'The folder is at `Location`; or the address has expired, and a browser asks again there.',
        content: {},
      },
    },
    refuses: [403, 404, 416, 503],
  },
  'GET /healthz': {
    summary: 'Whether the Worker runs',
    isAlwaysWhole: true,
    answers: { 200: json('It does.', healthShape) },
  },
  'GET /readyz': {
    summary: 'Whether the stores answer',
    isAlwaysWhole: true,
    answers: {
      200: json('People are served; `degraded` where KV or R2 does not answer.', readinessShape),
      503: json('D1 does not answer, or the server does not know its own address.', readinessShape),
    },
  },
  'GET /metrics': {
    summary: 'Numbers for Prometheus',
    description: 'In its text format: see docs/operations.md.',
    isAlwaysWhole: true,
    answers: { 200: { means: 'The numbers as of now.', content: { 'text/plain': null } } },
    // A browser gets a page that says 404.
    refusesIn: { 'application/json': refusalShape, 'text/html': null },
    refuses: [431],
  },
  'GET /feed.atom': { summary: 'Atom feed of your own notices', ...ATOM },
  'GET /:vcs{(?:gh|github|bb|bitbucket|gl|gitlab|circleci)}/:org/:repo/feed.atom': {
    summary: 'Atom feed of a project: what its branches and tests did',
    ...ATOM,
  },
  'GET /:vcs{(?:gh|github|bb|bitbucket|gl|gitlab|circleci)}/:org/:repo/tree/:file{.+\\/feed\\.atom}': {
    summary: 'Atom feed of a branch: when it broke, and was fixed',
    ...ATOM,
  },
  'GET /cc.xml': { summary: 'CCTray feed of all own projects', ...FEED },
  'GET /:vcs{(?:gh|github|bb|bitbucket|gl|gitlab|circleci)}/:org/:file{[^/]+\\.cc\\.xml}': {
    summary: 'CCTray feed of a project',
    ...FEED,
  },
  'GET /:vcs{(?:gh|github|bb|bitbucket|gl|gitlab|circleci)}/:org/:repo/tree/:file{.+\\.cc\\.xml}': {
    summary: 'CCTray feed of a branch',
    ...FEED,
  },
  'GET /status-badge/img/:vcs/:org/:file{[^/]+\\.(?:svg|json)}': {
    summary: "Badge of a project's default branch",
    query: LOOKS,
    ...BADGE,
  },
  'GET /status-badge/img/:vcs/:org/:repo/tree/:file{.+\\.(?:svg|json)}': {
    summary: 'Badge of a branch',
    query: LOOKS,
    ...BADGE,
  },
  'GET /status-badge/redirect/:vcs/:org/:repo': { summary: 'From a badge to the project', answers: TO_PAGE },
  'GET /status-badge/redirect/:vcs/:org/:repo/tree/:branch{.+}': {
    summary: 'From a badge to the branch',
    answers: TO_PAGE,
  },
  'GET /:vcs{(?:gh|github|bb|bitbucket|gl|gitlab|circleci)}/:org/:file{[^/]+\\.(?:svg|json)}': {
    summary: "Badge of a project's default branch, at its short address",
    query: LOOKS,
    ...BADGE,
  },
  'GET /:vcs{(?:gh|github|bb|bitbucket|gl|gitlab|circleci)}/:org/:repo/tree/:file{.+\\.(?:svg|json)}': {
    summary: 'Badge of a branch, at its short address',
    query: LOOKS,
    ...BADGE,
  },
  'GET /status-badge/img/:vcs/:org/:file{[^/]+\\.png}': TO_SVG,
  'GET /status-badge/img/:vcs/:org/:repo/tree/:file{.+\\.png}': TO_SVG,
  'GET /:vcs{(?:gh|github|bb|bitbucket|gl|gitlab|circleci)}/:org/:file{[^/]+\\.png}': TO_SVG,
  'GET /:vcs{(?:gh|github|bb|bitbucket|gl|gitlab|circleci)}/:org/:repo/tree/:file{.+\\.png}': TO_SVG,
}
