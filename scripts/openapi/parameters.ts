import { BUILD_FILTERS } from '../../src/domain/builds/build.ts'
import { REPORTING_WINDOW_DAYS } from '../../src/domain/builds/insights.ts'
import { PHASES, V3_OUTCOMES } from '../../src/domain/builds/progress.ts'
import { MAX_OFFSET } from '../../src/http/frame/request/input.ts'

/** `name` where it is not the key: a parameter that routes take with other bounds. */
type Parameter = {
  readonly name?: string
  readonly description: string
  readonly schema: object
  /** Parts of paths always are. */
  readonly required?: true
  readonly example?: unknown
}

const text = (description: string, example?: string): Parameter => ({
  description,
  schema: { type: 'string' },
  ...(example === undefined ? {} : { example }),
})
/** One that a call is refused without. */
const required = (parameter: Parameter): Parameter => ({ ...parameter, required: true })
const words = (description: string, ...names: readonly string[]): Parameter => ({
  description,
  schema: { type: 'string', enum: names },
})
const time = (description: string): Parameter => ({ description, schema: { type: 'string', format: 'date-time' } })
const flag = (description: string): Parameter => ({ description, schema: { type: 'boolean', default: false } })
const count = (description: string, minimum: number, maximum: number, fallback?: number): Parameter => ({
  description,
  schema: { type: 'integer', minimum, maximum, ...(fallback === undefined ? {} : { default: fallback }) },
})

/** The parts of paths, by name. */
export const PATH_PARAMETERS: Readonly<Record<string, Parameter>> = {
  vcs: {
    description: 'GitHub, Bitbucket or GitLab, by either name; `circleci` before the ids of both.',
    schema: { type: 'string', enum: ['gh', 'github', 'bb', 'bitbucket', 'gl', 'gitlab', 'circleci'] },
    example: 'gh',
  },
  org: text('The organization or person that the repository belongs to.', 'acme'),
  repo: text('The repository.', 'web'),
  branch: text('The branch. Its slashes may stand as they are, or as %2F.', 'main'),
  num: count('The number of the build in its project.', 1, 999_999_999),
  number: count('The number of the pipeline in its project.', 1, 999_999_999),
  node: count('The index of the parallel node that made the artifact.', 0, 999_999_999),
  path: text('The path of the artifact in its build; it may hold slashes.', 'dist/app.zip'),
  id: text('The id, as lists give it.'),
  name: text('The name.'),
  login: text('The login of a person.'),
  workflow: text('The name of the workflow.', 'build-and-test'),
  job: text('The id of the job that made the artifact.'),
  source: {
    description: 'The CI system that sends.',
    schema: { type: 'string', enum: ['github', 'gitlab', 'circleci', 'buildkite', 'jenkins'] },
  },
  upload: text('The `upload_id` of the upload.'),
  step: count('The place of the step among those of its build, from 0.', 0, 999_999_999),
  part: count('The number of the part, from 1.', 1, 999_999),
  secret: text('What the link ends with.', 'bps_…'),
  ticket: text('The signed, short-lived permission to read one thing.'),
  format: {
    description: 'An image, or JSON for the endpoint badge of shields.io.',
    schema: { type: 'string', enum: ['svg', 'json'] },
  },
}

