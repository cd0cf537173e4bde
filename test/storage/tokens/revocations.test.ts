import { env } from 'cloudflare:workers'
import { and, eq, sql } from 'drizzle-orm'
import { describe, expect, it, vi } from 'vitest'
import { INSTANCE } from '../../../src/domain/access/actor.ts'
import type { Fenced } from '../../../src/domain/access/fence.ts'
import { readFeedCopy, writeFeedCopy } from '../../../src/storage/edge/feed-copy.ts'
import { judgeFact } from '../../../src/storage/edge/proof.ts'
import { feedState, members, projects, revocations, tokens, users } from '../../../src/storage/schema/schema.ts'
import { sessions } from '../../../src/storage/schema/schema-web.ts'
import type { Db } from '../../../src/storage/stores.ts'
import { commitEnding, pruneFeed, readFenced } from '../../../src/storage/tokens/revocations.ts'
import { barrier } from '../../support/seed/present.ts'
import { seedMember, seedProject, seedToken, seedUser } from '../../support/seed/seed.ts'
import { hang } from '../../support/worker/counted.ts'
import { scansOf } from '../../support/worker/query-plan.ts'
import { openTestStores, type TestStores } from '../../support/worker/stores.ts'

const SECOND = 1_000
const outage = async () => {
  throw new Error('D1 cannot be reached')
}

/** A fact read just now, that ends with `subject`. */
async function readFact(stores: TestStores, subject = `token:${crypto.randomUUID()}`): Promise<Fenced<null>> {
  const { fence } = await readFenced(stores, [])
  return { value: null, fence, subjects: [subject] }
}

function end(db: Db, ...subjects: string[]) {
  return db.insert(revocations).values(subjects.map((subject) => ({ subject, at: Date.now() })))
}

async function renewEpoch(db: Db) {
  await db.update(feedState).set({ epoch: crypto.randomUUID() })
}

