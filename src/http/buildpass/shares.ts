import type { Context } from 'hono'
import * as v from 'valibot'
import { type MadeShare, makeShare } from '../../actions/make-share.ts'
import {
  DEFAULT_SHARE_DAYS,
  MAX_SHARE_USES,
  SHARED_KINDS,
  type SharedOf,
  type SharedThing,
  shareEndProblem,
  sharePath,
  shareStateOf,
} from '../../domain/access/share.ts'
import { DAY_MS } from '../../domain/day.ts'
import { AppError, invalidInput } from '../../domain/error.ts'
import { pageOfRows, pageTokenFor, parsePageToken } from '../../domain/formats/page-token.ts'
import { lazily } from '../../domain/lazily.ts'
import {
  type AfterShare,
  deleteShare,
  findShare,
  type ListedShare,
  listShares,
  MAX_SHARES,
} from '../../storage/shares/shares.ts'
import { jsonDone, jsonRead, jsonWritten } from '../frame/answers/answers.ts'
import type { AppEnv } from '../frame/open-request.ts'
import { MAX_BRANCH_LENGTH, queryCount, queryText, readJson } from '../frame/request/input.ts'
import { publicOriginOf } from '../frame/request/origin.ts'
import { type App, route } from '../frame/route.ts'
import { isoOf } from '../json/iso-time.ts'
import { artifactPath, count, label, line, packName, reportPath, time } from '../json/schemas.ts'
import { MAX_NODE_INDEX } from './builds/uploads.ts'
import type { MadeShareJson, ShareJson, SharePageJson } from './shares-shape.ts'

/** The body that makes a share link. */
export const shareInput = lazily(() =>
  v.strictObject({
    path: v.nullish(artifactPath()),
    pack: v.nullish(packName()),
    report: v.nullish(reportPath()),
    node_index: v.optional(count(0, MAX_NODE_INDEX), 0),
    build: v.nullish(count(1, 999_999_999)),
    latest: v.nullish(v.strictObject({ branch: v.nullish(line(MAX_BRANCH_LENGTH)) })),
    expires_at: v.optional(time()),
    max_uses: v.nullish(count(1, MAX_SHARE_USES)),
    show_name: v.optional(v.boolean('must be true or false'), false),
    label: v.nullish(label()),
  }),
)

/** Links by which people without an account get one thing of a project. They are not edited, only ended and made again. */
export function mountShares(app: App): void {
  route(app, 'GET /api/buildpass/v1/projects/:vcs/:org/:repo/shares', async (c, { project }) => {
    const { db, now } = c.env.stores
    const limit = queryCount(c, 'limit', { min: 1, max: 100, fallback: 100 })
    const rows = await listShares(db, project.id, { after: afterOf(c), limit: limit + 1 })
    const { items, nextKey } = pageOfRows(rows, limit, ({ createdAt, id }) => [createdAt, id])
    return jsonRead(c, {
      items: items.map((share) => shareJson(share, now())),
      next_after: nextKey && pageTokenFor(LIST, nextKey),
    } satisfies SharePageJson)
  })

  route(app, 'POST /api/buildpass/v1/projects/:vcs/:org/:repo/shares', async (c, { actor, project }) => {
    const input = await readJson(c, shareInput())
    const { stores } = c.env
    const now = stores.now()
    const expiresAt = input.expires_at ?? now + DEFAULT_SHARE_DAYS * DAY_MS
    const problem = shareEndProblem(expiresAt, now)
    if (problem) throw invalidInput('expires_at', problem)
    const wanted = {
      thing: sharedThing(input),
      of: sharedOf(input),
      label: input.label ?? null,
      showsName: input.show_name,
      expiresAt,
      maxUses: input.max_uses ?? null,
    } as const
    const { share, secret } = requireMade(await makeShare(stores, project, wanted, actor))
    const link = `${publicOriginOf(c)}${sharePath(secret)}`
    return jsonWritten(c, { ...shareJson(share, now), link } satisfies MadeShareJson, 201)
  })

  route(app, 'GET /api/buildpass/v1/projects/:vcs/:org/:repo/shares/:id', async (c, { project, params }) => {
    const { db, now } = c.env.stores
    const share = await findShare(db, project.id, params.id)
    if (!share) throw new AppError('share_not_found')
    return jsonRead(c, shareJson(share, now()))
  })

  route(app, 'DELETE /api/buildpass/v1/projects/:vcs/:org/:repo/shares/:id', async (c, { actor, project, params }) => {
    if (!(await deleteShare(c.env.stores, project.id, params.id, actor))) throw new AppError('share_not_found')
    return jsonDone(c)
  })
}

const LIST = 'share'

function afterOf(c: Context<AppEnv>): AfterShare | null {
  const text = queryText(c, 'after')
  if (text === null) return null
  const key = parsePageToken(LIST, ['number', 'string'], text)
  if (!key) throw invalidInput('after', 'must be the next_after of a page of this list')
  // parsePageToken checked that these are a number and a text.
  const [createdAt, id] = key as unknown as [number, string]
  return { createdAt, id }
}

function sharedThing(input: v.InferOutput<ReturnType<typeof shareInput>>): SharedThing {
  const named = SHARED_KINDS.flatMap((kind) =>
    input[kind] ? [{ kind, nodeIndex: input.node_index, path: input[kind] }] : [],
  )
  const [thing, other] = named
  if (!thing) throw invalidInput('path', 'is required, or pack or report in its place')
  if (other) throw invalidInput(other.kind, `must not come with ${thing.kind}: a link opens one thing`)
  if (thing.kind === 'pack' && input.latest)
    throw invalidInput('latest', 'must not come with pack, which is of one build')
  return thing
}

function sharedOf({ build = null, latest = null }: v.InferOutput<ReturnType<typeof shareInput>>): SharedOf {
  if (build !== null && latest !== null)
    throw invalidInput('latest', 'must not come with build: a link opens one of the two')
  if (build !== null) return { kind: 'build', num: build }
  if (latest !== null) return { kind: 'latest', branch: latest.branch ?? null }
  throw invalidInput('build', 'is required, or latest in its place')
}

function requireMade(made: MadeShare): Extract<MadeShare, { kind: 'made' }> {
  switch (made.kind) {
    case 'made':
      return made
    case 'no_build':
      throw new AppError('build_not_found')
    case 'no_artifact':
      throw new AppError('artifact_not_found')
    case 'full':
      throw new AppError('limit_reached', `A project can have at most ${MAX_SHARES} open share links.`)
    case 'done_before':
      throw new AppError('done_before')
  }
}

function shareJson(share: ListedShare, now: number): ShareJson {
  const { id, thing, of, label, showsName, lastFour, createdBy, uses, maxUses, lastUsedFrom } = share
  return {
    id,
    kind: thing.kind,
    path: thing.path,
    node_index: thing.nodeIndex,
    build: of.kind === 'build' ? of.num : null,
    latest: of.kind === 'latest' ? { branch: of.branch } : null,
    label,
    show_name: showsName,
    last_four: lastFour,
    created_by: createdBy,
    created_at: isoOf(share.createdAt),
    expires_at: isoOf(share.expiresAt),
    max_uses: maxUses,
    uses,
    last_used_at: isoOf(share.lastUsedAt),
    last_used_from: lastUsedFrom,
    state: shareStateOf(share, now),
  }
}
