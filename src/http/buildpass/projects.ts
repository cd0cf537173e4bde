import type { Context } from 'hono'
import * as v from 'valibot'
import { createProject } from '../../actions/create-project.ts'
import { AppError, invalidInput } from '../../domain/error.ts'
import { lazily } from '../../domain/lazily.ts'
import { parseLogin } from '../../domain/people/user.ts'
import { type Project, parseSlug, type Slug, slugText, vcsUrlFor } from '../../domain/project.ts'
import { isRepositoryOf, repositoryOf, repositoryUrlOf } from '../../domain/reporting/repository-url.ts'
import {
  deleteMember,
  demoteAdmin,
  type LeftInProject,
  listMembers,
  type Member,
  putMember,
} from '../../storage/people/members.ts'
import { findUserByLogin } from '../../storage/people/users.ts'
import { deleteProject, updateProject } from '../../storage/projects/project-settings.ts'
import { jsonDone, jsonRead, jsonWritten } from '../frame/answers/answers.ts'
import type { AppEnv } from '../frame/open-request.ts'
import { queryCount, queryFlag, queryText, readJson } from '../frame/request/input.ts'
import { type App, route } from '../frame/route.ts'
import { isoOf } from '../json/iso-time.ts'
import { line } from '../json/schemas.ts'
import type {
  LeftBehindJson,
  MemberJson,
  MemberPageJson,
  MemberRemovedJson,
  MemberSetJson,
  ProjectJson,
} from './projects-shape.ts'

const SLUG_RULE = 'must be vcs/org/repo, with vcs one of gh, bb, gl and names of letters, digits, ".", "_" and "-"'
const VISIBILITY_RULE = 'must be private or public'
const visibility = () => v.picklist(['private', 'public'], VISIBILITY_RULE)
export const projectInput = lazily(() =>
  v.strictObject({
    slug: v.pipe(
      v.string(SLUG_RULE),
      v.check((text) => parseSlug(text) !== null, SLUG_RULE),
      v.transform((text) => parseSlug(text) as Slug),
    ),
    visibility: v.optional(visibility(), 'private'),
    default_branch: v.optional(line(1_024), 'main'),
  }),
)
export const projectChange = lazily(() =>
  v.strictObject({
    visibility: v.optional(visibility()),
    default_branch: v.optional(line(1_024)),
    repository_url: v.nullish(line(500)),
  }),
)
export const memberInput = lazily(() =>
  v.strictObject({ role: v.picklist(['admin', 'member'], 'must be admin or member') }),
)

const MAX_MEMBERS_A_PAGE = 1_000

