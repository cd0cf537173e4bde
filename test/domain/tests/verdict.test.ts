import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type RunOutcome, textOfRuns } from '../../../src/domain/tests/test-runs.ts'
import {
  type BranchReport,
  judge,
  type Past,
  type RevisionReport,
  summaryOf,
  verdictCounts,
} from '../../../src/domain/tests/verdict.ts'

const outcomesOf = (runs: Readonly<Record<number, RunOutcome>>) =>
  textOfRuns(new Map(Object.entries(runs).map(([id, outcome]) => [Number(id), { outcome, runTimeSeconds: 1 }])))
    .outcomes

/** A report of main in the pipeline of that number; build numbers are ten times it. */
function onMain(
  pipelineNumber: number,
  runs: Record<number, RunOutcome>,
  over: Partial<BranchReport> = {},
): BranchReport {
  const buildNum = pipelineNumber * 10
  return {
    buildNum,
    pipelineNumber,
    jobName: 'test',
    isComplete: true,
    at: pipelineNumber * 1_000,
    outcomes: outcomesOf(runs),
    ...over,
  }
}

function at(revision: string, buildNum: number, runs: Record<number, RunOutcome>, jobName = 'test'): RevisionReport {
  return { revision, buildNum, jobName, outcomes: outcomesOf(runs) }
}

const past = (over: Partial<Past> = {}): Past => ({ there: [], revisions: [], recent: [], ...over })
const verdictOn = (id: number, over: Partial<Past>, jobName: string | null = 'test') =>
  judge([{ id, jobName }], past(over))[0]

describe('a failure', () => {
  it('is new where the test passes in the newest complete pipeline of the default branch', () => {
    expect(verdictOn(7, { there: [onMain(2, { 7: 'success' }), onMain(1, { 7: 'failure' })] })).toEqual({
      verdict: 'new',
    })
  })

  it('is also red there where it fails there, since the oldest build without a pass after it', () => {
    const there = [
      onMain(5, { 7: 'success' }, { isComplete: false }),
      onMain(4, { 7: 'error' }),
      onMain(3, { 8: 'success' }),
      onMain(2, { 7: 'failure' }),
      onMain(1, { 7: 'success' }),
    ]
    expect(verdictOn(7, { there })).toEqual({
      verdict: 'also_red',
      since: { buildNum: 20, pipelineNumber: 2, at: 2_000 },
    })
  })

  it('is unknown where it never passed or failed there', () => {
    expect(verdictOn(7, { there: [onMain(1, { 7: 'skipped', 8: 'success' })] })).toEqual({ verdict: 'unknown' })
    expect(judge([{ id: null, jobName: 'test' }], past())).toEqual([{ verdict: 'unknown' }])
  })

  it('is looked for in older pipelines where the newest did not run the test', () => {
    expect(verdictOn(7, { there: [onMain(2, { 8: 'success' }), onMain(1, { 7: 'success' })] })).toEqual({
      verdict: 'new',
    })
  })

  it('is compared with the same job there, and with all jobs where that job does not have the test', () => {
    const there = [
      onMain(1, { 7: 'failure' }, { jobName: 'windows', buildNum: 12 }),
      onMain(1, { 7: 'success' }, { jobName: 'linux', buildNum: 11 }),
    ]
    expect(verdictOn(7, { there }, 'linux')).toEqual({ verdict: 'new' })
    expect(verdictOn(7, { there }, 'windows')?.verdict).toBe('also_red')
    expect(verdictOn(7, { there }, 'mac')?.verdict).toBe('also_red')
    expect(verdictOn(7, { there }, null)?.verdict).toBe('also_red')
  })

  it('is judged by the last attempt at a job there', () => {
    const there = [onMain(1, { 7: 'success' }, { buildNum: 12 }), onMain(1, { 7: 'failure' }, { buildNum: 11 })]
    expect(verdictOn(7, { there })).toEqual({ verdict: 'new' })
  })

  it('is flaky where the test passed and failed at one commit in one job, with how often it failed of late', () => {
    const revisions = [at('f00d', 3, { 7: 'failure' }), at('f00d', 2, { 7: 'success' })]
    const recent = [...revisions, at('beef', 1, { 7: 'success' }), at('beef', 9, { 7: 'skipped' })]
    expect(verdictOn(7, { there: [onMain(1, { 7: 'failure' })], revisions, recent })).toEqual({
      verdict: 'flaky',
      failed: 1,
      runs: 3,
      rate: 1 / 3,
    })
  })

  it('is flaky where a later attempt in one report passed', () => {
    const revisions = [at('f00d', 3, { 7: 'flaky' })]
    expect(verdictOn(7, { revisions, recent: revisions })).toEqual({ verdict: 'flaky', failed: 1, runs: 1, rate: 1 })
  })

  it.each([
    ['at two commits', [at('f00d', 3, { 7: 'failure' }), at('beef', 2, { 7: 'success' })]],
    ['in two jobs', [at('f00d', 3, { 7: 'failure' }, 'a'), at('f00d', 2, { 7: 'success' }, 'b')]],
    [
      'in two reports of each build',
      [3, 2].flatMap((num) => [at('f00d', num, { 7: 'failure' }), at('f00d', num, { 7: 'success' })]),
    ],
    ['twice in one report', [at('f00d', 3, { 7: 'mixed' })]],
  ])('is not flaky where the test passed and failed %s', (_, revisions) => {
    expect(verdictOn(7, { there: [onMain(1, { 7: 'success' })], revisions, recent: revisions })).toEqual({
      verdict: 'new',
    })
  })
})

