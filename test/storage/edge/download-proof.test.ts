import { eq } from 'drizzle-orm'
import { beforeEach, describe, expect, it } from 'vitest'
import { INSTANCE } from '../../../src/domain/access/actor.ts'
import type { DownloadTicket } from '../../../src/domain/access/tickets/download-ticket.ts'
import { mintSessionSecret } from '../../../src/domain/people/session.ts'
import type { Project } from '../../../src/domain/project.ts'
import { fenceNow, selectProjectById, selectRoleOf, ticketState } from '../../../src/storage/edge/download-proof.ts'
import { unlinkIdentity } from '../../../src/storage/people/identities.ts'
import { deleteOtherSessions, deleteSession, findViewer, insertSession } from '../../../src/storage/people/sessions.ts'
import { members, projects, users } from '../../../src/storage/schema/schema.ts'
import { identities, sessions } from '../../../src/storage/schema/schema-web.ts'
import { commitEnding, readFenced } from '../../../src/storage/tokens/revocations.ts'
import { endToken, redateToken } from '../../support/seed/present.ts'
import { seedMember, seedProject, seedToken, seedUser } from '../../support/seed/seed.ts'
import { actsAs } from '../../support/worker/as-instance.ts'
import { scansOf } from '../../support/worker/query-plan.ts'
import { openTestStores, type TestStores } from '../../support/worker/stores.ts'

const SECOND = 1_000
const outage = async () => {
  throw new Error('D1 cannot be reached')
}

/** A ticket for a token's or a person's download, signed by an isolate that has just read the feed. */
async function ticketFrom(
  stores: TestStores,
  project: Project,
  who: { tokenId?: string; sessionId?: string; userId?: string; shareId?: string } = {},
): Promise<DownloadTicket> {
  await readFenced(stores, [])
  return {
    artifactId: 'a',
    objectKey: 'o',
    sizeBytes: 1,
    digest: { kind: 'sha256', hex: '00' },
    contentType: 'text/plain',
    modifiedAt: null,
    disposition: 'attachment',
    fileName: 'a.txt',
    expiresAt: stores.now() + 60 * SECOND,
    tokenId: who.tokenId ?? null,
    sessionId: who.sessionId ?? null,
    userId: who.userId ?? null,
    shareId: who.shareId ?? null,
    projectId: project.id,
    ...fenceNow(stores),
  }
}

let here: TestStores
let there: TestStores
let project: Project

beforeEach(async () => {
  here = await openTestStores()
  there = await openTestStores({ clock: here.clock })
  project = await seedProject(here.db)
})

/** The member of the project, their personal token, and a ticket of it. */
async function seedPersons() {
  const user = await seedUser(here.db)
  await seedMember(here.db, project, user, 'member')
  const token = await seedToken(here, { kind: 'personal', user })
  const ticket = await ticketFrom(here, project, { tokenId: token.id, userId: user.id })
  return { user, token, ticket }
}

async function seedProjects(scope: 'view-builds' | 'status' = 'view-builds') {
  const token = await seedToken(here, { kind: 'project', project, scope })
  return { token, ticket: await ticketFrom(here, project, { tokenId: token.id }) }
}

/** A member of the project in a browser, and a ticket of that session. */
async function seedSessions() {
  const user = await seedUser(here.db)
  await seedMember(here.db, project, user, 'member')
  const secret = mintSessionSecret()
  await insertSession(here, secret, { userId: user.id, method: 'link', userAgent: null, from: null })
  const viewer = await findViewer(here.db, secret, here.now())
  const sessionId = viewer?.session.id ?? ''
  return { user, sessionId, ticket: await ticketFrom(here, project, { sessionId, userId: user.id }) }
}

/** At once where it was ended; elsewhere once the feed is read anew, 10 s later at most. */
async function expectEnd(ticket: DownloadTicket, end: () => Promise<unknown>) {
  await readFenced(there, [])
  await end()
  expect(await ticketState(here, ticket)).toBe('ended')
  expect(await ticketState(there, ticket)).toBe('valid')
  there.clock.advance(10 * SECOND)
  expect(await ticketState(there, ticket)).toBe('ended')
}

