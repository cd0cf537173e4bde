import type { Slug } from '../../domain/project.ts'
import { projects } from '../schema/schema.ts'
import type { Place } from './place-memory.ts'

/** The columns of a `Project`. */
export function projectColumns() {
  const { id, vcs, org, repo, visibility, defaultBranch, repositoryUrl } = projects
  return { id, vcs, org, repo, visibility, defaultBranch, repositoryUrl }
}

/** The columns of a `Place`. */
export function placeColumns() {
  const { id: projectId, vcs, org, repo } = projects
  return { projectId, vcs, org, repo }
}

export function placeOf({ projectId, ...slug }: Slug & { readonly projectId: string }): Place {
  return { projectId, slug }
}