/** The queries that routes read, by name. */
export const QUERY_PARAMETERS: Readonly<Record<string, Parameter>> = {
  stream: {
    description: 'What was printed; `stderr` is a log of its own for reporters that keep the two apart.',
    schema: { type: 'string', enum: ['stdout', 'stderr'], default: 'stdout' },
  },
  'log-offset': {
    name: 'offset',
    description: 'How many bytes of the log come before these.',
    schema: { type: 'integer', minimum: 0 },
  },
  final: flag('Nothing comes after these bytes.'),
  cut: text('`true`, or how many lines: the reporter left out what comes before the offset.', 'true'),
  'offset-seen': {
    name: 'offset',
    description: 'Only what comes behind so many bytes of the log.',
    schema: { type: 'integer', minimum: 0 },
  },
  wait: count('Seconds to wait for more than `offset` has.', 0, 20, 0),
  lines: text('Lines, from 1.', '100-200'),
  tail: count('So many of the last lines.', 1, 100_000),
  ansi: {
    description: 'Whether sequences that colour a terminal stay.',
    schema: { type: 'string', enum: ['keep', 'strip'], default: 'keep' },
  },
  download: text('Given, whatever it says: counts a use, and leads to the file.', ''),
  limit: count('How many at most.', 1, 100, 30),
  'limit-100': { name: 'limit', ...count('How many at most.', 1, 100, 100) },
  'limit-200': { name: 'limit', ...count('How many at most.', 1, 200, 200) },
  'limit-1000': { name: 'limit', ...count('How many at most.', 1, 1_000, 1_000) },
  offset: count('How many to leave out before the first.', 0, MAX_OFFSET, 0),
  before: count('Only entries older than this one: the `next_before` of the page before.', 1, 999_999_999),
  after: text('Only those after this one: the `next_after` of the page before.'),
  search: text('A part of the class, name or file, whatever the case of ASCII letters.', 'cart'),
  show: text('`expiring` (within 30 days), `unused` (for 90), `expired`, or all.', 'expiring'),
  'after-id': { name: 'after', ...text('Only those after this one: the `next_after` of the page before.') },
  'after-number': {
    name: 'after',
    ...count('Only those after this one: the `next_after` of the page before.', 0, 999_999_999, 0),
  },
  'branch-or-default': { name: 'branch', ...text('The branch; the default branch where it is not named.', 'main') },
  filter: {
    description: 'Only builds in this state. Any other word filters nothing.',
    schema: { type: 'string' },
    example: 'successful',
  },
  'filter-known': {
    name: 'filter',
    description: 'Only builds in this state. Any other word is refused.',
    schema: { type: 'string', enum: BUILD_FILTERS, default: 'none' },
  },
  branch: text('Only of this branch.'),
  project: text('Of this project alone, as gh/acme/web.'),
  job: text('Only of jobs of this name.'),
  workflow: text('Only of workflows of this name.'),
  'page-token': text('The `next_page_token` of the page before.'),
  'page-cursor': { name: 'page[cursor]', ...text('The `page.next` of the page before.') },
  'page-limit-100': { name: 'page[limit]', ...count('How many at most.', 1, 100, 100) },
  'page-limit-20': { name: 'page[limit]', ...count('How many at most.', 1, 20, 20) },
  'page-limit-50': { name: 'page[limit]', ...count('How many at most.', 1, 50, 50) },
  'page-limit-500': { name: 'page[limit]', ...count('How many at most.', 1, 500, 500) },
  'page-limit-1000': { name: 'page[limit]', ...count('How many at most.', 1, 1_000, 1_000) },
  'filter-user_id': { name: 'filter[user_id]', ...required(words('Who asks; nobody else can be named.', 'me')) },
  'filter-org-slug': { name: 'filter[slug]', ...text('The organization of this slug.', 'gh/acme') },
  'filter-following': { name: 'filter[following]', ...words('Those that a person follows.', 'true') },
  'filter-org_id': { name: 'filter[org_id]', ...text('Those of this organization.') },
  'filter-slug': {
    name: 'filter[slug]',
    ...text('The one of this slug; no other filter goes with it.', 'gh/acme/web'),
  },
  'filter-name': { name: 'filter[name]', ...text('With this text in their name, in whatever case.', 'web') },
  'filter-project_id': { name: 'filter[project_id]', ...required(text('The project.')) },
  'filter-run_id': { name: 'filter[run_id]', ...required(text('The run.')) },
  'filter-workflow_id': { name: 'filter[workflow_id]', ...required(text('The workflow.')) },
  'filter-phase': { name: 'filter[phase]', ...words('How far a run has come.', ...PHASES) },
  'filter-current_outcome': {
    name: 'filter[current_outcome]',
    ...words('What is known of how it ends, or ended.', ...V3_OUTCOMES),
  },
  'filter-from': { name: 'filter[from]', ...time('Not before this time.') },
  'filter-to': { name: 'filter[to]', ...time('Not after this time.') },
  'filter-execution': {
    name: 'filter[execution]',
    ...count('The parallel execution that ran the step, from 0.', 0, 9_999, 0),
  },
  'filter-step_num': {
    name: 'filter[step_num]',
    ...required(count('The `num` of the step.', 0, Number.MAX_SAFE_INTEGER)),
  },
  'all-branches': flag('Of all branches instead of one.'),
  'reporting-window': {
    description: 'How far back.',
    schema: { type: 'string', enum: [...REPORTING_WINDOW_DAYS.keys()], default: 'last-90-days' },
  },
  hours: count('How far back, where Analytics Engine counts.', 1, 720, 24),
  keep_minted: flag('Leave the tokens alone that were made with this one.'),
  end_made: flag(
    'End all that this person made for the project too: tokens, webhooks, publishers, listeners, its dispatch target, share links.',
  ),
  node_index: count('The index of the parallel node that made it.', 0, 9_999, 0),
  glob: {
    name: 'path',
    description: 'Only files at this path or matching it: `*` and `?` stay within a folder, `**` goes through folders.',
    schema: { type: 'string', maxLength: 1_000 },
  },
  overwrite: flag('Replace other bytes under this path.'),
  report: text('Which of several reports of the build this is; it replaces the one of that name.'),
  style: {
    description: 'How the badge looks.',
    schema: { type: 'string', enum: ['shield', 'svg', 'flat-square'], default: 'shield' },
  },
  label: text('The text on the left of the badge.'),
}

/** The request headers that routes read, by name. */
export const HEADER_PARAMETERS: Readonly<Record<string, Parameter>> = {
  'Repr-Digest': text(
    'The SHA-256 of the bytes (RFC 9530), which the upload is checked against.',
    'sha-256=:<base64>:',
  ),
  'Content-Digest': text(
    'The SHA-256 of the bytes of the part (RFC 9530), which it is checked against.',
    'sha-256=:<base64>:',
  ),
  'Github-Public-Key-Identifier': text("Only on alerts of GitHub's secret scanning: the key that signed."),
  'Github-Public-Key-Signature': text("Only on alerts of GitHub's secret scanning: the signature of the body."),
  Range: text('Only a part of the file.', 'bytes=0-1023'),
}
