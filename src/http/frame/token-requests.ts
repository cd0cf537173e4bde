import type { Context } from 'hono'
import * as v from 'valibot'
import type { Actor } from '../../domain/access/actor.ts'
import { type Grant, limitsOf } from '../../domain/access/grant.ts'
import {
  type Limits,
  limitsProblem,
  type Wider,
  type WishedLimits,
  widerThan,
} from '../../domain/access/limits/limits.ts'
import { reachOf } from '../../domain/access/limits/reach.ts'
import { parseScope } from '../../domain/access/scope.ts'
import { mintSecret, parseSecret, type Secret } from '../../domain/access/secret.ts'
import { DEFAULT_OVERLAP_SECONDS, type Token, type TokenHolder, type TokenSet } from '../../domain/access/token.ts'
import { AppError, invalidInput } from '../../domain/error.ts'
import { lazily } from '../../domain/lazily.ts'
import { resolvedLimits, slugsOfLimits } from '../../storage/tokens/limit-projects.ts'
import { deleteToken, findTokenId, rotateToken } from '../../storage/tokens/token-ends.ts'
import { findToken, insertToken, listTokens, MAX_TOKENS_HELD, type NewToken } from '../../storage/tokens/tokens.ts'
import { personalLimits, projectLimits } from '../json/limits-json.ts'
import { futureTime, label, overlapSeconds } from '../json/schemas.ts'
import { endedJson, mintedTokenJson, tokenJson } from '../json/token-json.ts'
import { type Answer, jsonWritten, listRead } from './answers/answers.ts'
import type { PersonalGrant } from './authorize.ts'
import type { AppEnv } from './open-request.ts'
import { pageOf, queryFlag, readOptionalJson } from './request/input.ts'
import { throwTokenRefused } from './token-refused.ts'

// What is asked of tokens, whoever has them: a person, a project, or an organization.

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

const common = () => ({ label: label(), expires_at: v.nullish(futureTime()) })
export const personalTokenInput = lazily(() =>
  v.pipe(v.strictObject({ ...common(), limits: v.nullish(personalLimits()) }), beginsBeforeItEnds()),
)
export const projectTokenInput = lazily(() =>
  v.pipe(
    v.strictObject({ ...common(), scope: scopeField(), limits: v.nullish(projectLimits()) }),
    beginsBeforeItEnds(),
    v.forward(
      v.rawCheck(({ dataset, addIssue }) => {
        const problem =
          dataset.typed && dataset.value.limits && limitsProblem(dataset.value.limits, dataset.value.scope)
        if (problem) addIssue({ message: `${problem.limit} ${problem.rule}` })
      }),
      ['limits'],
    ),
  ),
)

type Input = {
  readonly label: string
  readonly expires_at?: number | null | undefined
  readonly limits?: Limits | null | undefined
}

type Dated = {
  readonly expires_at?: number | null | undefined
  readonly limits?: { readonly notBefore?: number | undefined } | null | undefined
}

function beginsBeforeItEnds<I extends Dated>() {
  return v.forward(
    v.check<I, string>(
      ({ limits, expires_at }) => (limits?.notBefore ?? 0) < (expires_at ?? Number.POSITIVE_INFINITY),
      'not_before must be before expires_at',
    ),
    ['limits'] as never,
  )
}

/** The limits as they are kept; throws where a project is none that the asker reaches. */
export async function limitsWithin(c: Context<AppEnv>, grant: PersonalGrant, wished: WishedLimits): Promise<Limits> {
  const resolved = await resolvedLimits(c.env.stores.db, reachOf(grant), wished)
  if ('limits' in resolved) return resolved.limits
  throw invalidInput(`limits.projects.${resolved.outOfReach}`, 'is no project that you reach')
}

export function wantedOf({ label, expires_at, limits }: Input) {
  return { label, expiresAt: expires_at ?? null, limits: limits ?? null }
}

export const tokenRotationInput = lazily(() =>
  v.strictObject({ overlap_seconds: v.optional(overlapSeconds(), DEFAULT_OVERLAP_SECONDS) }),
)

