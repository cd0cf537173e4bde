import { type Actor, asCreator } from '../domain/access/actor.ts'
import type { InstanceRole } from '../domain/access/grant.ts'
import type { Project } from '../domain/project.ts'
import { insertProject, mayCreateIn, type NewProject } from '../storage/projects/project-settings.ts'
import type { Stores } from '../storage/stores.ts'

/** Makes a project for an owner, or for whom an owner lets make some in its organization. */
export async function createProject(
  stores: Stores,
  person: { readonly userId: string; readonly instanceRole: InstanceRole },
  wanted: NewProject,
  actor: Actor,
): Promise<Project | 'not_allowed' | 'taken'> {
  // Before existence is looked up, so that a slug cannot be probed.
  if (!(await mayCreateIn(stores.db, wanted.slug, person))) return 'not_allowed'
  const creator = asCreator(actor, wanted.slug)
  return (await insertProject(stores, wanted, { userId: person.userId, actor: creator })) ?? 'taken'
}
