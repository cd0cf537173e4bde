import { env } from 'cloudflare:workers'
import { sql } from 'drizzle-orm'
import { beforeEach, describe, expect, it } from 'vitest'
import { INSTANCE } from '../../../src/domain/access/actor.ts'
import { findBranchStatus } from '../../../src/storage/builds/branches/branch-status.ts'
import { noteChange, tellChanges, toldChangeAt } from '../../../src/storage/edge/changes.ts'
import { openNear } from '../../../src/storage/edge/near.ts'
import { openPrimary } from '../../../src/storage/stores.ts'
import { readFenced } from '../../../src/storage/tokens/revocations.ts'
import { seedProject } from '../../support/seed/seed.ts'
import { seedBuild } from '../../support/seed/seed-builds.ts'
import { openTestStores, type TestStores } from '../../support/worker/stores.ts'

const PROJECT = 'a project'

/** What the replica does when it is asked. */
type Weather = 'fine' | 'gone' | 'hangs'

/** The real D1, which tells apart who was asked: the replica, with which bookmark, or the primary. */
async function openWatched() {
  const asked: string[] = []
  /** The bookmarks at which a session of a replica began. */
  const sessions: string[] = []
  const world = { weather: 'fine' as Weather, asked, sessions }
  const watch = <T extends Pick<D1Database, 'prepare' | 'batch'>>(target: T, name: string): T =>
    new Proxy(target, {
      get(real, member) {
        if (member === 'withSession')
          return (from: string) => {
            if (from !== 'first-primary') sessions.push(from)
            return watch(env.DB.withSession(from) as never, from === 'first-primary' ? 'the poll' : `replica ${from}`)
          }
        if (member === 'batch')
          return async (statements: D1PreparedStatement[]) => {
            asked.push(name)
            if (name.startsWith('replica') && world.weather === 'gone') throw new Error('D1_ERROR: no such replica')
            if (name.startsWith('replica') && world.weather === 'hangs') return new Promise(() => {})
            return real.batch(statements)
          }
        const value = Reflect.get(real, member)
        return typeof value === 'function' ? value.bind(real) : value
      },
    })
  const stores: TestStores = { ...(await openTestStores()), db: openPrimary(watch(env.DB, 'primary')) }
  await readFenced(stores, [])
  stores.clock.advance(1)
  asked.length = 0
  return { stores, world, bookmark: stores.memory.feed.known?.bookmark ?? '' }
}

let watched: Awaited<ReturnType<typeof openWatched>>
beforeEach(async () => {
  watched = await openWatched()
})

/** Who answered a read of the project. */
async function whoAnswers(told?: number): Promise<string | undefined> {
  const { db } = openNear(watched.stores, PROJECT, told)
  const [rows] = await db.batch([db.select({ one: sql<number>`1` }).from(sql`feed_state`)])
  expect(rows).toEqual([{ one: 1 }])
  return watched.world.asked.at(-1)
}

describe('a read that decides no right', () => {
  it('is asked of a replica that has what the last poll of the feed could see', async () => {
    expect(watched.bookmark).not.toBe('')
    expect(await whoAnswers()).toBe(`replica ${watched.bookmark}`)
    expect(openNear(watched.stores, PROJECT).asOf).toBe(watched.stores.now() - 1)
  })

  it('is asked of the primary where no poll is younger than 10 s', async () => {
    watched.stores.clock.advance(9_998)
    expect(await whoAnswers()).toMatch(/^replica/)
    watched.stores.clock.advance(1)
    expect(await whoAnswers()).toBe('primary')
    expect(openNear(watched.stores, PROJECT).asOf).toBe(watched.stores.now())
  })

  it('is asked of the primary where something of the project was changed since, here or in the data centre', async () => {
    const { stores } = watched
    const right = { kind: 'project', projectId: PROJECT, permission: 'builds:write' } as const
    noteChange(stores, { ...INSTANCE, right: { ...right, projectId: 'another' } })
    expect(await whoAnswers()).toMatch(/^replica/)
    noteChange(stores, { ...INSTANCE, right })
    expect(await whoAnswers()).toBe('primary')
    await tellChanges(stores)
    const beside = await openTestStores({ beside: stores })
    expect(await toldChangeAt(beside, PROJECT)).toBe(stores.now())
    expect(await toldChangeAt(await openTestStores(), PROJECT)).toBe(Number.NEGATIVE_INFINITY)
  })

  it('is asked of the replica again once a poll is younger than the change', async () => {
    const { stores } = watched
    expect(await whoAnswers(stores.now())).toBe('primary')
    const changedAt = stores.now()
    stores.clock.advance(1)
    await readFenced(stores, [])
    expect(await whoAnswers(changedAt)).toMatch(/^replica/)
  })

  it.each(['gone', 'hangs'] as const)(
    'is answered by the primary when the replica %s, and says so in the log',
    async (weather) => {
      watched.world.weather = weather
      expect(await whoAnswers()).toBe('primary')
      expect(watched.world.asked).toEqual([`replica ${watched.bookmark}`, 'primary'])
      expect(watched.stores.warnings).toEqual(['replica_unreadable'])
    },
  )
})

