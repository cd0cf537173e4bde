import { limitsOf, type Principal } from '../domain/access/grant.ts'
import { opensAlike } from '../domain/access/limits/limits.ts'
import { invalidToken } from '../domain/error.ts'
import { judgeConditions } from '../domain/formats/precondition.ts'
import { type Project, parseSlugParts, type Slug } from '../domain/project.ts'
import { knownArtifactLink } from '../storage/artifacts/artifact-links.ts'
import type { ArtifactLink } from '../storage/artifacts/link-memory.ts'
import { knownBranchStatus } from '../storage/builds/branch-status.ts'
import { fenceNow } from '../storage/edge/download-proof.ts'
import { knownGrant } from '../storage/edge/grants.ts'
import { isKnownHidden, knownAccess } from '../storage/edge/project-access.ts'
import type { Stores } from '../storage/stores.ts'
import { badgeOf, cachingOf, refuseWithBadge } from './badges/badges.ts'
import { headersAt } from './badges/drawing.ts'
import { knownRedirect } from './downloads/redirect.ts'
import { ACCESS } from './frame/access.ts'
import { noteGranted } from './frame/authenticate.ts'
import type { Asked, OpenRequest } from './frame/open-request.ts'
import { isFromQuery, readCredential } from './frame/request/credentials.ts'
import { MAX_BRANCH_LENGTH } from './frame/request/input.ts'
import { isForReports, ownOriginOf } from './frame/request/origin.ts'
import { rawPathOf } from './frame/request/raw-path.ts'
import { MAX_URL_LENGTH } from './frame/request/request-limits.ts'
import { requestLineOf } from './frame/request/request-line.ts'
import { finish } from './frame/route.ts'
import type { SignedFor } from './frame/signed-for.ts'

/**
 * Answers badges and artifact links, which are asked for most, where memory alone is enough: without a wait, before Hono.
 * Null: the ordinary route answers. It gives the same bytes, but refuses requests with more than 32 KiB of headers.
 */
export function answerHot(request: Request, env: OpenRequest): Response | null {
  const { method, url } = requestLineOf(request)
  const asked: Asked = { env, req: { raw: request } }
  const wanted =
    method === 'GET' && !isForReports(env.settings, request) ? wantedAt(env.stores, rawPathOf(request)) : null
  if (!wanted || url.length > MAX_URL_LENGTH || ownOriginOf(env.settings, request) === null) return null
  const response = hotResponse(asked, wanted)
  if (!response) return null
  env.trace.route = wanted.route
  return finish(asked, response)
}

function hotResponse(asked: Asked, wanted: Wanted): Response | null {
  const { env, req } = asked
  const { stores, settings } = env
  // Taken before the token is verified, so that an end that comes meanwhile counts.
  const fence = fenceNow(stores)
  const credential = readCredential(req.raw, settings.queryTokens)
  if (credential.kind === 'malformed') return hotRefusal(asked, wanted)
  if (credential.kind === 'refused') return null
  const granted = credential.kind === 'secret' ? knownGrant(stores, credential.secret) : null
  // Who presents a token, when and for which branch or path, is looked at by the ordinary route.
  if (credential.kind === 'secret' && !(granted && opensAlike(limitsOf(granted.grant)))) return null
  const grant: Principal | null = granted?.grant ?? null
  const access = knownAccess(stores, grant, wanted.slug, ACCESS[wanted.route])
  if (!access) return null
  const { project } = access
  const response =
    wanted.kind === 'badge'
      ? hotBadge(asked, project, wanted.branch ?? project.defaultBranch)
      : hotLink(asked, { grant, grantEndsAt: granted?.expiresAt ?? null, fence, project }, wanted.link)
  if (!response) return null
  if (granted) noteGranted(asked, granted)
  env.trace.projectId = project.id
  return response
}

function hotBadge(asked: Asked, project: Project, branch: string): Response | null {
  const { stores } = asked.env
  const status = knownBranchStatus(stores, project.id, branch)
  if (!status) return null
  const drawing = badgeOf(asked, status, cachingOf(asked, project))
  const judgement = judgeConditions(asked.req.raw.headers, { etag: drawing.etag, modifiedAt: null })
  if (judgement === 'failed') return null
  const headers = headersAt(drawing, stores.now())
  return judgement === 'not_modified'
    ? new Response(null, { status: 304, headers })
    : new Response(drawing.body, { headers })
}

function hotLink(asked: Asked, signedFor: SignedFor, { artifact, projectId }: ArtifactLink): Response | null {
  return artifact && projectId === signedFor.project.id ? knownRedirect(asked, signedFor, artifact) : null
}

/** Refuses text that is no token: anybody can send it cheaply, so the refusal must be cheap too. */
function hotRefusal(asked: Asked, wanted: Wanted): Response | null {
  if (wanted.kind !== 'badge') return null
  // With a bad token in its URL, the badge of a public project is shown.
  if (isFromQuery(asked.req.raw) && !isKnownHidden(asked.env.stores, wanted.slug)) return null
  return refuseWithBadge(asked, invalidToken())
}

const ROUTES = {
  plain: {
    ofDefault: 'GET /:vcs{(?:gh|github|bb|bitbucket|gl|gitlab|circleci)}/:org/:file{[^/]+\\.(?:svg|json)}',
    ofBranch: 'GET /:vcs{(?:gh|github|bb|bitbucket|gl|gitlab|circleci)}/:org/:repo/tree/:file{.+\\.(?:svg|json)}',
  },
  image: {
    ofDefault: 'GET /status-badge/img/:vcs/:org/:file{[^/]+\\.(?:svg|json)}',
    ofBranch: 'GET /status-badge/img/:vcs/:org/:repo/tree/:file{.+\\.(?:svg|json)}',
  },
  link: 'GET /output/job/:job/artifacts/:node/:path{.+}',
} as const
type BadgeRoute = (typeof ROUTES)['plain' | 'image']['ofDefault' | 'ofBranch']

type Wanted =
  | { readonly kind: 'badge'; readonly route: BadgeRoute; readonly slug: Slug; readonly branch: string | null }
  | { readonly kind: 'link'; readonly route: (typeof ROUTES)['link']; readonly slug: Slug; readonly link: ArtifactLink }

const BADGE =
  /^\/(status-badge\/img\/)?(gh|github|bb|bitbucket|gl|gitlab)\/([^/]+)\/([^/]+?)(?:\/tree\/(.+))?\.(?:svg|json)$/
const LINK = '/output/'

/** What a path asks for, as its route reads it. */
function wantedAt(stores: Stores, path: string): Wanted | null {
  if (path.startsWith(LINK)) {
    const link = knownArtifactLink(stores, path)
    return link && { kind: 'link', route: ROUTES.link, slug: link.slug, link }
  }
  const [, image, vcs = '', org = '', repo = '', branch = null] = BADGE.exec(path) ?? []
  // Paths that are percent-encoded or too long are left to the routes.
  const slug = path.includes('%') || (branch?.length ?? 0) > MAX_BRANCH_LENGTH ? null : parseSlugParts(vcs, org, repo)
  if (!slug) return null
  const route = ROUTES[image ? 'image' : 'plain'][branch === null ? 'ofDefault' : 'ofBranch']
  return { kind: 'badge', route, slug, branch }
}
