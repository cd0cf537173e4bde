import fc from 'fast-check'
import { expect, it } from 'vitest'
import { findBranchStatus } from '../../../src/storage/builds/branch-status.ts'
import { type GithubEvent, type GithubRun, githubJob, githubRun, tellGithub } from '../../support/seed/github-runs.ts'
import { seedProject } from '../../support/seed/seed.ts'
import { openTestStores } from '../../support/worker/stores.ts'

const first: GithubRun = { run: 1, hour: 10, conclusion: 'success', sha: 'a' }
const second: GithubRun = { run: 2, hour: 11, conclusion: 'success', sha: 'b' }
const third: GithubRun = { run: 3, hour: 12, conclusion: 'failure', sha: 'a' }
const all = (...runs: readonly GithubRun[]) => runs.flatMap((run) => [githubRun(run), githubJob(run)])

/** What main is said to be after these events, in any order. */
async function expectMain(events: readonly GithubEvent[], status: string): Promise<void> {
  const stores = await openTestStores()
  const orders = fc.shuffledSubarray([...events], { minLength: events.length, maxLength: events.length })
  await fc.assert(
    fc.asyncProperty(orders, async (order) => {
      const project = await seedProject(stores.db)
      await tellGithub(stores, project.id, order)
      expect(await findBranchStatus(stores, project.id, 'main')).toBe(status)
    }),
    { numRuns: 15 },
  )
}

it('a branch that is set back to an earlier commit shows its newest run', async () => {
  await expectMain(all(first, second, third), 'failed')
})

it.each(['workflow_dispatch', 'schedule', 'pull_request'])('so does a %s on it', async (event) => {
  await expectMain(all(first, second, { ...third, event }), 'failed')
})

it('an older run that is run again does not become the newest', async () => {
  await expectMain(all(first, second, { ...first, attempt: 2, hour: 12, conclusion: 'failure' }), 'success')
})

it('nor does it where all was lost of its first attempt', async () => {
  const again: GithubRun = { ...first, attempt: 2, hour: 12, firstHour: 10, conclusion: 'failure' }
  await expectMain([...all(second), githubRun(again)], 'success')
})

it.each(['workflow_run', 'issue_comment', 'dynamic'])(
  'a %s that looks at an older commit does not either',
  async (event) => {
    await expectMain(all(first, second, { ...third, event }), 'success')
  },
)
