import type { Context } from 'hono'
import * as v from 'valibot'
import type { Actor } from '../../../domain/access/actor.ts'
import { AppError } from '../../../domain/error.ts'
import { lazily } from '../../../domain/lazily.ts'
import {
  ENV_VAR_NAME_RULE,
  MAX_ENV_VAR_LENGTH,
  MAX_ENV_VARS,
  parseEnvVarName,
} from '../../../domain/notices/env-var.ts'
import { deleteEnvVar, findEnvVar, listEnvVars, putEnvVar } from '../../../storage/projects/env-vars.ts'
import { type Answer, jsonRead, jsonWritten } from '../../frame/answers/answers.ts'
import type { OnProject } from '../../frame/authorize.ts'
import type { AppEnv } from '../../frame/open-request.ts'
import { readJsonOrForm } from '../../frame/request/form-body.ts'
import { type App, route } from '../../frame/route.ts'
import type { DoneJson } from '../../json/shape.ts'
import type { EnvVarDeletedJson, EnvVarJson } from './env-var-shape.ts'
import { pagedItems } from './paging.ts'

export const envVarInput = lazily(() =>
  v.object({
    name: v.pipe(
      v.string(ENV_VAR_NAME_RULE),
      v.check((text) => parseEnvVarName(text) !== null, ENV_VAR_NAME_RULE),
    ),
    value: v.pipe(
      v.string('must be a string'),
      v.maxLength(MAX_ENV_VAR_LENGTH, `must be at most ${MAX_ENV_VAR_LENGTH} characters long`),
      v.check((text) => text.isWellFormed() && !text.includes('\0'), 'must be text'),
    ),
  }),
)

/** Environment variables, under v1.1 and v2: sealed when they are set, and masked whenever they are read. */
export function mountEnvVars(app: App): void {
  route(app, 'GET /api/v1.1/project/:vcs/:org/:repo/envvar', async (c, opened) => jsonRead(c, await listed(c, opened)))
  route(app, 'POST /api/v1.1/project/:vcs/:org/:repo/envvar', putOne)
  route(app, 'GET /api/v1.1/project/:vcs/:org/:repo/envvar/:name', readOne)
  route(app, 'DELETE /api/v1.1/project/:vcs/:org/:repo/envvar/:name', async (c, opened) => deleteOne(c, opened, 'ok'))

  route(app, 'GET /api/v2/project/:vcs/:org/:repo/envvar', async (c, opened) =>
    pagedItems(c, 'envvar', await listed(c, opened), null),
  )
  route(app, 'POST /api/v2/project/:vcs/:org/:repo/envvar', putOne)
  route(app, 'GET /api/v2/project/:vcs/:org/:repo/envvar/:name', readOne)
  route(app, 'DELETE /api/v2/project/:vcs/:org/:repo/envvar/:name', async (c, opened) =>
    deleteOne(c, opened, 'Environment variable deleted.'),
  )
}

type Acting = OnProject & { readonly actor: Actor }
type Named = { readonly params: { readonly name: string } }

function listed(c: Context<AppEnv>, { project }: OnProject): Promise<readonly EnvVarJson[]> {
  return listEnvVars(c.env.stores.db, c.env.settings.dataKeys, project.id)
}

async function putOne(c: Context<AppEnv>, { actor, project }: Acting): Promise<Response> {
  const input = await readJsonOrForm(c, envVarInput())
  const { stores, settings } = c.env
  const stored: EnvVarJson | null = await putEnvVar(stores, project.id, { ...input, keys: settings.dataKeys }, actor)
  if (!stored) throw new AppError('limit_reached', `A project has at most ${MAX_ENV_VARS} environment variables.`)
  return jsonWritten(c, stored, 201)
}

async function readOne(c: Context<AppEnv>, { project, params }: OnProject & Named): Promise<Answer> {
  const found: EnvVarJson | null = await findEnvVar(c.env.stores.db, c.env.settings.dataKeys, project.id, params.name)
  if (!found) throw new AppError('env_var_not_found')
  return jsonRead(c, found)
}

async function deleteOne(
  c: Context<AppEnv>,
  { actor, project, params }: Acting & Named,
  message: (DoneJson | EnvVarDeletedJson)['message'],
): Promise<Response> {
  const isGone = await deleteEnvVar(c.env.stores, project.id, params.name, actor)
  if (!isGone) throw new AppError('env_var_not_found')
  return jsonWritten(c, { message })
}
