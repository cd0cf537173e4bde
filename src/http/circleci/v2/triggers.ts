import type { Context } from 'hono'
import * as v from 'valibot'
import { cancelRunning, rerunWorkflow, triggerPipeline } from '../../../actions/dispatch-builds.ts'
import { AppError } from '../../../domain/error.ts'
import { lazily } from '../../../domain/lazily.ts'
import { findBuild, listBuildsOfWorkflow } from '../../../storage/builds/builds.ts'
import { jsonWritten } from '../../frame/answers/answers.ts'
import type { AppEnv } from '../../frame/open-request.ts'
import { buildNumOf, readOptionalJson } from '../../frame/request/input.ts'
import { type App, route } from '../../frame/route.ts'
import { isoOf } from '../../json/iso-time.ts'
import { requireCanceled, requireStarted } from '../both/dispatched.ts'
import { askerOf, triggerOf, v2TriggerInput } from '../both/trigger-input.ts'
import type { AcceptedJson, RerunJson, TriggeredPipelineJson } from './trigger-shape.ts'
import { BY_WORKFLOW } from './workflows.ts'

const FLAG_RULE = 'must be true or false'
const MAX_JOBS = 100
export const rerunInput = lazily(() =>
  v.object({
    from_failed: v.nullish(v.boolean(FLAG_RULE)),
    jobs: v.nullish(
      v.pipe(
        v.array(v.pipe(v.string('must be an id'), v.uuid('must be an id')), 'must be a list'),
        v.maxLength(MAX_JOBS, `must name at most ${MAX_JOBS} jobs`),
      ),
    ),
  }),
)

/** Starting, repeating and stopping: the project's dispatch target does the work. */
export function mountV2Triggers(app: App): void {
  route(app, 'POST /api/v2/project/:vcs/:org/:repo/pipeline', async (c, { actor, grant, project }) => {
    const { parameters, ...ref } = await readOptionalJson(c, v2TriggerInput())
    const trigger = triggerOf(project, ref, parameters ?? {}, await askerOf(c, grant))
    const { pipeline } = requireStarted(project, await triggerPipeline(c.env.stores, project, trigger, actor))
    const { id, number, createdAt } = pipeline
    const made = { id, number, state: 'pending', created_at: isoOf(createdAt) } satisfies TriggeredPipelineJson
    return jsonWritten(c, made, 201)
  })

  route(app, 'POST /api/v2/project/:vcs/:org/:repo/job/:num/cancel', async (c, { actor, project, params }) => {
    const detail = await findBuild(c.env.stores.db, project.id, buildNumOf(params))
    if (!detail) throw new AppError('job_not_found')
    requireCanceled(
      project,
      await cancelRunning(c.env.stores, project, { builds: [detail.build], event: 'build.cancel' }, actor),
    )
    return accepted(c)
  })

  route(
    app,
    'POST /api/v2/workflow/:id/cancel',
    async (c, { actor, project, params }) => {
      const builds = await listBuildsOfWorkflow(c.env.stores.db, params.id)
      requireCanceled(project, await cancelRunning(c.env.stores, project, { builds, event: 'workflow.cancel' }, actor))
      return accepted(c)
    },
    BY_WORKFLOW,
  )

  route(
    app,
    'POST /api/v2/workflow/:id/rerun',
    async (c, { actor, project, params }) => {
      const { from_failed, jobs } = await readOptionalJson(c, rerunInput())
      const wanted = { workflowId: params.id, onlyFailed: from_failed ?? false, jobIds: jobs ?? [] }
      const build = requireStarted(project, await rerunWorkflow(c.env.stores, project, wanted, actor))
      return jsonWritten(c, { workflow_id: build.workflow.id } satisfies RerunJson, 202)
    },
    BY_WORKFLOW,
  )
}

function accepted(c: Context<AppEnv>): Response {
  return jsonWritten(c, { message: 'Accepted.' } satisfies AcceptedJson, 202)
}
