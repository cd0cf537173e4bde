import { type SQL, sql } from 'drizzle-orm'
import type { SQLiteColumn } from 'drizzle-orm/sqlite-core'
import type { Reach } from '../../domain/access/limits/reach.ts'
import { organizationSlugOf } from '../../domain/organization.ts'
import { members, projects } from '../schema/schema.ts'

type Column = SQLiteColumn | SQL

/** The columns of a row of `members`, where the table has another name. */
type Membership = { readonly userId: Column; readonly projectId: Column; readonly role: Column }

/** Whether a row of `members` is within somebody's reach. */
export function isReached(reach: Reach, { userId, projectId, role }: Membership = members): SQL {
  return sql`${userId} = ${reach.userId} and ${isAmong(projectId, reach)} and ${isOfOrganization({ projectId, role }, reach)}`
}

/** Whether a project's id is one of those that a token is limited to; true where it is to none. */
export function isAmong(projectId: Column, { projects }: Pick<Reach, 'projects'>): SQL {
  return projects === null
    ? sql`1`
    : sql`${projectId} in (select row.value from json_each(${JSON.stringify(projects)}) as row)`
}

/** Whether that is the administration of a project of the organization; true where the reach is of none. */
function isOfOrganization({ projectId, role }: Omit<Membership, 'userId'>, { organization }: Reach): SQL {
  if (!organization) return sql`1`
  const slug = organizationSlugOf(organization).toLowerCase()
  // '0' is the character after '/'.
  return sql`${role} = 'admin' and ${projectId} in (select of_org.id from ${projects} as of_org
    where of_org.slug_key > ${`${slug}/`} and of_org.slug_key < ${`${slug}0`})`
}
