// What the demo shows: three projects, and what was pushed to them over the last days.
import type { ReportedStatus } from '../../src/domain/builds/build.ts'
import type { Visibility } from '../../src/domain/project.ts'

export type DemoProject = {
  readonly slug: string
  readonly visibility: Visibility
  readonly defaultBranch: string
  /** Oldest first. */
  readonly pipelines: readonly DemoPipeline[]
}

export type DemoPipeline = {
  readonly ref: { readonly branch: string } | { readonly tag: string }
  readonly hoursAgo: number
  readonly subject: string
  readonly author: Author
  readonly pullRequest?: number
  readonly jobs: readonly DemoJob[]
  /** Whether its builds have the full set of artifacts. */
  readonly isShowcase?: boolean
}

export type DemoJob = readonly [name: JobName, status: ReportedStatus]

/** What each job runs, in which workflow, and how long it takes. */
export const JOBS = {
  lint: { workflow: 'build-and-test', minutes: 0.7, command: 'npm run lint' },
  test: { workflow: 'build-and-test', minutes: 3.4, command: 'npm test' },
  package: { workflow: 'build-and-test', minutes: 1.6, command: 'npm run build' },
  deploy: { workflow: 'deploy', minutes: 2.1, command: './deploy.sh production' },
  audit: { workflow: 'nightly', minutes: 0.5, command: 'npm audit --audit-level high' },
  'end-to-end': { workflow: 'nightly', minutes: 18, command: 'npx playwright test' },
} as const
export type JobName = keyof typeof JOBS

const AUTHORS = {
  ada: { name: 'Ada Lindqvist', login: 'ada-l' },
  noor: { name: 'Noor Haddad', login: 'noorh' },
  tomas: { name: 'Tomás Rivera', login: 'tomasr' },
} as const
export type Author = (typeof AUTHORS)[keyof typeof AUTHORS]
const { ada, noor, tomas } = AUTHORS

const main = { branch: 'main' }
const develop = { branch: 'develop' }
const badge = { branch: 'feature/new-badge' }

const green: readonly DemoJob[] = [
  ['lint', 'success'],
  ['test', 'success'],
  ['package', 'success'],
]
const shipped: readonly DemoJob[] = [...green, ['deploy', 'success']]
const redTest: readonly DemoJob[] = [
  ['lint', 'success'],
  ['test', 'failed'],
  ['package', 'not_run'],
]

const webPipelines: readonly DemoPipeline[] = [
  { ref: main, hoursAgo: 127, author: ada, jobs: shipped, subject: 'Cache the price list for a minute' },
  { ref: develop, hoursAgo: 121, author: noor, jobs: green, subject: 'Sketch the new checkout behind a flag' },
  { ref: main, hoursAgo: 103, author: tomas, jobs: shipped, subject: 'Say which field of the address is wrong' },
  {
    ref: main,
    hoursAgo: 98,
    author: ada,
    subject: 'Nightly run',
    jobs: [
      ['audit', 'no_tests'],
      ['end-to-end', 'timedout'],
    ],
  },
  { ref: develop, hoursAgo: 95, author: noor, jobs: redTest, subject: 'Round prices per line, not per order' },
  { ref: develop, hoursAgo: 94, author: noor, jobs: green, subject: 'Fix the rounding of free items' },
  { ref: main, hoursAgo: 76, author: tomas, jobs: shipped, subject: 'Retry the payment provider once' },
  {
    ref: main,
    hoursAgo: 74,
    author: ada,
    subject: 'Nightly run',
    jobs: [
      ['audit', 'success'],
      ['end-to-end', 'success'],
    ],
  },
  {
    ref: { tag: 'v1.4.0' },
    hoursAgo: 55,
    author: ada,
    subject: 'Release 1.4.0',
    jobs: [
      ['package', 'success'],
      ['deploy', 'success'],
    ],
  },
  { ref: badge, hoursAgo: 52, author: tomas, pullRequest: 42, jobs: redTest, subject: 'Draw the badge ourselves' },
  {
    ref: badge,
    hoursAgo: 51,
    author: tomas,
    pullRequest: 42,
    subject: 'Measure the text of the badge',
    jobs: [
      ['lint', 'success'],
      ['test', 'retried'],
      ['test', 'success'],
      ['package', 'success'],
    ],
  },
  {
    ref: develop,
    hoursAgo: 30,
    author: noor,
    subject: 'Move the checkout to the new form',
    jobs: [
      ['lint', 'success'],
      ['test', 'infrastructure_fail'],
      ['test', 'success'],
      ['package', 'success'],
    ],
  },
  {
    ref: main,
    hoursAgo: 26,
    author: ada,
    subject: 'Nightly run',
    jobs: [
      ['audit', 'success'],
      ['end-to-end', 'failed'],
    ],
  },
  { ref: develop, hoursAgo: 7, author: noor, subject: 'Try the form without script', jobs: [['lint', 'canceled']] },
  {
    ref: main,
    hoursAgo: 3,
    author: tomas,
    pullRequest: 41,
    subject: 'Show the delivery date before the payment',
    jobs: [['audit', 'success'], ['end-to-end', 'success'], ...shipped],
    isShowcase: true,
  },
  {
    ref: badge,
    hoursAgo: 0.05,
    author: tomas,
    pullRequest: 42,
    subject: 'Escape the label of the badge',
    jobs: [
      ['lint', 'success'],
      ['test', 'running'],
      ['package', 'queued'],
      ['deploy', 'not_running'],
    ],
  },
]

export const DEMO_PROJECTS: readonly DemoProject[] = [
  { slug: 'gh/acme/web', visibility: 'private', defaultBranch: 'main', pipelines: webPipelines },
  {
    slug: 'gh/acme/secret',
    visibility: 'private',
    defaultBranch: 'main',
    pipelines: [
      { ref: main, hoursAgo: 80, author: ada, jobs: shipped, subject: 'Rotate the signing keys each quarter' },
      { ref: main, hoursAgo: 20, author: noor, jobs: redTest, subject: 'Refuse keys older than a year' },
    ],
  },
  {
    slug: 'gh/acme/docs',
    visibility: 'public',
    defaultBranch: 'develop',
    pipelines: [
      { ref: main, hoursAgo: 90, author: noor, jobs: green, subject: 'Publish the guide for 1.4' },
      { ref: develop, hoursAgo: 48, author: ada, jobs: green, subject: 'Explain the scopes of a token' },
      { ref: develop, hoursAgo: 5, author: tomas, jobs: green, subject: 'Add pictures to the first steps' },
    ],
  },
]
