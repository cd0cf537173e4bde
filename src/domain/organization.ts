import { stableIdFor } from './formats/stable-id.ts'
import { type Project, parseSlugParts } from './project.ts'

/** What CircleCI calls an organization: the owner of a project's repository. */
export type Organization = Pick<Project, 'vcs' | 'org'>

export function organizationSlugOf({ vcs, org }: Organization): string {
  return `${vcs}/${org}`
}

/** The organization of text like `gh/acme`; null for anything else. */
export function parseOrganization(text: string): Organization | null {
  const [vcs = '', org = '', ...more] = text.split('/')
  const slug = more.length === 0 ? parseSlugParts(vcs, org, 'any') : null
  return slug && { vcs: slug.vcs, org: slug.org }
}

/** Whether a project is one of that organization, letter case ignored as in slugs. */
export function isOfOrganization(project: Organization, organization: Organization): boolean {
  return organizationSlugOf(project).toLowerCase() === organizationSlugOf(organization).toLowerCase()
}

export function organizationIdOf(project: Organization): Promise<string> {
  return stableIdFor('organization', organizationSlugOf(project))
}
