import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { wholeReach } from '../../../src/domain/access/limits/reach.ts'
import { type BranchBuilds, branchBuildsOf } from '../../../src/domain/builds/branch-builds.ts'
import type { Build, BuildStatus } from '../../../src/domain/builds/build.ts'
import { type RunSum, sumOfRuns } from '../../../src/domain/builds/insights.ts'
import { ccStateFor } from '../../../src/domain/formats/cctray.ts'
import { listBranchBuilds, newestBuildsQuery } from '../../../src/storage/builds/branches/branch-builds.ts'
import { listBranchPipelines, listDefaultBranchStates } from '../../../src/storage/builds/branches/branch-feeds.ts'
import type { WhichBranch } from '../../../src/storage/builds/branches/open-branches.ts'
import { listBuilds } from '../../../src/storage/builds/builds.ts'
import { listRunSums } from '../../../src/storage/builds/run-sums.ts'
import { listWorkflowRuns } from '../../../src/storage/builds/workflows.ts'
import type { Stores } from '../../../src/storage/stores.ts'
import { runsOf } from '../../prove/share.ts'
import { githubJob, githubRun, tellGithub } from '../../support/seed/github-runs.ts'
import { seedMember, seedProject, seedUser } from '../../support/seed/seed.ts'
import { reportFor } from '../../support/seed/seed-builds.ts'
import { reportBuild } from '../../support/worker/as-instance.ts'
import { createClock, openTestStores, type TestStores } from '../../support/worker/stores.ts'

const HOUR_MS = 3_600_000
const NEWEST_PAGE = { limit: 10, offset: 0 }

/** What can happen to a project between two looks at its sums. */
const happening = fc.oneof(
  fc.record({
    of: fc.constant('github' as const),
    run: fc.integer({ min: 1, max: 4 }),
    hour: fc.integer({ min: 10, max: 14 }),
    attempt: fc.constantFrom(1, 2),
    conclusion: fc.constantFrom(null, 'success', 'failure', 'cancelled', 'skipped'),
    sha: fc.constantFrom('a', 'b', 'c'),
    as: fc.constantFrom('run', 'job', 'fork'),
  }),
  fc.record({
    of: fc.constant('job' as const),
    pipeline: fc.constantFrom('p1', 'p2', 'p3'),
    branch: fc.constantFrom('main', 'topic', null),
    workflow: fc.constantFrom('ci', 'nightly'),
    job: fc.constantFrom('test', 'lint'),
    attempt: fc.constantFrom(1, 2),
    status: fc.constantFrom('success', 'failed', 'running', 'queued', 'canceled', 'not_run', 'infrastructure_fail'),
    seconds: fc.integer({ min: 1, max: 5_000 }),
  }),
  fc.record({ of: fc.constant('hours' as const), hours: fc.integer({ min: 1, max: 30 }) }),
  fc.record({
    of: fc.constant('delete' as const),
    from: fc.constantFrom('pipelines', 'workflows', 'builds'),
    nth: fc.nat({ max: 5 }),
  }),
  fc.record({ of: fc.constant('default branch' as const), branch: fc.constantFrom('main', 'topic') }),
  fc.record({ of: fc.constant('look' as const) }),
  fc.record({ of: fc.constant('look' as const) }),
)
type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never

