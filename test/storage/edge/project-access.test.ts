import { and, eq } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { INSTANCE } from '../../../src/domain/access/actor.ts'
import type { Grant } from '../../../src/domain/access/grant.ts'
import type { Permission } from '../../../src/domain/access/permission.ts'
import { type Project, type Slug, slugKeyFor, slugText } from '../../../src/domain/project.ts'
import { findGrant } from '../../../src/storage/edge/grants.ts'
import { findAccess, findPublicProject, isKnownHidden, knownAccess } from '../../../src/storage/edge/project-access.ts'
import { members, projects } from '../../../src/storage/schema/schema.ts'
import { commitEnding, readFenced } from '../../../src/storage/tokens/revocations.ts'
import { barrier, UNLIMITED } from '../../support/seed/present.ts'
import { seedMember, seedProject, seedToken, seedUser, slugOf } from '../../support/seed/seed.ts'
import { scansOf } from '../../support/worker/query-plan.ts'
import { openTestStores, type TestStores } from '../../support/worker/stores.ts'

const SECOND = 1_000
const outage = async () => {
  throw new Error('D1 cannot be reached')
}

async function decisionOf(stores: TestStores, grant: Grant | null, slug: Slug, permission: Permission = 'status:read') {
  return (await findAccess(stores, grant, slug, permission)).decision
}

/** A private project, and somebody who is its member or admin, as two isolates see them. */
async function seedMembership(role: 'admin' | 'member' = 'member') {
  const here = await openTestStores()
  const there = await openTestStores({ clock: here.clock })
  const project = await seedProject(here.db)
  const user = await seedUser(here.db)
  await seedMember(here.db, project, user, role)
  const grant: Grant = { kind: 'personal', tokenId: 't', userId: user.id, instanceRole: 'user', limits: null }
  return { here, there, project, user, grant }
}

function projectGrant(project: Project): Grant {
  return { kind: 'project', tokenId: 't', scope: 'all', project, limits: null }
}

describe('memory alone', () => {
  it('says yes after the database did, until the feed is 4 s old, and never no', async () => {
    const { here, project, grant } = await seedMembership()
    const known = (permission: Permission = 'status:read', asker: Grant | null = grant) =>
      knownAccess(here, asker, project, permission)
    expect(known()).toBeNull()
    const access = await findAccess(here, grant, project, 'status:read')
    expect([known(), known('project:admin'), known('status:read', null)]).toEqual([access, null, null])
    here.clock.advance(4 * SECOND - 1)
    expect(known()).toEqual(access)
    here.clock.advance(1)
    expect(known()).toBeNull()
  })
})

describe('what anybody may see', () => {
  it('is a public project; any other name is hidden alike, which is known for 5 s', async () => {
    const here = await openTestStores()
    const shown = await seedProject(here.db, { visibility: 'public' })
    const hidden = [await seedProject(here.db), slugOf('gh/nobody/nothing')]
    expect(await findPublicProject(here, shown)).toEqual(shown)
    for (const slug of hidden) {
      expect(isKnownHidden(here, slug)).toBe(false)
      expect(await findPublicProject(here, slug)).toBe('hidden')
    }
    const known = () => [shown, ...hidden].map((slug) => isKnownHidden(here, slug))
    here.clock.advance(5 * SECOND - 1)
    expect(known()).toEqual([false, true, true])
    here.clock.advance(1)
    expect(known()).toEqual([false, false, false])
  })

  it('is not known while D1 cannot be reached, and nothing is hidden for that', async () => {
    const here = await openTestStores()
    const project = await seedProject(here.db, { visibility: 'public' })
    here.faults.beforeD1 = outage
    expect([await findPublicProject(here, project), isKnownHidden(here, project)]).toEqual(['unavailable', false])
  })
})

