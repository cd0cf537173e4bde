import { eq } from 'drizzle-orm'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { BuildReport, ReportedStatus, Step } from '../../../src/domain/builds/build.ts'
import type { RunReport } from '../../../src/domain/reporting/webhook-reading.ts'
import { projects } from '../../../src/storage/schema/schema.ts'
import { runsOf } from '../../prove/share.ts'
import { reportedRows } from '../../support/seed/reported-rows.ts'
import { seedProject } from '../../support/seed/seed.ts'
import { reportBuild, reportBuilds, reportRun } from '../../support/worker/as-instance.ts'
import { scansOf } from '../../support/worker/query-plan.ts'
import { openTestStores, type TestStores } from '../../support/worker/stores.ts'

const AT = Date.UTC(2026, 10, 24, 12)

function report(over: Partial<BuildReport> = {}): BuildReport {
  return {
    externalId: 'job:1',
    jobName: 'test',
    status: 'running',
    queuedAt: null,
    startedAt: AT,
    stoppedAt: null,
    buildUrl: null,
    steps: null,
    workflow: { externalId: 'run:1', name: 'ci' },
    pipeline: pipeline(),
    ...over,
  }
}

function pipeline(over: Partial<BuildReport['pipeline']> = {}): BuildReport['pipeline'] {
  return {
    externalId: 'push:1',
    branch: 'main',
    tag: null,
    revision: 'c0ffee',
    subject: null,
    body: null,
    author: null,
    committer: null,
    actor: null,
    pullRequests: [],
    ...over,
  }
}

const step = (name: string): Step => ({ name, actions: [] })

type Told = { readonly kind: 'build'; readonly build: BuildReport } | { readonly kind: 'run'; readonly run: RunReport }

async function tell(stores: TestStores, projectId: string, events: readonly Told[]) {
  for (const event of events) {
    if (event.kind === 'build') await reportBuild(stores, projectId, event.build)
    else await reportRun(stores, projectId, event.run)
  }
}

// Times of a whole second lie close together, as CI systems tell them.
const time = fc.option(fc.integer({ min: 0, max: 3 }).map((second) => AT + second * 1000))
const told = time.map((at) => at ?? AT)
const text = fc.option(fc.constantFrom('a', 'b', 'bb', 'aaa'))
const someone = fc.option(fc.constantFrom({ name: 'Ada' }, { name: 'Ada', email: 'ada@example.com' }, { login: 'ada' }))
const account = fc.record({ subject: text, body: text, author: someone, committer: someone, actor: someone })
const status = fc.constantFrom<ReportedStatus[]>('queued', 'not_running', 'running', 'success', 'failed', 'canceled')
/** A job does not know that its branch is a fork's; the run does. */
const partOf = (branch: string) =>
  fc.record({
    branch: fc.constantFrom(null, branch),
    revision: fc.constantFrom('HEAD', 'c0ffee'),
    name: fc.constantFrom('-', 'ci'),
    account,
  })
const buildEvent = fc
  .record({
    job: fc.constantFrom('job:1', 'job:2'),
    status,
    at: told,
    queuedAt: time,
    startedAt: time,
    stoppedAt: time,
    buildUrl: fc.option(fc.constantFrom('https://ci.example.com/1', 'https://ci.example.com/2')),
    steps: fc.option(fc.constantFrom([step('one')], [step('two')], [step('one'), step('two')])),
    run: partOf('main'),
  })
  .map(({ job, status, at, run, ...event }): Told => {
    const times = { queuedAt: event.queuedAt ?? at, startedAt: event.startedAt ?? at, stoppedAt: event.stoppedAt ?? at }
    const build = report({ ...event, ...times, externalId: job, status, ...runOf(run) })
    return { kind: 'build', build }
  })
const runEvent = partOf('octo:main').map((run): Told => ({ kind: 'run', run: runOf(run) }))

function runOf({
  branch,
  revision,
  name,
  account,
}: { branch: string | null; revision: string; name: string } & {
  account: Partial<BuildReport['pipeline']>
}): RunReport {
  return { workflow: { externalId: 'run:1', name }, pipeline: pipeline({ branch, revision, ...account }) }
}

