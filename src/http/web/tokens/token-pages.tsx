import type { Context } from 'hono'
import type { Child } from 'hono/jsx'
import type { Actor } from '../../../domain/access/actor.ts'
import { mintSecret } from '../../../domain/access/secret.ts'
import type { Token, TokenHolder, TokenSet } from '../../../domain/access/token.ts'
import { parseTokenFilter, parseTokenOrder } from '../../../domain/access/token-filter.ts'
import { AppError } from '../../../domain/error.ts'
import type { Viewer } from '../../../domain/people/session.ts'
import { slugsOfLimits } from '../../../storage/tokens/limit-projects.ts'
import { listMinted } from '../../../storage/tokens/made.ts'
import { deleteToken, findTokenId, rotateToken } from '../../../storage/tokens/token-ends.ts'
import { findToken, insertToken, type NewToken } from '../../../storage/tokens/tokens.ts'
import { listAskedTokens } from '../../../storage/tokens/uses/asked-tokens.ts'
import type { AppEnv } from '../../frame/open-request.ts'
import { MAX_OFFSET, queryPage } from '../../frame/request/input.ts'
import { throwTokenRefused } from '../../frame/token-refused.ts'
import { redirectTo } from '../frame/flash.ts'
import { idForForm } from '../frame/form-id.ts'
import type { Frame } from '../parts/layout.tsx'
import { Pager } from '../parts/parts.tsx'
import { DeleteForm, MadeBefore, parseOverlap, RotateForm, SecretShown, TokenFilters } from './token-parts.tsx'

/** Whose tokens a page is about: a person's own, or a project's; and how its pages look. */
export type TokenPlace = {
  readonly viewer: Viewer
  readonly holder: TokenHolder
  /** The path of the list; the forms of each token live below it. */
  readonly list: string
  readonly show: (frame: Pick<Frame, 'title' | 'status' | 'caching'>, content: Child) => Response
  /** What has to be typed before a token is deleted. */
  readonly typed?: string
}

/** Where tokens are only seen and ended. */
export type EndingPlace = Omit<TokenPlace, 'holder'> & { readonly holder: TokenSet }

const TOKENS_A_PAGE = 50
// Each row before a page is read: more tokens than these have to wait until some of them are deleted.
const LAST_PAGE = MAX_OFFSET / TOKENS_A_PAGE + 1

/** A page of a place's tokens, those that are asked for, and which of how they are reached. */
export async function readTokens(c: Context<AppEnv>, { viewer, holder, list }: TokenPlace) {
  const page = queryPage(c, 'page', LAST_PAGE)
  const filter = parseTokenFilter(c.req.query('show') ?? 'all') ?? 'all'
  const order = parseTokenOrder(c.req.query('sort') ?? 'created') ?? 'created'
  const { db, now } = c.env.stores
  const which = { filter, order, now: now(), userId: viewer.userId }
  const rows = await listAskedTokens(db, holder, which, {
    limit: TOKENS_A_PAGE + 1,
    offset: (page - 1) * TOKENS_A_PAGE,
  })
  const hasMore = rows.length > TOKENS_A_PAGE
  const asked = `${filter === 'all' ? '' : `&show=${filter}`}${order === 'created' ? '' : `&sort=${order}`}`
  const pager = (
    <Pager
      newer={page > 1 ? `${list}?page=${page - 1}${asked}` : null}
      older={hasMore && page < LAST_PAGE ? `${list}?page=${page + 1}${asked}` : null}
      words={['Older tokens', 'Newer tokens']}
      where={hasMore && page === LAST_PAGE ? 'Newer tokens come here when some of these are deleted' : `Page ${page}`}
    />
  )
  const tokens = rows.slice(0, TOKENS_A_PAGE)
  const isNone = tokens.length === 0 && page === 1 && filter === 'all'
  // Of one token there is nothing to choose.
  const filters = (tokens.length > 1 || filter !== 'all') && (
    <TokenFilters list={list} filter={filter} order={order} hasMakers={holder.kind === 'project'} />
  )
  return { tokens, slugs: await slugsOfLimits(db, tokens), isNone, filters, pager }
}

/** What was filled in, and by whom. */
type Asked = { readonly actor: Actor; readonly form: URLSearchParams }

/** What is said beside the fields of a form for a token that goes against the owners' policy. */
export type BreachErrors = { readonly expiry: string } | { readonly limits: { readonly cidrs: string } }