describe('what ends something', () => {
  /** A project with an admin who has a personal token, a project token, and a reporting token. */
  async function seedWorld(stores: TestStores) {
    const project = await seedProject(stores.db)
    const user = await seedUser(stores.db)
    await seedMember(stores.db, project, user, 'admin')
    const personal = await seedToken(stores, { kind: 'personal', user })
    const status = await seedToken(stores, { kind: 'project', project, scope: 'status' })
    const reporting = await seedToken(stores, { kind: 'reporting', project })
    return { project, user, personal, status, reporting }
  }
  type World = Awaited<ReturnType<typeof seedWorld>>

  const cases: [string, (db: Db, w: World) => Promise<unknown>, (w: World) => string[]][] = [
    [
      'deleting a token',
      (db, { status }) => db.delete(tokens).where(eq(tokens.id, status.id)),
      ({ status }) => [`token:${status.id}`],
    ],
    [
      'giving a token an end',
      (db, { status }) => db.update(tokens).set({ expiresAt: 1 }).where(eq(tokens.id, status.id)),
      ({ status }) => [`token:${status.id}`],
    ],
    [
      'narrowing a token',
      (db, { status }) => db.update(tokens).set({ scope: 'view-builds' }).where(eq(tokens.id, status.id)),
      ({ status }) => [`token:${status.id}`],
    ],
    [
      'giving a token another hash',
      (db, { status }) => db.update(tokens).set({ hash: crypto.randomUUID() }).where(eq(tokens.id, status.id)),
      ({ status }) => [`token:${status.id}`],
    ],
    [
      'removing a member',
      (db, { user }) => db.delete(members).where(eq(members.userId, user.id)),
      ({ user, project }) => [`membership:${user.id}:${project.id}`],
    ],
    [
      'demoting an admin',
      (db, { user }) => db.update(members).set({ role: 'member' }).where(eq(members.userId, user.id)),
      ({ user, project }) => [`membership:${user.id}:${project.id}`],
    ],
    [
      'demoting an admin by an upsert',
      (db, { user, project }) =>
        db
          .insert(members)
          .values({ userId: user.id, projectId: project.id, role: 'member', createdAt: 1 })
          .onConflictDoUpdate({ target: [members.projectId, members.userId], set: { role: 'member' } }),
      ({ user, project }) => [`membership:${user.id}:${project.id}`],
    ],
    [
      'making an owner a user, or a user an owner',
      (db, { user }) => db.update(users).set({ instanceRole: 'owner' }).where(eq(users.id, user.id)),
      ({ user }) => [`user:${user.id}`],
    ],
    [
      'removing a person, with the token and the membership',
      (db, { user }) => db.delete(users).where(eq(users.id, user.id)),
      ({ user, project, personal }) => [
        `membership:${user.id}:${project.id}`,
        `token:${personal.id}`,
        `user:${user.id}`,
      ],
    ],
    [
      'deleting a project, with its tokens and memberships',
      (db, { project }) => db.delete(projects).where(eq(projects.id, project.id)),
      ({ user, project, status, reporting }) => [
        `membership:${user.id}:${project.id}`,
        `project:${project.id}`,
        `token:${reporting.id}`,
        `token:${status.id}`,
      ],
    ],
    [
      'making a project public or private',
      (db, { project }) => db.update(projects).set({ visibility: 'public' }).where(eq(projects.id, project.id)),
      ({ project }) => [`project:${project.id}`],
    ],
    [
      'renaming a project',
      (db, { project }) =>
        db
          .update(projects)
          .set({ repo: 'site', slugKey: `${project.vcs}/${project.org}/site`.toLowerCase() })
          .where(eq(projects.id, project.id)),
      ({ project }) => [`project:${project.id}`],
    ],
    [
      'learning where its repository is',
      (db, { project }) =>
        db.update(projects).set({ repositoryUrl: 'https://git.example.com/a/web' }).where(eq(projects.id, project.id)),
      ({ project }) => [`project:${project.id}`],
    ],
    [
      'choosing another default branch',
      (db, { project }) => db.update(projects).set({ defaultBranch: 'trunk' }).where(eq(projects.id, project.id)),
      ({ project }) => [`project:${project.id}`],
    ],
  ]
  it.each(cases)('%s is in the feed, in the same transaction', async (_, act, subjects) => {
    const stores = await openTestStores()
    const world = await seedWorld(stores)
    const [before] = await stores.db.select().from(feedState)
    await act(stores.db, world)
    const added = await stores.db.select().from(revocations).where(sql`${revocations.seq} > ${before?.newestSeq}`)
    expect(added.map(({ subject }) => subject).sort()).toEqual(subjects(world).sort())
    const [after] = await stores.db.select().from(feedState)
    expect(after?.newestSeq).toBe(Math.max(...added.map(({ seq }) => seq)))
    for (const { at } of added) expect(Math.abs(at - Date.now())).toBeLessThan(10 * SECOND)
  })

  it('is not what changes nothing: a use, a label, the same role or branch again', async () => {
    const stores = await openTestStores()
    const { project, user, status } = await seedWorld(stores)
    const [before] = await stores.db.select().from(feedState)
    await stores.db.update(tokens).set({ lastUsedAt: 1, lastUsedFrom: 'DE' }).where(eq(tokens.id, status.id))
    await stores.db.update(members).set({ role: 'admin', followed: false }).where(eq(members.userId, user.id))
    await stores.db.update(projects).set({ defaultBranch: 'main', lastBuildNum: 3 }).where(eq(projects.id, project.id))
    expect(await stores.db.select().from(feedState)).toEqual([before])
  })

  it('is a session that ends, and not one that nobody used for 30 days', async () => {
    const stores = await openTestStores()
    const { user } = await seedWorld(stores)
    const session = (id: string, lastSeenAt: number) =>
      ({ id, hash: id, userId: user.id, method: 'link', createdAt: 0, lastSeenAt }) as const
    const [used, idle] = [crypto.randomUUID(), crypto.randomUUID()]
    const days30 = 30 * 24 * 3_600 * SECOND
    await stores.db
      .insert(sessions)
      .values([session(used, Date.now() - days30 + 60 * SECOND), session(idle, Date.now() - days30)])
    await stores.db.delete(sessions).where(eq(sessions.userId, user.id))
    const rows = await stores.db.select({ subject: revocations.subject }).from(revocations)
    const subjects = rows.map(({ subject }) => subject)
    expect([subjects.includes(`session:${used}`), subjects.includes(`session:${idle}`)]).toEqual([true, false])
  })

  it('is not in the feed when its batch fails', async () => {
    const stores = await openTestStores()
    const { status } = await seedWorld(stores)
    const [before] = await stores.db.select().from(feedState)
    const failing = commitEnding(stores, INSTANCE, [
      stores.db.delete(tokens).where(eq(tokens.id, status.id)),
      stores.db.run(sql`insert into feed_state (id) values (1)`),
    ])
    await expect(failing).rejects.toThrow()
    expect(await stores.db.select().from(feedState)).toEqual([before])
  })
})