describe('reports of one run', () => {
  it('end in the same rows in whatever order, and however often, they arrive', async () => {
    const stores = await openTestStores()
    const events = fc.array(fc.oneof({ weight: 4, arbitrary: buildEvent }, runEvent), { minLength: 2, maxLength: 6 })
    const scenario = events.chain((list) =>
      fc.record({
        list: fc.constant(list),
        // Each at least once, some twice, in any order.
        shuffled: fc.shuffledSubarray([...list, ...list], { minLength: list.length * 2, maxLength: list.length * 2 }),
      }),
    )
    await fc.assert(
      fc.asyncProperty(scenario, async ({ list, shuffled }) => {
        const [one, other] = [await seedProject(stores.db), await seedProject(stores.db)]
        await tell(stores, one.id, list)
        await tell(stores, other.id, shuffled)
        expect(await reportedRows(stores.db, other.id)).toEqual(await reportedRows(stores.db, one.id))
      }),
      { numRuns: runsOf(120) },
    )
  })

  it('keep the steps of the newest event that told them, not of the newest of all', async () => {
    const stores = await openTestStores()
    const { id } = await seedProject(stores.db)
    await reportBuild(stores, id, report({ status: 'success', startedAt: null, stoppedAt: AT + 9_000 }))
    await reportBuild(stores, id, report({ startedAt: AT, steps: [step('early')] }))
    await reportBuild(stores, id, report({ startedAt: AT + 1_000, steps: [step('later')] }))
    const {
      builds: [row],
    } = await reportedRows(stores.db, id)
    expect(row).toMatchObject({ status: 'success', steps: [step('later')] })
  })

  it('move the builds to the branch once the CI tells whose it is', async () => {
    const stores = await openTestStores()
    const { id } = await seedProject(stores.db)
    await reportBuild(stores, id, report())
    await reportRun(stores, id, runOf({ branch: 'octo:main', revision: 'c0ffee', name: 'ci', account: {} }))
    expect((await reportedRows(stores.db, id)).builds[0]).toMatchObject({ branch: 'octo:main' })
  })

  it('stay on the branch that was told first, where another of the same pipeline is told', async () => {
    const stores = await openTestStores()
    for (const [first, second] of [
      ['main', 'feature/x'],
      ['feature/x', 'main'],
    ] as const) {
      const { id } = await seedProject(stores.db)
      await reportBuild(stores, id, report({ pipeline: pipeline({ branch: first }) }))
      await reportBuild(stores, id, report({ externalId: 'job:2', pipeline: pipeline({ branch: second }) }))
      const { builds } = await reportedRows(stores.db, id)
      expect(builds.map(({ branch }) => branch)).toEqual([first, first])
    }
  })

  it('leave the branch that was guessed for them once they tell theirs', async () => {
    const stores = await openTestStores()
    const { id } = await seedProject(stores.db)
    const failed = { status: 'failed', stoppedAt: AT + 1_000 } as const
    const before = pipeline({ externalId: 'push:0', branch: 'release/2026-11' })
    await reportBuild(stores, id, report({ ...failed, externalId: 'job:0', pipeline: before }))
    await reportBuild(stores, id, report({ ...failed, pipeline: pipeline({ branch: null }) }))
    const branches = async () => (await reportedRows(stores.db, id)).builds.map(({ branch }) => branch)
    expect(await branches()).toEqual(['release/2026-11', 'release/2026-11'])
    await reportBuild(stores, id, report({ ...failed, pipeline: pipeline({ branch: 'main' }) }))
    expect(await branches()).toEqual(['release/2026-11', 'main'])
  })

  it('stored many at a time get numbers in their order, and one that belongs elsewhere changes nothing', async () => {
    const stores = await openTestStores()
    const { id } = await seedProject(stores.db)
    await reportBuild(stores, id, report())
    const many = Array.from({ length: 25 }, (_, i) =>
      report({ externalId: `job:${i + 2}`, pipeline: pipeline({ externalId: 'push:2' }) }),
    )
    const stray = report({ status: 'failed', pipeline: pipeline({ externalId: 'push:9' }) })
    const reported = await reportBuilds(stores, id, [...many, stray])
    expect(reported.map((one) => ('build' in one ? one.build.num : one.kind))).toEqual([
      ...Array.from({ length: 25 }, (_, i) => i + 2),
      'elsewhere',
    ])
    const [project] = await stores.db.select().from(projects).where(eq(projects.id, id))
    expect(project).toMatchObject({ lastBuildNum: 26, lastPipelineNumber: 2 })
    expect((await reportedRows(stores.db, id)).pipelines).toHaveLength(2)
  })

  it('find their rows by an index', async () => {
    const stores = await openTestStores()
    const { id } = await seedProject(stores.db)
    await reportBuild(stores, id, report())
    stores.recorded.length = 0
    await reportBuild(stores, id, report({ status: 'success' }))
    await reportRun(stores, id, report())
    for (const revision of ['HEAD', 'c0ffee']) {
      const run = { externalId: 'jenkins:https://j/job/web/1/', name: 'web' }
      const ofRun = { ...run, workflow: run, pipeline: pipeline({ ...run, revision, jobGeneration: 7 }), attempt: 7 }
      await reportBuild(stores, id, report(ofRun))
    }
    const child = { externalId: 'gitlab:pipeline:2', name: 'pipeline' }
    const ofChild = pipeline({ externalId: 'gitlab:pipeline:1', isOfParent: true, isPart: true })
    await reportRun(stores, id, { workflow: child, pipeline: ofChild })
    await reportBuild(stores, id, report({ externalId: 'gitlab:job:1', workflow: child, pipeline: pipeline(child) }))
    expect(stores.recorded.length).toBeGreaterThan(8)
    for (const statement of [...stores.recorded]) expect(await scansOf(stores.db, statement), statement.sql).toEqual([])
  })
})