/** Makes the token that a form asks for, and shows its secret in this one answer. */
export async function createToken(
  c: Context<AppEnv>,
  { viewer, list, show }: TokenPlace,
  wanted: NewToken,
  {
    actor,
    form,
    more,
    askAgain,
  }: Asked & { readonly more?: Child; readonly askAgain: (errors: BreachErrors) => Response | Promise<Response> },
): Promise<Response> {
  const secret = mintSecret(wanted.kind)
  const onceId = await idForForm(viewer, form)
  const inserted = await insertToken(c.env.stores, secret, { ...wanted, onceId }, actor)
  if (inserted.kind === 'done_before') return madeBefore({ list, show })
  if (inserted.kind === 'against_policy') {
    const rule = `It ${inserted.rule}.`
    return askAgain(inserted.breach === 'life' ? { expiry: rule } : { limits: { cidrs: rule } })
  }
  if (inserted.kind !== 'created') return throwTokenRefused(inserted)
  return show(
    { title: 'Token created', caching: 'no-store' },
    <SecretShown token={inserted.token} secret={secret} back={list} title="Token created">
      {more}
    </SecretShown>,
  )
}

/** The token that a page or form is about, as its path names it. */
export type Named = { readonly id: string }

export async function confirmDeletion(
  c: Context<AppEnv>,
  place: EndingPlace,
  named: Named,
  error?: string,
): Promise<Response> {
  const { viewer, list, show, typed } = place
  const token = await requireToken(c, place, named)
  const minted = await listMinted(c.env.stores.db, token.id)
  return show(
    { title: `Delete ${token.label}`, status: error ? 422 : 200 },
    <DeleteForm
      viewer={viewer}
      token={token}
      minted={minted}
      action={`${list}/${token.id}/delete`}
      back={list}
      graceMs={c.env.settings.graceMs}
      {...(typed ? { typed: { word: typed, error } } : {})}
    />,
  )
}

export async function deleteAsked(
  c: Context<AppEnv>,
  place: EndingPlace,
  { actor, form, params }: Asked & { readonly params: Named },
): Promise<Response> {
  const { typed } = place
  if (typed && form.get('confirm')?.trim() !== typed) {
    return confirmDeletion(c, place, params, `Type ${typed}, in capital letters, to delete the token.`)
  }
  const token = await requireToken(c, place, params)
  const keepMinted = form.get('keep_minted') === 'yes'
  await deleteToken(c.env.stores, token.id, { action: 'token.deleted', keepMinted, actor })
  return redirectTo(place.list, 'token-deleted')
}

export async function askRotation(c: Context<AppEnv>, place: TokenPlace, named: Named): Promise<Response> {
  const { viewer, list, show } = place
  const token = await requireToken(c, place, named)
  return show(
    { title: `Rotate ${token.label}` },
    <RotateForm viewer={viewer} token={token} action={`${list}/${token.id}/rotate`} back={list} />,
  )
}

export async function rotateAsked(
  c: Context<AppEnv>,
  place: TokenPlace,
  { actor, form, params }: Asked & { readonly params: Named },
): Promise<Response> {
  const { viewer, holder, list, show } = place
  const old = await requireToken(c, place, params)
  const overlap = parseOverlap(form)
  if (overlap === null) throw new AppError('invalid_input', 'Choose when the old token stops.')
  const secret = mintSecret(holder.kind)
  const onceId = await idForForm(viewer, form)
  const rotation = await rotateToken(
    c.env.stores,
    old.id,
    { successor: secret, overlapSeconds: overlap, onceId },
    actor,
  )
  switch (rotation.kind) {
    case 'rotated':
      return show(
        { title: 'Token rotated', caching: 'no-store' },
        <SecretShown token={rotation.token} secret={secret} back={list} title="Token rotated" />,
      )
    case 'expired':
      return redirectTo(list, 'token-expired')
    case 'unknown':
      throw new AppError('token_not_found')
    case 'done_before':
      return madeBefore({ list, show })
    case 'no_holder':
    case 'full':
    case 'against_policy':
    case 'no_maker':
    case 'policy_changed':
      return throwTokenRefused(rotation)
  }
}

/** What a form that was sent a second time is answered. */
export function madeBefore({ list, show }: Pick<TokenPlace, 'list' | 'show'>): Response {
  return show({ title: 'Done already', status: 409, caching: 'no-store' }, <MadeBefore back={list} />)
}

/** The token on the path, if it is one of this place's. */
export async function requireToken(c: Context<AppEnv>, { holder }: EndingPlace, named: Named): Promise<Token> {
  const { stores } = c.env
  const id = await findTokenId(stores, holder, { by: 'id', id: named.id })
  const token = id && (await findToken(stores.db, id))
  if (!token) throw new AppError('token_not_found')
  return token
}
