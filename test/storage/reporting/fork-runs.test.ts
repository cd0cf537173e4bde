import fc from 'fast-check'
import { expect, it } from 'vitest'
import { findBranchStatus } from '../../../src/storage/builds/branches/branch-status.ts'
import {
  type GithubRun,
  githubCheck,
  githubJob,
  githubRun,
  githubStatus,
  tellGithub,
} from '../../support/seed/github-runs.ts'
import { reportedRows } from '../../support/seed/reported-rows.ts'
import { seedProject } from '../../support/seed/seed.ts'
import { openTestStores } from '../../support/worker/stores.ts'

const fork = { id: 99, full_name: 'mallory/web', owner: { login: 'mallory' } }
const red: GithubRun = { run: 2, hour: 11, conclusion: 'failure' }
const forks: GithubRun = { run: 3, hour: 12, conclusion: 'success', event: 'pull_request' }

it("a fork's run of our commit, on a branch called as ours, leaves our branch as it is, in any order", async () => {
  const stores = await openTestStores()
  const events = [githubRun(red), githubJob(red), githubRun(forks, fork), githubJob(forks), githubJob(forks, 32)]
  const orders = fc.shuffledSubarray([...events, ...events], { minLength: 10, maxLength: 10 })
  await fc.assert(
    fc.asyncProperty(orders, async (order) => {
      const project = await seedProject(stores.db)
      await tellGithub(stores, project.id, order)
      expect(await findBranchStatus(stores, project.id, 'main')).toBe('failed')
      expect(await findBranchStatus(stores, project.id, 'mallory:main')).toBe('success')
      const { builds, pipelines, workflows } = await reportedRows(stores.db, project.id)
      expect(builds.map(({ branch, pipeline }) => [branch, pipeline?.slice(0, -41)])).toEqual([
        ['main', 'github:main'],
        ['mallory:main', 'github:mallory:main'],
        ['mallory:main', 'github:mallory:main'],
      ])
      expect(pipelines.map(({ branch }) => branch)).toEqual(['main', 'mallory:main'])
      expect(workflows).toHaveLength(2)
    }),
    { numRuns: 20 },
  )
})

it("a fork's job that came before its run leaves our branch at once when the run is known", async () => {
  const stores = await openTestStores()
  const project = await seedProject(stores.db)
  const early = { ...forks, sha: 'c' }
  await tellGithub(stores, project.id, [githubRun(red), githubJob(red), githubJob(early)])
  await findBranchStatus(stores, project.id, 'main')
  await tellGithub(stores, project.id, [githubRun(early, fork)])
  expect(await findBranchStatus(stores, project.id, 'main')).toBe('failed')
  expect(await findBranchStatus(stores, project.id, 'mallory:main')).toBe('success')
  const { pipelines } = await reportedRows(stores.db, project.id)
  expect(pipelines.map(({ branch }) => branch)).toEqual(['main', 'mallory:main'])
})

it.each([
  ['check', githubCheck({ sha: 'c', hour: 12, conclusion: 'failure' })],
  ['commit status', githubStatus({ sha: 'c', hour: 12, state: 'failure' })],
  ['job', githubJob({ run: 5, hour: 12, conclusion: 'failure', sha: 'c' })],
])(
  "a failed %s of our commit counts from its own time, however early a fork's job of that commit was",
  async (_, event) => {
    const stores = await openTestStores()
    const early = { ...forks, hour: 10, sha: 'c' }
    const between = githubRun({ run: 4, hour: 11, conclusion: 'success' })
    const events = [between, githubJob(early), githubRun(early, fork), event]
    const orders = fc.shuffledSubarray([...events, ...events], { minLength: 8, maxLength: 8 })
    await fc.assert(
      fc.asyncProperty(orders, async (order) => {
        const project = await seedProject(stores.db)
        await tellGithub(stores, project.id, order)
        expect(await findBranchStatus(stores, project.id, 'main')).toBe('failed')
      }),
      { numRuns: 20 },
    )
  },
)

it('what is told of a fork that was deleted since joins what is known of its run', async () => {
  const stores = await openTestStores()
  const project = await seedProject(stores.db)
  const later = { ...forks, conclusion: 'failure' }
  await tellGithub(stores, project.id, [githubRun(forks, fork), githubJob(forks), githubRun(later, null)])
  const { pipelines } = await reportedRows(stores.db, project.id)
  expect(pipelines.map(({ branch }) => branch)).toEqual(['mallory:main'])
})