describe('a person', () => {
  it('reads where they are a member, the second time from memory, and learns the role', async () => {
    const { here, project, grant } = await seedMembership()
    expect(await findAccess(here, grant, project, 'builds:write')).toEqual({
      decision: 'allow',
      project,
      role: 'member',
    })
    here.resetCounts()
    expect(await decisionOf(here, grant, project)).toBe('allow')
    expect(here.counts.d1).toBe(0)
  })

  it('does not borrow the look-up of a member who asks for the same project at the same moment', async () => {
    const { here, project, grant } = await seedMembership('admin')
    const stranger = await seedUser(here.db)
    const theirs: Grant = { kind: 'personal', tokenId: 's', userId: stranger.id, instanceRole: 'user', limits: null }
    const asked = [grant, theirs, null].map((asker) => decisionOf(here, asker, project, 'project:admin'))
    expect(await Promise.all(asked)).toEqual(['allow', 'project_not_found', 'project_not_found'])
  })

  it('is let in at once when they are made a member or admin: a no is never remembered', async () => {
    const { here, project, user } = await seedMembership()
    const stranger = await seedUser(here.db)
    const theirs: Grant = { kind: 'personal', tokenId: 't', userId: stranger.id, instanceRole: 'user', limits: null }
    expect(await decisionOf(here, theirs, project)).toBe('project_not_found')
    await seedMember(here.db, project, stranger, 'member')
    expect(await decisionOf(here, theirs, project)).toBe('allow')

    const grant: Grant = { ...theirs, userId: user.id }
    expect(await decisionOf(here, grant, project, 'project:admin')).toBe('permission_denied')
    await here.db.update(members).set({ role: 'admin' }).where(eq(members.userId, user.id))
    expect(await decisionOf(here, grant, project, 'project:admin')).toBe('allow')
  })

  it('who is removed is refused at once here, and 10 s later elsewhere', async () => {
    const { here, there, project, user, grant } = await seedMembership()
    for (const isolate of [here, there]) expect(await decisionOf(isolate, grant, project)).toBe('allow')
    await commitEnding(here, INSTANCE, [here.db.delete(members).where(eq(members.userId, user.id))])
    expect(await decisionOf(here, grant, project)).toBe('project_not_found')
    there.clock.advance(10 * SECOND)
    expect(await decisionOf(there, grant, project)).toBe('project_not_found')
  })

  it('who is demoted loses only what the role gave, at once here and 10 s later elsewhere', async () => {
    const { here, there, project, user, grant } = await seedMembership('admin')
    for (const isolate of [here, there])
      expect(await decisionOf(isolate, grant, project, 'project:admin')).toBe('allow')
    await commitEnding(here, INSTANCE, [
      here.db.update(members).set({ role: 'member' }).where(eq(members.userId, user.id)),
    ])
    there.clock.advance(10 * SECOND)
    for (const isolate of [here, there]) {
      expect(await decisionOf(isolate, grant, project, 'project:admin')).toBe('permission_denied')
      expect(await decisionOf(isolate, grant, project, 'builds:write')).toBe('allow')
    }
  })

  it('who leaves one project still reads the other without another look into D1', async () => {
    const { here, project, user, grant } = await seedMembership()
    const other = await seedProject(here.db)
    await seedMember(here.db, other, user, 'member')
    await decisionOf(here, grant, other)
    await decisionOf(here, grant, project)
    const left = and(eq(members.userId, user.id), eq(members.projectId, project.id))
    await commitEnding(here, INSTANCE, [here.db.delete(members).where(left)])
    here.resetCounts()
    expect(await decisionOf(here, grant, other)).toBe('allow')
    expect(here.counts.d1).toBe(0)
  })
})