async function happen(stores: TestStores, projectId: string, one: Happening): Promise<void> {
  const { db, clock } = stores
  switch (one.of) {
    case 'github': {
      const head =
        one.as === 'fork' ? { id: 2, full_name: 'fork/web', html_url: 'https://github.com/fork/web' } : undefined
      return tellGithub(stores, projectId, [one.as === 'job' ? githubJob(one) : githubRun(one, head)])
    }
    case 'job': {
      const { pipeline, branch, workflow, job, attempt, status, seconds } = one
      const times = status === 'running' || status === 'queued' ? {} : { stoppedAt: clock.now }
      const what = { pipeline, workflow, job, attempt, status, ...(branch === null ? { tag: 'v1' } : { branch }) }
      const externalId = [pipeline, workflow, job, attempt].join('/')
      await reportBuild(
        stores,
        projectId,
        reportFor({ ...what, ...times, externalId, startedAt: clock.now - seconds * 1000 }),
      )
      return
    }
    case 'hours':
      return clock.advance(one.hours * HOUR_MS)
    case 'delete':
      await db.run(
        `delete from ${one.from} where id in (select id from ${one.from} where project_id = '${projectId}' order by id limit 1 offset ${one.nth})`,
      )
      return
    case 'default branch':
      await env.DB.prepare('update projects set default_branch = ? where id = ?').bind(one.branch, projectId).run()
      return
    case 'look':
  }
}

type World = { readonly projectId: string; readonly userId: string }

async function seedWorld({ db }: TestStores): Promise<World> {
  const [project, user] = [await seedProject(db), await seedUser(db)]
  await seedMember(db, project, user, 'member')
  return { projectId: project.id, userId: user.id }
}

const BRANCHES: readonly WhichBranch[] = [null, 'main', 'topic', ['t*']]

/** All that is summed up, as readers are told it. */
async function told(stores: TestStores, { projectId, userId }: World) {
  const [state] = await listDefaultBranchStates(stores, wholeReach(userId), null)
  const [builds] = await listBranchBuilds(stores, wholeReach(userId), NEWEST_PAGE)
  const until = stores.now()
  const runs = []
  for (const branch of BRANCHES)
    runs.push((await listRunSums(stores, projectId, { branch, since: until - 90 * DAY_MS, until })).sums)
  await stores.settled()
  return { state: state?.state, branches: builds?.branches, runs: runs.map(asPlain) }
}

const DAY_MS = 24 * HOUR_MS

/** The same, of the rows themselves. */
async function computed(stores: TestStores, { projectId }: World) {
  const { db } = stores
  const project = await env.DB.prepare('select default_branch as branch from projects where id = ?')
    .bind(projectId)
    .first()
  const [feed] = await listBranchPipelines(db, projectId, String(project?.branch))
  const newest = await newestBuildsQuery(db, [projectId])
  const runs = []
  for (const branch of BRANCHES) {
    const which = { name: null, branch, since: stores.now() - 90 * DAY_MS }
    const rows = await listWorkflowRuns(db, projectId, which, { after: null, limit: 1_000 })
    runs.push(new Map([...Map.groupBy(rows, ({ name }) => name)].map(([name, those]) => [name, sumOfRuns(those)])))
  }
  return { state: feed ? ccStateFor(feed.pipelines) : null, branches: branchBuildsOf(newest), runs: runs.map(asPlain) }
}

/** How each build that a project's branches show is named. */
function namedOf(branches: readonly BranchBuilds[]): Readonly<Record<number, BuildStatus>> {
  const shown = branches.flatMap(({ lastSuccess, lastNonSuccess, recent, running }) => [
    lastSuccess,
    lastNonSuccess,
    ...recent,
    ...running,
  ])
  return Object.fromEntries(shown.flatMap((build) => (build ? [[build.num, build.status]] : [])))
}

/** How lists of builds name the same ones. */
async function listed({ db }: TestStores, { projectId }: World, of: Readonly<Record<number, BuildStatus>>) {
  const all = await listBuilds(db, projectId, { branch: null, filter: 'none' }, { limit: 200, offset: 0 })
  return Object.fromEntries(all.flatMap(({ num, status }) => (num in of ? [[num, status]] : [])))
}

/** Of recoveries, which follow the order of the first reports here, only the domain's own test can say more. */
function asPlain(sums: ReadonlyMap<string, RunSum>) {
  return Object.fromEntries([...sums].map(([name, { recovery, ...sum }]) => [name, sum]))
}

