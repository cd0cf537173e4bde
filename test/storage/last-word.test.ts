import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ccStateFor } from '../../src/domain/cctray.ts'
import { pipelineStatusFor } from '../../src/domain/pipeline-status.ts'
import type { Slug } from '../../src/domain/project.ts'
import type { WebhookSource } from '../../src/domain/webhook-source.ts'
import { classOf } from '../../src/domain/workflow-run.ts'
import { beganAt } from '../../src/http/web/pipeline-list.tsx'
import { READ } from '../../src/http/webhooks/readers.ts'
import { listBranchPipelines } from '../../src/storage/branch-feeds.ts'
import { findBranchStatus } from '../../src/storage/branch-status.ts'
import { listPipelines } from '../../src/storage/pipeline-overviews.ts'
import { listWorkflowRuns } from '../../src/storage/workflows.ts'
import { reportBuilds, reportRun } from '../support/as-instance.ts'
import { seedProject } from '../support/seed.ts'
import { openTestStores, type TestStores } from '../support/stores.ts'
import { type News, tellAs, VENDORS } from '../support/vendor-runs.ts'

const result = fc.constantFrom('green' as const, 'red' as const)
const jobs = fc.array(fc.record({ name: fc.constantFrom('build', 'test'), status: result }), { maxLength: 3 })

/** What happened for one push: its jobs, what of them was run again, and whether something else broke the run. */
const push = fc.record({ first: jobs, again: fc.option(fc.array(result, { maxLength: 3 })), brokeAnyhow: fc.boolean() })
type Push = typeof push extends fc.Arbitrary<infer T> ? T : never

/** All that the CI has to tell of it, the last word last. */
function newsOf(number: number, { first, again, brokeAnyhow }: Push): { news: News[]; isRed: boolean } {
  const news: News[] = [{ push: number, status: 'running' }]
  const tell = (attempt: number, ran: readonly { name: string; status: 'green' | 'red' }[], isRed: boolean) => {
    for (const [i, { name, status }] of ran.entries()) {
      const job = { push: number, attempt, job: i + 1, name }
      news.push({ ...job, status: 'running' }, { ...job, status })
    }
    news.push({ push: number, attempt, status: isRed ? 'red' : 'green' })
  }
  const failed = first.filter(({ status }) => status === 'red')
  const firstIsRed = brokeAnyhow || failed.length > 0
  tell(1, first, firstIsRed)
  if (again === null || !firstIsRed) return { news, isRed: firstIsRed }
  const rerun = failed.map(({ name }, i) => ({ name, status: again[i] ?? ('green' as const) }))
  const isRed = rerun.some(({ status }) => status === 'red')
  tell(2, rerun, isRed)
  return { news, isRed }
}

async function deliver(stores: TestStores, projectId: string, source: WebhookSource, news: readonly News[]) {
  const slug: Slug = { vcs: VENDORS[source].vcs, org: 'acme', repo: 'web' }
  for (const one of news) {
    const delivery = tellAs(source, one)
    if (!delivery) continue
    const reading = READ[source]({ slug, ...delivery })
    if (reading.kind !== 'reports') throw new Error(`read as ${JSON.stringify(reading)}`)
    for (const run of reading.runs) await reportRun(stores, projectId, run)
    await reportBuilds(stores, projectId, reading.builds)
  }
}

/** What is said of the branch, and of the workflow of the newest push, everywhere. */
async function shown(stores: TestStores, projectId: string, newest: string) {
  const [feed] = await listBranchPipelines(stores.db, projectId, 'main')
  const { pipelines } = await listPipelines(stores.db, projectId, { branch: 'main', class: null }, null)
  const runs = await listWorkflowRuns(stores.db, projectId, { name: null, branch: null, since: 0 }, null, 100)
  // What Jenkins runs again is another pipeline of the commit.
  const ofCommit = pipelines.filter(({ revision }) => revision === newest)
  const listed = ofCommit.toSorted((one, other) => beganAt(other) - beganAt(one))[0]
  const ofNewest = runs.filter((run) => run.pipeline.number === listed?.number)
  const last = ofNewest.toSorted((one, other) => other.beganAt - one.beganAt)[0]
  return {
    badge: classOf(await findBranchStatus(stores, projectId, 'main')),
    feed: feed && ccStateFor(feed.pipelines)?.lastBuildStatus,
    list: listed && classOf(pipelineStatusFor(listed)),
    workflow: last?.status,
  }
}

const RED = { badge: 'red', feed: 'Failure', list: 'red', workflow: 'failed' }
const GREEN = { badge: 'green', feed: 'Success', list: 'green', workflow: 'success' }

const shuffled = <T>(all: readonly T[]) =>
  fc.shuffledSubarray([...all], { minLength: all.length, maxLength: all.length })

describe.each(Object.keys(VENDORS) as WebhookSource[])('all that %s tells', (source) => {
  const newest = (2).toString(16).padStart(40, '0')

  it('ends as its last word does, in any order, with any loss but of that word, and however often told', {
    timeout: 120_000,
  }, async () => {
    const stores = await openTestStores({ cacheApi: false })
    const told = fc.record({ older: push, newer: push }).chain(({ older, newer }) => {
      const before = newsOf(1, older)
      const { news, isRed } = newsOf(2, newer)
      const last = news.at(-1) as News
      const some = fc.subarray([...before.news, ...news.slice(0, -1)])
      return some.chain((delivered) => {
        const all = [...delivered, last]
        return fc.record({
          order: fc.subarray(all).chain((twice) => shuffled([...all, ...twice])),
          isRed: fc.constant(isRed),
        })
      })
    })
    await fc.assert(
      fc.asyncProperty(told, async ({ order, isRed }) => {
        const project = await seedProject(stores.db)
        await deliver(stores, project.id, source, order)
        const seen = await shown(stores, project.id, newest)
        if (isRed) expect(seen).toEqual(RED)
        else expect(seen.badge).not.toBe('blue')
      }),
      { numRuns: 60 },
    )
  })

  it('ends green where its last word is green and nothing was lost', { timeout: 120_000 }, async () => {
    const stores = await openTestStores({ cacheApi: false })
    const told = fc
      .record({ older: push, newer: push })
      .map(({ older, newer }) => ({ older: newsOf(1, older), newer: newsOf(2, newer) }))
      .filter(({ newer }) => !newer.isRed)
      .chain(({ older, newer }) => shuffled([...older.news, ...newer.news]))
    await fc.assert(
      fc.asyncProperty(told, async (order) => {
        const project = await seedProject(stores.db)
        await deliver(stores, project.id, source, order)
        expect(await shown(stores, project.id, newest)).toEqual(GREEN)
      }),
      { numRuns: 25 },
    )
  })
})