describe('a project', () => {
  it('that becomes private is hidden from strangers at once here, and 10 s later elsewhere', async () => {
    const here = await openTestStores()
    const there = await openTestStores({ clock: here.clock })
    const project = await seedProject(here.db, { visibility: 'public' })
    for (const isolate of [here, there]) expect(await decisionOf(isolate, null, project)).toBe('allow')
    const hide = here.db.update(projects).set({ visibility: 'private' }).where(eq(projects.id, project.id))
    await commitEnding(here, INSTANCE, [hide])
    expect(await decisionOf(here, null, project)).toBe('project_not_found')
    there.clock.advance(10 * SECOND)
    expect(await decisionOf(there, null, project)).toBe('project_not_found')
  })

  it('that becomes public is open at once, everywhere', async () => {
    const here = await openTestStores()
    const there = await openTestStores({ clock: here.clock })
    const project = await seedProject(here.db)
    for (const isolate of [here, there]) expect(await decisionOf(isolate, null, project)).toBe('project_not_found')
    await here.db.update(projects).set({ visibility: 'public' }).where(eq(projects.id, project.id))
    for (const isolate of [here, there]) expect(await decisionOf(isolate, null, project)).toBe('allow')
  })

  it('that is renamed is found by the new name, and no longer by the old one', async () => {
    const { here, there, project, grant } = await seedMembership()
    for (const isolate of [here, there]) await decisionOf(isolate, grant, project)
    const renamed = { ...project, repo: 'site' }
    const rename = here.db
      .update(projects)
      .set({ repo: 'site', slugKey: slugKeyFor(renamed) })
      .where(eq(projects.id, project.id))
    await commitEnding(here, INSTANCE, [rename])
    there.clock.advance(10 * SECOND)
    for (const isolate of [here, there]) {
      expect(await decisionOf(isolate, grant, project)).toBe('project_not_found')
      expect(await findAccess(isolate, grant, renamed, 'status:read')).toMatchObject({ project: renamed })
    }
  })

  it('that is deleted and made anew under its name is another: old members and old tokens do not open it', async () => {
    const { here, there, project, grant } = await seedMembership()
    const { secret } = await seedToken(here, { kind: 'project', project, scope: 'all' })
    for (const isolate of [here, there]) {
      await decisionOf(isolate, grant, project)
      await findGrant(isolate, secret, project, UNLIMITED)
    }
    await commitEnding(here, INSTANCE, [here.db.delete(projects).where(eq(projects.id, project.id))])
    const anew = await seedProject(here.db, { slug: slugText(project) })
    there.clock.advance(10 * SECOND)
    for (const isolate of [here, there]) {
      expect(await decisionOf(isolate, grant, project)).toBe('project_not_found')
      expect((await findGrant(isolate, secret, anew, UNLIMITED)).kind).toBe('unknown')
      // Even a grant that somebody still held would belong to the old one.
      expect(await decisionOf(isolate, projectGrant({ ...project, repo: 'elsewhere' }), anew)).toBe('project_not_found')
    }
  })

  it('is found in whatever letter case, and shown as it is written', async () => {
    const stores = await openTestStores()
    const project = await seedProject(stores.db, { slug: 'gh/Acme/CamelCase', visibility: 'public' })
    const access = await findAccess(stores, null, slugOf('github/aCME/camelcase'), 'status:read')
    expect(access).toMatchObject({ project: { id: project.id, org: 'Acme', repo: 'CamelCase' } })
  })

  it("costs another project's token the same look whether it is hidden or absent", async () => {
    const stores = await openTestStores()
    const grant = projectGrant(await seedProject(stores.db))
    const hidden = await seedProject(stores.db)
    const absent = slugOf('gh/acme/never-made')
    for (let round = 0; round < 2; round++) {
      const looks: unknown[] = []
      for (const slug of [hidden, absent]) {
        stores.resetCounts()
        stores.recorded.length = 0
        expect(await findAccess(stores, grant, slug, 'status:read')).toEqual({ decision: 'project_not_found' })
        looks.push([{ ...stores.counts }, stores.recorded.map(({ sql }) => sql)])
      }
      expect(looks[0]).toEqual(looks[1])
    }
  })
})

