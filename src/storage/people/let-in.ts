import { sql } from 'drizzle-orm'
import type { InstanceRole } from '../../domain/access/grant.ts'
import type { Role } from '../../domain/project.ts'
import { members, orgCreators, projects, users } from '../schema/schema.ts'
import { type Db, rawStatement } from '../stores.ts'

/** Somebody whom a person let in, with the role that this person gave them. */
export type LetIn = {
  readonly login: string
  readonly role: InstanceRole | 'creator' | Role
  /** The project, or the organization, that the role is of; null for the instance. */
  readonly of: string | null
}

/** Somebody whom a person let into a project. */
export type LetIntoProject = LetIn & { readonly role: Role }

/** The statement that lists whom a person let into a project, or (null) in anywhere: who is still there, as they are now. */
export function selectLetIn(db: Db, userId: string, projectId: string | null) {
  const ofProject = projectId === null ? sql`1` : sql`${members.projectId} = ${projectId}`
  const intoProjects = sql`select ${users.login} as login, ${members.role} as role,
      ${projects.vcs} || '/' || ${projects.org} || '/' || ${projects.repo} as "of"
    from ${members} join ${users} on ${users.id} = ${members.userId} join ${projects} on ${projects.id} = ${members.projectId}
    where ${members.addedBy} = ${userId} and ${members.userId} <> ${userId} and ${ofProject}`
  const onto = sql`select login, instance_role as role, null as "of" from ${users}
    where (invited_by = ${userId} or made_owner_by = ${userId}) and id <> ${userId}`
  const asCreators = sql`select ${users.login} as login, 'creator' as role, ${orgCreators.vcs} || '/' || ${orgCreators.org} as "of"
    from ${orgCreators} join ${users} on ${users.id} = ${orgCreators.userId}
    where ${orgCreators.grantedBy} = ${userId} and ${orgCreators.userId} <> ${userId}`
  const rows = projectId === null ? [onto, asCreators, intoProjects] : [intoProjects]
  return rawStatement(db, sql`${sql.join(rows, sql` union all `)} order by "of", login`)
}

/** Whom a person let into a project, or (null) in anywhere. */
export async function listLetIn(db: Db, userId: string, projectId: string | null): Promise<readonly LetIn[]> {
  return (await selectLetIn(db, userId, projectId)).results as LetIn[]
}
