import type { Context } from 'hono'
import type { Artifact } from '../../../domain/artifacts/artifact.ts'
import { BUILD_FILTERS, type BuildFilter, parseBuildFilter } from '../../../domain/builds/build.ts'
import { AppError, invalidInput } from '../../../domain/error.ts'
import { findLatestArtifacts, listArtifacts } from '../../../storage/artifacts/artifacts.ts'
import type { ReadStores } from '../../../storage/stores.ts'
import { artifactsZip } from '../../downloads/artifacts-zip.ts'
import { type Answer, jsonRead } from '../../frame/answers/answers.ts'
import type { OnProject } from '../../frame/authorize.ts'
import { openPathsOf } from '../../frame/open-parts.ts'
import type { AppEnv } from '../../frame/open-request.ts'
import { buildNumOf, queryText } from '../../frame/request/input.ts'
import { publicOriginOf } from '../../frame/request/origin.ts'
import { type App, route } from '../../frame/route.ts'
import { storedArtifactJson } from './artifact-json.ts'
import type { ArtifactsOfBuildJson } from './artifact-shape.ts'

/** Artifact lists with sizes and digests, which CircleCI's shape has no room for. */
export function mountArtifactLists(app: App): void {
  route(
    app,
    'GET /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/artifacts',
    async (c, { grant, near, project, params }) => {
      const num = buildNumOf(params)
      const artifacts = await listArtifacts(near, project.id, num, openPathsOf({ grant }))
      if (!artifacts) throw new AppError('build_not_found')
      return listed(c, num, artifacts)
    },
  )

  route(app, 'GET /api/buildpass/v1/projects/:vcs/:org/:repo/latest/artifacts', async (c, admitted) => {
    const { num, artifacts } = await findLatest(c, admitted)
    return listed(c, num, artifacts)
  })

  route(
    app,
    'GET /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/artifacts.zip',
    async (c, { grant, near, project, params }) => {
      const num = buildNumOf(params)
      const artifacts = await listArtifacts(near, project.id, num, openPathsOf({ grant }))
      if (!artifacts) throw new AppError('build_not_found')
      return artifactsZip(c, project, num, artifacts)
    },
  )

  route(app, 'GET /api/buildpass/v1/projects/:vcs/:org/:repo/latest/artifacts.zip', async (c, admitted) => {
    const latest = await findLatest(c, admitted)
    return artifactsZip(c, admitted.project, latest.num, latest.artifacts)
  })
}

/** The newest build that has any, of the default branch unless one is named: what a deploy script is after. */
async function findLatest(
  c: Context<AppEnv>,
  { grant, near, project }: Pick<OnProject, 'grant' | 'project'> & { readonly near: ReadStores },
) {
  const { branch = project.defaultBranch, job = null, workflow = null } = c.req.query()
  const paths = openPathsOf({ grant })
  const which = { branch, filter: filterOf(c), job, workflow }
  const latest = await findLatestArtifacts(near, project.id, which, paths)
  if (!latest) throw new AppError('build_not_found')
  return latest
}

/** A mistyped word must not give what the right one keeps out. */
function filterOf(c: Context<AppEnv>): BuildFilter {
  const text = queryText(c, 'filter')
  const filter = text === null ? 'none' : parseBuildFilter(text)
  if (!filter) throw invalidInput('filter', `must be one of ${BUILD_FILTERS.join(', ')}`)
  return filter
}

function listed(c: Context<AppEnv>, num: number, artifacts: readonly Artifact[]): Answer {
  const origin = publicOriginOf(c)
  const items = artifacts.map((artifact) => storedArtifactJson(origin, artifact))
  return jsonRead(c, { build_num: num, items } satisfies ArtifactsOfBuildJson)
}
