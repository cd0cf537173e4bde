import { organizationIdOf, organizationSlugOf } from '../../../domain/organization.ts'
import { type Project, slugText, type Vcs, vcsUrlFor } from '../../../domain/project.ts'
import { jsonRead } from '../../frame/answers/answers.ts'
import { type App, route } from '../../frame/route.ts'
import type { V2ProjectJson } from './project-shape.ts'

/** What is read of a project. */
export function mountV2Projects(app: App): void {
  route(app, 'GET /api/v2/project/:vcs/:org/:repo', async (c, { project }) => jsonRead(c, await projectJson(project)))

  // Official tooling also names a project by its id.
  route(app, 'GET /api/v2/project/:id', async (c, { project }) => jsonRead(c, await projectJson(project)), {
    slug: { onPath: () => null, byId: (_c, { id }) => ({ kind: 'project', id }) },
  })
}

/** CircleCI's words for who hosts a repository: it has none for GitLab, whose projects it calls its own. */
const PROVIDER: Record<Vcs, 'GitHub' | 'Bitbucket' | 'CircleCI'> = { gh: 'GitHub', bb: 'Bitbucket', gl: 'CircleCI' }

async function projectJson(project: Project): Promise<V2ProjectJson> {
  return {
    id: project.id,
    slug: slugText(project),
    name: project.repo,
    organization_id: await organizationIdOf(project),
    organization_name: project.org,
    organization_slug: organizationSlugOf(project),
    vcs_info: {
      vcs_url: vcsUrlFor(project),
      provider: PROVIDER[project.vcs],
      default_branch: project.defaultBranch,
    },
  }
}
