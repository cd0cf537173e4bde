import type { Context } from 'hono'
import { cancelRunning, retryBuild, triggerPipeline } from '../../../actions/dispatch-builds.ts'
import type { Actor } from '../../../domain/access/actor.ts'
import type { Build } from '../../../domain/builds/build.ts'
import { AppError } from '../../../domain/error.ts'
import type { Project } from '../../../domain/project.ts'
import { findBuild } from '../../../storage/builds/builds.ts'
import { jsonWritten } from '../../frame/answers/answers.ts'
import type { OnProject } from '../../frame/authorize.ts'
import type { AppEnv } from '../../frame/open-request.ts'
import { readJsonOrForm } from '../../frame/request/form-body.ts'
import { branchOf, buildNumOf } from '../../frame/request/input.ts'
import { publicOriginOf } from '../../frame/request/origin.ts'
import { type App, route } from '../../frame/route.ts'
import { buildSummaryJson } from '../../json/build-json.ts'
import { requireCanceled, requireStarted } from '../both/dispatched.ts'
import { askerOf, triggerOf, v1TriggerInput } from '../both/trigger-input.ts'
import type { BuildCreatedJson } from './trigger-shape.ts'

/** Starting, repeating and stopping builds: the project's dispatch target does the work. */
export function mountTriggers(app: App): void {
  route(app, 'POST /api/v1.1/project/:vcs/:org/:repo', async (c, opened) =>
    jsonWritten(c, buildSummaryJson(publicOriginOf(c), opened.project, await triggered(c, opened, null)), 201),
  )

  route(app, 'POST /api/v1.1/project/:vcs/:org/:repo/tree/:branch{.+}', async (c, opened) => {
    const build = await triggered(c, opened, branchOf(opened.params))
    return jsonWritten(c, buildSummaryJson(publicOriginOf(c), opened.project, build), 201)
  })

  // "Trigger a new job with a branch": CircleCI answers it in words.
  route(app, 'POST /api/v1.1/project/:vcs/:org/:repo/build', async (c, opened) => {
    const { num } = await triggered(c, opened, null)
    return jsonWritten(c, { status: 201, body: 'Build created', build_num: num } satisfies BuildCreatedJson, 201)
  })

  route(app, 'POST /api/v1.1/project/:vcs/:org/:repo/:num/retry', async (c, { actor, project, params }) => {
    const retried = await retryBuild(c.env.stores, project, await requireBuild(c, project, params), actor)
    return jsonWritten(c, buildSummaryJson(publicOriginOf(c), project, requireStarted(project, retried)), 201)
  })

  route(app, 'POST /api/v1.1/project/:vcs/:org/:repo/:num/cancel', async (c, { actor, project, params }) => {
    const builds = [await requireBuild(c, project, params)]
    requireCanceled(project, await cancelRunning(c.env.stores, project, { builds, event: 'build.cancel' }, actor))
    return jsonWritten(c, buildSummaryJson(publicOriginOf(c), project, await requireBuild(c, project, params)), 202)
  })
}

async function triggered(
  c: Context<AppEnv>,
  { actor, grant, project }: OnProject & { readonly actor: Actor },
  branch: string | null,
): Promise<Build> {
  const { build_parameters, ...input } = await readJsonOrForm(c, v1TriggerInput())
  // The tag of a body is what to build; the branch on the path then only says where it was asked for.
  const ref = input.tag ? { ...input, branch: null } : { ...input, branch: branch ?? input.branch }
  const trigger = triggerOf(project, ref, build_parameters ?? {}, await askerOf(c, grant))
  return requireStarted(project, await triggerPipeline(c.env.stores, project, trigger, actor))
}

async function requireBuild(c: Context<AppEnv>, project: Project, params: { readonly num: string }): Promise<Build> {
  const detail = await findBuild(c.env.stores.db, project.id, buildNumOf(params))
  if (!detail) throw new AppError('build_not_found')
  return detail.build
}
