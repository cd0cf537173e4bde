import type { Context } from 'hono'
import * as v from 'valibot'
import type { Actor } from '../../../domain/access/actor.ts'
import { parseScope } from '../../../domain/access/scope.ts'
import { mintSecret, parseSecret } from '../../../domain/access/secret.ts'
import { DEFAULT_OVERLAP_SECONDS, type TokenHolder } from '../../../domain/access/token.ts'
import { AppError } from '../../../domain/error.ts'
import { lazily } from '../../../domain/lazily.ts'
import { deleteToken, findTokenId, rotateToken } from '../../../storage/tokens/token-ends.ts'
import { insertToken, listTokens, MAX_TOKENS_HELD, type NewToken } from '../../../storage/tokens/tokens.ts'
import { jsonWritten, listRead } from '../../frame/answers.ts'
import type { AppEnv } from '../../frame/open-request.ts'
import { pageOf, queryFlag, readJson, readOptionalJson } from '../../frame/request/input.ts'
import { type App, route } from '../../frame/route.ts'
import { throwTokenRefused } from '../../frame/token-refused.ts'
import { futureTime, label, overlapSeconds } from '../../json/schemas.ts'
import { endedJson, mintedTokenJson, tokenJson } from '../../json/token-json.ts'

/** Project tokens for a project's admins, personal tokens for each person: list, create, delete, rotate; no update. */
export function mountTokens(app: App): void {
  route(app, 'GET /api/v1.1/project/:vcs/:org/:repo/token', (c, { project }) =>
    listed(c, { kind: 'project', projectId: project.id }),
  )

  route(app, 'POST /api/v1.1/project/:vcs/:org/:repo/token', async (c, { actor, project }) => {
    const { label, scope, expires_at } = await readJson(c, projectTokenInput())
    return created(c, actor, { kind: 'project', projectId: project.id, label, scope, expiresAt: expires_at ?? null })
  })

  route(app, 'DELETE /api/v1.1/project/:vcs/:org/:repo/token/:id', (c, { actor, project, params }) =>
    deleted(c, actor, params, { kind: 'project', projectId: project.id }),
  )

  route(app, 'POST /api/v1.1/project/:vcs/:org/:repo/token/:id/rotate', (c, { actor, project, params }) =>
    rotated(c, actor, params, { kind: 'project', projectId: project.id }),
  )

  route(app, 'GET /api/v1.1/user/token', (c, { grant }) => listed(c, { kind: 'personal', userId: grant.userId }))

  route(app, 'POST /api/v1.1/user/token', async (c, { actor, grant }) => {
    const { label, expires_at } = await readJson(c, personalTokenInput())
    return created(c, actor, { kind: 'personal', userId: grant.userId, label, expiresAt: expires_at ?? null })
  })

  route(app, 'DELETE /api/v1.1/user/token/:id', (c, { actor, grant, params }) =>
    deleted(c, actor, params, { kind: 'personal', userId: grant.userId }),
  )

  route(app, 'POST /api/v1.1/user/token/:id/rotate', (c, { actor, grant, params }) =>
    rotated(c, actor, params, { kind: 'personal', userId: grant.userId }),
  )
}

const scopeField = () =>
  v.pipe(
    v.string('must be a string'),
    v.rawTransform(({ dataset, addIssue, NEVER }) => {
      const scope = parseScope(dataset.value)
      if (scope) return scope
      addIssue({ message: 'must be one of status, view-builds, all' })
      return NEVER
    }),
  )

export const personalTokenInput = lazily(() => v.strictObject({ label: label(), expires_at: v.nullish(futureTime()) }))
export const projectTokenInput = lazily(() =>
  v.strictObject({ label: label(), scope: scopeField(), expires_at: v.nullish(futureTime()) }),
)
export const tokenRotationInput = lazily(() =>
  v.strictObject({ overlap_seconds: v.optional(overlapSeconds(), DEFAULT_OVERLAP_SECONDS) }),
)

async function listed(c: Context<AppEnv>, holder: TokenHolder): Promise<Response> {
  const page = pageOf(c, { max: MAX_TOKENS_HELD, fallback: MAX_TOKENS_HELD })
  const tokens = await listTokens(c.env.stores.db, holder, { ...page, limit: page.limit + 1 })
  return listRead(c, tokens, page, tokenJson)
}

async function created(c: Context<AppEnv>, actor: Actor, token: NewToken): Promise<Response> {
  const secret = mintSecret(token.kind)
  const inserted = await insertToken(c.env.stores, secret, token, actor)
  if (inserted.kind !== 'created') return throwTokenRefused(inserted)
  return jsonWritten(c, mintedTokenJson(inserted.token, secret), 201)
}

type Named = { readonly id: string }

async function deleted(c: Context<AppEnv>, actor: Actor, named: Named, holder: TokenHolder): Promise<Response> {
  const id = await requireTokenId(c, named, holder)
  const how = { action: 'token.deleted', keepMinted: queryFlag(c, 'keep_minted'), actor } as const
  const ended = await deleteToken(c.env.stores, id, how)
  if (ended.length === 0) throw new AppError('token_not_found')
  return jsonWritten(c, endedJson(ended))
}

async function rotated(c: Context<AppEnv>, actor: Actor, named: Named, holder: TokenHolder): Promise<Response> {
  const { overlap_seconds } = await readOptionalJson(c, tokenRotationInput())
  const id = await requireTokenId(c, named, holder)
  const successor = mintSecret(holder.kind)
  const rotation = await rotateToken(c.env.stores, id, { successor, overlapSeconds: overlap_seconds }, actor)
  switch (rotation.kind) {
    case 'rotated':
      return jsonWritten(c, mintedTokenJson(rotation.token, successor, id), 201)
    case 'expired':
      throw new AppError('already_expired')
    case 'unknown':
      throw new AppError('token_not_found')
    case 'no_holder':
    case 'full':
    case 'done_before':
      return throwTokenRefused(rotation)
  }
}

/** The token named on the path, by its id or, when somebody found it, by its secret. */
async function requireTokenId(c: Context<AppEnv>, { id }: Named, holder: TokenHolder): Promise<string> {
  const secret = parseSecret(id)
  const found = await findTokenId(c.env.stores, holder, secret ? { by: 'secret', secret } : { by: 'id', id })
  if (!found) throw new AppError('token_not_found')
  return found
}