describe('what is summed up', () => {
  it('is what its rows say, whatever happens to these and in which order', async () => {
    const some = fc.array(happening, { minLength: 3, maxLength: 40 })
    await fc.assert(
      fc.asyncProperty(some, fc.integer({ min: 0, max: 47 }), async (all, hour) => {
        const clock = createClock()
        clock.now = Date.UTC(2026, 10, 25, hour, 20)
        const stores = await openTestStores({ cacheApi: false, clock })
        const world = await seedWorld(stores)
        for (const one of all) {
          await happen(stores, world.projectId, one)
          if (one.of === 'look') expect(await told(stores, world)).toEqual(await computed(stores, world))
        }
        const expected = await computed(stores, world)
        expect([await told(stores, world), await told(stores, world)]).toEqual([expected, expected])
        expect(namedOf(expected.branches)).toEqual(await listed(stores, world, namedOf(expected.branches)))
        expect(stores.warnings).toEqual([])
      }),
      { numRuns: runsOf(200) },
    )
  })

  it('is not kept where something changed while it was made, though somebody else makes it anew', async () => {
    const stores = await openTestStores({ cacheApi: false })
    const world = await seedWorld(stores)
    const report = (status: 'success' | 'failed') =>
      reportBuild(stores, world.projectId, reportFor({ status, startedAt: stores.now(), stoppedAt: stores.now() }))
    const later = { now: stores.now() + 2 * HOUR_MS, advance: () => {} }
    await report('success')
    const [slow, slower] = [await openTestStores({ clock: later }), await openTestStores({ clock: later })]
    const [letGo, letGoToo] = [
      await makeBehind(slow, world),
      await report('failed').then(() => makeBehind(slower, world)),
    ]
    letGo()
    await slow.settled()
    const now = await openTestStores({ clock: later })
    expect(await told(now, world)).toEqual(await computed(now, world))
    expect((await told(now, world)).state?.lastBuildStatus).toBe('Failure')
    letGoToo()
    await slower.settled()
    expect(await told(now, world)).toEqual(await computed(now, world))
  })

  it.each([
    ['a build has another status', "update builds set status = 'failed', class = 'red' where id = $build"],
    [
      'a build has another workflow',
      'update builds set workflow_id = $workflow2, pipeline_id = $pipeline2 where id = $build',
    ],
    ['a build is gone', 'delete from builds where id = $build'],
    ['a workflow has another name', "update workflows set name = 'other' where id = $workflow"],
    [
      'a workflow was canceled',
      "update workflows set told_status = 'canceled', told_class = 'stopped', told_at = 1 where id = $workflow",
    ],
    ['a workflow is gone', 'delete from workflows where id = $workflow'],
    ['a pipeline is of another branch', "update pipelines set branch = 'topic' where id = $pipeline"],
    ['a run of which no build is known is of another branch', "update pipelines set branch = 'topic' where id = $run"],
    ['a pipeline is of none', 'update pipelines set branch = null where id = $pipeline'],
    ['a pipeline is of another commit', "update pipelines set revision = 'b' where id = $pipeline"],
    ['a pipeline is an older one', 'update pipelines set began_at = 1 where id = $pipeline2'],
    ['a pipeline is gone', 'delete from pipelines where id = $pipeline'],
    ['another branch is the default', "update projects set default_branch = 'topic' where id = $project"],
  ])('ends where %s', async (_, change) => {
    const stores = await openTestStores({ cacheApi: false })
    const world = await seedWorld(stores)
    const times = { startedAt: stores.now(), stoppedAt: stores.now() + 1_000 }
    const ids: Record<string, string> = { project: world.projectId }
    for (const [n, status] of [
      ['', 'success'],
      ['2', 'failed'],
    ] as const) {
      const { build } = (await reportBuild(
        stores,
        world.projectId,
        reportFor({ ...times, status, job: `job${n}` }),
      )) as { build: Build }
      Object.assign(ids, {
        [`build${n}`]: build.id,
        [`pipeline${n}`]: build.pipeline.id,
        [`workflow${n}`]: build.workflow.id,
      })
      stores.clock.advance(26 * HOUR_MS)
    }
    await tellGithub(stores, world.projectId, [githubRun({ run: 9, hour: 10, conclusion: 'success' })])
    const run = await env.DB.prepare('select max(number), id from pipelines where project_id = ?')
    ids.run = String((await run.bind(world.projectId).first())?.id)
    stores.clock.advance(30 * HOUR_MS)
    const before = await told(stores, world)
    expect(before).toEqual(await computed(stores, world))
    // A part of a statement, which names the rows.
    await stores.db.run(change.replaceAll(/\$(\w+)/g, (_, name: string) => `'${ids[name]}'`))
    const after = await told(stores, world)
    expect(after).toEqual(await computed(stores, world))
    expect(after).not.toEqual(before)
  })

  it('is told where nothing can be written', async () => {
    const stores = await openTestStores({ cacheApi: false })
    const world = await seedWorld(stores)
    await reportBuild(stores, world.projectId, reportFor({}))
    stores.clock.advance(3 * HOUR_MS)
    const batch: Stores['db']['batch'] = async (statements) => {
      const texts = statements.map((one) =>
        'getQuery' in one ? (one as { getQuery(): { sql: string } }).getQuery().sql : '',
      )
      if (texts.some((text) => /^\s*(?:insert|update|delete)/.test(text)))
        throw new Error('D1_ERROR: the database is full')
      return stores.db.batch(statements)
    }
    const full = new Proxy(stores.db, {
      get: (db, name) => (name === 'batch' ? batch : partOf(db, name)),
    })
    expect(await told({ ...stores, db: full }, world)).toEqual(await computed(stores, world))
    expect(new Set(stores.warnings)).toEqual(new Set(['sums_unwritable']))
  })

  it('is read without its rows once it is made', async () => {
    const stores = await openTestStores({ cacheApi: false })
    const world = await seedWorld(stores)
    for (const branch of ['main', 'topic']) await reportBuild(stores, world.projectId, reportFor({ branch }))
    stores.clock.advance(3 * HOUR_MS)
    await told(stores, world)
    stores.recorded.length = 0
    await told(stores, world)
    expect(stores.recorded.filter(({ sql }) => /^(?:insert|update|delete)/i.test(sql))).toEqual([])
    expect(stores.recorded.filter(({ sql }) => /from pipelines|"builds"\."build_num"/.test(sql))).toEqual([])
  })
})