const OUTCOME = fc.constantFrom<RunOutcome>('success', 'failure', 'error', 'skipped', 'flaky', 'mixed')
const RUNS = fc.dictionary(fc.constantFrom('3', '4', '5', '9'), OUTCOME) as fc.Arbitrary<Record<number, RunOutcome>>
const JOB = fc.constantFrom('a', 'b')

it('whatever there was: new only after a pass there, red only after a failure, flaky only with both, and never a rate beyond 1', () => {
  const main = fc.array(fc.record({ runs: RUNS, jobName: JOB, isComplete: fc.boolean() }), { maxLength: 8 })
  const others = fc.array(fc.record({ runs: RUNS, jobName: JOB, revision: fc.constantFrom('x', 'y') }), {
    maxLength: 8,
  })
  fc.assert(
    fc.property(main, others, JOB, (mains, others, jobName) => {
      const there = mains.map(({ runs, ...over }, i) => onMain(mains.length - i, runs, over))
      const revisions = others.map(({ runs, jobName, revision }, i) => at(revision, 100 - i, runs, jobName))
      const ids = [3, 4, 5, 9]
      const verdicts = judge(
        ids.map((id) => ({ id, jobName })),
        past({ there, revisions, recent: revisions }),
      )
      for (const [i, id] of ids.entries()) {
        const verdict = verdicts[i]
        const complete = mains.filter(({ isComplete }) => isComplete).flatMap(({ runs }) => runs[id] ?? [])
        const elsewhere = others.flatMap(({ runs }) => runs[id] ?? [])
        const has = (list: readonly RunOutcome[], ...outcomes: RunOutcome[]) =>
          list.some((one) => outcomes.includes(one))
        switch (verdict?.verdict) {
          case 'new': {
            expect(has(complete, 'success', 'flaky')).toBe(true)
            const ofJob = there.filter(
              (one, at) => one.jobName === jobName && mains[at]?.runs[id] && mains[at]?.runs[id] !== 'skipped',
            )
            const newest = (ofJob.length > 0 ? ofJob : there).find(
              (one) =>
                one.isComplete &&
                has(
                  [mains[there.indexOf(one)]?.runs[id] ?? 'skipped'],
                  'success',
                  'flaky',
                  'failure',
                  'error',
                  'mixed',
                ),
            )
            expect(
              has([mains[there.indexOf(newest as BranchReport)]?.runs[id] ?? 'skipped'], 'failure', 'error', 'mixed'),
            ).toBe(false)
            break
          }
          case 'also_red':
            expect(has(complete, 'failure', 'error', 'mixed')).toBe(true)
            break
          case 'flaky':
            expect(
              has(elsewhere, 'flaky') || (has(elsewhere, 'success') && has(elsewhere, 'failure', 'error', 'mixed')),
            ).toBe(true)
            expect(verdict.rate).toBeGreaterThan(0)
            expect(verdict.rate).toBeLessThanOrEqual(1)
            break
          case 'unknown':
            // There, in this job or no job, nothing complete has it.
            expect(
              mains.some(
                (one) =>
                  one.isComplete &&
                  one.jobName === jobName &&
                  has([one.runs[id] ?? 'skipped'], 'success', 'failure', 'error', 'mixed', 'flaky'),
              ),
            ).toBe(false)
            break
          default:
            expect.unreachable()
        }
      }
    }),
  )
})

describe('the line on all failures', () => {
  const failure = (verdict: 'new' | 'unknown', mute: object | null = null) => ({ verdict: { verdict }, mute })
  const since = { buildNum: 1, pipelineNumber: 1, at: 0 }

  it('names each kind once, and is empty where nothing failed', () => {
    const flaky = { verdict: { verdict: 'flaky', rate: 1, failed: 1, runs: 1 } as const, mute: null }
    const red = { verdict: { verdict: 'also_red', since } as const, mute: null }
    const failures = [failure('new'), flaky, red, failure('new'), red, red]
    expect(summaryOf(verdictCounts(failures, 0), 'main')).toBe('2 new failures, 1 flaky, 3 also red on main')
    expect(summaryOf(verdictCounts([failure('new', {}), failure('unknown')], 4), 'trunk')).toBe(
      '1 new failure, 1 not known on trunk, 4 more, 1 of them muted',
    )
    expect(summaryOf(verdictCounts([], 0), 'main')).toBe('')
  })
})
