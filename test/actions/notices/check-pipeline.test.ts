import { sql } from 'drizzle-orm'
import { beforeEach, describe, expect, it } from 'vitest'
import { keepTests } from '../../../src/actions/keep-tests.ts'
import { checkPipeline } from '../../../src/actions/notices/check-pipeline.ts'
import { INSTANCE } from '../../../src/domain/access/actor.ts'
import type { NoticeKind, Place } from '../../../src/domain/notices/notice.ts'
import { noticeText } from '../../../src/domain/notices/notice-text.ts'
import { type Project, slugText } from '../../../src/domain/project.ts'
import { endCheck, findCheck } from '../../../src/storage/notices/checks.ts'
import { putChoices } from '../../../src/storage/notices/choices.ts'
import { listInbox, listProjectNotices } from '../../../src/storage/notices/notices.ts'
import { deleteMember, demoteAdmin } from '../../../src/storage/people/members.ts'
import { noticeChecks, noticeStates, notices } from '../../../src/storage/schema/schema-notices.ts'
import { seedMember, seedProject, seedUser } from '../../support/seed/seed.ts'
import { type BuildSeed, seedBuild } from '../../support/seed/seed-builds.ts'
import { actsAs } from '../../support/worker/as-instance.ts'
import { countQueries, FREE_QUERIES } from '../../support/worker/free-plan.ts'
import { openTestStores, type TestStores } from '../../support/worker/stores.ts'

let stores: TestStores
let project: Project
let slug: string
let member: { id: string; login: string }
let admin: { id: string; login: string }

beforeEach(async () => {
  stores = await openTestStores()
  project = await seedProject(stores.db)
  slug = slugText(project)
  ;[member, admin] = [await seedUser(stores.db), await seedUser(stores.db)]
  await seedMember(stores.db, project, member, 'member')
  await seedMember(stores.db, project, admin, 'admin')
})

async function looked(): Promise<void> {
  for (let id = stores.checks.shift(); id; id = stores.checks.shift()) await checkPipeline(stores, id)
  stores.clock.advance(60_000)
}

/** A build that ends, and the looks that follow. */
async function built(status: 'success' | 'failed' | 'canceled', seed: BuildSeed = {}) {
  const build = await seedBuild(stores, project, {
    status,
    beganAt: stores.clock.now,
    revision: crypto.randomUUID(),
    ...seed,
  })
  await looked()
  return build
}

type Named = { readonly name: string; readonly result: 'success' | 'failure'; readonly isFlaky?: boolean }

async function tested(buildId: string, tests: readonly Named[], warnings: readonly string[] = []) {
  const full = tests.map((test) => ({
    ...{ classname: 'suite', file: null, source: '', runTimeSeconds: 1, isFlaky: false, attempts: [], attachments: [] },
    ...{ message: test.result === 'success' ? '' : 'boom', ...test },
  }))
  await keepTests(stores, { buildId, name: 'unit' }, { tests: full, warnings }, INSTANCE)
  await looked()
}

async function titles(user: { id: string }): Promise<readonly string[]> {
  const notices = await listInbox(stores.db, { userId: user.id, projects: null })
  return notices.map(({ facts, slug }) => noticeText(facts, slug).title).reverse()
}

async function choose(user: { id: string }, kind: NoticeKind, place: Place | null, projectId: string | null = null) {
  await putChoices(stores, { userId: user.id, projectId }, [{ kind, place }], actsAs(user.id))
}

