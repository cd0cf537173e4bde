import { eq } from 'drizzle-orm'
import { beforeEach, describe, expect, it } from 'vitest'
import { mintSecret } from '../../../src/domain/access/secret.ts'
import { DAY_MS } from '../../../src/domain/day.ts'
import { noticeText } from '../../../src/domain/notices/notice-text.ts'
import { type Project, slugText } from '../../../src/domain/project.ts'
import { listInbox } from '../../../src/storage/notices/notices.ts'
import { losingQuery, warnOfLoss } from '../../../src/storage/notices/shared-files.ts'
import {
  endingQuery,
  noteExpiredUse,
  unwarnedQuery,
  type WarningsKey,
  warnOfEnds,
  warnOfUnused,
} from '../../../src/storage/notices/token-notices.ts'
import { builds, tokens } from '../../../src/storage/schema/schema.ts'
import { shares } from '../../../src/storage/schema/schema-shares.ts'
import { findSuccessor, listSuccessors, putOnLeak } from '../../../src/storage/tokens/successors.ts'
import { endLeakedToken, rotateToken } from '../../../src/storage/tokens/token-ends.ts'
import { insertToken, listTokens } from '../../../src/storage/tokens/tokens.ts'
import { seedMember, seedProject, seedToken, seedUser } from '../../support/seed/seed.ts'
import { seedBuild } from '../../support/seed/seed-builds.ts'
import { actsAs } from '../../support/worker/as-instance.ts'
import { scansOf } from '../../support/worker/query-plan.ts'
import { openTestStores, type TestStores } from '../../support/worker/stores.ts'

let stores: TestStores
let project: Project
let slug: string
let admin: { id: string; login: string }
let member: { id: string; login: string }

beforeEach(async () => {
  stores = await openTestStores()
  project = await seedProject(stores.db)
  slug = slugText(project)
  ;[admin, member] = [await seedUser(stores.db), await seedUser(stores.db)]
  await seedMember(stores.db, project, admin, 'admin')
  await seedMember(stores.db, project, member, 'member')
})

async function titles(user: { id: string }): Promise<readonly string[]> {
  const notices = await listInbox(stores.db, { userId: user.id, projects: null })
  return notices.map(({ facts, slug }) => noticeText(facts, slug).title).reverse()
}

/** The daily warnings, `days` later. */
async function daysLater(days: number): Promise<void> {
  stores.clock.advance(days * DAY_MS)
  for (let next: WarningsKey | null = await warnOfEnds(stores, stores.now(), null); next; )
    next = await warnOfEnds(stores, stores.now(), next)
}

describe('whoever looks after a token', () => {
  it('is warned 30, 15, 7 and 1 days before it ends, once each, however often the day’s work runs', async () => {
    const now = stores.now()
    await seedToken(stores, {
      ...{ kind: 'project', project, scope: 'all', label: 'deploy', createdAt: now, expiresAt: now + 60 * DAY_MS },
    })
    await daysLater(29)
    expect(await titles(admin)).toEqual([])
    for (const days of [1.5, 0, 10, 5, 1, 8, 0, 5, 1, 0]) await daysLater(days)
    const name = `The token “deploy” of ${slug} ends`
    expect(await titles(admin)).toEqual([
      `${name} in 30 days or sooner`,
      `${name} in 15 days or sooner`,
      `${name} in 7 days or sooner`,
      `${name} within a day`,
    ])
    expect(await titles(member)).toEqual([])
  })

  it('is its person, and not warned of what was made for a short time or has a successor', async () => {
    const now = stores.now()
    const seed = { kind: 'personal', user: member, createdAt: now } as const
    await seedToken(stores, { ...seed, label: 'a week', expiresAt: now + 7 * DAY_MS })
    const rotated = await seedToken(stores, { ...seed, label: 'rotated', expiresAt: now + 90 * DAY_MS })
    const wanted = { successor: mintSecret('personal'), overlapSeconds: 20 * 86_400 }
    await rotateToken(stores, rotated.id, wanted, actsAs(member.id))
    await daysLater(0)
    expect(await titles(member)).toEqual([])
    await daysLater(6.5)
    expect(await titles(member)).toEqual(['The personal token “a week” ends within a day'])
  })

  it('is told once that it is used after its end', async () => {
    const { id } = await seedToken(stores, {
      ...{ kind: 'project', project, scope: 'status', label: 'old', expiresAt: stores.now() - DAY_MS },
    })
    for (let use = 0; use < 3; use++) {
      noteExpiredUse(stores, { ...actsAs(null), tokenId: id, from: '203.0.113.7 DE/FRA' })
      await stores.settled()
      stores.clock.advance(DAY_MS)
    }
    expect(await titles(admin)).toEqual([`The token “old” of ${slug} has ended, and somebody still uses it`])
  })

  it('is warned a week before an unused one ends, and again only after it was used', async () => {
    const createdAt = stores.now()
    const { id } = await seedToken(stores, { kind: 'personal', user: member, label: 'idle', createdAt })
    // What has ended meanwhile is no news.
    await seedToken(stores, {
      kind: 'personal',
      user: member,
      label: 'ended',
      createdAt,
      expiresAt: createdAt + DAY_MS,
    })
    const warned = async () => {
      while (await warnOfUnused(stores, 90, stores.now()));
    }
    stores.clock.advance(82 * DAY_MS)
    await warned()
    expect(await titles(member)).toEqual([])
    stores.clock.advance(2 * DAY_MS)
    await warned()
    await warned()
    const told = 'The personal token “idle” is about to end, since nobody uses it'
    expect(await titles(member)).toEqual([told])
    await stores.db.update(tokens).set({ lastUsedAt: stores.now() }).where(eq(tokens.id, id))
    stores.clock.advance(84 * DAY_MS)
    await warned()
    expect(await titles(member)).toEqual([told, told])
  })
})

