import type { Context } from 'hono'
import { AppError } from '../../../domain/error.ts'
import { pageOfRows } from '../../../domain/formats/page-token.ts'
import { findWorkflow, listWorkflows } from '../../../storage/builds/workflows.ts'
import type { AppEnv } from '../../frame/open-request.ts'
import { type App, route } from '../../frame/route.ts'
import { oneRead, pageCursorOf, pageLimitOf, pageRead } from './lists.ts'
import { requireFilter, requireKnownQuery } from './query.ts'
import { refusingAs } from './refusal.ts'
import { workflowJson } from './run-json.ts'
import { shownTo } from './shown.ts'

// Official tooling asks once, and takes the first page for the whole.
const PAGE_SIZE = 500

/** Workflows, of a run or by their ids. */
export function mountV3Workflows(app: App): void {
  route(
    app,
    'GET /api/v3/workflows',
    async (c, opened) => {
      requireKnownQuery(c, { filters: ['run_id'], pages: true })
      const limit = pageLimitOf(c, PAGE_SIZE)
      const key = pageCursorOf(c, 'v3-workflow', ['number', 'string'])
      const after = key && { createdAt: key[0], id: key[1] }
      const rows = await listWorkflows(opened.near.db, requireFilter(c, 'run_id'), after, limit + 1)
      if (rows.length === 0 && !after) throw new AppError('workflow_not_found', 'This run has no workflow yet.')
      const { items, nextKey } = pageOfRows(rows, limit, ({ createdAt, id }) => [createdAt, id])
      const shown = shownTo(opened)
      const data = await Promise.all(items.map((workflow) => workflowJson(opened.project, workflow, shown)))
      return pageRead(c, 'v3-workflow', { items: data, nextKey }, (json) => json)
    },
    {
      ...refusingAs('run_not_found'),
      slug: { onPath: () => null, byId: (c) => ({ kind: 'pipeline', id: requireFilter(c, 'run_id') }) },
    },
  )

  route(
    app,
    'GET /api/v3/workflows/:id',
    async (c, opened) => {
      requireKnownQuery(c, {})
      const workflow = await findWorkflow(opened.near.db, opened.project.id, opened.params.id)
      if (!workflow) throw new AppError('workflow_not_found')
      return oneRead(c, await workflowJson(opened.project, workflow, shownTo(opened)))
    },
    BY_WORKFLOW,
  )
}

export const BY_WORKFLOW = {
  ...refusingAs('workflow_not_found'),
  slug: {
    onPath: () => null,
    byId: (_c: Context<AppEnv>, { id }: { readonly id: string }) => ({ kind: 'workflow', id }) as const,
  },
}
