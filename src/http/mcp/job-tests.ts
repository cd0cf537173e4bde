import { AppError } from '../../domain/error.ts'
import { slugText } from '../../domain/project.ts'
import { clipped } from '../../domain/tests/test-result.ts'
import { findProjectSlug } from '../../storage/projects/projects.ts'
import type { Found } from './answer.ts'
import { type Asker, slugFor, slugPath } from './asker.ts'
import type { Thing } from './lists.ts'

const MESSAGE_LENGTH = 1_000
const NAME_LENGTH = 300

/** What our own API says of the failed tests of a build, as far as it is shown here. */
type FailuresJson = {
  readonly summary: string
  readonly tests: {
    readonly passed: number
    readonly failed: number
    readonly errors: number
    readonly skipped: number
  }
  readonly warnings: readonly string[]
  readonly failures: readonly {
    readonly test: TestName
    readonly outcome: string
    readonly message: string
    readonly verdict: { readonly verdict: string }
    readonly mute: { readonly reason: string } | null
  }[]
}
type TestName = { readonly name: string; readonly classname: string; readonly file: string | null }
/** A line of the tests of v3. */
type TestLine = Omit<TestName, 'file'> & { readonly file: string; readonly result: string; readonly message: string }

/** Where our own API has a job: its build, by the slug of its project. */
export async function buildPathOf({ stores }: Asker, { attributes, references }: Thing): Promise<string> {
  const slug = await findProjectSlug(stores.db, references.project?.id ?? '')
  // The project went a moment ago.
  if (!slug) throw new AppError('job_not_found')
  return `/api/buildpass/v1/projects/${slugPath(slugText(slug))}/builds/${attributes.number}`
}

type TestsInput = { readonly job_id: string; readonly all: boolean; readonly limit: number }

export async function jobTests(asker: Asker, { job_id, all, limit }: TestsInput): Promise<Found> {
  const { data } = await asker.api.json<{ data: Thing }>(`/api/v3/jobs/${job_id}`)
  const { summary, counts, warnings, failed, failures } = await failedTests(
    asker,
    data,
    await buildPathOf(asker, data),
    all ? 0 : limit,
  )
  const total = failed + counts.passed + counts.skipped
  if (total === 0)
    return { said: ['This job has no test results.'], data: warnings.length > 0 ? { warnings } : undefined }
  const known = { summary: summary || undefined, counts, warnings: warnings.length > 0 ? warnings : undefined }
  if (all) {
    const tests = (await takeTests(asker, job_id, () => true, limit)).map(plainLine)
    return { said: [`Tests of the job${ofAll(tests.length, total)}`], data: { ...known, tests } }
  }
  const none =
    warnings.length > 0 ? 'Its reports show no failed test, but see their warnings.' : 'No test of this job failed.'
  if (failed === 0) return { said: [none], data: known }
  return { said: [`Failed tests${ofAll(failures.length, failed)}`], data: { ...known, failures } }
}

function ofAll(shown: number, all: number): string {
  return shown < all ? `, the first of ${all}.` : '.'
}

/** How many tests of a build failed, and the first of them with what is known of each. */
export async function failedTests(asker: Asker, job: Thing, buildPath: string, limit: number) {
  const path = `${buildPath}/tests/failures?limit=${Math.max(1, limit)}`
  const answer = await asker.api.json<FailuresJson>(path).catch((error: unknown) => {
    if (error instanceof AppError && error.code === 'permission_denied') return null
    throw error
  })
  if (!answer) return unjudgedTests(asker, job.id, limit)
  const { summary, tests: counts, warnings, failures: judged } = answer
  const failed = counts.failed + counts.errors
  const failures = judged.slice(0, limit).map(plainFailure)
  // Tests beyond those that a project has names for are not judged, but failed all the same.
  const isUnjudged = failures.length === 0 && failed > 0 && limit > 0
  const lines = isUnjudged ? await takeTests(asker, job.id, ({ result }) => result === 'failure', limit) : []
  return {
    summary,
    counts,
    warnings,
    failed,
    failures: isUnjudged ? lines.map((line) => ({ ...plainLine(line), verdict: 'unknown' })) : failures,
  }
}

/** The same for whoever may not know what the default branch does, with which they would be compared. */
async function unjudgedTests({ api }: Asker, jobId: string, limit: number) {
  const counts = { passed: 0, failed: 0, errors: 0, skipped: 0 }
  const lines: TestLine[] = []
  for await (const line of api.lines(`/api/v3/jobs/${jobId}/tests`)) {
    const test: TestLine = JSON.parse(line)
    counts[test.result === 'success' ? 'passed' : test.result === 'skipped' ? 'skipped' : 'failed'] += 1
    if (test.result === 'failure' && lines.length < limit) lines.push(test)
  }
  const failures = lines.map((line) => ({ ...plainLine(line), verdict: 'unknown' }))
  const warnings = ['This token opens some branches: failures are not compared, warnings are not known.']
  return { summary: '', counts, warnings, failed: counts.failed, failures }
}

function plainFailure({ test, outcome, message, verdict, mute }: FailuresJson['failures'][number]) {
  return { ...plainName(test), outcome, ...verdict, muted: mute?.reason, message: clipped(message, MESSAGE_LENGTH) }
}

function plainLine({ message, name, classname, file, ...more }: TestLine) {
  const said = message === '' ? undefined : clipped(message, MESSAGE_LENGTH)
  return { ...plainName({ name, classname, file }), ...more, message: said }
}

function plainName({ name, classname, file }: TestName) {
  return {
    name: clipped(name, NAME_LENGTH),
    classname: clipped(classname, NAME_LENGTH),
    file: file || undefined,
  }
}

/** The first tests of a job that fit; what comes behind the last of them is not read. */
async function takeTests({ api }: Asker, jobId: string, fits: (test: TestLine) => boolean, limit: number) {
  const taken: TestLine[] = []
  for await (const line of api.lines(`/api/v3/jobs/${jobId}/tests`)) {
    const test: TestLine = JSON.parse(line)
    if (fits(test)) taken.push(test)
    if (taken.length === limit) break
  }
  return taken
}

type FlakyInput = { readonly project?: string | undefined; readonly branch?: string | undefined }
type InsightsJson = {
  readonly flaky: readonly {
    readonly test: TestName
    readonly rate: number
    readonly failed: number
    readonly runs: number
  }[]
}

export async function flakyTests(asker: Asker, { project, branch }: FlakyInput): Promise<Found> {
  const slug = await slugFor(asker, project)
  const query = branch === undefined ? '' : `?${new URLSearchParams({ branch })}`
  const path = `/api/buildpass/v1/projects/${slugPath(slug)}/tests/insights${query}`
  const { flaky } = await asker.api.json<InsightsJson>(path)
  if (flaky.length === 0) return { said: ['No test of this branch is flaky, as far as its newest runs show.'] }
  return {
    said: ['Tests that failed and passed with the same source, the least reliable first.'],
    data: flaky.map(({ test, rate, failed, runs }) => ({ ...plainName(test), rate, failed, runs })),
  }
}
