import { and, eq, inArray, sql } from 'drizzle-orm'
import { type SecretHash, storedForms } from '../../domain/access/secret-hash.ts'
import { organizationIdOf } from '../../domain/organization.ts'
import { type IdSlug, isByIds, type Project, type ProjectName, type Slug, slugKeyFor } from '../../domain/project.ts'
import { prepareOnce, prepareWithList } from '../prepared.ts'
import { members, projects, tokens } from '../schema/schema.ts'
import type { Db } from '../stores.ts'
import type { Place } from './place-memory.ts'
import { placeColumns, placeOf, projectColumns } from './project-columns.ts'

export function selectProject(db: Db, slug: Slug) {
  return projectOfSlug(db, { slugKey: slugKeyFor(slug) })
}

const projectOfSlug = prepareOnce((db, { slugKey }: { readonly slugKey: string }) =>
  db.select(projectColumns()).from(projects).where(eq(projects.slugKey, slugKey)).limit(1),
)

/** A project by its id. No permission is checked here. */
export async function findProjectById(db: Db, projectId: string): Promise<Project | null> {
  const [row] = await db.select(projectColumns()).from(projects).where(eq(projects.id, projectId)).limit(1)
  return row ?? null
}

/** The slug of a project by its id: for URLs that name nothing else. */
export async function findProjectSlug(db: Db, projectId: string): Promise<Slug | null> {
  return (await findPlaceOfProject(db, projectId))?.slug ?? null
}

export async function findPlaceOfProject(db: Db, projectId: string): Promise<Place | null> {
  const [row] = await db.select(placeColumns()).from(projects).where(eq(projects.id, projectId)).limit(1)
  return row ? placeOf(row) : null
}

/** The slug of the project of that name; null for ids that belong to none, or do not belong together. */
export async function findSlug(db: Db, name: ProjectName): Promise<Slug | null> {
  if (!isByIds(name)) return name
  const slug = await findProjectSlug(db, name.projectId)
  return slug && (await isOrganizationOf(name, slug)) ? slug : null
}

/** Whether the ids of a name belong together: the project with that one is called so. */
export async function isOrganizationOf({ orgId }: IdSlug, slug: Slug): Promise<boolean> {
  return (await organizationIdOf(slug)) === orgId
}

/** The slugs of those of these projects that there are, by their ids. */
export async function listProjectSlugs(db: Db, projectIds: readonly string[]): Promise<ReadonlyMap<string, Slug>> {
  const { id, vcs, org, repo } = projects
  const rows = await db
    .select({ id, vcs, org, repo })
    .from(projects)
    .where(sql`${projects.id} in (select row.value from json_each(${JSON.stringify(projectIds)}) as row)`)
  return new Map(rows.map(({ id, ...slug }) => [id, slug]))
}

/** The role of a person in the project of that slug. */
export function selectRole(db: Db, slug: Slug, userId: string) {
  return roleOfUser(db, { slugKey: slugKeyFor(slug), userId })
}

const roleOfUser = prepareOnce((db, { slugKey, userId }: { readonly slugKey: string; readonly userId: string }) =>
  db
    .select({ role: members.role })
    .from(members)
    .innerJoin(projects, eq(projects.id, members.projectId))
    .where(and(eq(projects.slugKey, slugKey), eq(members.userId, userId)))
    .limit(1),
)

/** The role of whoever owns the token with one of these hashes. */
export function selectRoleByToken(db: Db, slug: Slug, hashes: readonly SecretHash[]) {
  return roleOfToken(db, { slugKey: slugKeyFor(slug) }, storedForms(hashes))
}

const roleOfToken = prepareWithList((db, { slugKey }: { readonly slugKey: string }, forms) =>
  db
    .select({ role: members.role })
    .from(tokens)
    .innerJoin(projects, eq(projects.slugKey, slugKey))
    .innerJoin(members, and(eq(members.projectId, projects.id), eq(members.userId, tokens.userId)))
    .where(inArray(tokens.hash, [...forms]))
    .limit(1),
)
