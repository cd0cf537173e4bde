import type { Artifact } from '../../../domain/artifacts/artifact.ts'
import { type Build, durationMsOf, queuedAtOf, shownStartOf } from '../../../domain/builds/build.ts'
import { JOB_STATUS } from '../../../domain/builds/workflow-status.ts'
import { AppError } from '../../../domain/error.ts'
import { pageOfRows } from '../../../domain/formats/page-token.ts'
import { type Project, slugText, vcsUrlFor } from '../../../domain/project.ts'
import { listArtifactPage } from '../../../storage/artifacts/artifacts.ts'
import { findBuild } from '../../../storage/builds/builds.ts'
import { listTestPage } from '../../../storage/tests/test-results.ts'
import { jsonRead } from '../../frame/answers/answers.ts'
import { openPathsOf } from '../../frame/open-parts.ts'
import { buildNumOf } from '../../frame/request/input.ts'
import { publicOriginOf } from '../../frame/request/origin.ts'
import { type App, type Refuse, refuseWithJson, route } from '../../frame/route.ts'
import { artifactUrlFor } from '../../json/artifact-url.ts'
import { isoOf } from '../../json/iso-time.ts'
import { v2TestResultJson } from '../../json/test-result-json.ts'
import { pagedJson, pageKeyOf } from '../both/paging.ts'
import type { JobDetailJson, V2ArtifactJson } from './job-shape.ts'

// Official tooling reads five pages at most.
const PAGE_SIZE = 1_000

/** A job by its number: v1.1's build. */
export function mountJobs(app: App): void {
  route(
    app,
    'GET /api/v2/project/:vcs/:org/:repo/job/:num',
    async (c, { near, project, params }) => {
      const detail = await findBuild(near.db, project.id, buildNumOf(params))
      if (!detail) throw new AppError('job_not_found')
      return jsonRead(c, jobDetailJson(publicOriginOf(c), project, detail.build))
    },
    { refuse: refuseAsJob },
  )

  route(
    app,
    'GET /api/v2/project/:vcs/:org/:repo/:num/artifacts',
    async (c, { grant, near, project, params }) => {
      const key = pageKeyOf(c, 'artifact', ['number', 'string'])
      const after = key && { nodeIndex: key[0], path: key[1] }
      const build = { projectId: project.id, num: buildNumOf(params) }
      const rows = await listArtifactPage(near, build, {
        after,
        limit: PAGE_SIZE + 1,
        paths: openPathsOf({ grant }),
      })
      if (!rows) throw new AppError('job_not_found')
      const page = pageOfRows(rows, PAGE_SIZE, ({ nodeIndex, path }) => [nodeIndex, path])
      return pagedJson(c, 'artifact', page, (artifact) => artifactJson(publicOriginOf(c), artifact))
    },
    { refuse: refuseAsJob },
  )

  route(
    app,
    'GET /api/v2/project/:vcs/:org/:repo/:num/tests',
    async (c, { near, project, params }) => {
      const key = pageKeyOf(c, 'test', ['string', 'number'])
      const after = key && { report: key[0], position: key[1] }
      const rows = await listTestPage(near, { projectId: project.id, num: buildNumOf(params) }, after, PAGE_SIZE + 1)
      if (!rows) throw new AppError('job_not_found')
      const page = pageOfRows(rows, PAGE_SIZE, ({ report, position }) => [report, position])
      return pagedJson(c, 'test', page, v2TestResultJson)
    },
    { refuse: refuseAsJob },
  )
}

/** v2's word for a build. */
function refuseAsJob(...[c, error]: Parameters<Refuse>): Response {
  return refuseWithJson(c, error.code === 'build_not_found' ? new AppError('job_not_found') : error)
}

function artifactJson(origin: string, { path, nodeIndex, buildId }: Artifact): V2ArtifactJson {
  return { path, node_index: nodeIndex, url: artifactUrlFor(origin, { path, nodeIndex, buildId }) }
}

function jobDetailJson(origin: string, project: Project, build: Build): JobDetailJson {
  const { workflow, pipeline } = build
  const status = JOB_STATUS[build.status]
  return {
    // Not in CircleCI's document, and official tooling decodes it.
    id: build.id,
    number: build.num,
    name: build.jobName,
    status,
    web_url: build.buildUrl ?? `${origin}/${slugText(project)}/${build.num}`,
    project: { id: project.id, slug: slugText(project), name: project.repo, external_url: vcsUrlFor(project) },
    organization: { name: project.org },
    pipeline: { id: pipeline.id },
    latest_workflow: { id: workflow.id, name: workflow.name },
    created_at: isoOf(Math.min(build.createdAt, queuedAtOf(build))),
    queued_at: isoOf(queuedAtOf(build)),
    started_at: isoOf(shownStartOf(build)),
    stopped_at: isoOf(build.stoppedAt) ?? undefined,
    duration: durationMsOf(build),
    parallelism: 1,
    parallel_runs: [{ index: 0, status }],
    // Another CI ran it, on machines of its own.
    executor: { type: 'external', resource_class: 'external' },
    contexts: [],
    messages: [],
  }
}
