import type { Actor } from '../domain/access/actor.ts'
import type { InstanceRole } from '../domain/access/grant.ts'
import type { Project, Slug, Visibility } from '../domain/project.ts'
import { insertProject, mayCreateIn } from '../storage/projects/project-settings.ts'
import type { Stores } from '../storage/stores.ts'

/** Makes a project for an owner, or for whom an owner lets make some in its organization. */
export async function createProject(
  stores: Stores,
  person: { readonly userId: string; readonly instanceRole: InstanceRole },
  slug: Slug,
  settings: { readonly visibility: Visibility; readonly defaultBranch: string },
  actor: Actor,
  onceId?: string,
): Promise<Project | 'not_allowed' | 'taken'> {
  // Before existence is looked up, so that a slug cannot be probed.
  if (person.instanceRole !== 'owner' && !(await mayCreateIn(stores.db, slug, person.userId))) return 'not_allowed'
  const creator: Actor = { ...actor, right: { kind: 'creator', org: slug } }
  return (await insertProject(stores, slug, settings, { userId: person.userId, actor: creator }, onceId)) ?? 'taken'
}