describe('an answer on its way', () => {
  it('is overtaken by a removal in the same isolate: the leader and who joined it are refused', async () => {
    const { here, project, user, grant } = await seedMembership()
    const gate = barrier()
    here.faults.afterD1 = gate.pass
    const leader = decisionOf(here, grant, project)
    await gate.reached
    here.faults.afterD1 = undefined
    await commitEnding(here, INSTANCE, [here.db.delete(members).where(eq(members.userId, user.id))])
    const follower = decisionOf(here, grant, project)
    await new Promise((resolve) => setTimeout(resolve, 20))
    gate.open()
    expect(await Promise.all([leader, follower])).toEqual(['project_not_found', 'project_not_found'])
  })

  it('cannot be told, and 503 is the answer, while each reading is overtaken by another end', async () => {
    const { here, project, grant } = await seedMembership()
    let branch = 0
    here.faults.afterD1 = async () => {
      const { afterD1 } = here.faults
      here.faults.afterD1 = undefined
      branch += 1
      await commitEnding(here, INSTANCE, [
        here.db
          .update(projects)
          .set({ defaultBranch: `b${branch}` })
          .where(eq(projects.id, project.id)),
      ])
      here.faults.afterD1 = afterD1
    }
    expect(await decisionOf(here, grant, project)).toBe('unavailable')
    here.faults.afterD1 = undefined
    expect(await decisionOf(here, grant, project)).toBe('allow')
  })

  it('of a crowd that is allowed costs one look into D1', async () => {
    const { here, project, grant } = await seedMembership()
    here.resetCounts()
    const decisions = await Promise.all(Array.from({ length: 20 }, () => decisionOf(here, grant, project)))
    expect(new Set(decisions)).toEqual(new Set(['allow']))
    expect(here.counts.d1).toBe(1)
  })

  it('is kept for 60 s, then D1 is asked again', async () => {
    const { here, project, grant } = await seedMembership()
    await decisionOf(here, grant, project)
    for (let seconds = 0; seconds < 60; seconds += 5) {
      here.clock.advance(5 * SECOND)
      await readFenced(here, [])
    }
    here.resetCounts()
    await decisionOf(here, grant, project)
    expect(here.counts.d1).toBe(1)
    here.clock.advance(SECOND)
    await decisionOf(here, grant, project)
    expect(here.counts.d1).toBe(1)
  })

  it('that says no is not taken by a request that came after the yes was stored', async () => {
    const { here, project } = await seedMembership()
    const user = await seedUser(here.db)
    const grant: Grant = { kind: 'personal', tokenId: 't', userId: user.id, instanceRole: 'user', limits: null }
    const gate = barrier()
    here.faults.afterD1 = gate.pass
    const early = decisionOf(here, grant, project)
    await gate.reached
    here.faults.afterD1 = undefined
    await seedMember(here.db, project, user, 'member')
    const late = decisionOf(here, grant, project)
    await new Promise((resolve) => setTimeout(resolve, 20))
    gate.open()
    expect(await Promise.all([early, late])).toEqual(['project_not_found', 'allow'])
  })
})

describe('while D1 cannot be reached', () => {
  it('what was allowed goes on for 60 s from its proof; the rest is 503', async () => {
    const { here, project, grant } = await seedMembership()
    await decisionOf(here, grant, project)
    here.faults.beforeD1 = outage
    here.clock.advance(59_999)
    expect(await decisionOf(here, grant, project)).toBe('allow')
    expect(await decisionOf(here, grant, project, 'project:admin')).toBe('unavailable')
    expect(await decisionOf(here, null, project)).toBe('unavailable')
    expect(await decisionOf(here, grant, slugOf('gh/acme/other'))).toBe('unavailable')
    here.clock.advance(1)
    expect(await decisionOf(here, grant, project)).toBe('unavailable')
  })

  it('what was allowed goes on when the database itself could not be asked, no poll being due', async () => {
    const { here, project, grant } = await seedMembership()
    await decisionOf(here, grant, project)
    here.faults.beforeD1 = outage
    here.clock.advance(20 * SECOND)
    // The first is bridged by the poll that failed; for the second none is tried.
    for (let i = 0; i < 2; i++) expect(await decisionOf(here, grant, project)).toBe('allow')
    expect(here.warnings).toContain('project_unreadable')
    here.clock.advance(40 * SECOND)
    for (let i = 0; i < 2; i++) expect(await decisionOf(here, grant, project)).toBe('unavailable')
  })

  it('what the feed named does not', async () => {
    const { here, project, grant } = await seedMembership()
    await decisionOf(here, grant, project)
    await commitEnding(here, INSTANCE, [
      here.db.update(projects).set({ defaultBranch: 'trunk' }).where(eq(projects.id, project.id)),
    ])
    here.faults.beforeD1 = outage
    expect(await decisionOf(here, grant, project)).toBe('unavailable')
  })
})

it('each look-up of the hot path finds its rows by an index', async () => {
  const { here, project, user, grant } = await seedMembership()
  const personal = await seedToken(here, { kind: 'personal', user })
  here.recorded.length = 0
  await findGrant(here, personal.secret, project, UNLIMITED)
  await findAccess(await openTestStores(), grant, project, 'status:read')
  await findAccess(here, null, project, 'status:read')
  const ran = here.recorded.filter(({ sql }) => sql.startsWith('select'))
  expect(ran.length).toBeGreaterThanOrEqual(7)
  for (const statement of ran) expect(await scansOf(here.db, statement), statement.sql).toEqual([])
})
