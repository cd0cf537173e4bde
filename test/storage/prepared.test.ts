import { eq, inArray, sql } from 'drizzle-orm'
import { beforeAll, describe, expect, it } from 'vitest'
import type { Project } from '../../src/domain/project.ts'
import { buildsQuery } from '../../src/storage/builds/builds.ts'
import { prepareOnce, prepareWithList } from '../../src/storage/prepared.ts'
import { aliased } from '../../src/storage/schema/columns.ts'
import { builds, pipelines, projects, tokens, users } from '../../src/storage/schema/schema.ts'
import type { Db } from '../../src/storage/stores.ts'
import { seedProject, seedToken, seedUser } from '../support/seed/seed.ts'
import { seedBuild } from '../support/seed/seed-builds.ts'
import { openTestStores, type TestStores } from '../support/worker/stores.ts'

let stores: TestStores
let project: Project
beforeAll(async () => {
  stores = await openTestStores()
  project = await seedProject(stores.db)
  for (const branch of ['main', 'main', 'other']) await seedBuild(stores, project, { branch })
  await seedToken(stores, { kind: 'project', project, scope: 'status' })
  await seedToken(stores, { kind: 'personal', user: await seedUser(stores.db) })
})

const ofBranch = (db: Db, { projectId, branch, limit }: { projectId: string; branch: string; limit: number }) =>
  buildsQuery(db, projectId, { branch, filter: 'none' }, { limit, offset: 0 })

/** Rows with a table that may have none, columns that are decoded, and expressions. */
const everyToken = (db: Db, { kind }: { kind: string }) =>
  db
    .select({
      id: sql<string>`${tokens.id}`.as('token_id'),
      limits: tokens.limits,
      upper: sql<string>`upper(${tokens.label})`.as('upper_label'),
      user: { id: users.id, login: users.login },
      project: aliased('project', { id: projects.id, vcs: projects.vcs }),
    })
    .from(tokens)
    .leftJoin(users, eq(users.id, tokens.userId))
    .leftJoin(projects, eq(projects.id, tokens.projectId))
    .where(sql`${kind} = '' or ${tokens.kind} = ${kind}`)
    .orderBy(tokens.id)

const ofPipeline = (db: Db, { projectId }: { projectId: string }) =>
  db
    .select({
      pipeline: { id: pipelines.id, author: pipelines.author, pulls: pipelines.pullRequests },
      steps: builds.steps,
    })
    .from(pipelines)
    .leftJoin(builds, eq(builds.pipelineId, pipelines.id))
    .where(eq(pipelines.projectId, projectId))
    .orderBy(pipelines.number)

describe('a read that is put together once', () => {
  it('gives what Drizzle gives, alone and in a batch, for any values', async () => {
    const { db } = stores
    const prepared = prepareOnce(ofBranch)
    for (const [branch, limit] of [
      ['main', 30],
      ['main', 1],
      ['other', 30],
      ['none', 5],
    ] as const) {
      const values = { projectId: project.id, branch, limit }
      const expected = await ofBranch(db, values)
      expect(await prepared(db, values)).toEqual(expected)
      const [first, second] = await db.batch([prepared(db, values), ofBranch(db, values)])
      expect([first, second]).toEqual([expected, expected])
    }
    expect((await prepared(db, { projectId: project.id, branch: 'main', limit: 30 })).length).toBe(2)
  })

  it('gives null for what a joined table has no row of, as Drizzle does', async () => {
    const { db } = stores
    const prepared = prepareOnce(everyToken)
    for (const kind of ['', 'project', 'personal']) {
      const rows = await prepared(db, { kind })
      expect(rows).toEqual(await everyToken(db, { kind }))
      const [batched] = await db.batch([prepared(db, { kind })])
      expect(batched).toEqual(rows)
    }
    expect((await prepared(db, { kind: 'project' })).map(({ user }) => user)).toContain(null)
    const pipelinesPrepared = prepareOnce(ofPipeline)
    expect(await pipelinesPrepared(db, { projectId: project.id })).toEqual(
      await ofPipeline(db, { projectId: project.id }),
    )
  })

  it('has a list of any length in it, one statement for each', async () => {
    const { db } = stores
    const read = (list: readonly string[]) =>
      db
        .select({ id: projects.id })
        .from(projects)
        .where(inArray(projects.id, [...list]))
    let times = 0
    const prepared = prepareWithList((db, _: object, list) => {
      times += 1
      return db
        .select({ id: projects.id })
        .from(projects)
        .where(inArray(projects.id, [...list]))
    })
    for (const list of [[project.id], ['none'], [project.id, 'none'], ['none', project.id]])
      expect(await prepared(db, {}, list)).toEqual(await read(list))
    expect(times).toBe(2)
  })

  it('is put together at its first call, and never again', async () => {
    let times = 0
    const prepared = prepareOnce((db, values: { projectId: string; branch: string; limit: number }) => {
      times += 1
      return ofBranch(db, values)
    })
    expect(times).toBe(0)
    for (const branch of ['main', 'other']) await prepared(stores.db, { projectId: project.id, branch, limit: 3 })
    expect(times).toBe(1)
  })
})
