import { BUILD_FILTERS } from '../../src/domain/builds/build.ts'
import { REPORTING_WINDOW_DAYS } from '../../src/domain/builds/insights.ts'
import { MAX_OFFSET } from '../../src/http/frame/request/input.ts'

/** `name` where it is not the key: a parameter that routes take with other bounds. */
type Parameter = {
  readonly name?: string
  readonly description: string
  readonly schema: object
  readonly example?: unknown
}

const text = (description: string, example?: string): Parameter => ({
  description,
  schema: { type: 'string' },
  ...(example === undefined ? {} : { example }),
})
const flag = (description: string): Parameter => ({ description, schema: { type: 'boolean', default: false } })
const count = (description: string, minimum: number, maximum: number, fallback?: number): Parameter => ({
  description,
  schema: { type: 'integer', minimum, maximum, ...(fallback === undefined ? {} : { default: fallback }) },
})

/** The parts of paths, by name. */
export const PATH_PARAMETERS: Readonly<Record<string, Parameter>> = {
  vcs: {
    description: 'Where the repository is: GitHub, Bitbucket or GitLab, by either name.',
    schema: { type: 'string', enum: ['gh', 'github', 'bb', 'bitbucket', 'gl', 'gitlab'] },
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
  limit: count('How many at most.', 1, 100, 30),
  'limit-100': { name: 'limit', ...count('How many at most.', 1, 100, 100) },
  'limit-200': { name: 'limit', ...count('How many at most.', 1, 200, 200) },
  'limit-1000': { name: 'limit', ...count('How many at most.', 1, 1_000, 1_000) },
  offset: count('How many to leave out before the first.', 0, MAX_OFFSET, 0),
  before: count('Only entries older than this one: the `next_before` of the page before.', 1, 999_999_999),
  after: text('Only those after this one: the `next_after` of the page before.'),
  search: text('A part of the class, name or file, whatever the case of ASCII letters.', 'cart'),
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
  job: text('Only of jobs of this name.'),
  workflow: text('Only of workflows of this name.'),
  'page-token': text('The `next_page_token` of the page before.'),
  'all-branches': flag('Of all branches instead of one.'),
  'reporting-window': {
    description: 'How far back.',
    schema: { type: 'string', enum: [...REPORTING_WINDOW_DAYS.keys()], default: 'last-90-days' },
  },
  hours: count('How far back, where Analytics Engine counts.', 1, 720, 24),
  keep_minted: flag('Leave the tokens alone that were made with this one.'),
  end_made: flag(
    'End all that this person made for the project too: tokens, webhooks, publishers, listeners, its dispatch target.',
  ),
  node_index: count('The index of the parallel node that made it.', 0, 9_999, 0),
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
