import { and, asc, desc, eq, sql } from 'drizzle-orm'
import type { Actor } from '../domain/actor.ts'
import type { ReportedStatus } from '../domain/build.ts'
import type { Project } from '../domain/project.ts'
import { projectColumns } from './project-columns.ts'
import { commit } from './rights.ts'
import { builds, members, pipelines, projects } from './schema.ts'
import type { Db, Stores } from './stores.ts'

export type Membership = { readonly project: Project; readonly followed: boolean }

/** The projects of a person, by slug. */
export function listMemberships(db: Db, userId: string): Promise<Membership[]> {
  return db
    .select({ project: projectColumns(), followed: members.followed })
    .from(members)
    .innerJoin(projects, eq(projects.id, members.projectId))
    .where(eq(members.userId, userId))
    .orderBy(asc(projects.slugKey))
}

/** A build as far as a project overview shows it. Times are epoch milliseconds. */
export type BriefBuild = {
  readonly projectId: string
  readonly num: number
  readonly jobName: string
  readonly workflowId: string
  readonly attempt: number
  readonly branch: string | null
  readonly status: ReportedStatus
  readonly revision: string
  readonly login: string | null
  /** When it began, by its CI's account; until it says so, when it was last heard of. */
  readonly beganAt: number
  readonly createdAt: number
  readonly pushedAt: number
}

const NEWEST = 200

/** The newest 200 builds of each project of a person, newest first, by project id. */
export async function listNewestBuilds(db: Db, userId: string): Promise<ReadonlyMap<string, readonly BriefBuild[]>> {
  const { projectId, num, jobName, workflowId, attempt, branch, status, createdAt } = builds
  const login = sql<string | null>`${pipelines.actor} ->> '$.login'`
  const rows = await db
    .select({
      projectId,
      num,
      jobName,
      workflowId,
      attempt,
      branch,
      status,
      beganAt: sql<number>`coalesce(${builds.startedAt}, ${builds.eventAt})`.as('began_at'),
      createdAt,
      revision: pipelines.revision,
      login,
      pushedAt: pipelines.createdAt,
    })
    .from(members)
    .innerJoin(projects, eq(projects.id, members.projectId))
    .innerJoin(
      builds,
      and(eq(builds.projectId, projects.id), sql`${builds.num} > ${projects.lastBuildNum} - ${NEWEST}`),
    )
    .innerJoin(pipelines, eq(pipelines.id, builds.pipelineId))
    .where(eq(members.userId, userId))
    .orderBy(desc(builds.num))
  return Map.groupBy(rows, (row) => row.projectId)
}

/** Whether a project stands on a member's dashboard. */
export async function setFollowed(
  stores: Stores,
  projectId: string,
  userId: string,
  followed: boolean,
  actor: Actor,
): Promise<void> {
  const theirs = and(eq(members.projectId, projectId), eq(members.userId, userId))
  await commit(stores, actor, [stores.db.update(members).set({ followed }).where(theirs)])
}
