import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { pipelineStatusFor } from '../../../src/domain/builds/pipeline-status.ts'
import { classOf } from '../../../src/domain/builds/workflow-run.ts'
import { ccStateFor } from '../../../src/domain/formats/cctray.ts'
import type { Slug } from '../../../src/domain/project.ts'
import { READ } from '../../../src/domain/reporting/webhook-readers.ts'
import type { WebhookSource } from '../../../src/domain/reporting/webhook-source.ts'
import { listBranchPipelines } from '../../../src/storage/builds/branches/branch-feeds.ts'
import { findBranchStatus } from '../../../src/storage/builds/branches/branch-status.ts'
import { listPipelineOverviews } from '../../../src/storage/builds/pipeline-overviews.ts'
import { listWorkflowRuns } from '../../../src/storage/builds/workflows.ts'
import { runsOf } from '../../prove/share.ts'
import { seedProject } from '../../support/seed/seed.ts'
import { asChildOf, asOlderGitlab, type Delivery, type News, tellAs, VENDORS } from '../../support/seed/vendor-runs.ts'
import { reportBuilds, reportRun } from '../../support/worker/as-instance.ts'
import { openTestStores, type TestStores } from '../../support/worker/stores.ts'

const result = fc.constantFrom('green' as const, 'red' as const)
const jobs = fc.array(fc.record({ name: fc.constantFrom('build', 'test', 'lint'), status: result }), { maxLength: 3 })

/** What happened for one push: its jobs, what of them was run again, and whether something else broke the run. */
const push = fc.record({ first: jobs, again: fc.option(fc.array(result, { maxLength: 3 })), brokeAnyhow: fc.boolean() })
type Push = typeof push extends fc.Arbitrary<infer T> ? T : never

