import { and, asc, eq, isNull, sql } from 'drizzle-orm'
import type { Actor } from '../../domain/access/actor.ts'
import type { InstanceRole } from '../../domain/access/grant.ts'
import type { Organization } from '../../domain/organization.ts'
import { type Project, type Slug, slugKeyFor, slugText, type Visibility } from '../../domain/project.ts'
import { isForeignKeyViolation, isUniqueViolation } from '../constraint.ts'
import { members, orgCreators, projects, users } from '../schema/schema.ts'
import type { Db, Stores } from '../stores.ts'
import { commitEnding } from '../tokens/revocations.ts'
import { commit } from '../tokens/rights.ts'
import { auditStatement } from './audit.ts'
import { projectColumns } from './project-columns.ts'
import { findProjectById } from './projects.ts'

export type NewProject = {
  readonly slug: Slug
  readonly visibility: Visibility
  readonly defaultBranch: string
  /** The id of the form that asks for it. */
  readonly onceId?: string | undefined
}

/**
 * Makes a project with its creator as the first admin; null when the slug is taken. Of all forms with one `onceId`, one
 * makes a project, and the others get that one too.
 */
export async function insertProject(
  stores: Stores,
  { slug, visibility, defaultBranch, onceId }: NewProject,
  creator: { readonly userId: string; readonly actor: Actor },
): Promise<Project | null> {
  const { db } = stores
  const id = onceId ?? crypto.randomUUID()
  const project: Project = { id, ...slug, visibility, defaultBranch, repositoryUrl: null }
  const now = stores.now()
  const entry = {
    action: 'project.created',
    projectId: project.id,
    subject: slugText(slug),
    detail: { visibility },
  } as const
  try {
    await commit(stores, creator.actor, [
      db.insert(projects).values({ ...project, slugKey: slugKeyFor(slug), createdAt: now }),
      db.insert(members).values({ projectId: project.id, userId: creator.userId, role: 'admin', createdAt: now }),
      auditStatement(db, now, creator.actor, entry),
    ])
  } catch (error) {
    if (!isUniqueViolation(error)) throw error
    return onceId === undefined ? null : findProjectById(db, onceId)
  }
  return project
}

export type ProjectChange = {
  readonly visibility?: Visibility | undefined
  readonly defaultBranch?: string | undefined
  /** Null: the address at the public host. */
  readonly repositoryUrl?: string | null | undefined
}

/** Changes what can be changed; null when the project is gone. */
export async function updateProject(
  stores: Stores,
  projectId: string,
  change: ProjectChange,
  actor: Actor,
): Promise<Project | null> {
  const { db } = stores
  const { repositoryUrl } = change
  const detail = {
    visibility: change.visibility ?? null,
    default_branch: change.defaultBranch ?? null,
    ...(repositoryUrl === undefined ? {} : { repository_url: repositoryUrl }),
  }
  const entry = { action: 'project.updated', projectId, subject: null, detail } as const
  const [, rows] = await commitEnding(stores, actor, [
    auditStatement(db, stores.now(), actor, {
      ...entry,
      condition: sql`exists (select 1 from ${projects} where ${projects.id} = ${projectId})`,
    }),
    // Unchanged columns are set to themselves, so that an empty change is a valid statement.
    db
      .update(projects)
      .set({
        visibility: change.visibility ?? sql`${projects.visibility}`,
        defaultBranch: change.defaultBranch ?? sql`${projects.defaultBranch}`,
        repositoryUrl: repositoryUrl === undefined ? sql`${projects.repositoryUrl}` : repositoryUrl,
      })
      .where(eq(projects.id, projectId))
      .returning(projectColumns()),
  ])
  return rows[0] ?? null
}

/** Stores the address of a project's repository from a webhook. An address that is there stays: an admin may have set it. */
export async function learnRepositoryUrl(
  stores: Stores,
  projectId: string,
  repositoryUrl: string,
  actor: Actor,
): Promise<void> {
  const isUnknown = and(eq(projects.id, projectId), isNull(projects.repositoryUrl))
  await commitEnding(stores, actor, [stores.db.update(projects).set({ repositoryUrl }).where(isUnknown)])
}