/** Projects and their members. */
export function mountBuildpassProjects(app: App): void {
  route(app, 'POST /api/buildpass/v1/projects', async (c, { actor, grant }) => {
    const { slug, visibility, default_branch } = await readJson(c, projectInput())
    const wanted = { slug, visibility, defaultBranch: default_branch }
    const made = await createProject(c.env.stores, grant, wanted, actor)
    if (made === 'not_allowed') throw new AppError('permission_denied')
    if (made === 'taken') throw new AppError('project_exists')
    return jsonWritten(c, projectJson(made), 201)
  })

  route(app, 'GET /api/buildpass/v1/projects/:vcs/:org/:repo', (c, { project }) => jsonRead(c, projectJson(project)))

  route(app, 'PATCH /api/buildpass/v1/projects/:vcs/:org/:repo', async (c, { actor, project }) => {
    const { visibility, default_branch, repository_url } = await readJson(c, projectChange())
    const change = {
      visibility,
      defaultBranch: default_branch,
      repositoryUrl: repository_url ? repositoryUrlFor(project, repository_url) : repository_url,
    }
    const changed = await updateProject(c.env.stores, project.id, change, actor)
    if (!changed) throw new AppError('project_not_found')
    return jsonWritten(c, projectJson(changed))
  })

  route(app, 'DELETE /api/buildpass/v1/projects/:vcs/:org/:repo', async (c, { actor, project }) => {
    if (!(await deleteProject(c.env.stores, project, actor))) throw new AppError('project_not_found')
    return jsonDone(c)
  })

  route(app, 'GET /api/buildpass/v1/projects/:vcs/:org/:repo/members', async (c, { project }) => {
    const limit = queryCount(c, 'limit', { min: 1, max: MAX_MEMBERS_A_PAGE, fallback: MAX_MEMBERS_A_PAGE })
    const after = queryText(c, 'after')
    const members = await listMembers(c.env.stores.db, project.id, { after, limit: limit + 1 })
    const next = members.length > limit ? (members[limit - 1]?.login ?? null) : null
    return jsonRead(c, { items: members.slice(0, limit).map(memberJson), next_after: next } satisfies MemberPageJson)
  })

  route(app, 'PUT /api/buildpass/v1/projects/:vcs/:org/:repo/members/:login', async (c, { actor, project, params }) => {
    const { role } = await readJson(c, memberInput())
    const endMade = queryFlag(c, 'end_made')
    const { stores } = c.env
    const user = await requireUser(c, params)
    if (role === 'member') {
      const demotion = await demoteAdmin(stores, project.id, { user, endMade }, actor)
      if (demotion.kind === 'last_admin') throw new AppError('last_admin')
      if (demotion.kind === 'demoted')
        return jsonWritten(c, { login: user.login, role, ...leftBehindJson(demotion, endMade) } satisfies MemberSetJson)
    }
    const put = await putMember(stores, project.id, { user, role }, actor)
    if (put === 'last_admin') throw new AppError('last_admin')
    if (put === 'no_user') throw new AppError('user_not_found')
    return jsonWritten(c, { login: user.login, role } satisfies MemberSetJson)
  })

  route(
    app,
    'DELETE /api/buildpass/v1/projects/:vcs/:org/:repo/members/:login',
    async (c, { actor, project, params }) => {
      const { stores } = c.env
      // `end_tokens` is the older name, from when only tokens ended.
      const endMade = queryFlag(c, 'end_made') || queryFlag(c, 'end_tokens')
      const user = await requireUser(c, params)
      const removal = await deleteMember(stores, project.id, { user, endMade }, actor)
      switch (removal.kind) {
        case 'last_admin':
          throw new AppError('last_admin')
        case 'not_a_member':
          throw new AppError('user_not_found')
        case 'removed':
          return jsonWritten(c, { message: 'ok', ...leftBehindJson(removal, endMade) } satisfies MemberRemovedJson)
      }
    },
  )
}

function memberJson({ login, name, role, since }: Member): MemberJson {
  return { login, name, role, since: isoOf(since) }
}

/** What somebody made for the project, whom they let into it, and whether all that was made ended with them. */
function leftBehindJson({ made, letIn }: LeftInProject, ended: boolean): LeftBehindJson {
  return {
    made: made.map(({ kind, id, name }) => ({ kind, id, name })),
    let_in: letIn.map(({ login, role }) => ({ login, role })),
    ended,
  }
}

/** The repository's address as an admin sets it; null for the address that follows from the slug. */
function repositoryUrlFor(project: Project, text: string): string | null {
  const name = /^https?:\/\//i.test(text) ? repositoryOf(text) : null
  if (name && isRepositoryOf(project, name)) return repositoryUrlOf(project, text)
  throw invalidInput(
    'repository_url',
    `must be the https address of a repository whose first name is ${project.org} and whose last is ${project.repo}`,
  )
}

function projectJson(project: Project): ProjectJson {
  const { visibility, defaultBranch } = project
  return {
    id: project.id,
    slug: slugText(project),
    visibility,
    default_branch: defaultBranch,
    repository_url: vcsUrlFor(project),
  }
}

export async function requireUser(c: Context<AppEnv>, named: { readonly login: string }) {
  const login = parseLogin(named.login)
  const user = login ? await findUserByLogin(c.env.stores.db, login) : null
  if (!user) throw new AppError('user_not_found')
  return user
}
