import type { Context } from 'hono'
import { getQueryParam } from 'hono/utils/url'
import {
  type BadgeRefusal,
  type BranchStatus,
  DEFAULT_BADGE_LABEL,
  parseBadgeStyle,
} from '../../domain/builds/badge.ts'
import { AppError, type ErrorCode } from '../../domain/error.ts'
import { isByIds, type Project, parseProjectName, slugText } from '../../domain/project.ts'
import { findBranchStatus } from '../../storage/builds/branches/branch-status.ts'
import { findPublicProject, isKnownHidden } from '../../storage/edge/project-access.ts'
import { findSlug } from '../../storage/projects/projects.ts'
import type { ParamsOf } from '../frame/access.ts'
import { cacheControlFor, conditional } from '../frame/answers/answers.ts'
import { refusalHeaders, statusOf } from '../frame/answers/errors.ts'
import { paramsOf, type SlugSource, slugOnPath } from '../frame/authorize.ts'
import type { AppEnv, Asked, Drawing } from '../frame/open-request.ts'
import { hasQueryToken, isFromQuery } from '../frame/request/credentials.ts'
import { branchOf, checkedBranch } from '../frame/request/input.ts'
import { publicOriginOf } from '../frame/request/origin.ts'
import { rawPathOf } from '../frame/request/raw-path.ts'
import { requestLineOf } from '../frame/request/request-line.ts'
import { type App, type Refuse, route } from '../frame/route.ts'
import { drawBadge, headersAt, type MoreHeaders } from './drawing.ts'

/** The status of a branch as an image (`.svg`) or as shields.io's endpoint JSON (`.json`), under both of CircleCI's URL families. */
export function mountBadges(app: App): void {
  const ofDefaultBranch = { slug: DEFAULT_BRANCH.slug, refuse: refusing(DEFAULT_BRANCH) }
  const ofBranch = { slug: NAMED_BRANCH.slug, refuse: refusing(NAMED_BRANCH) }
  route(
    app,
    'GET /:vcs{(?:gh|github|bb|bitbucket|gl|gitlab|circleci)}/:org/:file{[^/]+\\.(?:svg|json)}',
    badgeOfDefault,
    ofDefaultBranch,
  )
  route(
    app,
    'GET /:vcs{(?:gh|github|bb|bitbucket|gl|gitlab|circleci)}/:org/:repo/tree/:file{.+\\.(?:svg|json)}',
    badgeOfBranch,
    ofBranch,
  )
  route(app, 'GET /status-badge/img/:vcs/:org/:file{[^/]+\\.(?:svg|json)}', badgeOfDefault, ofDefaultBranch)
  route(app, 'GET /status-badge/img/:vcs/:org/:repo/tree/:file{.+\\.(?:svg|json)}', badgeOfBranch, ofBranch)

  // Where a badge's link leads: our project page, which decides for itself who may see it.
  route(app, 'GET /status-badge/redirect/:vcs/:org/:repo', (c, { params }) => toProjectPage(c, params, null))
  route(app, 'GET /status-badge/redirect/:vcs/:org/:repo/tree/:branch{.+}', (c, { params }) =>
    toProjectPage(c, params, branchOf(params)),
  )
}

type OfDefaultBranch = ParamsOf<'GET /status-badge/img/:vcs/:org/:file{[^/]+\\.(?:svg|json)}'>
type OfBranch = ParamsOf<'GET /status-badge/img/:vcs/:org/:repo/tree/:file{.+\\.(?:svg|json)}'>

/** Where a badge's path names project and branch. */
type BadgePath<Params> = {
  readonly slug: SlugSource<Params>
  readonly branchOf: (params: Params, project: Project) => string
}

const DEFAULT_BRANCH: BadgePath<OfDefaultBranch> = {
  slug: { onPath: (params) => parseProjectName(params.vcs, params.org, nameOf(params)) },
  branchOf: (_, project) => project.defaultBranch,
}
const NAMED_BRANCH: BadgePath<OfBranch> = {
  slug: { onPath: slugOnPath },
  branchOf: (params) => checkedBranch(nameOf(params)),
}

const badgeOfDefault = (c: Context<AppEnv>, { project, params }: { project: Project; params: OfDefaultBranch }) =>
  badgeAnswer(c, project, DEFAULT_BRANCH.branchOf(params, project), cachingOf(c, project))
const badgeOfBranch = (c: Context<AppEnv>, { project, params }: { project: Project; params: OfBranch }) =>
  badgeAnswer(c, project, NAMED_BRANCH.branchOf(params, project), cachingOf(c, project))

async function badgeAnswer(
  c: Context<AppEnv>,
  project: Project,
  branch: string,
  caching: MoreHeaders,
): Promise<Response> {
  const drawing = badgeOf(c, await findBranchStatus(c.env.stores, project.id, branch), caching)
  return conditional(c.req.raw, drawing.body, drawing.etag, headersAt(drawing, c.env.stores.now()))
}

