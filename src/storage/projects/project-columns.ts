import { projects } from '../schema/schema.ts'

/** The columns of a `Project`. */
export function projectColumns() {
  const { id, vcs, org, repo, visibility, defaultBranch, repositoryUrl } = projects
  return { id, vcs, org, repo, visibility, defaultBranch, repositoryUrl }
}
