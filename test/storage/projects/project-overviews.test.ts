import { and, eq } from 'drizzle-orm'
import { describe, expect, it } from 'vitest'
import { randomBase62 } from '../../../src/domain/access/secret.ts'
import { slugText } from '../../../src/domain/project.ts'
import { countUnfollowed, listProjectOverviews } from '../../../src/storage/projects/project-overviews.ts'
import { members } from '../../../src/storage/schema/schema.ts'
import { seedMember, seedProject, seedUser } from '../../support/seed/seed.ts'
import { seedRun } from '../../support/seed/seed-runs.ts'
import { queryPlanOf, scansOf } from '../../support/worker/query-plan.ts'
import { openTestStores } from '../../support/worker/stores.ts'

const FIRST = { followed: true, after: null }

async function openUser() {
  const stores = await openTestStores()
  return { stores, db: stores.db, user: await seedUser(stores.db) }
}

describe("a person's projects", () => {
  it('come by slug, each with the newest pipelines of its default branch', async () => {
    const { stores, db, user } = await openUser()
    const org = `acme-${randomBase62(8)}`
    const web = await seedProject(db, { slug: `gh/${org}/web` })
    const docs = await seedProject(db, { slug: `gh/${org}/docs`, defaultBranch: 'trunk' })
    await seedMember(db, web, user, 'admin')
    await seedMember(db, docs, user, 'member')
    await seedRun(stores, web, { subject: 'Old' })
    await seedRun(stores, web, { branch: 'develop', subject: 'Elsewhere' })
    await seedRun(stores, web, { subject: 'New', push: 'n', job: 'lint' })
    await seedRun(stores, web, { push: 'n', job: 'test', status: 'failed' })
    const page = await listProjectOverviews(db, user.id, FIRST)
    expect(page).toMatchObject({
      after: null,
      projects: [
        { project: docs, role: 'member', pipelines: [] },
        {
          project: web,
          role: 'admin',
          pipelines: [
            { number: 3, subject: 'New', builds: [{ jobName: 'lint' }, { jobName: 'test', status: 'failed' }] },
            { number: 1, subject: 'Old', builds: [{ jobName: 'test' }] },
          ],
        },
      ],
    })
  })

  it('never hold the project of somebody else', async () => {
    const { stores, db, user } = await openUser()
    const theirs = await seedProject(db, { visibility: 'public' })
    await seedRun(stores, theirs)
    expect(await listProjectOverviews(db, user.id, FIRST)).toEqual({ projects: [], after: null })
  })

  it('that are not followed are counted, and listed only when asked for', async () => {
    const { db, user } = await openUser()
    const project = await seedProject(db)
    await seedMember(db, project, user, 'member')
    await db
      .update(members)
      .set({ followed: false })
      .where(and(eq(members.projectId, project.id), eq(members.userId, user.id)))
    expect((await listProjectOverviews(db, user.id, FIRST)).projects).toEqual([])
    expect(await countUnfollowed(db, user.id)).toBe(1)
    expect((await listProjectOverviews(db, user.id, { followed: false, after: null })).projects).toHaveLength(1)
  })

  it('are all there over the pages, each once', async () => {
    const { stores, db, user } = await openUser()
    const org = `acme-${randomBase62(8)}`
    const slugs: string[] = []
    for (let i = 0; i < 27; i++) {
      const project = await seedProject(db, { slug: `gh/${org}/Repo${String(i).padStart(2, '0')}` })
      await seedMember(db, project, user, 'member')
      await seedRun(stores, project)
      slugs.push(slugText(project))
    }
    const first = await listProjectOverviews(db, user.id, FIRST)
    expect(first.after).toBe(slugs[24]?.toLowerCase())
    const second = await listProjectOverviews(db, user.id, { ...FIRST, after: first.after })
    expect(second.after).toBeNull()
    const shown = [...first.projects, ...second.projects]
    expect(shown.map(({ project }) => slugText(project))).toEqual(slugs)
    expect(shown.every(({ pipelines }) => pipelines.length === 1 && pipelines[0]?.builds.length === 1)).toBe(true)
  })

  it('are found by indexes, and only so many pipelines of each are read', async () => {
    const { stores, db, user } = await openUser()
    const project = await seedProject(db)
    await seedMember(db, project, user, 'member')
    for (let i = 0; i < 20; i++) await seedRun(stores, project)
    stores.recorded.length = 0
    const { projects } = await listProjectOverviews(db, user.id, { ...FIRST, after: 'gh/a' })
    await countUnfollowed(db, user.id)
    expect(projects[0]?.pipelines).toHaveLength(15)
    const ran = stores.recorded.filter(({ sql }) => sql.startsWith('select'))
    expect(ran).toHaveLength(5)
    for (const statement of ran) expect(await scansOf(db, statement), statement.sql).toEqual([])
    const plans = await Promise.all(ran.slice(1, 3).map((statement) => queryPlanOf(db, statement)))
    for (const plan of plans) expect(plan).toContain('pipelines_newest (project_id=? AND branch=?)')
  })
})
