import type { Context } from 'hono'
import { shownStartOf } from '../../../domain/builds/build.ts'
import { JOB_STATUS } from '../../../domain/builds/workflow-status.ts'
import { AppError } from '../../../domain/error.ts'
import { pageOfRows } from '../../../domain/formats/page-token.ts'
import { slugText } from '../../../domain/project.ts'
import { findWorkflow, type JobRow, listJobs } from '../../../storage/builds/workflows.ts'
import { jsonRead } from '../../frame/answers/answers.ts'
import type { AppEnv } from '../../frame/open-request.ts'
import { type App, type Refuse, refuseWithJson, route } from '../../frame/route.ts'
import { isoOf } from '../../json/iso-time.ts'
import { pagedJson, pageKeyOf } from '../both/paging.ts'
import type { JobJson } from './job-shape.ts'
import { workflowJson } from './pipeline-json.ts'

const PAGE_SIZE = 100

/** Single workflows and their jobs. */
export function mountWorkflows(app: App): void {
  route(
    app,
    'GET /api/v2/workflow/:id',
    async (c, { near, project, params }) => {
      const workflow = await findWorkflow(near.db, project.id, params.id)
      if (!workflow) throw new AppError('workflow_not_found')
      return jsonRead(c, await workflowJson(project, workflow))
    },
    BY_WORKFLOW,
  )

  route(
    app,
    'GET /api/v2/workflow/:id/job',
    async (c, { near, project, params }) => {
      const [after] = pageKeyOf(c, 'job', ['number']) ?? [null]
      const rows = await listJobs(near.db, params.id, after, PAGE_SIZE + 1)
      const page = pageOfRows(rows, PAGE_SIZE, ({ num }) => [num])
      return pagedJson(c, 'job', page, (job) => jobJson(slugText(project), job))
    },
    BY_WORKFLOW,
  )
}

const refuseAsWorkflow: Refuse = (c, error) =>
  refuseWithJson(c, error.code === 'project_not_found' ? new AppError('workflow_not_found') : error)

export const BY_WORKFLOW = {
  slug: {
    onPath: () => null,
    byId: (_c: Context<AppEnv>, { id }: { readonly id: string }) => ({ kind: 'workflow', id }) as const,
  },
  refuse: refuseAsWorkflow,
}

function jobJson(projectSlug: string, job: JobRow): JobJson {
  const { id, num, jobName, status, stoppedAt } = job
  return {
    id,
    job_number: num,
    name: jobName,
    status: JOB_STATUS[status],
    type: 'build',
    project_slug: projectSlug,
    // Reporters do not say what waits for what.
    dependencies: [],
    started_at: isoOf(shownStartOf(job)),
    stopped_at: isoOf(stoppedAt) ?? undefined,
  }
}