describe('people who follow a project', () => {
  it('are told when its default branch breaks and is fixed, and of each of these once', async () => {
    // What was red from its first pipeline on is no news.
    await built('failed')
    await built('failed')
    await built('success')
    await built('success')
    await built('failed', { job: 'unit' })
    await built('canceled')
    await built('failed')
    await built('success')
    const changes = [`main of ${slug} is fixed`, `main of ${slug} broke`, `main of ${slug} is fixed`]
    expect(await titles(member)).toEqual(changes)
    expect(await titles(admin)).toEqual(changes)
  })

  it('are led to the failed build, and told who and what tests', async () => {
    await tested((await built('success', { pipeline: 'one' })).id, [{ name: 'adds', result: 'success' }])
    // A report comes before the end.
    const running = await seedBuild(stores, project, {
      ...{ pipeline: 'two', externalId: 'b', status: 'running', job: 'unit', beganAt: stores.clock.now },
    })
    await tested(running.id, [{ name: 'adds', result: 'failure' }])
    await built('failed', { pipeline: 'two', externalId: 'b', job: 'unit' })
    const [notice] = await listInbox(stores.db, { userId: member.id, projects: null })
    if (!notice) throw new Error('nobody was told')
    expect(noticeText(notice.facts, notice.slug)).toEqual({
      title: `main of ${slug} broke`,
      lines: ['Failed: unit (2)', '1 new failure', 'By ada'],
      path: `/${slug}/2`,
    })
    // The tests are part of that change.
    expect(await titles(member)).toHaveLength(1)
  })

  it('are told of a test that fails anew where the branch was red before, and of none twice', async () => {
    await tested((await built('success')).id, [
      { name: 'a', result: 'success' },
      { name: 'b', result: 'success' },
    ])
    await tested((await built('failed', { job: 'lint' })).id, [
      { name: 'a', result: 'success' },
      { name: 'b', result: 'success' },
    ])
    const third = await built('failed')
    await tested(third.id, [
      { name: 'a', result: 'failure' },
      { name: 'b', result: 'success' },
    ])
    await tested(third.id, [
      { name: 'a', result: 'failure' },
      { name: 'b', result: 'failure' },
    ])
    expect((await titles(member)).slice(1)).toEqual([
      `A test fails anew on main of ${slug}`,
      `A test fails anew on main of ${slug}`,
    ])
    // It goes on failing: that is known.
    await tested((await built('failed')).id, [
      { name: 'a', result: 'failure' },
      { name: 'b', result: 'failure' },
    ])
    expect(await titles(member)).toHaveLength(3)
  })

  it('are told where nothing was told of the branch yet and it was green before, as after an upgrade', async () => {
    await seedBuild(stores, project, { status: 'success', beganAt: stores.clock.now })
    stores.checks.splice(0)
    await stores.db.delete(noticeChecks)
    stores.clock.advance(1_000)
    await built('failed')
    await built('failed')
    expect(await titles(member)).toEqual([`main of ${slug} broke`])
    await stores.db.delete(noticeStates).where(sql`project_id = ${project.id}`)
    await built('success')
    expect(await titles(member)).toEqual([`main of ${slug} broke`, `main of ${slug} is fixed`])
  })

  type Before = readonly ['success' | 'failed' | 'canceled', BuildSeed?][]
  it.each<readonly [string, Before, readonly [status: 'success' | 'failed', BuildSeed?], 'broke' | 'is fixed' | null]>([
    [
      'failed job ran again',
      [
        ['success', { pipeline: 'one' }],
        ['failed', { pipeline: 'two', externalId: 't1', job: 't' }],
        ['success', { pipeline: 'two', externalId: 'l1', job: 'l' }],
      ],
      ['success', { pipeline: 'two', externalId: 't2', job: 't', attempt: 2 }],
      'is fixed',
    ],
    [
      'failed job ran again twice',
      [
        ['failed', { pipeline: 'two', externalId: 't1', job: 't' }],
        ['failed', { pipeline: 'two', externalId: 't2', job: 't', attempt: 2 }],
      ],
      ['success', { pipeline: 'two', externalId: 't3', job: 't', attempt: 3 }],
      'is fixed',
    ],
    [
      'green job ran again and failed',
      [['success', { pipeline: 'two', externalId: 't1', job: 't' }]],
      ['failed', { pipeline: 'two', externalId: 't2', job: 't', attempt: 2 }],
      'broke',
    ],
    ['red one was followed by canceled ones', [['failed'], ['canceled'], ['canceled']], ['success'], 'is fixed'],
    ['green one was followed by a canceled one', [['success'], ['canceled']], ['failed'], 'broke'],
    ['red one was followed by a canceled one', [['failed'], ['canceled']], ['failed'], null],
    ['first one was canceled', [['canceled']], ['failed'], null],
  ])('are told after an upgrade what changed though a %s', async (_, before, [status, seed], change) => {
    for (const [earlier, of] of before) {
      await seedBuild(stores, project, { status: earlier, beganAt: stores.clock.now, ...of })
      stores.clock.advance(1_000)
    }
    stores.checks.splice(0)
    await stores.db.delete(noticeChecks)
    await built(status, seed)
    expect(await titles(member)).toEqual(change === null ? [] : [`main of ${slug} ${change}`])
  })

  it('who made the pipeline are told once what it did to the branch, and not of its end as well', async () => {
    const login = `ada-${project.id.slice(0, 8)}`
    const author = await seedUser(stores.db, { login })
    await seedMember(stores.db, project, author, 'member')
    await built('success', { login })
    await built('failed', { login })
    await built('failed', { login })
    expect(await titles(author)).toEqual([
      `Your pipeline 1 of ${slug} on main: success`,
      `main of ${slug} broke`,
      `Your pipeline 3 of ${slug} on main: failed`,
    ])
  })

  it('are not told of other branches: these are for their feeds', async () => {
    await built('success', { branch: 'feature/x' })
    await built('failed', { branch: 'feature/x' })
    expect(await titles(member)).toEqual([])
    const feed = await listProjectNotices(stores.db, project.id, { branch: 'feature/x', kinds: ['branch.broken'] })
    expect(feed.map(({ facts }) => facts.kind)).toEqual(['branch.broken'])
  })

  it('choose for one project, else for all of theirs, else get what is usual', async () => {
    await built('success')
    await choose(member, 'branch.broken', 'off')
    await built('failed')
    expect(await titles(member)).toEqual([])
    await choose(member, 'branch.broken', 'bell', project.id)
    await built('success')
    await built('failed')
    expect(await titles(member)).toEqual([`main of ${slug} is fixed`, `main of ${slug} broke`])
    await choose(member, 'branch.broken', null, project.id)
    await built('success')
    await built('failed')
    expect((await titles(member)).slice(2)).toEqual([`main of ${slug} is fixed`])
  })

  it('who left keep nothing, and are told nothing more', async () => {
    await built('success')
    await built('failed')
    expect(await titles(member)).toHaveLength(1)
    await deleteMember(stores, project.id, { user: member, endMade: false }, actsAs(admin.id))
    expect(await titles(member)).toEqual([])
    await built('success')
    expect(await titles(member)).toEqual([])
    expect(await titles(admin)).toHaveLength(2)
  })
})