describe('a download signed for a page', () => {
  it('stands while its session does, at no cost where the feed is fresh', async () => {
    const { ticket } = await seedSessions()
    here.resetCounts()
    expect(await ticketState(here, ticket)).toBe('valid')
    expect(here.counts.d1).toBe(0)
    here.memory.feed.known = null
    expect(await ticketState(here, { ...ticket, epoch: 'another' })).toBe('valid')
  })

  const ends: [string, (seeded: Awaited<ReturnType<typeof seedSessions>>) => Promise<unknown>][] = [
    ['they sign out', ({ user, sessionId }) => deleteSession(here, user.id, sessionId, actsAs(user.id))],
    ['they end all other sessions', ({ user }) => deleteOtherSessions(here, user.id, 'the one kept', actsAs(user.id))],
    [
      'an account is unlinked by which they came',
      async ({ user, sessionId }) => {
        await here.db.update(sessions).set({ method: 'github' }).where(eq(sessions.id, sessionId))
        await here.db
          .insert(identities)
          .values({ provider: 'github', subject: user.id, userId: user.id, name: 'x', createdAt: 0, lastUsedAt: 0 })
        await unlinkIdentity(
          here,
          { userId: user.id, sessionId: 'the one kept' },
          { provider: 'github', subject: user.id },
          actsAs(user.id),
        )
      },
    ],
    [
      'they are removed',
      ({ user }) => commitEnding(here, INSTANCE, [here.db.delete(users).where(eq(users.id, user.id))]),
    ],
    [
      'they leave the project',
      ({ user }) => commitEnding(here, INSTANCE, [here.db.delete(members).where(eq(members.userId, user.id))]),
    ],
  ]
  it.each(ends)('ends when %s: at once here, 10 s later elsewhere', async (_, end) => {
    const seeded = await seedSessions()
    await expectEnd(seeded.ticket, () => end(seeded))
  })

  it.each([
    [
      'nobody used for 30 days',
      (id: string) => here.db.update(sessions).set({ lastSeenAt: 0 }).where(eq(sessions.id, id)),
    ],
    ['is gone, whoever else is signed in', (id: string) => here.db.delete(sessions).where(eq(sessions.id, id))],
  ])('does not stand by a session that %s, where the database is asked', async (_, end) => {
    const { ticket, sessionId } = await seedSessions()
    await seedSessions()
    await end(sessionId)
    expect(await ticketState(here, { ...ticket, epoch: 'another' })).toBe('ended')
  })

  it('stands when another session of the person ends', async () => {
    const { user, ticket } = await seedSessions()
    await seedSessions()
    await insertSession(here, mintSessionSecret(), { userId: user.id, method: 'link', userAgent: null, from: null })
    await deleteOtherSessions(here, user.id, ticket.sessionId ?? '', actsAs(user.id))
    expect(await ticketState(here, ticket)).toBe('valid')
  })
})

