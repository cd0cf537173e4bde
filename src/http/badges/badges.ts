import type { Context } from 'hono'
import {
  type Badge,
  type BadgeRefusal,
  type BranchStatus,
  badgeFor,
  DEFAULT_BADGE_LABEL,
  parseBadgeStyle,
} from '../../domain/badge.ts'
import type { AppError, ErrorCode } from '../../domain/error.ts'
import { type Project, parseSlugParts } from '../../domain/project.ts'
import type { AppEnv } from '../../env.ts'
import { branchStatusInMemory, findBranchStatus } from '../../storage/branch-status.ts'
import type { Drawing } from '../../storage/memory.ts'
import { cacheControlFor, conditional } from '../answers.ts'
import type { SlugSource } from '../authorize.ts'
import { refusalHeaders, statusOf } from '../errors.ts'
import { checkedBranch } from '../input.ts'
import { publicOriginOf } from '../origin.ts'
import { type App, route } from '../route.ts'
import { drawBadge } from './drawing.ts'

/** The status of a branch as an image (`.svg`) or as shields.io's endpoint JSON (`.json`), under both of CircleCI's URL families. */
export function mountBadges(app: App): void {
  const ofDefaultBranch = { slug: { onPath: slugOfFile }, refuse: refuseWithBadge, isHot: true }
  const ofBranch = { slug: SLUG_BESIDE_BRANCH, refuse: refuseWithBadge, isHot: true }
  route(
    app,
    'GET /:vcs{gh|github|bb|bitbucket|gl|gitlab}/:org/:file{[^/]+\\.(?:svg|json)}',
    badgeOfDefault,
    ofDefaultBranch,
  )
  route(
    app,
    'GET /:vcs{gh|github|bb|bitbucket|gl|gitlab}/:org/:repo/tree/:file{.+\\.(?:svg|json)}',
    badgeOfBranch,
    ofBranch,
  )
  route(app, 'GET /status-badge/img/:vcs/:org/:file{[^/]+\\.(?:svg|json)}', badgeOfDefault, ofDefaultBranch)
  route(app, 'GET /status-badge/img/:vcs/:org/:repo/tree/:file{.+\\.(?:svg|json)}', badgeOfBranch, ofBranch)

  // Where a badge's link leads: our project page, which decides for itself who may see it.
  route(app, 'GET /status-badge/redirect/:vcs/:org/:repo', (c) => toProjectPage(c, null))
  route(app, 'GET /status-badge/redirect/:vcs/:org/:repo/tree/:branch{.+}', (c) =>
    toProjectPage(c, c.req.param('branch') ?? null),
  )
}

const badgeOfDefault = (c: Context<AppEnv>, { project }: { project: Project }) =>
  badgeAnswer(c, project, project.defaultBranch)
const badgeOfBranch = (c: Context<AppEnv>, { project }: { project: Project }) =>
  badgeAnswer(c, project, checkedBranch(fileOf(c).name))

function badgeAnswer(c: Context<AppEnv>, project: Project, branch: string): Response | Promise<Response> {
  const { stores } = c.env
  const known = branchStatusInMemory(stores, project.id, branch)
  if (known) return badgeOf(c, project, known)
  return findBranchStatus(stores, project.id, branch).then((status) => badgeOf(c, project, status))
}

function badgeOf(c: Context<AppEnv>, project: Project, status: BranchStatus): Response {
  const { label = DEFAULT_BADGE_LABEL, style, 'circle-token': token } = c.req.query()
  const caching = token !== undefined ? BY_TOKEN_IN_URL : project.visibility === 'public' ? PUBLIC : PRIVATE
  const { body, etag, headers } = drawn(c, badgeFor(status, label), style, caching)
  return conditional(c.req.raw, body, etag, headers)
}

const PUBLIC = { 'Cache-Control': cacheControlFor({ publicSeconds: 30 }) }
const PRIVATE = { 'Cache-Control': cacheControlFor('private') }
const BY_TOKEN_IN_URL = { ...PRIVATE, 'Referrer-Policy': 'no-referrer' }

const REFUSAL: Partial<Record<ErrorCode, BadgeRefusal>> = {
  project_not_found: 'project_not_found',
  invalid_token: 'invalid_token',
  expired_token: 'invalid_token',
  query_token_refused: 'invalid_token',
  permission_denied: 'no_permission',
  too_many_requests: 'busy',
  unavailable: 'unknown',
}

/** A refusal as a picture that says why; never kept by anybody. */
function refuseWithBadge(c: Context<AppEnv>, error: AppError): Response {
  const badge = badgeFor(REFUSAL[error.code] ?? 'bad_request', DEFAULT_BADGE_LABEL)
  const caching = { ...refusalHeaders(error), 'Referrer-Policy': 'no-referrer' }
  const { body, headers } = drawn(c, badge, c.req.query('style'), caching)
  return new Response(body, { status: statusOf(error.code), headers })
}

function drawn(
  c: Context<AppEnv>,
  badge: Badge,
  style: string | undefined,
  more: Readonly<Record<string, string>>,
): Drawing {
  const form = fileOf(c).extension === 'json' ? 'json' : parseBadgeStyle(style)
  return drawBadge(c.env.stores.memory.drawings, badge, form, more)
}

function fileOf(c: Context<AppEnv>): { readonly name: string; readonly extension: string } {
  const file = c.req.param('file') ?? ''
  const dot = file.lastIndexOf('.')
  return { name: file.slice(0, dot), extension: file.slice(dot + 1) }
}

function slugOfFile(c: Context<AppEnv>) {
  return parseSlugParts(c.req.param('vcs') ?? '', c.req.param('org') ?? '', fileOf(c).name)
}

const SLUG_BESIDE_BRANCH: SlugSource = {
  onPath: (c) => parseSlugParts(c.req.param('vcs') ?? '', c.req.param('org') ?? '', c.req.param('repo') ?? ''),
}

function toProjectPage(c: Context<AppEnv>, branch: string | null): Response {
  const slug = parseSlugParts(c.req.param('vcs') ?? '', c.req.param('org') ?? '', c.req.param('repo') ?? '')
  const query = branch === null ? '' : `?branch=${encodeURIComponent(branch)}`
  const location = slug ? `${publicOriginOf(c)}/${slug.vcs}/${slug.org}/${slug.repo}${query}` : publicOriginOf(c)
  return new Response(null, { status: 302, headers: { Location: location, 'Cache-Control': 'public, max-age=300' } })
}
