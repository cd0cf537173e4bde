import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findBranchStatus } from '../../../src/storage/builds/branches/branch-status.ts'
import { runsOf } from '../../prove/share.ts'
import { check, job, other, run, type Told, tell } from '../../support/seed/branch-events.ts'
import { githubCheck, githubJob, githubRun, githubStatus } from '../../support/seed/github-runs.ts'
import { seedProject } from '../../support/seed/seed.ts'
import { openTestStores } from '../../support/worker/stores.ts'

// A check or a job says of which commit it is, and not whether the branch was there when it ran.

/** What main is said to be after these events, in any order and however often each comes. */
async function expectMain(events: readonly Told[], status: string): Promise<void> {
  const stores = await openTestStores()
  const twice = [...events, ...events]
  const orders = fc
    .shuffledSubarray(twice, { minLength: twice.length, maxLength: twice.length })
    .chain((all) => fc.constantFrom(all, events, events.toReversed()))
  await fc.assert(
    fc.asyncProperty(orders, async (order) => {
      const project = await seedProject(stores.db)
      await tell(stores, project.id, order)
      expect(await findBranchStatus(stores, project.id, 'main')).toBe(status)
    }),
    { numRuns: runsOf(8) },
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
    const going = githubRun({ run: 99, hour: 13, conclusion: null, sha: 'c' })
    await expectMain([...run('b', 10, 'failure'), check('a', 12, 'success'), going], 'failed')
  })

  it('makes an older failure of such a commit good', async () => {
    await expectMain([...run('b', 10, 'success'), check('c', 11, 'failure'), check('d', 12, 'success')], 'success')
    await expectMain([...run('b', 10, 'failure'), check('c', 11, 'failure'), check('d', 12, 'success')], 'failed')
  })
})

describe('a green check', () => {
  it('does not hide the failure of a build that another CI or a job by itself told of', async () => {
    await expectMain([other('b', 10, 'failed'), check('a', 12, 'success')], 'failed')
    await expectMain([other('b', 11, 'failed'), check('a', 12, 'failure'), check('c', 13, 'success')], 'failed')
    await expectMain([other('b', 10, 'success'), check('c', 12, 'failure')], 'failed')
  })

  it('makes no older failure good while another of its commit goes on', async () => {
    const going = [check('c', 12, 'success'), check('c', 12, null, 'netlify')]
    await expectMain([...run('b', 10, 'success'), check('a', 11, 'failure'), ...going], 'failed')
  })

  it('of a commit that is no part of a branch that was set back keeps its place among the others', async () => {
    const set = githubRun({ run: 14, hour: 14, conclusion: 'success', sha: 'b', event: 'schedule' })
    await expectMain([...run('b', 10, 'success'), check('x', 13, 'success'), check('y', 12, 'failure'), set], 'success')
  })
})

