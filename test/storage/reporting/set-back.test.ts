import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findBranchStatus } from '../../../src/storage/builds/branches/branch-status.ts'
import { runsOf } from '../../prove/share.ts'
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
    { numRuns: runsOf(15) },
  )
}

it('a branch that is set back to an earlier commit shows its newest run', async () => {
  await expectMain(all(first, second, third), 'failed')
})

// GitHub Docs, "Events that trigger workflows": those whose commit is the head of their branch.
it.each([
  'workflow_dispatch',
  'repository_dispatch',
  'schedule',
  'create',
  'merge_group',
  'pull_request',
  'pull_request_target',
  'pull_request_review',
  'pull_request_review_comment',
])('so does a %s on it', async (event) => {
  await expectMain(all(first, second, { ...third, event }), 'failed')
})

it('an older run that is run again does not become the newest', async () => {
  await expectMain(all(first, second, { ...first, attempt: 2, hour: 12, conclusion: 'failure' }), 'success')
})

it('nor does it where all was lost of its first attempt', async () => {
  const again: GithubRun = { ...first, attempt: 2, hour: 12, firstHour: 10, conclusion: 'failure' }
  await expectMain([...all(second), githubRun(again)], 'success')
})

// Those whose commit may be an older one, and one that GitHub may add.
describe.each([
  'deployment',
  'deployment_status',
  'registry_package',
  'release',
  'workflow_run',
  'check_run',
  'check_suite',
  'status',
  'issues',
  'issue_comment',
  'dynamic',
  'new_event',
])('a run on %s about an older commit', (event) => {
  it('does not make that the newest', async () => {
    await expectMain(all(first, second, { ...third, event }), 'success')
  })

  it('nor where all else of the commit was lost', async () => {
    const about: GithubRun = { ...third, event, commitHour: 10, conclusion: 'success' }
    await expectMain(all({ ...second, conclusion: 'failure' }, about), 'failed')
  })
})
