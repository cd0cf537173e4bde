import type { Context } from 'hono'
import type { Artifact } from '../../../domain/artifacts/artifact.ts'
import { AppError } from '../../../domain/error.ts'
import { byteStreamOf } from '../../../domain/formats/byte-stream.ts'
import { pageOfRows } from '../../../domain/formats/page-token.ts'
import type { TestResult } from '../../../domain/tests/test-result.ts'
import { listArtifactPage } from '../../../storage/artifacts/artifacts.ts'
import { findBuildDetail } from '../../../storage/builds/builds.ts'
import { listJobs } from '../../../storage/builds/workflows.ts'
import { streamTestResults } from '../../../storage/tests/test-results.ts'
import { openPathsOf } from '../../frame/open-parts.ts'
import type { AppEnv } from '../../frame/open-request.ts'
import { publicOriginOf } from '../../frame/request/origin.ts'
import { type App, route } from '../../frame/route.ts'
import { artifactUrlFor } from '../../json/artifact-url.ts'
import { jobDetailJson, jobJson } from './job-json.ts'
import type { V3ArtifactJson, V3TestJson } from './job-shape.ts'
import { oneRead, pageCursorOf, pageLimitOf, pageRead } from './lists.ts'
import { requireFilter, requireKnownQuery } from './query.ts'
import { refusingAs } from './refusal.ts'
import { shownTo } from './shown.ts'

// Official tooling asks for the jobs of a workflow once, and for the artifacts of a job too.
const JOB_PAGE_SIZE = 500
const ARTIFACT_PAGE_SIZE = 1_000

/** Jobs, of a workflow or by their ids, with what they made and tested. */
export function mountV3Jobs(app: App): void {
  route(
    app,
    'GET /api/v3/jobs',
    async (c, opened) => {
      requireKnownQuery(c, { filters: ['workflow_id'], pages: true })
      const workflowId = requireFilter(c, 'workflow_id')
      const limit = pageLimitOf(c, JOB_PAGE_SIZE)
      const [after] = pageCursorOf(c, 'v3-job', ['number']) ?? [null]
      const rows = await listJobs(opened.near.db, workflowId, after, limit + 1)
      const shown = shownTo(opened)
      const page = pageOfRows(rows, limit, ({ num }) => [num])
      return pageRead(c, 'v3-job', page, (job) => jobJson(opened.project, workflowId, job, shown))
    },
    {
      ...refusingAs('workflow_not_found'),
      slug: {
        onPath: () => null,
        byId: (c) => ({ kind: 'workflow', id: requireFilter(c, 'workflow_id') }),
      },
    },
  )

  route(
    app,
    'GET /api/v3/jobs/:id',
    async (c, opened) => {
      requireKnownQuery(c, {})
      const { project, params } = opened
      const detail = await findBuildDetail(opened.near.db, { projectId: project.id, id: params.id })
      if (!detail) throw new AppError('job_not_found')
      return oneRead(c, await jobDetailJson(project, detail, shownTo(opened)))
    },
    BY_JOB,
  )

  route(
    app,
    'GET /api/v3/jobs/:id/artifacts',
    async (c, { grant, near, project, params }) => {
      requireKnownQuery(c, { pages: true })
      const limit = pageLimitOf(c, ARTIFACT_PAGE_SIZE)
      const key = pageCursorOf(c, 'v3-artifact', ['number', 'string'])
      const after = key && { nodeIndex: key[0], path: key[1] }
      const build = { projectId: project.id, id: params.id }
      const rows = await listArtifactPage(near, build, {
        after,
        limit: limit + 1,
        paths: openPathsOf({ grant }),
      })
      if (!rows) throw new AppError('job_not_found')
      const page = pageOfRows(rows, limit, ({ nodeIndex, path }) => [nodeIndex, path])
      return pageRead(c, 'v3-artifact', page, (artifact) => artifactJson(publicOriginOf(c), artifact))
    },
    BY_JOB,
  )

  route(
    app,
    'GET /api/v3/jobs/:id/tests',
    async (c, { near, project, params }) => {
      requireKnownQuery(c, {})
      const tests = await streamTestResults(near, { projectId: project.id, id: params.id })
      if (!tests) throw new AppError('job_not_found')
      const body = c.req.raw.method === 'HEAD' ? null : byteStreamOf(tests, testLines)
      return new Response(body, { headers: JSON_LINES })
    },
    BY_JOB,
  )

  route(
    app,
    'GET /api/v3/jobs/:id/resource-usage',
    async () => {
      throw new AppError('usage_not_found')
    },
    BY_JOB,
  )
}

export const BY_JOB = {
  ...refusingAs('job_not_found'),
  slug: {
    onPath: () => null,
    byId: (_c: Context<AppEnv>, { id }: { readonly id: string }) => ({ kind: 'build', id }) as const,
  },
}

const JSON_LINES = {
  'Content-Type': 'application/x-ndjson',
  'X-Content-Type-Options': 'nosniff',
  'Cache-Control': 'private, no-cache',
  'Access-Control-Allow-Origin': '*',
}

function testLines(tests: readonly TestResult[]): Uint8Array {
  return new TextEncoder().encode(tests.map((test) => `${JSON.stringify(testJson(test))}\n`).join(''))
}

/** Clients of v3 know three results, and take what is none of them for a success. */
function testJson({ classname, name, result, runTimeSeconds, message, file }: TestResult): V3TestJson {
  return {
    classname,
    name,
    result: result === 'error' ? 'failure' : result,
    run_time: runTimeSeconds,
    message,
    file: file ?? '',
  }
}

/** `url` is the stable link: an address that is signed would not go together with the token that clients send along. */
function artifactJson(origin: string, { id, path, nodeIndex, buildId }: Artifact): V3ArtifactJson {
  const url = artifactUrlFor(origin, { path, nodeIndex, buildId })
  return { id, attributes: { path, url, execution: nodeIndex }, references: {} }
}