/** Who may keep a badge of that project. */
export function cachingOf({ req }: Asked, project: Project): MoreHeaders {
  if (hasQueryToken(requestLineOf(req.raw).url)) return BY_TOKEN_IN_URL
  return project.visibility === 'public' ? PUBLIC : PRIVATE
}

/** A badge in the words, form and style that are asked for. */
export function badgeOf(c: Asked, status: BranchStatus, caching: MoreHeaders): Drawing {
  return drawn(c, status, queryValue(requestLineOf(c.req.raw).url, 'label') ?? DEFAULT_BADGE_LABEL, caching)
}

const PUBLIC: MoreHeaders = {
  name: 'public',
  headers: (etag) => ({ 'Cache-Control': cacheControlFor({ publicSeconds: 30 }), ETag: etag }),
}
const PRIVATE: MoreHeaders = {
  name: 'private',
  headers: (etag) => ({ 'Cache-Control': cacheControlFor('private'), ETag: etag }),
}
const BY_TOKEN_IN_URL: MoreHeaders = {
  name: 'by_token_in_url',
  headers: (etag) => ({ ...PRIVATE.headers(etag), ...NO_REFERRER }),
}
const NO_REFERRER = { 'Referrer-Policy': 'no-referrer' }
const BESIDE_A_BAD_TOKEN: MoreHeaders = {
  name: 'beside_a_bad_token',
  headers: (etag) => ({ 'Cache-Control': cacheControlFor('no-store'), ETag: etag, ...NO_REFERRER }),
}

const REFUSAL: Partial<Record<ErrorCode, BadgeRefusal>> = {
  project_not_found: 'project_not_found',
  invalid_token: 'invalid_token',
  expired_token: 'invalid_token',
  early_token: 'invalid_token',
  query_token_refused: 'invalid_token',
  permission_denied: 'no_permission',
  too_many_requests: 'busy',
  unavailable: 'unknown',
  not_configured: 'unknown',
}

const IS_BAD_TOKEN: ReadonlySet<ErrorCode> = new Set([
  'invalid_token',
  'expired_token',
  'early_token',
  'query_token_refused',
])

/**
 * As `refuseWithBadge`, but for a token in the URL that counts no more: READMEs outlive their tokens, so it gets what
 * nobody at all gets, where that is a badge. It is counted as an unknown token first, like any other.
 */
function refusing<Params>({ slug: { onPath }, branchOf }: BadgePath<Params>): Refuse {
  return async (c, error) => {
    // It is mounted with the routes of this path only.
    const params = paramsOf(c) as Params
    const named = IS_BAD_TOKEN.has(error.code) && isFromQuery(c.req.raw) ? onPath(params) : null
    const slug = named && (await findSlug(c.env.stores.db, named))
    if (!slug || isKnownHidden(c.env.stores, slug)) return refuseWithBadge(c, error)
    const project = await findPublicProject(c.env.stores, slug)
    if (project === 'hidden') return refuseWithBadge(c, error)
    if (project === 'unavailable') return refuseWithBadge(c, new AppError('unavailable'))
    return badgeAnswer(c, project, branchOf(params, project), BESIDE_A_BAD_TOKEN)
  }
}

/** A refusal as a picture that says why; never kept by anybody. */
export function refuseWithBadge(c: Asked, error: AppError): Response {
  const more: MoreHeaders = {
    name: `${error.code} ${Object.values(error.headers).join(' ')}`,
    headers: () => ({ ...refusalHeaders(error, { offersBasic: true }), ...NO_REFERRER }),
  }
  const refusal = REFUSAL[error.code] ?? 'bad_request'
  const { body, headers } = drawn(c, refusal, DEFAULT_BADGE_LABEL, more)
  return new Response(body, { status: statusOf(error.code), headers })
}

const JSON_PATH = /\.json\/?$/

function drawn({ env, req }: Asked, status: BranchStatus | BadgeRefusal, label: string, more: MoreHeaders): Drawing {
  const style = queryValue(requestLineOf(req.raw).url, 'style')
  const form = JSON_PATH.test(rawPathOf(req.raw)) ? 'json' : parseBadgeStyle(style)
  return drawBadge(env.drawings, { status, label, form }, more)
}

function queryValue(url: string, name: string): string | undefined {
  // With a name given it is one text or none.
  return getQueryParam(url, name) as string | undefined
}

/** The file's name without its extension. */
function nameOf({ file }: { readonly file: string }): string {
  return file.slice(0, file.lastIndexOf('.'))
}

type OfProject = ParamsOf<'GET /status-badge/redirect/:vcs/:org/:repo'>

function toProjectPage(c: Context<AppEnv>, params: OfProject, branch: string | null): Response {
  const name = slugOnPath(params)
  const query = branch === null ? '' : `?branch=${encodeURIComponent(branch)}`
  const place = name && (isByIds(name) ? `circleci/${name.orgId}/${name.projectId}` : slugText(name))
  const location = place ? `${publicOriginOf(c)}/${place}${query}` : publicOriginOf(c)
  return new Response(null, { status: 302, headers: { Location: location, 'Cache-Control': 'public, max-age=300' } })
}
