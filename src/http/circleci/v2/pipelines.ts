import type { Context } from 'hono'
import { AppError } from '../../../domain/error.ts'
import { pageOfRows } from '../../../domain/formats/page-token.ts'
import type { Project } from '../../../domain/project.ts'
import { findPipeline, listPipelines, type PipelinesOf } from '../../../storage/builds/pipelines.ts'
import { listWorkflows } from '../../../storage/builds/workflows.ts'
import { findUser } from '../../../storage/people/users.ts'
import type { ReadStores } from '../../../storage/stores.ts'
import { type Answer, jsonRead } from '../../frame/answers/answers.ts'
import { openBranchesOf } from '../../frame/open-parts.ts'
import type { AppEnv } from '../../frame/open-request.ts'
import { numberOnPath, queryText } from '../../frame/request/input.ts'
import { type App, type Refuse, refuseWithJson, route } from '../../frame/route.ts'
import { pagedItems, pagedJson, pageKeyOf } from '../both/paging.ts'
import { pipelineJson, workflowJson } from './pipeline-json.ts'

const PAGE_SIZE = 20
const WORKFLOW_PAGE_SIZE = 100

/** Pipelines of a project, and single ones by id or number. */
export function mountPipelines(app: App): void {
  route(app, 'GET /api/v2/project/:vcs/:org/:repo/pipeline', (c, { grant, near, project }) => {
    const branch = queryText(c, 'branch') ?? openBranchesOf({ grant })
    return listed(c, { near, project }, 'pipeline', { branch, login: null })
  })

  route(app, 'GET /api/v2/project/:vcs/:org/:repo/pipeline/mine', async (c, { grant, near, project }) => {
    const user = grant?.kind === 'personal' ? await findUser(c.env.stores.db, grant.userId) : null
    if (!user) throw new AppError('login_required')
    const which = { branch: queryText(c, 'branch'), login: user.login }
    return listed(c, { near, project }, 'pipeline-mine', which)
  })

  route(app, 'GET /api/v2/project/:vcs/:org/:repo/pipeline/:number', async (c, { near, project, params }) => {
    const number = numberOnPath(params.number) ?? 0
    const pipeline = await findPipeline(near.db, project.id, { number })
    if (!pipeline) throw new AppError('pipeline_not_found')
    return jsonRead(c, pipelineJson(project, pipeline))
  })

  route(
    app,
    'GET /api/v2/pipeline/:id',
    async (c, { near, project, params: { id } }) => {
      const pipeline = await findPipeline(near.db, project.id, { id })
      if (!pipeline) throw new AppError('pipeline_not_found')
      return jsonRead(c, pipelineJson(project, pipeline))
    },
    BY_PIPELINE,
  )

  route(
    app,
    'GET /api/v2/pipeline/:id/workflow',
    async (c, { near, project, params }) => {
      const key = pageKeyOf(c, 'workflow', ['number', 'string'])
      const after = key && { createdAt: key[0], id: key[1] }
      const rows = await listWorkflows(near.db, params.id, after, WORKFLOW_PAGE_SIZE + 1)
      const page = pageOfRows(rows, WORKFLOW_PAGE_SIZE, ({ createdAt, id }) => [createdAt, id])
      const items = await Promise.all(page.items.map((workflow) => workflowJson(project, workflow)))
      return pagedItems(c, 'workflow', items, page.nextKey)
    },
    BY_PIPELINE,
  )
}

/** A pipeline that is not there, or that the asker may not know of: one and the same answer. */
const refuseAsPipeline: Refuse = (c, error) =>
  refuseWithJson(c, error.code === 'project_not_found' ? new AppError('pipeline_not_found') : error)

export const BY_PIPELINE = {
  slug: {
    onPath: () => null,
    byId: (_c: Context<AppEnv>, { id }: { readonly id: string }) => ({ kind: 'pipeline', id }) as const,
  },
  refuse: refuseAsPipeline,
}

async function listed(
  c: Context<AppEnv>,
  { near, project }: { readonly near: ReadStores; readonly project: Project },
  list: string,
  which: PipelinesOf,
): Promise<Answer> {
  const [before] = pageKeyOf(c, list, ['number']) ?? [null]
  const rows = await listPipelines(near.db, project.id, which, { before, limit: PAGE_SIZE + 1 })
  const page = pageOfRows(rows, PAGE_SIZE, ({ number }) => [number])
  return pagedJson(c, list, page, (pipeline) => pipelineJson(project, pipeline))
}
