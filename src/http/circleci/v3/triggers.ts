import type { Context } from 'hono'
import * as v from 'valibot'
import { cancelRunning, rerunWorkflow, triggerPipeline } from '../../../actions/dispatch-builds.ts'
import { AppError, invalidInput } from '../../../domain/error.ts'
import { lazily } from '../../../domain/lazily.ts'
import { listBuildsOfWorkflow } from '../../../storage/builds/builds.ts'
import { jsonWritten } from '../../frame/answers/answers.ts'
import type { AppEnv } from '../../frame/open-request.ts'
import { readJson, readOptionalJson } from '../../frame/request/input.ts'
import { type App, route } from '../../frame/route.ts'
import { line } from '../../json/schemas.ts'
import { requireCanceled, requireStarted } from '../both/dispatched.ts'
import { askerOf, parameters, triggerOf } from '../both/trigger-input.ts'
import { V3_REFUSALS } from './refusal.ts'
import type { StartedJson } from './trigger-shape.ts'
import { BY_WORKFLOW } from './workflows.ts'

const ID_RULE = 'must be an id'
const ref = () => v.strictObject({ branch: v.nullish(line(1_024)), tag: v.nullish(line(1_024)) })

/** The body of `POST runs`. */
export const runInput = lazily(() =>
  v.strictObject({
    data: v.strictObject({
      attributes: v.nullish(
        v.strictObject({
          checkout: v.nullish(ref()),
          config: v.nullish(ref()),
          parameters: v.nullish(parameters()),
        }),
      ),
      references: v.strictObject({
        pipeline: v.strictObject({ id: v.pipe(v.string(ID_RULE), v.uuid(ID_RULE)) }),
      }),
    }),
  }),
)

export const v3RerunInput = lazily(() =>
  v.strictObject({ is_from_failed: v.nullish(v.boolean('must be true or false')) }),
)

/** Starting, repeating and stopping: the project's dispatch target does the work. */
export function mountV3Triggers(app: App): void {
  route(
    app,
    'POST /api/v3/runs',
    async (c, { actor, grant, project }) => {
      const { attributes, references } = (await inputOf(c)).data
      // The name may have passed to another project since.
      if (project.id !== references.pipeline.id.toLowerCase()) throw new AppError('project_not_found')
      const { checkout, config, parameters } = attributes ?? {}
      // The CI reads the configuration of what it checks out, and cannot be told to read another.
      for (const name of ['branch', 'tag'] as const)
        if (config?.[name] && config[name] !== checkout?.[name])
          throw invalidInput(`data.attributes.config.${name}`, 'must be that of checkout')
      const trigger = triggerOf(project, checkout ?? {}, parameters ?? {}, await askerOf(c, grant))
      const build = requireStarted(project, await triggerPipeline(c.env.stores, project, trigger, actor))
      return started(c, build.pipeline.id, 201)
    },
    {
      ...V3_REFUSALS,
      slug: {
        onPath: () => null,
        // A project has one definition of what runs, with its own id.
        byId: async (c) => ({ kind: 'project', id: (await inputOf(c)).data.references.pipeline.id.toLowerCase() }),
      },
    },
  )

  route(
    app,
    'POST /api/v3/workflows/:id/cancel',
    async (c, { actor, project, params }) => {
      const builds = await listBuildsOfWorkflow(c.env.stores.db, params.id)
      requireCanceled(project, await cancelRunning(c.env.stores, project, { builds, event: 'workflow.cancel' }, actor))
      return started(c, params.id, 202)
    },
    BY_WORKFLOW,
  )

  route(
    app,
    'POST /api/v3/workflows/:id/rerun',
    async (c, { actor, project, params }) => {
      const { is_from_failed } = await readOptionalJson(c, v3RerunInput())
      const wanted = { workflowId: params.id, onlyFailed: is_from_failed ?? false, jobIds: [] }
      const build = requireStarted(project, await rerunWorkflow(c.env.stores, project, wanted, actor))
      return started(c, build.workflow.id, 202)
    },
    BY_WORKFLOW,
  )
}

function started(c: Context<AppEnv>, id: string, status: 201 | 202): Response {
  return jsonWritten(c, { data: { id } } satisfies StartedJson, status)
}

type RunInput = v.InferOutput<ReturnType<typeof runInput>>
const inputs = lazily(() => new WeakMap<Request, Promise<RunInput>>())

/** The body, which names the project: it is read before the asker is admitted, and can be read once. */
function inputOf(c: Context<AppEnv>): Promise<RunInput> {
  const known = inputs().get(c.req.raw) ?? readJson(c, runInput())
  inputs().set(c.req.raw, known)
  return known
}