it('a badge whose branch changed in the data centre is read from the primary there, until the replicas have it', async () => {
  const { stores, world } = watched
  const project = await seedProject(stores.db)
  await seedBuild(stores, project, { status: 'failed' })
  await readFenced(stores, [])
  const beside = { ...(await openTestStores({ beside: stores })), db: stores.db }
  await readFenced(beside, [])
  expect(await findBranchStatus(beside, project.id, 'main')).toBe('failed')
  expect(world.sessions).toEqual([])
})

describe('the status of a branch that changed', () => {
  const MAIN = 'main'

  /** A project whose branch has passed, and two isolates of one data centre that polled before anything else changes. */
  async function openPair() {
    const first = await openTestStores()
    const second = await openTestStores({ beside: first })
    const project = await seedProject(first.db)
    await seedBuild(first, project, { status: 'success' })
    first.clock.advance(1_000)
    for (const stores of [first, second]) await readFenced(stores, [])
    first.clock.advance(1_000)
    return { first, second, project }
  }

  /** Reports a failure from the first isolate while `reader` has read the branch and does not have the rows yet. */
  async function failDuringRead(reader: TestStores, first: TestStores, project: { id: string }) {
    await new Promise<void>((isRead) => {
      reader.faults.afterD1 = async () => {
        reader.faults.afterD1 = undefined
        await seedBuild(first, project, { status: 'failed' })
        isRead()
      }
      void findBranchStatus(reader, project.id, MAIN)
    })
    first.clock.advance(1)
    await reader.settled()
  }

  it('is not what was read here before, and came after', async () => {
    const { first, project } = await openPair()
    await failDuringRead(first, first, project)
    expect(await findBranchStatus(first, project.id, MAIN)).toBe('failed')
  })

  it('is not what another isolate of the data centre read before, and left there after', async () => {
    const { first, second, project } = await openPair()
    await failDuringRead(second, first, project)
    const third = await openTestStores({ beside: first })
    expect(await findBranchStatus(third, project.id, MAIN)).toBe('failed')
  })

  it('stays known as changed in the data centre after somebody has looked', async () => {
    const { second, project } = await openPair()
    const { stores, world } = watched
    const here: TestStores = { ...second, db: stores.db }
    await seedBuild(here, project, { status: 'failed' })
    here.clock.advance(1_000)
    expect(await findBranchStatus(here, project.id, MAIN)).toBe('failed')
    await here.settled()
    here.clock.advance(5_001)
    // It polled before the change, as the first of the pair did.
    const beside = { ...(await openTestStores({ beside: here })), db: stores.db }
    beside.memory.feed.known = second.memory.feed.known
    expect(await findBranchStatus(beside, project.id, MAIN)).toBe('failed')
    expect(world.sessions).toEqual([])
    // Of a branch that nobody changed the replica is asked.
    await findBranchStatus(beside, project.id, 'another')
    expect(world.sessions).toEqual([beside.memory.feed.known?.bookmark])
  })
})