/** All that the CI has to tell of it, the last word last. */
function newsOf(number: number, { first, again, brokeAnyhow }: Push, hour = number): { news: News[]; isRed: boolean } {
  const of = { push: number, hour }
  const news: News[] = [{ ...of, status: 'running' }]
  const tell = (attempt: number, ran: readonly { name: string; status: 'green' | 'red' }[], isRed: boolean) => {
    for (const [i, { name, status }] of ran.entries()) {
      const job = { ...of, attempt, job: i + 1, name }
      news.push({ ...job, status: 'running' }, { ...job, status })
    }
    news.push({ ...of, attempt, status: isRed ? 'red' : 'green' })
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
  const deliveries = news.map((one) => tellAs(source, one)).filter((one) => one !== null)
  await deliverAll(stores, projectId, source, deliveries)
}

async function deliverAll(
  stores: TestStores,
  projectId: string,
  source: WebhookSource,
  deliveries: readonly Delivery[],
) {
  const slug: Slug = { vcs: VENDORS[source].vcs, org: 'acme', repo: 'web' }
  for (const delivery of deliveries) {
    const reading = READ[source]({ slug, ...delivery })
    if (reading.kind !== 'reports') throw new Error(`read as ${JSON.stringify(reading)}`)
    for (const run of reading.runs) await reportRun(stores, projectId, run)
    await reportBuilds(stores, projectId, reading.builds)
  }
}

function readAs(source: WebhookSource, news: News) {
  const slug: Slug = { vcs: VENDORS[source].vcs, org: 'acme', repo: 'web' }
  const delivery = tellAs(source, news)
  if (!delivery) return { runs: [], builds: [] }
  const reading = READ[source]({ slug, ...delivery })
  if (reading.kind !== 'reports') throw new Error(`read as ${JSON.stringify(reading)}`)
  return reading
}

/** What is said of the branch, and of the workflow of the newest push, everywhere. */
async function shown(stores: TestStores, projectId: string, newest: string) {
  const [feed] = await listBranchPipelines(stores.db, projectId, 'main')
  const { pipelines } = await listPipelineOverviews(stores.db, projectId, { branch: 'main', class: null }, null)
  const runs = await listWorkflowRuns(
    stores.db,
    projectId,
    { name: null, branch: null, since: 0 },
    { after: null, limit: 100 },
  )
  const listed = pipelines.find(({ revision }) => revision === newest)
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

/**
 * The news of two pushes, the later of which may have come in the same second: then the CI's own numbers say which it is.
 * Of a job that ran again for the earlier one Jenkins and GitHub only tell when that was, which is later than the other.
 */
const twoPushesOf = (source: WebhookSource) =>
  fc.record({ older: push, newer: push, isSameSecond: fc.boolean() }).map(({ older, newer, isSameSecond }) => {
    const ranOnce = source === 'jenkins' || source === 'github' ? { ...older, again: null } : older
    return { older: isSameSecond ? newsOf(1, ranOnce, 2) : newsOf(1, older), newer: newsOf(2, newer) }
  })

const shuffled = <T>(all: readonly T[]) =>
  fc.shuffledSubarray([...all], { minLength: all.length, maxLength: all.length })

const ALL_VENDORS = Object.keys(VENDORS) as WebhookSource[]
const VENDORS_BUT_JENKINS = ALL_VENDORS.filter((source) => source !== 'jenkins')

describe.each(ALL_VENDORS)('all that %s tells', (source) => {
  const newest = (2).toString(16).padStart(40, '0')

  it('ends as its last word does, in any order, with any loss but of that word, and however often told', async () => {
    const stores = await openTestStores({ cacheApi: false })
    const told = twoPushesOf(source).chain(({ older, newer: { news, isRed } }) => {
      const last = news.at(-1) as News
      const some = fc.subarray([...older.news, ...news.slice(0, -1)])
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
      { numRuns: runsOf(24) },
    )
  })

  it('ends green where its last word is green and nothing was lost', async () => {
    const stores = await openTestStores({ cacheApi: false })
    const told = twoPushesOf(source)
      .filter(({ newer }) => !newer.isRed)
      .chain(({ older, newer }) => shuffled([...older.news, ...newer.news]))
    await fc.assert(
      fc.asyncProperty(told, async (order) => {
        const project = await seedProject(stores.db)
        await deliver(stores, project.id, source, order)
        expect(await shown(stores, project.id, newest)).toEqual(GREEN)
      }),
      { numRuns: runsOf(10) },
    )
  })

  it('stands as before where the newer push was skipped as a whole, its jobs told or not', async () => {
    const stores = await openTestStores({ cacheApi: false })
    const job: News = { push: 2, job: 1, name: 'build', status: 'skipped' }
    const skipped: readonly News[] = [{ push: 2, status: 'running' }, job, { push: 2, status: 'skipped' }]
    // Once that it began is told, only its end says that it did not go on.
    const some = fc
      .subarray([...skipped])
      .filter((told) => !told.some(({ status }) => status === 'running') || told.includes(skipped[2] as News))
    const told = fc.record({ older: push, some }).chain(({ older, some }) => {
      const { news, isRed } = newsOf(1, older)
      return fc.record({ order: shuffled([...news, ...some]), isRed: fc.constant(isRed) })
    })
    await fc.assert(
      fc.asyncProperty(told, async ({ order, isRed }) => {
        const project = await seedProject(stores.db)
        await deliver(stores, project.id, source, order)
        expect(classOf(await findBranchStatus(stores, project.id, 'main'))).toBe(isRed ? 'red' : 'green')
      }),
      { numRuns: runsOf(6) },
    )
  })
})

/** Jobs of different names, so that each has one last word. */
const differentJobs = fc.uniqueArray(fc.record({ name: fc.constantFrom('build', 'test', 'lint'), status: result }), {
  minLength: 1,
  selector: ({ name }) => name,
})

// A run of Jenkins is its job.
describe.each(VENDORS_BUT_JENKINS)('where all that %s says of runs as a whole is lost', (source) => {
  // Jobs of GitHub do not say that the branch is at their commit, and those of the others say that their run goes on: until
  // its end is told there is only what was before, which at CircleCI may be the run that this one repeats.
  const stillRed = (older: boolean, first: boolean) => older || (source === 'circleci' && first)

  it('red jobs are red until they pass, and green ones make no run green that goes on', async () => {
    const stores = await openTestStores({ cacheApi: false })
    const told = fc
      .record({ older: push, newer: fc.record({ first: differentJobs, again: fc.option(fc.array(result)) }) })
      .map(({ older, newer }) => ({ older: newsOf(1, older), newer: newsOf(2, { ...newer, brokeAnyhow: false }) }))
      .chain(({ older, newer }) => {
        const ofJobs = newer.news.filter(({ job }) => job !== undefined)
        const firstWasRed = ofJobs.some(({ attempt, status }) => attempt === 1 && status === 'red')
        const isRed = newer.isRed || stillRed(older.isRed, firstWasRed)
        return fc.record({ order: shuffled([...older.news, ...ofJobs]), isRed: fc.constant(isRed) })
      })
    await fc.assert(
      fc.asyncProperty(told, async ({ order, isRed }) => {
        const project = await seedProject(stores.db)
        await deliver(stores, project.id, source, order)
        expect(classOf(await findBranchStatus(stores, project.id, 'main'))).toBe(isRed ? 'red' : 'green')
      }),
      { numRuns: runsOf(6) },
    )
  })
})

describe.each([
  ['tells of a job whose child its pipeline is', (one: Delivery) => one],
  ['does not', asOlderGitlab],
])('a child pipeline of GitLab, where that %s', (_, as) => {
  const sha = (2).toString(16).padStart(40, '0')
  const told = (news: readonly News[]) => news.map((one) => tellAs('gitlab', one)).filter((one) => one !== null)
  /** Told as the third push, begun after its parent. */
  const childOf = (child: Push) => {
    const { news, isRed } = newsOf(3, child)
    return { isRed, deliveries: told(news).map((one) => as(asChildOf(2, one))) }
  }
  const family = fc.record({ older: push, parent: push, child: push }).map(({ older, parent, child }) => {
    const { news, isRed } = newsOf(2, parent)
    return { older: newsOf(1, older), parent: { isRed, deliveries: told(news).map(as) }, child: childOf(child) }
  })

  it('and its parent are green where both are, in any order and however often told', async () => {
    const stores = await openTestStores({ cacheApi: false })
    const scenario = family.chain(({ older, parent, child }) => {
      const all = [...told(older.news).map(as), ...parent.deliveries, ...child.deliveries]
      const order = fc.subarray(all).chain((twice) => shuffled([...all, ...twice]))
      return fc.record({ order, isRed: fc.constant(parent.isRed || child.isRed) })
    })
    await fc.assert(
      fc.asyncProperty(scenario, async ({ order, isRed }) => {
        const project = await seedProject(stores.db)
        await deliverAll(stores, project.id, 'gitlab', order)
        const { badge, feed, list } = await shown(stores, project.id, sha)
        const { workflow, ...expected } = isRed ? RED : GREEN
        expect({ badge, feed, list }).toEqual(expected)
      }),
      { numRuns: runsOf(16) },
    )
  })

  it('hides nothing while nothing is told of its parent', async () => {
    const stores = await openTestStores({ cacheApi: false })
    const scenario = family.chain(({ older, child }) => {
      const some = fc.subarray([...child.deliveries])
      const order = some.chain((those) => shuffled([...told(older.news).map(as), ...those, ...those]))
      return fc.record({ order, isRed: fc.constant(older.isRed) })
    })
    await fc.assert(
      fc.asyncProperty(scenario, async ({ order, isRed }) => {
        const project = await seedProject(stores.db)
        await deliverAll(stores, project.id, 'gitlab', order)
        if (isRed) expect(classOf(await findBranchStatus(stores, project.id, 'main'))).toBe('red')
      }),
      { numRuns: runsOf(16) },
    )
  })
})

describe.each(ALL_VENDORS)('as long as something goes on of what %s runs', (source) => {
  it('what failed is red at once, be it open for ever', async () => {
    const stores = await openTestStores({ cacheApi: false })
    const told = fc
      .record({ older: push, jobs: differentJobs.filter((jobs) => jobs.some(({ status }) => status === 'red')) })
      .chain(({ older, jobs }) => {
        // Jenkins has each as a job of its own.
        const all = [...jobs, { name: 'deploy', status: 'running' as const }].map(({ name, status }, i): News => {
          return source === 'jenkins' ? { push: 2, of: name, status } : { push: 2, job: i + 1, name, status }
        })
        const began = all.map((one): News => ({ ...one, status: 'running' }))
        const whole: News[] = source === 'jenkins' ? [] : [{ push: 2, status: 'running' }]
        return fc.subarray([...began, ...whole]).chain((some) => shuffled([...newsOf(1, older).news, ...all, ...some]))
      })
    await fc.assert(
      fc.asyncProperty(told, async (order) => {
        const project = await seedProject(stores.db)
        await deliver(stores, project.id, source, order)
        const { badge, feed } = await shown(stores, project.id, (2).toString(16).padStart(40, '0'))
        expect({ badge, feed }).toEqual({ badge: 'red', feed: 'Failure' })
      }),
      { numRuns: runsOf(6) },
    )
  })
})

describe.each(ALL_VENDORS)('where a job of %s reports itself too', (source) => {
  it('the CI’s word on how it ended stands, whatever clock the job goes by', async () => {
    const stores = await openTestStores({ cacheApi: false })
    const told = fc.record({
      aheadMs: fc.integer({ min: -60_000, max: 60_000 }),
      isFirst: fc.boolean(),
      status: result,
    })
    await fc.assert(
      fc.asyncProperty(told, async ({ aheadMs, isFirst, status }) => {
        const project = await seedProject(stores.db)
        const job: News = { push: 1, job: 1, name: 'test', status }
        const own = readAs(source, job).builds.map(({ isOfCi, ...build }) => ({
          ...build,
          status: status === 'red' ? ('success' as const) : ('failed' as const),
          stoppedAt: (build.stoppedAt ?? 0) + aheadMs,
        }))
        if (isFirst) await reportBuilds(stores, project.id, own)
        await deliver(stores, project.id, source, [job, { push: 1, status }])
        if (!isFirst) await reportBuilds(stores, project.id, own)
        expect(classOf(await findBranchStatus(stores, project.id, 'main'))).toBe(status)
      }),
      { numRuns: runsOf(6) },
    )
  })
})

describe('where Jenkins has several jobs for a repository', () => {
  const run = fc.record({ of: fc.constantFrom('web', 'lint', 'docs'), push: fc.constantFrom(1, 2), status: result })
  /** Its runs, those of a job at a commit one after the other. */
  const runs = fc.array(run, { minLength: 1, maxLength: 6 }).map((some): News[] =>
    some.map((one, i) => {
      const before = some.slice(0, i).filter(({ of, push }) => of === one.of && push === one.push)
      return { ...one, attempt: before.length + 1 }
    }),
  )

  it('the newest commit is red while the last run of any of them there was', async () => {
    const stores = await openTestStores({ cacheApi: false })
    const told = runs.chain((some) => {
      const began = some.map((one): News => ({ ...one, status: 'running' }))
      // Its end is told twice.
      const ended = some.flatMap((one): News[] => [{ ...one, job: 1 }, one])
      const delivered = fc.subarray(began).chain((those) => shuffled([...those, ...ended, ...those]))
      return fc.record({ some: fc.constant(some), order: delivered })
    })
    await fc.assert(
      fc.asyncProperty(told, async ({ some, order }) => {
        const project = await seedProject(stores.db)
        await deliver(stores, project.id, 'jenkins', order)
        const commit = Math.max(...some.map(({ push }) => push))
        const last = new Map(some.filter(({ push }) => push === commit).map(({ of, status }) => [of, status]))
        const expected = [...last.values()].includes('red') ? 'red' : 'green'
        const { badge, list } = await shown(stores, project.id, commit.toString(16).padStart(40, '0'))
        expect({ badge, list }).toEqual({ badge: expected, list: expected })
      }),
      { numRuns: runsOf(16) },
    )
  })
})