describe('a fact that this isolate ends', () => {
  it('is void at once, and the statements answer as they would alone', async () => {
    const stores = await openTestStores()
    const project = await seedProject(stores.db)
    const token = await seedToken(stores, { kind: 'project', project, scope: 'all' })
    const fact = await readFact(stores, `token:${token.id}`)
    const [ended, left] = await commitEnding(stores, INSTANCE, [
      stores.db.delete(tokens).where(eq(tokens.id, token.id)).returning({ id: tokens.id }),
      stores.db
        .select({ id: projects.id })
        .from(projects)
        .where(and(eq(projects.id, project.id))),
    ])
    expect(ended).toEqual([{ id: token.id }])
    expect(left).toEqual([{ id: project.id }])
    stores.resetCounts()
    expect(await judgeFact(stores, fact)).toBe('ask_without_grace')
    expect(stores.counts.d1).toBe(0)
  })
})

describe('the feed in an isolate', () => {
  it('is not polled for 4 s, then beside the answer, and from 8 s before it', async () => {
    const stores = await openTestStores({ cacheApi: false })
    const fact = await readFact(stores)
    stores.resetCounts()
    stores.clock.advance(3_999)
    expect(await judgeFact(stores, fact)).toBe('accept')
    await stores.settled()
    expect(stores.counts.d1).toBe(0)

    stores.clock.advance(1)
    stores.faults.beforeD1 = hang
    expect(await judgeFact(stores, fact)).toBe('accept')
    expect(stores.counts.d1).toBe(1)

    stores.faults.beforeD1 = undefined
    stores.clock.advance(4 * SECOND)
    expect(await judgeFact(stores, fact)).toBe('accept')
    expect(stores.memory.feed.known?.polledAt).toBe(stores.clock.now)
    expect(stores.counts.d1).toBe(2)
  })

  it('counts its age from before the poll was sent', async () => {
    const stores = await openTestStores()
    const sentAt = stores.clock.now
    stores.faults.afterD1 = async () => stores.clock.advance(1_500)
    const { fence } = await readFact(stores)
    expect([stores.memory.feed.known?.polledAt, fence.provedAt]).toEqual([sentAt, sentAt])
  })

  it('counts its age from before a change was sent that brought it along', async () => {
    const stores = await openTestStores({ cacheApi: false })
    const sentAt = stores.now()
    // The commit takes three seconds, and the way back three more.
    stores.faults.beforeD1 = async () => stores.clock.advance(3 * SECOND)
    stores.faults.afterD1 = async () => stores.clock.advance(3 * SECOND)
    await commitEnding(stores, INSTANCE, [end(stores.db, 'token:late')])
    expect(stores.memory.feed.known?.polledAt).toBe(sentAt)
  })

  it('is polled once in 4 s under a stampede, and all of it is answered', async () => {
    const stores = await openTestStores({ cacheApi: false })
    const facts = await Promise.all(Array.from({ length: 40 }, () => readFact(stores)))
    stores.clock.advance(20 * SECOND)
    stores.resetCounts()
    const uses = await Promise.all(facts.map((fact) => judgeFact(stores, fact)))
    expect(new Set(uses)).toEqual(new Set(['accept']))
    expect(stores.counts.d1).toBe(1)
    stores.clock.advance(3_999)
    await Promise.all(facts.map((fact) => judgeFact(stores, fact)))
    expect(stores.counts.d1).toBe(1)
  })

  it('is not polled again within 4 s of a poll that failed: each asks D1 for itself', async () => {
    const stores = await openTestStores({ cacheApi: false, graceMs: 60 * SECOND })
    const fact = await readFact(stores)
    stores.clock.advance(20 * SECOND)
    stores.faults.beforeD1 = outage
    stores.resetCounts()
    expect(await judgeFact(stores, fact)).toBe('accept')
    stores.clock.advance(3_999)
    expect(await judgeFact(stores, fact)).toBe('ask')
    expect(stores.counts.d1).toBe(1)
    stores.clock.advance(1)
    stores.faults.beforeD1 = undefined
    expect(await judgeFact(stores, fact)).toBe('accept')
  })

  it('does not keep anybody waiting for the poll of a cancelled request', async () => {
    const stores = await openTestStores({ cacheApi: false })
    const fact = await readFact(stores)
    stores.clock.advance(20 * SECOND)
    stores.faults.beforeD1 = hang
    let isLeaderThrough = false
    const leader = judgeFact(stores, fact).finally(() => {
      isLeaderThrough = true
    })
    expect(await judgeFact(stores, fact)).toBe('ask')
    expect(isLeaderThrough).toBe(false)
    await leader
  })

  it('gives up on what it holds from a page that was too short, and asks D1', async () => {
    const stores = await openTestStores({ cacheApi: false })
    const old = await readFact(stores)
    const subject = `token:${crypto.randomUUID()}`
    await stores.db.batch([
      end(stores.db, subject),
      stores.db.run(sql`insert into revocations (subject, at)
        with recursive n(i) as (select 1 union all select i + 1 from n where i < 1000) select 'token:other-' || i, 1 from n`),
    ])
    const [state] = await stores.db.select().from(feedState)
    stores.clock.advance(8 * SECOND)
    expect(await judgeFact(stores, old)).toBe('ask_without_grace')
    expect(stores.memory.feed.known?.newestSeq).toBe(state?.newestSeq)
    const fresh = await readFact(stores)
    expect(await judgeFact(stores, fresh)).toBe('accept')
  })

  it('names an end that came in a full page', async () => {
    const stores = await openTestStores({ cacheApi: false })
    const subject = `token:${crypto.randomUUID()}`
    await stores.db.run(sql`insert into revocations (subject, at)
      with recursive n(i) as (select 1 union all select i + 1 from n where i < 1200) select 'token:more-' || i, 1 from n`)
    const fact = await readFact(stores, subject)
    await end(stores.db, subject)
    stores.clock.advance(8 * SECOND)
    expect(await judgeFact(stores, fact)).toBe('ask_without_grace')
  })

  it('names the newest ends where there are more than a page, to whoever holds what another isolate read meanwhile', async () => {
    const stores = await openTestStores({ cacheApi: false })
    const elsewhere = await openTestStores({ cacheApi: false })
    await readFact(stores)
    await stores.db.run(sql`insert into revocations (subject, at)
      with recursive n(i) as (select 1 union all select i + 1 from n where i < 1000) select 'token:many-' || i, 1 from n`)
    const subject = `token:${crypto.randomUUID()}`
    const fact = await readFact(elsewhere, subject)
    await end(stores.db, subject)
    stores.clock.advance(8 * SECOND)
    expect(await judgeFact(stores, fact)).toBe('ask_without_grace')
  })

  it('names the later of two ends of one subject', async () => {
    const stores = await openTestStores({ cacheApi: false })
    const elsewhere = await openTestStores({ cacheApi: false })
    await readFact(stores)
    const subject = `membership:${crypto.randomUUID()}`
    await end(stores.db, subject)
    const fact = await readFact(elsewhere, subject)
    await end(stores.db, subject)
    stores.clock.advance(8 * SECOND)
    expect(await judgeFact(stores, fact)).toBe('ask_without_grace')
  })
})