/** The tokens of a holder; `within` as `listTokens` has it. */
export async function listed(
  c: Context<AppEnv>,
  holder: TokenHolder,
  within: readonly string[] | null = null,
): Promise<Answer> {
  const page = pageOf(c, { max: MAX_TOKENS_HELD, fallback: MAX_TOKENS_HELD })
  const tokens = await listTokens(c.env.stores.db, holder, { ...page, limit: page.limit + 1 }, within)
  const slugs = await slugsOfLimits(c.env.stores.db, tokens)
  return listRead(c, tokens, page, (token) => tokenJson(token, slugs))
}

/** Who asks, and by which token. */
export type Maker = { readonly actor: Actor; readonly grant: Grant | null }

/** Makes a token that is no wider than the one that asks, and shows its secret. */
export async function created(c: Context<AppEnv>, { actor, grant }: Maker, token: NewToken): Promise<Response> {
  const wider = widerThan(token.limits ?? null, limitsOf(grant), token.kind)
  if (wider) throw invalidInput(`limits.${wider}`, 'must not be wider than that of the token that asks')
  const secret = mintSecret(token.kind)
  const inserted = await insertToken(c.env.stores, secret, token, actor)
  if (inserted.kind !== 'created') return throwTokenRefused(inserted)
  return minted(c, inserted.token, secret)
}

/** The one answer that shows the secret. */
async function minted(c: Context<AppEnv>, token: Token, secret: Secret, replaces?: string): Promise<Response> {
  const slugs = await slugsOfLimits(c.env.stores.db, [token])
  return jsonWritten(c, mintedTokenJson(token, secret, slugs, replaces), 201)
}

type Named = { readonly id: string }

/** Ends the token that the path names. */
export async function deleted(
  c: Context<AppEnv>,
  { actor, grant }: Maker,
  named: Named,
  holder: TokenSet,
): Promise<Response> {
  const id = await requireTokenId(c, named, holder)
  // What works where the asker does not reach is not the asker's to end.
  await requireNoWider(c, id, grant, ['projects'])
  const how = { action: 'token.deleted', keepMinted: queryFlag(c, 'keep_minted'), actor } as const
  const ended = await deleteToken(c.env.stores, id, how)
  if (ended.length === 0) throw new AppError('token_not_found')
  return jsonWritten(c, endedJson(ended))
}

/** Makes the successor of the token that the path names, and shows its secret. */
export async function rotated(
  c: Context<AppEnv>,
  { actor, grant }: Maker,
  named: Named,
  holder: TokenHolder,
): Promise<Response> {
  const { overlap_seconds } = await readOptionalJson(c, tokenRotationInput())
  const id = await requireTokenId(c, named, holder)
  await requireNoWider(c, id, grant)
  const successor = mintSecret(holder.kind)
  const rotation = await rotateToken(c.env.stores, id, { successor, overlapSeconds: overlap_seconds }, actor)
  switch (rotation.kind) {
    case 'rotated':
      return minted(c, rotation.token, successor, id)
    case 'expired':
      throw new AppError('already_expired')
    case 'unknown':
      throw new AppError('token_not_found')
    case 'no_holder':
    case 'full':
    case 'against_policy':
    case 'no_maker':
    case 'policy_changed':
    case 'done_before':
      return throwTokenRefused(rotation)
  }
}

/** Whoever rotates a token is shown its successor, which opens as much. */
async function requireNoWider(
  c: Context<AppEnv>,
  id: string,
  grant: Grant | null,
  inWhat: readonly Wider[] = ['access', 'projects', 'cidrs'],
): Promise<void> {
  const maker = limitsOf(grant)
  if (!maker) return
  const token = await findToken(c.env.stores.db, id)
  if (token && token.kind !== 'reporting' && token.limits !== 'unreadable') {
    const wider = widerThan(token.limits, maker, token.kind)
    if (wider === null || !inWhat.includes(wider)) return
  }
  throw new AppError('permission_denied', 'That token opens more than the one that asks.')
}

/** The token named on the path, by its id or, when somebody found it, by its secret. */
async function requireTokenId(c: Context<AppEnv>, { id }: Named, holder: TokenSet): Promise<string> {
  const secret = parseSecret(id)
  const found = await findTokenId(c.env.stores, holder, secret ? { by: 'secret', secret } : { by: 'id', id })
  if (!found) throw new AppError('token_not_found')
  return found
}
