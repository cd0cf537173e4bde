import type { Context } from 'hono'
import * as v from 'valibot'
import { cancelRunning, rerunWorkflow, triggerPipeline } from '../../../actions/dispatch-builds.ts'
import type { Build, Pipeline } from '../../../domain/builds/build.ts'
import { AppError } from '../../../domain/error.ts'
import { findBuild, listBuildsOfWorkflow } from '../../../storage/builds/builds.ts'
import { jsonWritten } from '../../frame/answers.ts'
import { buildNumOf, lazily, readOptionalJson } from '../../frame/input.ts'
import type { AppEnv } from '../../frame/open-request.ts'
import { type App, route } from '../../frame/route.ts'
import { isoOf } from '../../json/iso-time.ts'
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
    const { pipeline } = await triggerPipeline(c.env.stores, project, trigger, actor)
    return jsonWritten(c, triggeredJson(pipeline), 201)
  })

  route(app, 'POST /api/v2/project/:vcs/:org/:repo/job/:num/cancel', async (c, { actor, project }) => {
    const detail = await findBuild(c.env.stores.db, project.id, buildNumOf(c))
    if (!detail) throw new AppError('job_not_found')
    await cancelRunning(c.env.stores, project, [detail.build], 'build.cancel', actor)
    return accepted(c)
  })

  route(
    app,
    'POST /api/v2/workflow/:id/cancel',
    async (c, { actor, project }) => {
      const builds = await listBuildsOfWorkflow(c.env.stores.db, c.req.param('id') ?? '')
      await cancelRunning(c.env.stores, project, builds, 'workflow.cancel', actor)
      return accepted(c)
    },
    BY_WORKFLOW,
  )

  route(
    app,
    'POST /api/v2/workflow/:id/rerun',
    async (c, { actor, project }) => {
      const { from_failed, jobs } = await readOptionalJson(c, rerunInput())
      const wanted = { onlyFailed: from_failed ?? false, jobIds: jobs ?? [] }
      const build = await rerunWorkflow(c.env.stores, project, c.req.param('id') ?? '', wanted, actor)
      return jsonWritten(c, rerunJson(build), 202)
    },
    BY_WORKFLOW,
  )
}

function accepted(c: Context<AppEnv>): Response {
  const body: AcceptedJson = { message: 'Accepted.' }
  return jsonWritten(c, body, 202)
}

function triggeredJson({ id, number, createdAt }: Pipeline): TriggeredPipelineJson {
  return { id, number, state: 'pending', created_at: isoOf(createdAt) }
}

function rerunJson({ workflow }: Build): RerunJson {
  return { workflow_id: workflow.id }
}