describe('after a restore', () => {
  it('nothing that was cached before holds, and what is read then does', async () => {
    const stores = await openTestStores({ cacheApi: false })
    const before = await readFact(stores)
    await renewEpoch(stores.db)
    stores.clock.advance(8 * SECOND)
    expect(await judgeFact(stores, before)).toBe('ask_without_grace')
    const after = await readFact(stores)
    expect(await judgeFact(stores, after)).toBe('accept')
  })

  it('a reading from before it that comes in late does not bring the old life back', async () => {
    const stores = await openTestStores({ cacheApi: false })
    const before = await readFact(stores)
    const gate = barrier()
    stores.faults.afterD1 = gate.pass
    // Sent later than the reading that learns of the restore, and yet run before it.
    stores.clock.advance(1)
    const late = readFenced(stores, [])
    await gate.reached
    stores.faults.afterD1 = undefined
    await renewEpoch(stores.db)
    stores.clock.advance(-1)
    const after = await readFact(stores)
    stores.clock.advance(1)
    expect(await judgeFact(stores, before)).toBe('ask_without_grace')
    gate.open()
    const { fence } = await late
    expect(await judgeFact(stores, before)).toBe('ask_without_grace')
    expect(await judgeFact(stores, after)).toBe('accept')
    expect(fence.epoch).toBe(after.fence.epoch)
  })

  it('a change that was committed before it, and is heard of late, is not forgotten either', async () => {
    const stores = await openTestStores({ cacheApi: false })
    const before = await readFact(stores)
    const gate = barrier()
    stores.faults.afterD1 = gate.pass
    stores.clock.advance(1)
    const late = commitEnding(stores, INSTANCE, [end(stores.db, 'token:late')])
    await gate.reached
    stores.faults.afterD1 = undefined
    await renewEpoch(stores.db)
    const after = await readFact(stores)
    gate.open()
    await late
    expect(await judgeFact(stores, before)).toBe('ask_without_grace')
    expect(await judgeFact(stores, after)).toBe('accept')
  })

  it('a change that runs after it is known at once where it was made, whatever was learned meanwhile', async () => {
    const stores = await openTestStores({ cacheApi: false })
    const gate = barrier()
    stores.faults.beforeD1 = gate.pass
    // Sent before this isolate knew any life of the database, and run in the second one.
    const late = commitEnding(stores, INSTANCE, [end(stores.db, 'token:late')])
    await gate.reached
    stores.faults.beforeD1 = undefined
    await readFact(stores)
    await renewEpoch(stores.db)
    const [state] = await stores.db.select().from(feedState)
    gate.open()
    await late
    expect(stores.memory.feed.known?.epoch).toBe(state?.epoch)
    const fact = {
      value: null,
      fence: { epoch: state?.epoch ?? '', seq: state?.newestSeq ?? 0, provedAt: stores.now() },
    }
    expect(await judgeFact(stores, { ...fact, subjects: ['token:late'] })).toBe('ask_without_grace')
  })

  it('to lower numbers, what is read then holds too', async () => {
    const stores = await openTestStores({ cacheApi: false })
    await end(stores.db, 'token:x', 'token:y', 'token:z')
    const before = await readFact(stores)
    await stores.db.update(feedState).set({ epoch: crypto.randomUUID(), newestSeq: sql`${feedState.newestSeq} - 3` })
    await stores.db.delete(revocations)
    const after = await readFact(stores)
    expect(after.fence.seq).toBeLessThan(before.fence.seq)
    expect(await judgeFact(stores, after)).toBe('accept')
    expect(await judgeFact(stores, before)).toBe('ask_without_grace')
  })

  it("the data centre's copy from before does not bring the old life back", async () => {
    const stores = await openTestStores()
    const beside = await openTestStores({ beside: stores })
    const before = await readFact(beside)
    await renewEpoch(stores.db)
    await readFact(stores)
    stores.clock.advance(8 * SECOND)
    await readFact(beside)
    if (beside.memory.feed.known) beside.memory.feed.known = { ...beside.memory.feed.known, epoch: before.fence.epoch }
    await writeFeedCopy(beside)
    expect(await judgeFact(stores, before)).toBe('ask_without_grace')
    expect(stores.memory.feed.known?.epoch).not.toBe(before.fence.epoch)
  })

  it('without a new epoch nothing is believed, since numbers are given out again', async () => {
    const stores = await openTestStores({ cacheApi: false })
    await end(stores.db, 'token:x', 'token:y')
    const fact = await readFact(stores)
    await stores.db.update(feedState).set({ newestSeq: sql`${feedState.newestSeq} - 1` })
    stores.clock.advance(70 * SECOND)
    expect(await judgeFact(stores, fact)).toBe('ask')
    await expect(readFact(stores)).rejects.toThrow('without a new feed_state.epoch')
    await renewEpoch(stores.db)
    await readFact(stores)
  })
})

