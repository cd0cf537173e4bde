import { AppError } from '../../../domain/error.ts'
import { findBuild, listBuilds } from '../../../storage/builds/builds.ts'
import { listTestResults } from '../../../storage/tests/test-results.ts'
import { jsonRead } from '../../frame/answers/answers.ts'
import { openBranchesOf } from '../../frame/open-parts.ts'
import { outputUrlsFor } from '../../frame/output-urls.ts'
import { branchOf, buildNumOf, pageOf } from '../../frame/request/input.ts'
import { publicOriginOf } from '../../frame/request/origin.ts'
import { type App, route } from '../../frame/route.ts'
import { buildDetailJson, buildSummaryJson } from '../../json/build-json.ts'
import { v1TestsJson } from '../../json/test-result-json.ts'
import { filterOf } from './build-filter.ts'

/** Build lists, single builds and test results. */
export function mountBuilds(app: App): void {
  route(app, 'GET /api/v1.1/project/:vcs/:org/:repo', async (c, { grant, near, project }) => {
    const filter = filterOf(c)
    const branch = openBranchesOf({ grant })
    const builds = await listBuilds(near.db, project.id, { branch, filter }, pageOf(c))
    return jsonRead(
      c,
      builds.map((build) => buildSummaryJson(publicOriginOf(c), project, build)),
    )
  })

  route(app, 'GET /api/v1.1/project/:vcs/:org/:repo/tree/:branch{.+}', async (c, { near, project, params }) => {
    const filter = filterOf(c)
    const builds = await listBuilds(near.db, project.id, { branch: branchOf(params), filter }, pageOf(c))
    return jsonRead(
      c,
      builds.map((build) => buildSummaryJson(publicOriginOf(c), project, build)),
    )
  })

  route(app, 'GET /api/v1.1/project/:vcs/:org/:repo/:num/tests', async (c, { near, project, params }) => {
    const results = await listTestResults(near, project.id, buildNumOf(params))
    if (!results) throw new AppError('build_not_found')
    return jsonRead(c, v1TestsJson(results))
  })

  route(app, 'GET /api/v1.1/project/:vcs/:org/:repo/:num', async (c, admitted) => {
    const { near, project, params } = admitted
    const detail = await findBuild(near.db, project.id, buildNumOf(params))
    if (!detail) throw new AppError('build_not_found')
    const outputUrls = await outputUrlsFor(c, admitted, detail)
    return jsonRead(c, buildDetailJson(publicOriginOf(c), project, detail, outputUrls))
  })
}
