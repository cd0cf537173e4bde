import { and, asc, eq, gt, type SQL, sql } from 'drizzle-orm'
import type { Actor } from '../../domain/access/actor.ts'
import type { Reach } from '../../domain/access/limits/reach.ts'
import type { ListPage } from '../../domain/formats/list-page.ts'
import type { Organization } from '../../domain/organization.ts'
import { type Project, type Slug, slugKeyFor } from '../../domain/project.ts'
import { projectColumns } from '../projects/project-columns.ts'
import { members, projects } from '../schema/schema.ts'
import type { Db, Stores } from '../stores.ts'
import { commit } from '../tokens/rights.ts'
import { isReached } from './reach.ts'

export type Membership = { readonly project: Project; readonly followed: boolean }

/** A page of the projects of a person, by slug. */
export function listMemberships(db: Db, reach: Reach, { limit, offset }: ListPage): Promise<Membership[]> {
  return selectMemberships(db, isReached(reach)).limit(limit).offset(offset)
}

/** A page of the projects of a person, by slug, each with a sum of it. */
export function membershipsQuery(db: Db, reach: Reach, { limit, offset }: ListPage, sum: SQL<string | null>) {
  return db
    .select({ project: projectColumns(), followed: members.followed, sum: sum.as('project_sum') })
    .from(members)
    .innerJoin(projects, eq(projects.id, members.projectId))
    .where(isReached(reach))
    .orderBy(asc(projects.slugKey))
    .limit(limit)
    .offset(offset)
}

/** The project of that name, if it is one of a person's. */
export async function findMembership(db: Db, reach: Reach, slug: Slug): Promise<Project | null> {
  const [found] = await selectMemberships(db, and(isReached(reach), eq(projects.slugKey, slugKeyFor(slug)))).limit(1)
  return found?.project ?? null
}

/** The projects that a person follows, after the one with the slug key `after`. */
export function listFollowed(db: Db, reach: Reach, after: string, limit: number): Promise<Membership[]> {
  const which = and(isReached(reach), eq(members.followed, true), gt(projects.slugKey, after))
  return selectMemberships(db, which).limit(limit)
}

/** Which of a person's projects: those that they follow, or those of an organization; with that text in their name. */
export type ProjectsOf = {
  readonly of: 'followed' | Organization
  readonly name: string | null
}

/** Of a person's projects those that are asked for, by slug, after the one with the slug key `after`. */
export async function listProjectsOf(
  db: Db,
  reach: Reach,
  which: ProjectsOf,
  page: { readonly after: string; readonly limit: number },
): Promise<readonly Project[]> {
  return (await projectsOfQuery(db, reach, which, page)).map(({ project }) => project)
}

export function projectsOfQuery(
  db: Db,
  reach: Reach,
  { of, name }: ProjectsOf,
  { after, limit }: { readonly after: string; readonly limit: number },
) {
  const org = of === 'followed' ? null : `${of.vcs}/${of.org}`.toLowerCase()
  const which = and(
    isReached(reach),
    org === null ? eq(members.followed, true) : undefined,
    // '0' is the character after '/'.
    org === null ? undefined : sql`${projects.slugKey} > ${`${org}/`} and ${projects.slugKey} < ${`${org}0`}`,
    name === null ? undefined : sql`instr(lower(${projects.repo}), ${name.toLowerCase()}) > 0`,
    gt(projects.slugKey, after),
  )
  return selectMemberships(db, which).limit(limit)
}

function selectMemberships(db: Db, which: SQL | undefined) {
  return db
    .select({ project: projectColumns(), followed: members.followed })
    .from(members)
    .innerJoin(projects, eq(projects.id, members.projectId))
    .where(which)
    .orderBy(asc(projects.slugKey))
    .$dynamic()
}

/** The ids of the projects of those slugs, in their order; null for one that is out of reach. */
export async function findReached(db: Db, reach: Reach, slugs: readonly Slug[]): Promise<readonly (string | null)[]> {
  const keys = slugs.map(slugKeyFor)
  const isNamed = sql`${projects.slugKey} in (select row.value from json_each(${JSON.stringify(keys)}) as row)`
  const rows = await selectMemberships(db, and(isReached(reach), isNamed))
  const ids = new Map(rows.map(({ project }) => [slugKeyFor(project), project.id]))
  return keys.map((key) => ids.get(key) ?? null)
}

/** How many projects a person follows. */
export async function countFollowed(db: Db, reach: Reach): Promise<number> {
  const [row] = await db
    .select({ count: sql<number>`count(*)` })
    .from(members)
    .where(and(isReached(reach), eq(members.followed, true)))
  return row?.count ?? 0
}

const MAX_ORGANIZATIONS = 1_000

/** The organizations of a person's projects, each once. */
export function listOrganizations(db: Db, reach: Reach): Promise<Organization[]> {
  return db
    .select({ vcs: projects.vcs, org: sql<string>`min(${projects.org})` })
    .from(members)
    .innerJoin(projects, eq(projects.id, members.projectId))
    .where(isReached(reach))
    .groupBy(projects.vcs, sql`lower(${projects.org})`)
    .orderBy(asc(sql`min(${projects.slugKey})`))
    .limit(MAX_ORGANIZATIONS)
}

/** Sets whether a member's dashboard shows a project. */
export async function setFollowed(
  stores: Stores,
  projectId: string,
  { userId, followed }: { readonly userId: string; readonly followed: boolean },
  actor: Actor,
): Promise<void> {
  const theirs = and(eq(members.projectId, projectId), eq(members.userId, userId))
  await commit(stores, actor, [stores.db.update(members).set({ followed }).where(theirs)])
}