describe('the author of a pipeline', () => {
  it('is told how it ended, once for each end, if they are a member', async () => {
    const [ada] = await stores.db.all<{ id: string }>(sql`select id from users where lower(login) = 'ada-of-notices'`)
    const author = ada ?? (await seedUser(stores.db, { login: 'Ada-of-notices' }))
    const seed = { login: 'ada-of-notices', pipeline: 'p', branch: 'topic' }
    await built('failed', { ...seed, pipeline: 'before', externalId: '0' })
    expect(await titles(author)).toEqual([])
    await seedMember(stores.db, project, author, 'member')
    await built('failed', { ...seed, job: 'one', externalId: '2' })
    await built('failed', { ...seed, job: 'one', externalId: '2a', attempt: 2 })
    await built('success', { ...seed, job: 'one', externalId: '3', attempt: 3 })
    await built('success', { ...seed, job: 'two', externalId: '4' })
    expect(await titles(author)).toEqual([
      `Your pipeline 2 of ${slug} on topic: failed`,
      `Your pipeline 2 of ${slug} on topic: success`,
    ])
    expect(await titles(member)).toEqual([])
  })
})

describe('tests', () => {
  it('that are flaky over the threshold are told of once, if somebody wants that', async () => {
    await choose(member, 'test.flaky', 'bell')
    const both = ['failure', 'success'] as const
    for (let run = 0; run < 3; run++)
      for (const result of both) {
        const status = result === 'success' ? 'success' : 'failed'
        const build = await built(status, {
          revision: String(run).repeat(40),
          branch: `try-${run}`,
        })
        await tested(build.id, [{ name: 'shaky', result }])
      }
    // Twice is below the threshold; the third failure is the one.
    const told = [`A test of ${slug} is flaky: suite › shaky`]
    expect(await titles(member)).toEqual(told)
    await tested((await built('failed', { branch: 'try-4' })).id, [{ name: 'shaky', result: 'failure' }])
    expect(await titles(member)).toEqual(told)
  })

  it('reports with warnings are told to admins where those before had none', async () => {
    const job = { job: 'unit' }
    await tested((await built('success', job)).id, [{ name: 'a', result: 'success' }])
    await tested((await built('success', job)).id, [{ name: 'a', result: 'success' }], ['2 tests have no name'])
    await tested((await built('success', job)).id, [{ name: 'a', result: 'success' }], ['3 tests have no name'])
    expect(await titles(admin)).toEqual([`Test reports of unit of ${slug} have a warning`])
    expect(await titles(member)).toEqual([])
    // Reports come before the end, as most do: nothing else says that all is well again.
    const running = await seedBuild(stores, project, { ...job, pipeline: 'x', externalId: 'x', status: 'running' })
    await tested(running.id, [{ name: 'a', result: 'success' }])
    await built('success', { ...job, pipeline: 'x', externalId: 'x' })
    await tested((await built('success', job)).id, [{ name: 'a', result: 'success' }], ['again'])
    expect(await titles(admin)).toHaveLength(2)
    // What admins alone are told, who is none any more loses.
    await seedMember(stores.db, project, await seedUser(stores.db), 'admin')
    await demoteAdmin(stores, project.id, { user: admin, endMade: false }, actsAs(admin.id))
    expect(await titles(admin)).toEqual([])
  })
})