describe('a token that was found in public', () => {
  it('is told to its person, or to the admins of its project, in the transaction that ends it', async () => {
    const own = await seedToken(stores, { kind: 'personal', user: member, label: 'laptop' })
    const deploy = await seedToken(stores, { kind: 'project', project, scope: 'all', label: 'deploy' })
    const badge = await seedToken(stores, { kind: 'project', project, scope: 'status', label: 'badge' })
    for (const { id } of [own, deploy, badge, badge, deploy]) {
      await endLeakedToken(stores, id, actsAs(null))
      stores.clock.advance(1_000)
    }
    expect(await titles(member)).toEqual(['The personal token “laptop” was found in public, and is ended'])
    expect(await titles(admin)).toEqual([
      `The token “deploy” of ${slug} was found in public, and is ended`,
      `The token “badge” of ${slug} was found in public`,
    ])
    expect(await listSuccessors(stores.db, project.id)).toEqual([])
  })

  it('leaves a successor with its scope, limits and life where the project wants that, made once by whoever comes first', async () => {
    await putOnLeak(stores, project.id, 'replace', actsAs(admin.id))
    const now = stores.now()
    const limits = { branches: ['main'] as never }
    const leaked = await seedToken(stores, {
      ...{ kind: 'project', project, scope: 'all', label: 'deploy', limits },
      ...{ createdAt: now, expiresAt: now + 60 * DAY_MS },
    })
    stores.clock.advance(10 * DAY_MS)
    await endLeakedToken(stores, leaked.id, actsAs(null))
    const [waiting] = await listSuccessors(stores.db, project.id)
    expect(waiting).toMatchObject({ label: 'deploy', scope: 'all' })
    const wanted = await findSuccessor(stores, project.id, waiting?.id ?? '')
    if (!wanted) throw new Error('nothing waits')
    expect(wanted).toMatchObject({ limits, expiresAt: stores.now() + 60 * DAY_MS })
    const other = await seedProject(stores.db)
    expect(await findSuccessor(stores, other.id, waiting?.id ?? '')).toBeNull()
    const second = await seedUser(stores.db)
    await seedMember(stores.db, project, second, 'admin')
    const made = await Promise.all(
      [admin, second, admin].map(({ id }) => insertToken(stores, mintSecret('project'), wanted, actsAs(id))),
    )
    expect(made.map(({ kind }) => kind).sort()).toEqual(['created', 'done_before', 'done_before'])
    expect(await listTokens(stores.db, { kind: 'project', projectId: project.id })).toHaveLength(1)
    expect(await listSuccessors(stores.db, project.id)).toEqual([])
  })
})

describe('a shared file', () => {
  it('that retention may delete before its link ends is told once to its maker and the admins', async () => {
    const build = await seedBuild(stores, project)
    const share = async (id: string, days: number, buildId: string | null) => {
      await stores.db.insert(shares).values({
        ...{
          id: `${id}-${project.id}`,
          hash: `${id}-${project.id}`,
          projectId: project.id,
          kind: 'path',
          nodeIndex: 0,
        },
        ...{ path: `${id}.zip`, buildId, lastFour: 'abcd', showsName: true, createdBy: member.id },
        ...{ createdAt: stores.now(), expiresAt: stores.now() + days * DAY_MS },
      })
    }
    await share('long', 60, build.id)
    await share('short', 25, build.id)
    await share('newest', 60, null)
    const [row] = await stores.db.select({ at: builds.createdAt }).from(builds).where(eq(builds.id, build.id))
    stores.clock.now = (row?.at ?? 0) + 22 * DAY_MS
    await warnOfLoss(stores, stores.now())
    expect(await titles(member)).toEqual([])
    stores.clock.advance(2 * DAY_MS)
    for (let run = 0; run < 2; run++) await warnOfLoss(stores, stores.now())
    const told = [`A shared file of ${slug} is about to be deleted: long.zip`]
    expect([await titles(member), await titles(admin)]).toEqual([told, told])
  })
})

it('the day’s looks go by their indexes', async () => {
  const { db } = stores
  const now = stores.now()
  for (const query of [
    endingQuery(db, now, null),
    endingQuery(db, now, ['personal', 1, 'x']),
    unwarnedQuery(db, 90, now),
    losingQuery(db, now),
  ])
    expect(await scansOf(db, query)).toEqual([])
})