describe("the data centre's copy of the feed", () => {
  it('spares the other isolates their poll, and hands its age on', async () => {
    const first = await openTestStores()
    const second = await openTestStores({ beside: first })
    const subject = `token:${crypto.randomUUID()}`
    const fact = await readFact(second, subject)
    await end(first.db, subject)
    first.clock.advance(20 * SECOND)
    await judgeFact(first, await readFact(await openTestStores({ beside: first })))
    await first.settled()
    const polledAt = first.memory.feed.known?.polledAt
    second.clock.advance(3 * SECOND)
    second.resetCounts()
    expect(await judgeFact(second, fact)).toBe('ask_without_grace')
    expect(second.counts).toMatchObject({ d1: 0, cacheMatches: 1 })
    expect(second.memory.feed.known?.polledAt).toBe(polledAt)
  })

  it('says when it was polled, not when it was put there or taken', async () => {
    const first = await openTestStores()
    const second = await openTestStores({ beside: first })
    await readFenced(first, [])
    const polledAt = first.memory.feed.known?.polledAt
    first.clock.advance(3 * SECOND)
    await writeFeedCopy(first)
    first.clock.advance(SECOND)
    expect((await readFeedCopy(second))?.polledAt).toBe(polledAt)
  })

  it('does not make a feed young: a copy of 9 s is no answer, and D1 is asked', async () => {
    const first = await openTestStores()
    const fact = await readFact(first)
    await writeFeedCopy(first)
    const second = await openTestStores({ beside: first })
    second.clock.advance(9 * SECOND)
    second.resetCounts()
    expect(await judgeFact(second, fact)).toBe('accept')
    expect(second.counts).toMatchObject({ d1: 1, cacheMatches: 1 })
    expect(second.memory.feed.known?.polledAt).toBe(second.clock.now)
  })

  const faults: [string, () => Promise<Response | undefined>][] = [
    ['throws', outage],
    ['hangs', hang],
    ['holds nonsense', async () => new Response('nonsense')],
    ['holds null', async () => Response.json(null)],
    ['holds another shape', async () => Response.json({ epoch: 'x', newestSeq: 1 })],
  ]
  it.each(faults)('is done without when the cache %s', async (_, cacheMatch) => {
    const stores = await openTestStores()
    const fact = await readFact(stores)
    stores.faults.cacheMatch = cacheMatch
    stores.clock.advance(20 * SECOND)
    expect(await judgeFact(stores, fact)).toBe('accept')
    expect(stores.memory.feed.known?.polledAt).toBe(stores.clock.now)
  })

  it('is not believed when it says that it comes from the future', async () => {
    const stores = await openTestStores()
    const subject = `token:${crypto.randomUUID()}`
    const fact = await readFact(stores, subject)
    await end(stores.db, subject)
    stores.clock.advance(20 * SECOND)
    const copy = { ...stores.memory.feed.known, polledAt: stores.clock.now + 1, ends: [] }
    stores.faults.cacheMatch = async () => Response.json(copy)
    expect(await judgeFact(stores, fact)).toBe('ask_without_grace')
  })
})