describe('a red commit that only checks told of', () => {
  it('stays red while what failed runs again', async () => {
    await expectMain([...run('b', 10, 'success'), check('c', 12, 'failure'), check('c', 13, null)], 'failed')
  })

  it('and one with jobs of the same second go by the numbers of their runs', async () => {
    const begun = (id: number, sha: string, conclusion: string) => githubJob({ run: id, hour: 12, conclusion, sha })
    await expectMain([...run('b', 10, 'success'), begun(150, 'a', 'failure'), begun(151, 'c', 'success')], 'success')
    await expectMain([...run('b', 10, 'success'), begun(151, 'a', 'failure'), begun(150, 'c', 'success')], 'failed')
  })

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

  it('stays red where of a newer one all was skipped', async () => {
    await expectMain([...run('b', 10, 'success'), check('a', 11, 'failure'), check('c', 12, 'skipped')], 'failed')
  })

  it('is made good by a later one, be the run between them skipped or never over', async () => {
    for (const conclusion of ['skipped', null]) {
      const between = githubRun({ run: 12, hour: 12, conclusion, sha: 'b' })
      await expectMain([check('a', 11, 'failure'), between, check('c', 13, 'success')], 'success')
    }
  })

  it('stays red under a hundred newer ones that were skipped', async () => {
    const stores = await openTestStores()
    const skipped = Array.from({ length: 105 }, (_, i) =>
      githubCheck({ sha: (1_296 + i).toString(36), hour: 13, conclusion: 'skipped' }),
    )
    for (const order of [skipped, skipped.toReversed()]) {
      const project = await seedProject(stores.db)
      await tell(stores, project.id, [...run('b', 10, 'success'), check('a', 11, 'failure'), ...order])
      expect(await findBranchStatus(stores, project.id, 'main')).toBe('failed')
    }
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

describe('any mixture of runs, checks and builds of others', () => {
  const part = fc.record({
    kind: fc.constantFrom('run' as const, 'check' as const, 'check' as const, 'other' as const),
    sha: fc.constantFrom('a', 'b', 'c', 'd'),
    result: fc.constantFrom('success' as const, 'failed' as const, 'open' as const),
  })
  type Part = Parameters<Parameters<typeof part.map>[0]>[0] & { readonly hour: number }
  const history = fc.array(part, { minLength: 2, maxLength: 8 }).map((parts) =>
    parts
      // One of each kind for a commit, so that none replaces another.
      .filter((one, i) => parts.findIndex((same) => same.sha === one.sha && same.kind === one.kind) === i)
      .map((one, i): Part => ({ ...one, hour: 10 + i })),
  )

  function eventsOf({ kind, sha, hour, result }: Part): readonly Told[] {
    const conclusion = { success: 'success', failed: 'failure', open: null }[result]
    if (kind === 'check') return [check(sha, hour, conclusion)]
    if (kind === 'other') return result === 'open' ? [] : [other(sha, hour, result)]
    if (conclusion !== null) return run(sha, hour, conclusion)
    return [githubRun({ run: hour, hour, conclusion, sha })]
  }

  /** The rule in words: of commits that began the newest with a result, unless a later one of checks alone did not pass. */
  function expectedOf(parts: readonly Part[]): string {
    const told = parts.filter((one) => eventsOf(one).length > 0)
    const newestFirst = [...Map.groupBy(told, (one) => `${one.kind === 'other'} ${one.sha}`).values()]
      .map((of) => ({
        begun: of.find((one) => one.kind !== 'check')?.hour ?? null,
        at: of.find((one) => one.kind !== 'check')?.hour ?? Math.min(...of.map((one) => one.hour)),
        result: (['failed', 'open', 'success'] as const).find((result) => of.some((one) => one.result === result)),
      }))
      .sort((one, another) => another.at - one.at)
    const ended = newestFirst.filter(({ result }) => result !== 'open')
    const begun = ended.find((one) => one.begun !== null)
    const alone = ended.find((one) => one.begun === null)
    const isBegun = newestFirst.some((one) => one.begun !== null)
    if (alone && (!isBegun || alone.result === 'failed') && alone.at > (begun?.at ?? 0)) return String(alone.result)
    return String((begun ?? alone)?.result ?? 'open')
  }

  it('shows the same in any order, and never a green that hides what began', async () => {
    const stores = await openTestStores()
    await fc.assert(
      fc.asyncProperty(history, fc.infiniteStream(fc.nat()), async (parts, numbers) => {
        const order = parts
          .flatMap(eventsOf)
          .map((event) => ({ event, at: Number(numbers.next().value) }))
          .sort((one, another) => one.at - another.at)
          .map(({ event }) => event)
        const project = await seedProject(stores.db)
        await tell(stores, project.id, order)
        const status = await findBranchStatus(stores, project.id, 'main')
        const shown = ['running', 'queued', 'no_builds'].includes(status) ? 'open' : status
        expect(shown).toBe(expectedOf(parts))
      }),
      { numRuns: runsOf(40) },
    )
  })
})
