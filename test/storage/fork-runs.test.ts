import fc from 'fast-check'
import { expect, it } from 'vitest'
import { READ } from '../../src/http/webhooks/readers.ts'
import { findBranchStatus } from '../../src/storage/branch-status.ts'
import { reportBuilds, reportRun } from '../support/as-instance.ts'
import { reportedRows } from '../support/reported-rows.ts'
import { seedProject } from '../support/seed.ts'
import { openTestStores, type TestStores } from '../support/stores.ts'

const repository = { id: 1, full_name: 'acme/web', html_url: 'https://github.com/acme/web' }
const fork = { id: 99, full_name: 'mallory/web', owner: { login: 'mallory' } }

type Told = { readonly run: number; readonly hour: number; readonly conclusion: string; readonly sha?: string }

const stateOf = ({ hour, conclusion, sha = 'b' }: Told) => ({
  head_branch: 'main',
  head_sha: sha.repeat(40),
  run_attempt: 1,
  status: 'completed',
  conclusion,
  created_at: `2026-11-24T${hour}:00:00Z`,
})

async function tell(stores: TestStores, projectId: string, event: string, payload: object) {
  const reading = READ.github({
    slug: { vcs: 'gh', org: 'acme', repo: 'web' },
    event,
    payload: { ...payload, repository },
  })
  if (reading.kind !== 'reports') throw new Error(JSON.stringify(reading))
  for (const run of reading.runs) await reportRun(stores, projectId, run)
  await reportBuilds(stores, projectId, reading.builds)
}

const runOf = (told: Told, head: object | null = repository) => ({
  event: 'workflow_run',
  payload: {
    workflow_run: {
      ...stateOf(told),
      id: told.run,
      name: 'ci',
      workflow_id: 7,
      event: head === repository ? 'push' : 'pull_request',
      run_started_at: stateOf(told).created_at,
      updated_at: `2026-11-24T${told.hour}:09:00Z`,
      head_repository: head,
    },
  },
})

const jobOf = (told: Told, id = told.run * 10) => ({
  event: 'workflow_job',
  payload: {
    workflow_job: {
      ...stateOf(told),
      id,
      run_id: told.run,
      workflow_name: 'ci',
      name: 'test',
      started_at: `2026-11-24T${told.hour}:01:00Z`,
      completed_at: `2026-11-24T${told.hour}:02:00Z`,
      steps: [],
    },
  },
})

const red: Told = { run: 2, hour: 11, conclusion: 'failure' }
const forks: Told = { run: 3, hour: 12, conclusion: 'success' }

it("a fork's run of our commit, on a branch called as ours, leaves our branch as it is, in any order", async () => {
  const stores = await openTestStores()
  const events = [runOf(red), jobOf(red), runOf(forks, fork), jobOf(forks), jobOf(forks, 31)]
  const orders = fc.shuffledSubarray([...events, ...events], { minLength: 10, maxLength: 10 })
  await fc.assert(
    fc.asyncProperty(orders, async (order) => {
      const project = await seedProject(stores.db)
      for (const { event, payload } of order) await tell(stores, project.id, event, payload)
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
  for (const { event, payload } of [runOf(red), jobOf(red), jobOf(early)])
    await tell(stores, project.id, event, payload)
  await findBranchStatus(stores, project.id, 'main')
  const { event, payload } = runOf(early, fork)
  await tell(stores, project.id, event, payload)
  expect(await findBranchStatus(stores, project.id, 'main')).toBe('failed')
  expect(await findBranchStatus(stores, project.id, 'mallory:main')).toBe('success')
  const { pipelines } = await reportedRows(stores.db, project.id)
  expect(pipelines.map(({ branch }) => branch)).toEqual(['main', 'mallory:main'])
})

it('what is told of a fork that was deleted since joins what is known of its run', async () => {
  const stores = await openTestStores()
  const project = await seedProject(stores.db)
  for (const { event, payload } of [runOf(forks, fork), jobOf(forks), runOf({ ...forks, conclusion: 'failure' }, null)])
    await tell(stores, project.id, event, payload)
  const { pipelines } = await reportedRows(stores.db, project.id)
  expect(pipelines.map(({ branch }) => branch)).toEqual(['mallory:main'])
})
