import type { Artifact } from '../../../domain/artifacts/artifact.ts'
import { AppError } from '../../../domain/error.ts'
import {
  findArtifact,
  findLatestArtifact,
  findLatestArtifacts,
  listArtifacts,
} from '../../../storage/artifacts/artifacts.ts'
import { hasBuild } from '../../../storage/builds/latest.ts'
import { redirectToDownload } from '../../downloads/redirect.ts'
import { jsonRead } from '../../frame/answers/answers.ts'
import { openBranchesOf, openPathsOf } from '../../frame/open-parts.ts'
import { artifactPlaceOf, buildNumOf, queryText } from '../../frame/request/input.ts'
import { publicOriginOf } from '../../frame/request/origin.ts'
import { type App, route } from '../../frame/route.ts'
import { artifactUrlFor } from '../../json/artifact-url.ts'
import type { V1ArtifactJson } from './artifact-shape.ts'
import { filterOf } from './build-filter.ts'

/** Artifact lists, and the stable links that lead to the bytes. */
export function mountArtifacts(app: App): void {
  route(app, 'GET /api/v1.1/project/:vcs/:org/:repo/latest/artifacts', async (c, { grant, near, project }) => {
    const which = {
      branch: queryText(c, 'branch') ?? openBranchesOf({ grant }),
      filter: filterOf(c),
      job: queryText(c, 'job'),
      workflow: queryText(c, 'workflow'),
    }
    // Of the newest build that has any: with several jobs a commit, the newest of all is often one that has none.
    const paths = openPathsOf({ grant })
    const latest = await findLatestArtifacts(near, project.id, which, paths)
    if (!latest && !(await hasBuild(near.db, project.id, which))) throw new AppError('build_not_found')
    return jsonRead(
      c,
      (latest?.artifacts ?? []).map((artifact) => artifactJson(publicOriginOf(c), artifact)),
    )
  })

  route(app, 'GET /api/v1.1/project/:vcs/:org/:repo/:num/artifacts', async (c, { grant, near, project, params }) => {
    const artifacts = await listArtifacts(near, project.id, buildNumOf(params), openPathsOf({ grant }))
    if (!artifacts) throw new AppError('build_not_found')
    return jsonRead(
      c,
      artifacts.map((artifact) => artifactJson(publicOriginOf(c), artifact)),
    )
  })

  route(app, 'GET /api/v1.1/project/:vcs/:org/:repo/latest/artifacts/:node/:path{.+}', async (c, admitted) => {
    const which = { branch: queryText(c, 'branch') ?? openBranchesOf(admitted), filter: filterOf(c) }
    const { params, project } = admitted
    const artifact = await findLatestArtifact(c.env.stores, project.id, which, artifactPlaceOf(params))
    if (!artifact) throw new AppError('artifact_not_found')
    return redirectToDownload(c, admitted, artifact, true)
  })

  route(app, 'GET /api/v1.1/project/:vcs/:org/:repo/:num/artifacts/:node/:path{.+}', async (c, admitted) => {
    const { params, project } = admitted
    const artifact = await findArtifact(c.env.stores, project.id, buildNumOf(params), artifactPlaceOf(params))
    if (!artifact) throw new AppError('artifact_not_found')
    return redirectToDownload(c, admitted, artifact)
  })
}

/** `url` answers with a redirect to the bytes. */
function artifactJson(origin: string, { path, nodeIndex, buildId }: Artifact): V1ArtifactJson {
  return { path, pretty_path: path, node_index: nodeIndex, url: artifactUrlFor(origin, { path, nodeIndex, buildId }) }
}