describe('a look at a pipeline', () => {
  it('asks D1 no more than a free Worker may, however much there is to tell: further looks tell the rest', async () => {
    const names = Array.from({ length: 30 }, (_, i) => `test ${i}`)
    const most: number[] = []
    for (let round = 0; round < 6; round++) {
      const [status, result] = round % 2 ? (['success', 'success'] as const) : (['failed', 'failure'] as const)
      const beganAt = stores.clock.now
      const build = await seedBuild(stores, project, { status, beganAt, revision: `r${round >> 1}` })
      const tests = names.map((name) => ({
        ...{ classname: 's', name, file: null, source: '', runTimeSeconds: 1, isFlaky: false, attempts: [] },
        ...{ attachments: [], result, message: 'boom' },
      }))
      await keepTests(stores, { buildId: build.id, name: 'unit' }, { tests, warnings: ['odd'] }, INSTANCE)
      for (let id = stores.checks.shift(); id; id = stores.checks.shift()) {
        const queries = countQueries(stores)
        await checkPipeline(stores, id)
        most.push(await queries())
      }
      stores.clock.advance(60_000)
    }
    expect(Math.max(...most)).toBeLessThanOrEqual(FREE_QUERIES)
    const flaky = sql`kind = 'test.flaky' and project_id = ${project.id}`
    expect(await stores.db.$count(notices, flaky)).toBe(names.length)
  })

  it('that others have at the same moment tells one of them', async () => {
    await built('success')
    const { pipeline } = await seedBuild(stores, project, { status: 'failed', beganAt: stores.clock.now })
    await Promise.all(Array.from({ length: 4 }, () => checkPipeline(stores, pipeline.id)))
    await looked()
    expect(await titles(member)).toEqual([`main of ${slug} broke`])
  })

  it('is asked for by the transaction that ends something, and again where more ends while somebody looks', async () => {
    const first = await seedBuild(stores, project, { pipeline: 'p', externalId: '1', status: 'running' })
    expect(stores.checks).toEqual([])
    await seedBuild(stores, project, { pipeline: 'p', externalId: '1', status: 'success' })
    const id = first.pipeline.id
    expect(stores.checks.splice(0)).toEqual([id])
    const check = await findCheck(stores.db, id)
    // The message for it is under way already.
    stores.clock.advance(10)
    await seedBuild(stores, project, { pipeline: 'p', externalId: '2', job: 'b', status: 'failed' })
    expect(stores.checks).toEqual([])
    expect(await endCheck(stores.db, id, check?.asks ?? 0)).toBe(false)
    await checkPipeline(stores, id)
    expect(await stores.db.select().from(noticeChecks).where(sql`pipeline_id = ${id}`)).toEqual([])
  })
})
