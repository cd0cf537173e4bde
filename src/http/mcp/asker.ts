import { type Grant, leavesOpen } from '../../domain/access/grant.ts'
import { type ReachingGrant, reachOf } from '../../domain/access/limits/reach.ts'
import { type Permission, permissionsOf } from '../../domain/access/permission.ts'
import { AppError, invalidInput } from '../../domain/error.ts'
import { slugText } from '../../domain/project.ts'
import { listProjectsOf, type ProjectsOf } from '../../storage/people/memberships.ts'
import type { Stores } from '../../storage/stores.ts'
import type { ReadApi } from './read-api.ts'

/** Who calls a tool: their grant, and our own API with their token. */
export type Asker = {
  readonly grant: Grant
  readonly api: ReadApi
  readonly stores: Pick<Stores, 'db'>
  readonly origin: string
}

/** Whether a tool that needs this is worth showing: what a token of that scope and limits never opens is not. */
export function mayEver(grant: Grant, needs: Permission): boolean {
  const isOfScope = !('scope' in grant) || permissionsOf(grant.scope).includes(needs)
  return isOfScope && leavesOpen(grant, needs)
}

/** The slug that was said, of the token's own project, or of the person's only one. */
export async function slugFor({ grant, stores }: Asker, said: string | undefined): Promise<string> {
  if (said !== undefined) return said
  if ('project' in grant) return slugText(grant.project)
  const few = await listProjectsOf(stores.db, reachOf(grant), listedFor(grant), { after: '', limit: 2 })
  const [only] = few
  if (only && few.length === 1) return slugText(only)
  const why = only ? 'this token opens several' : 'whoever holds this token follows none'
  throw invalidInput('project', `is required, since ${why}; list_projects names them`)
}

/** Which projects a list is of where none is named: those that a person follows, or all that an organization's token opens. */
export function listedFor(grant: ReachingGrant): ProjectsOf {
  return { of: grant.kind === 'organization' ? grant.organization : 'followed', name: null }
}

/** The project of that slug as v3 knows it, whose searches go by id. */
export async function projectIdFor({ api }: Asker, slug: string): Promise<string> {
  const path = `/api/v3/projects?${new URLSearchParams({ 'filter[slug]': slug })}`
  const { data } = await api.json<{ data: readonly { id: string }[] }>(path)
  const [project] = data
  if (!project) throw new AppError('project_not_found')
  return project.id
}

/** A slug as part of a path. */
export function slugPath(slug: string): string {
  return slug.split('/').map(encodeURIComponent).join('/')
}