/** Deletes a project and all that belongs to it; the daily upkeep deletes the bytes in R2. False when it was gone. */
export async function deleteProject(stores: Stores, project: Project, actor: Actor): Promise<boolean> {
  const { db } = stores
  const entry = { action: 'project.deleted', projectId: project.id, subject: slugText(project) } as const
  const isThere = sql`exists (select 1 from ${projects} where ${projects.id} = ${project.id})`
  const [, rows] = await commitEnding(stores, actor, [
    auditStatement(db, stores.now(), actor, { ...entry, condition: isThere }),
    db.delete(projects).where(eq(projects.id, project.id)).returning({ id: projects.id }),
  ])
  return rows.length > 0
}

/** Whether this person may create projects and tokens of the organization: an owner, or whom an owner let. */
export async function mayCreateIn(
  db: Db,
  slug: Organization,
  { userId, instanceRole }: { readonly userId: string; readonly instanceRole: InstanceRole },
): Promise<boolean> {
  if (instanceRole === 'owner') return true
  const rows = await db.select({ org: orgCreators.org }).from(orgCreators).where(grantOf(slug, userId)).limit(1)
  return rows.length > 0
}

/** `no_user`: the person is gone. */
export type CreatorPut = 'put' | 'no_user'

/** Lets a person create projects of the organization. */
export async function putCreator(
  stores: Stores,
  slug: Pick<Slug, 'vcs' | 'org'>,
  user: { id: string; login: string },
  actor: Actor,
): Promise<CreatorPut> {
  const { db } = stores
  const entry = {
    action: 'creator.granted',
    projectId: null,
    subject: user.login,
    detail: { org: `${slug.vcs}/${slug.org}` },
  } as const
  const creator = { vcs: slug.vcs, org: slug.org.toLowerCase(), userId: user.id, grantedBy: actor.userId }
  try {
    await commit(stores, actor, [
      auditStatement(db, stores.now(), actor, { ...entry, condition: sql`not ${isCreator(slug, user.id)}` }),
      db.insert(orgCreators).values(creator).onConflictDoNothing(),
    ])
    return 'put'
  } catch (error) {
    if (isForeignKeyViolation(error)) return 'no_user'
    throw error
  }
}

export async function deleteCreator(
  stores: Stores,
  slug: Pick<Slug, 'vcs' | 'org'>,
  user: { id: string; login: string },
  actor: Actor,
): Promise<void> {
  const { db } = stores
  const entry = {
    action: 'creator.ended',
    projectId: null,
    subject: user.login,
    detail: { org: `${slug.vcs}/${slug.org}` },
  } as const
  await commit(stores, actor, [
    auditStatement(db, stores.now(), actor, { ...entry, condition: isCreator(slug, user.id) }),
    db.delete(orgCreators).where(grantOf(slug, user.id)),
  ])
}

function isCreator(slug: Pick<Slug, 'vcs' | 'org'>, userId: string) {
  return sql`exists (select 1 from ${orgCreators} where ${grantOf(slug, userId)})`
}

function grantOf({ vcs, org }: Pick<Slug, 'vcs' | 'org'>, userId: string) {
  return and(eq(orgCreators.vcs, vcs), eq(orgCreators.org, org.toLowerCase()), eq(orgCreators.userId, userId))
}

/** The organizations in which an owner lets this person create projects. */
export function listCreatorOrgs(db: Db, userId: string): Promise<Pick<Slug, 'vcs' | 'org'>[]> {
  return selectCreatorOrgs(db, userId)
}

export function selectCreatorOrgs(db: Db, userId: string) {
  return db
    .select({ vcs: orgCreators.vcs, org: orgCreators.org })
    .from(orgCreators)
    .where(eq(orgCreators.userId, userId))
    .orderBy(asc(orgCreators.vcs), asc(orgCreators.org))
}

/** Those who may create projects of the organization, by login. */
export function listCreators(db: Db, { vcs, org }: Pick<Slug, 'vcs' | 'org'>): Promise<{ login: string }[]> {
  return db
    .select({ login: users.login })
    .from(orgCreators)
    .innerJoin(users, eq(users.id, orgCreators.userId))
    .where(and(eq(orgCreators.vcs, vcs), eq(orgCreators.org, org.toLowerCase())))
    .orderBy(asc(users.login))
}
