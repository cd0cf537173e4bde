import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findBranchStatus } from '../../../src/storage/builds/branch-status.ts'
import {
  type GithubEvent,
  type GithubRun,
  githubCheck,
  githubJob,
  githubRun,
  githubStatus,
  tellGithub,
} from '../../support/seed/github-runs.ts'
import { seedProject } from '../../support/seed/seed.ts'
import { openTestStores } from '../../support/worker/stores.ts'

// A check or a job says of which commit it is, and not whether the branch was there when it ran.

const run = (sha: string, hour: number, conclusion: string, id = hour) =>
  [githubRun({ run: id, hour, conclusion, sha }), githubJob({ run: id, hour, conclusion, sha })] as const
const check = (sha: string, hour: number, conclusion: string, app?: string) =>
  githubCheck({ sha, hour, conclusion, ...(app ? { app } : {}) })
const job = (sha: string, hour: number, conclusion: string): GithubEvent =>
  githubJob({ run: 500 + hour, hour, conclusion, sha } satisfies GithubRun)

/** What main is said to be after these events, in any order and however often each comes. */
async function expectMain(events: readonly GithubEvent[], status: string): Promise<void> {
  const stores = await openTestStores()
  const twice = [...events, ...events]
  const orders = fc
    .shuffledSubarray(twice, { minLength: twice.length, maxLength: twice.length })
    .chain((all) => fc.constantFrom(all, events, events.toReversed()))
  await fc.assert(
    fc.asyncProperty(orders, async (order) => {
      const project = await seedProject(stores.db)
      await tellGithub(stores, project.id, order)
      expect(await findBranchStatus(stores, project.id, 'main')).toBe(status)
    }),
    { numRuns: 20 },
  )
}

describe('a green commit that only checks or jobs told of', () => {
  it.each([
    ['a check', check('a', 12, 'success')],
    ['a job', job('a', 12, 'success')],
  ])('does not hide the failure of a run that began before %s', async (_, event) => {
    await expectMain([...run('b', 10, 'failure'), event], 'failed')
    await expectMain([...run('z', 10, 'success'), ...run('b', 11, 'failure'), event], 'failed')
  })

  it('nor that of a run while a newer one goes on', async () => {
    const going = githubRun({ run: 99, hour: 13, conclusion: 'success', sha: 'c' })
    const workflow_run = {
      ...(going.payload as { workflow_run: object }).workflow_run,
      status: 'in_progress',
      conclusion: null,
    }
    await expectMain(
      [...run('b', 10, 'failure'), check('a', 12, 'success'), { ...going, payload: { workflow_run } }],
      'failed',
    )
  })

  it('makes an older failure of such a commit good', async () => {
    await expectMain([...run('b', 10, 'success'), check('c', 11, 'failure'), check('d', 12, 'success')], 'success')
    await expectMain([...run('b', 10, 'failure'), check('c', 11, 'failure'), check('d', 12, 'success')], 'failed')
  })
})

describe('a red commit that only checks told of', () => {
  it('counts where its check is newer than what a run began', async () => {
    await expectMain([...run('b', 10, 'success'), check('c', 12, 'failure')], 'failed')
  })

  it('and not where a run began since', async () => {
    await expectMain([...run('b', 13, 'success'), check('a', 12, 'failure')], 'success')
  })

  it('until that check is made again and passes', async () => {
    await expectMain([...run('b', 10, 'success'), check('c', 12, 'failure'), check('c', 13, 'success')], 'success')
    await expectMain([...run('b', 10, 'success'), check('c', 12, 'success'), check('c', 13, 'failure')], 'failed')
  })

  it('stays red where another app passes', async () => {
    await expectMain(
      [...run('b', 10, 'success'), check('c', 12, 'failure'), check('c', 13, 'success', 'netlify')],
      'failed',
    )
  })
})

describe('checks stand in the order of their times', () => {
  it('where no run was ever told', async () => {
    await expectMain([check('a', 10, 'failure'), check('b', 11, 'success')], 'success')
    await expectMain([check('a', 10, 'success'), check('b', 11, 'failure')], 'failed')
    await expectMain([job('a', 10, 'failure'), check('b', 11, 'success'), job('c', 12, 'success')], 'success')
  })

  it('on a commit of which a run is told, be it later', async () => {
    await expectMain([...run('b', 10, 'failure'), check('c', 12, 'success'), ...run('c', 11, 'success')], 'success')
  })

  it('on a commit whose status says that it is the head', async () => {
    const head = githubStatus({ sha: 'c', hour: 11, state: 'success' })
    await expectMain([...run('b', 10, 'failure'), check('c', 12, 'success'), head], 'success')
  })
})

describe('any mixture of runs and checks', () => {
  const COMMITS = ['a', 'b', 'c', 'd'] as const
  const RESULTS = ['success', 'failure'] as const
  type Part = {
    readonly kind: 'run' | 'check'
    readonly sha: string
    readonly hour: number
    readonly conclusion: string
  }
  const part = fc.record({
    kind: fc.constantFrom('run' as const, 'check' as const),
    sha: fc.constantFrom(...COMMITS),
    conclusion: fc.constantFrom(...RESULTS),
  })
  const history = fc.array(part, { minLength: 2, maxLength: 7 }).map((parts) =>
    parts
      // One run and one check of a commit, so that none replaces another.
      .filter((one, i) => parts.findIndex((same) => same.sha === one.sha && same.kind === one.kind) === i)
      .map((one, i): Part => ({ ...one, hour: 10 + i })),
  )

  /** The rule in words: of commits with a run the newest; a later failure of the newest that only checks told of. */
  function expectedOf(parts: readonly Part[]): string {
    const commits = [...Map.groupBy(parts, (one) => one.sha).values()].map((of) => ({
      begun: of.find((one) => one.kind === 'run')?.hour ?? null,
      first: Math.min(...of.map((one) => one.hour)),
      result: of.some((one) => one.conclusion === 'failure') ? 'failed' : 'success',
    }))
    const begun = commits
      .filter((one) => one.begun !== null)
      .sort((one, other) => Number(other.begun) - Number(one.begun))
    const alone = commits.filter((one) => one.begun === null).sort((one, other) => other.first - one.first)
    const [newest, later] = [begun[0], alone[0]]
    if (!newest) return later?.result ?? 'no_builds'
    if (later?.result === 'failed' && later.first > Number(newest.begun)) return 'failed'
    return newest.result
  }

  it('shows the same in any order, and never a green that hides what a run began', async () => {
    const stores = await openTestStores()
    await fc.assert(
      fc.asyncProperty(history, fc.infiniteStream(fc.nat()), async (parts, numbers) => {
        const events = parts.flatMap(({ kind, sha, hour, conclusion }) =>
          kind === 'run' ? run(sha, hour, conclusion) : [check(sha, hour, conclusion)],
        )
        const order = events
          .map((event) => ({ event, at: Number(numbers.next().value) }))
          .sort((one, other) => one.at - other.at)
          .map(({ event }) => event)
        const project = await seedProject(stores.db)
        await tellGithub(stores, project.id, order)
        expect(await findBranchStatus(stores, project.id, 'main')).toBe(expectedOf(parts))
      }),
      { numRuns: 60 },
    )
  })
})
