import { stableIdFor } from './formats/stable-id.ts'
import type { Project } from './project.ts'

/** What CircleCI calls an organization: the owner of a project's repository. */
export type Organization = Pick<Project, 'vcs' | 'org'>

export function organizationSlugOf({ vcs, org }: Organization): string {
  return `${vcs}/${org}`
}

export function organizationIdOf(project: Organization): Promise<string> {
  return stableIdFor('organization', organizationSlugOf(project))
}