/** Makes all sums, and keeps none of them before the answer is called. */
async function makeBehind(stores: TestStores, { projectId, userId }: World): Promise<() => void> {
  let letGo = () => {}
  const gate = new Promise<void>((resolve) => {
    letGo = resolve
  })
  const behind = { ...stores, db: keptBehind(stores.db, gate) }
  const until = stores.now()
  await listDefaultBranchStates(behind, wholeReach(userId), null)
  await listBranchBuilds(behind, wholeReach(userId), NEWEST_PAGE)
  await listRunSums(behind, projectId, { branch: null, since: until - DAY_MS, until })
  return letGo
}

function partOf(db: Stores['db'], name: string | symbol): unknown {
  const part = Reflect.get(db, name)
  return typeof part === 'function' ? part.bind(db) : part
}

/** What is written of sums waits; what is read does not. */
function keptBehind(db: Stores['db'], gate: Promise<void>): Stores['db'] {
  return new Proxy(db, {
    get(target, name) {
      const member = Reflect.get(target, name)
      if (name !== 'batch') return partOf(target, name)
      return async (...all: [{ toSQL?: () => { sql: string }; getQuery?: () => { sql: string } }[]]) => {
        const [first] = all[0]
        const text = (first?.getQuery?.() ?? first?.toSQL?.())?.sql ?? ''
        // A batch that begins with saying who makes them reads.
        if (text.includes('"sums"') && /^\s*(?:update|insert|delete)/.test(text) && !text.includes('format, maker)'))
          await gate
        return member.apply(target, all)
      }
    },
  })
}