describe('pruning the feed', () => {
  it('takes 5,000 entries at a time, and tells whether any may be left', async () => {
    const { db } = await openTestStores()
    await pruneFeed(db, Date.now() + 3_600 * SECOND)
    await env.DB.prepare(
      `with recursive n(n) as (select 1 union all select n + 1 from n where n < 5001)
        insert into revocations (subject, at) select 'token:' || n, n from n`,
    ).run()
    const left = async () =>
      (await env.DB.prepare('select count(*) as n from revocations where at < 6000').all()).results
    expect([await pruneFeed(db, 6_000), await left()]).toEqual([true, [{ n: 1 }]])
    expect([await pruneFeed(db, 6_000), await left()]).toEqual([false, [{ n: 0 }]])
  })

  it('makes void what was cached before the pruned entries, keeps the rest, and can run twice', async () => {
    const stores = await openTestStores({ cacheApi: false })
    const old = await readFact(stores)
    await stores.db.insert(revocations).values({ subject: 'token:old', at: 1_000 })
    const young = await readFact(stores)
    await pruneFeed(stores.db, 2_000)
    await pruneFeed(stores.db, 2_000)
    const other = await openTestStores({ cacheApi: false, clock: stores.clock })
    for (const isolate of [stores, other]) {
      isolate.clock.advance(8 * SECOND)
      expect(await judgeFact(isolate, old)).toBe('ask_without_grace')
      expect(await judgeFact(isolate, young)).toBe('accept')
    }
  })

  it('of everything does not let numbers be given out again', async () => {
    const stores = await openTestStores({ cacheApi: false })
    await end(stores.db, 'token:x')
    const [before] = await stores.db.select().from(feedState)
    await pruneFeed(stores.db, Date.now() + 3_600 * SECOND)
    expect(await stores.db.select().from(revocations)).toEqual([])
    await end(stores.db, 'token:y')
    const [after] = await stores.db.select().from(feedState)
    expect(after).toMatchObject({ lowWater: before?.newestSeq, newestSeq: (before?.newestSeq ?? 0) + 1 })
  })
})

it('each statement of the feed finds its rows by an index', async () => {
  const stores = await openTestStores({ cacheApi: false })
  await readFact(stores)
  await pruneFeed(stores.db, 1)
  const ran = [...stores.recorded]
  expect(ran.length).toBeGreaterThan(3)
  for (const statement of ran) expect(await scansOf(stores.db, statement), statement.sql).toEqual([])
})

it('a fault of the feed is told to the log', async () => {
  const stores = await openTestStores({ cacheApi: false })
  const warn = vi.spyOn(stores, 'warn')
  const fact = await readFact(stores)
  stores.faults.beforeD1 = outage
  stores.clock.advance(9 * SECOND)
  await judgeFact(stores, fact)
  expect(warn).toHaveBeenCalledWith('feed_poll_failed', expect.any(Error))
})