describe('a signed download', () => {
  it('stands while nothing ended, at no cost where the feed is fresh', async () => {
    const { ticket } = await seedProjects()
    here.resetCounts()
    expect(await ticketState(here, ticket)).toBe('valid')
    expect(here.counts.d1).toBe(0)
  })

  const ends: [string, (seeded: Awaited<ReturnType<typeof seedPersons>>) => Promise<unknown>][] = [
    ['its token is deleted', ({ token }) => endToken(here, token)],
    ['its token is given an end that has come', ({ token }) => redateToken(here, token, here.clock.now)],
    [
      'its person is removed',
      ({ user }) => commitEnding(here, INSTANCE, [here.db.delete(users).where(eq(users.id, user.id))]),
    ],
    [
      'its person leaves the project',
      ({ user }) => commitEnding(here, INSTANCE, [here.db.delete(members).where(eq(members.userId, user.id))]),
    ],
    [
      'its project is deleted',
      () => commitEnding(here, INSTANCE, [here.db.delete(projects).where(eq(projects.id, project.id))]),
    ],
  ]
  it.each(ends)('ends when %s: at once here, 10 s later elsewhere', async (_, end) => {
    const seeded = await seedPersons()
    await expectEnd(seeded.ticket, () => end(seeded))
  })

  it('of nobody ends when its public project becomes private, and stands while it is public', async () => {
    project = await seedProject(here.db, { visibility: 'public' })
    const ticket = await ticketFrom(here, project)
    const change = (visibility: 'private' | 'public', defaultBranch: string) =>
      commitEnding(here, INSTANCE, [
        here.db.update(projects).set({ visibility, defaultBranch }).where(eq(projects.id, project.id)),
      ])
    await change('public', 'trunk')
    expect(await ticketState(here, ticket)).toBe('valid')
    await change('private', 'trunk')
    expect(await ticketState(here, ticket)).toBe('ended')
  })

  it('of a token that lacks the permission does not stand once the database is asked', async () => {
    const { token, ticket } = await seedProjects('status')
    await redateToken(here, token, here.clock.now + 3_600 * SECOND)
    expect(await ticketState(here, ticket)).toBe('ended')
  })

  it('goes on when its token was only given a later end, and then ends at that end exactly', async () => {
    const { token, ticket } = await seedProjects()
    await redateToken(here, token, here.clock.now + 5 * SECOND)
    expect(await ticketState(here, ticket)).toBe('valid')
    here.clock.advance(5 * SECOND - 1)
    expect(await ticketState(here, ticket)).toBe('valid')
    here.clock.advance(1)
    expect(await ticketState(here, ticket)).toBe('ended')
  })

  it('that a page offered goes by the role that its person has there, once the database is asked', async () => {
    const [member, stranger] = [await seedUser(here.db), await seedUser(here.db)]
    await seedMember(here.db, project, member, 'member')
    await seedMember(here.db, await seedProject(here.db), stranger, 'admin')
    const standingOf = async (userId: string) => {
      const secret = mintSessionSecret()
      await insertSession(here, secret, { userId, method: 'link', userAgent: null, from: null })
      const sessionId = (await findViewer(here.db, secret, here.now()))?.session.id ?? ''
      // The feed of another life of the database says nothing.
      return ticketState(here, { ...(await ticketFrom(here, project, { sessionId, userId })), epoch: 'another' })
    }
    expect([await standingOf(member.id), await standingOf(stranger.id)]).toEqual(['valid', 'ended'])
  })

  it('of a member who became an admin goes on', async () => {
    const { user, ticket } = await seedPersons()
    await commitEnding(here, INSTANCE, [
      here.db.update(members).set({ role: 'admin' }).where(eq(members.userId, user.id)),
    ])
    expect(await ticketState(here, ticket)).toBe('valid')
  })

  it('signed before the feed was ever read is asked of the database', async () => {
    const token = await seedToken(here, { kind: 'project', project, scope: 'all' })
    const ticket = { ...(await ticketFrom(here, project, { tokenId: token.id })), ...fenceNow(there) }
    here.resetCounts()
    expect(await ticketState(here, ticket)).toBe('valid')
    expect(here.counts.d1).toBe(1)
  })
})

describe('while D1 cannot be reached, a signed download', () => {
  it('goes on for 60 s from its proof, then it is 503', async () => {
    const { ticket } = await seedProjects()
    here.faults.beforeD1 = outage
    here.clock.advance(59_999)
    expect(await ticketState(here, ticket)).toBe('valid')
    // No poll is due: it is the database itself that could not be asked.
    expect(await ticketState(here, ticket)).toBe('valid')
    expect(here.warnings).toContain('ticket_unprovable')
    here.clock.advance(1)
    expect(await ticketState(here, ticket)).toBe('unavailable')
  })

  it('that the feed named is 503 at once', async () => {
    const { token, ticket } = await seedProjects()
    await redateToken(here, token, here.clock.now + 3_600 * SECOND)
    here.faults.beforeD1 = outage
    expect(await ticketState(here, ticket)).toBe('unavailable')
  })
})

it('each look-up of a ticket finds its rows by an index', async () => {
  expect(await scansOf(here.db, selectProjectById(here.db, project.id))).toEqual([])
  expect(await scansOf(here.db, selectRoleOf(here.db, project.id, 'u'))).toEqual([])
})
