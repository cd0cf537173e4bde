import { reportBuild, updateBuild } from '../../../actions/report-build.ts'
import { AppError } from '../../../domain/error.ts'
import { findBuild } from '../../../storage/builds/builds.ts'
import { jsonRead, jsonWritten } from '../../frame/answers/answers.ts'
import { outputUrlsFor } from '../../frame/output-urls.ts'
import { buildNumOf, readJson } from '../../frame/request/input.ts'
import { publicOriginOf } from '../../frame/request/origin.ts'
import { type App, route } from '../../frame/route.ts'
import { buildDetailJson, buildSummaryJson } from '../../json/build-json.ts'
import { buildEventOf, buildReportOf, reportInput, updateInput } from './report-input.ts'

/** Reporting builds. Answers are builds in the v1.1 shape, so that one reader does for all. */
export function mountBuildReports(app: App): void {
  route(app, 'POST /api/buildpass/v1/projects/:vcs/:org/:repo/builds', async (c, { actor, project }) => {
    const report = buildReportOf(await readJson(c, reportInput()))
    const reported = await reportBuild(c.env.stores, project.id, report, actor)
    if (reported.kind === 'no_project') throw new AppError('project_not_found')
    if (reported.kind === 'elsewhere') throw new AppError('other_pipeline')
    return jsonWritten(
      c,
      buildSummaryJson(publicOriginOf(c), project, reported.build),
      reported.kind === 'created' ? 201 : 200,
    )
  })

  route(app, 'GET /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num', async (c, admitted) => {
    const { near, project, params } = admitted
    const detail = await findBuild(near.db, project.id, buildNumOf(params))
    if (!detail) throw new AppError('build_not_found')
    const outputUrls = await outputUrlsFor(c, admitted, detail)
    return jsonRead(c, buildDetailJson(publicOriginOf(c), project, detail, outputUrls))
  })

  route(app, 'PATCH /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num', async (c, { actor, project, params }) => {
    const num = buildNumOf(params)
    const event = buildEventOf(await readJson(c, updateInput()))
    const build = await updateBuild(c.env.stores, project.id, { num, event }, actor)
    if (!build) throw new AppError('build_not_found')
    return jsonWritten(c, buildSummaryJson(publicOriginOf(c), project, build))
  })
}
