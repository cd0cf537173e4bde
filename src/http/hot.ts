import type { Fence } from '../domain/access/fence.ts'
import { limitsOf } from '../domain/access/grant.ts'
import { opensAlike } from '../domain/access/limits/limits.ts'
import type { Permission } from '../domain/access/permission.ts'
import { invalidToken } from '../domain/error.ts'
import { judgeConditions } from '../domain/formats/precondition.ts'
import { type Project, parseSlugParts, type Slug } from '../domain/project.ts'
import { knownArtifactLink } from '../storage/artifacts/artifact-links.ts'
import type { ArtifactLink } from '../storage/artifacts/link-memory.ts'
import { knownBranchStatus } from '../storage/builds/branches/branch-status.ts'
import { fenceNow } from '../storage/edge/download-proof.ts'
import { type Granted, knownGrant } from '../storage/edge/grants.ts'
import { isKnownHidden, knownAccess } from '../storage/edge/project-access.ts'
import { badgeOf, cachingOf, refuseWithBadge } from './badges/badges.ts'
import { headersAt } from './badges/drawing.ts'
import { knownRedirect } from './downloads/redirect.ts'
import { ACCESS, type RouteName } from './frame/access.ts'
import { type Asker, giveKept, knownAddress, knownAnswer, questionFor } from './frame/answers/kept-answers.ts'
import { noteGranted } from './frame/authenticate.ts'
import type { Asked, OpenRequest } from './frame/open-request.ts'
import { hasQueryToken, isFromQuery, readCredential } from './frame/request/credentials.ts'
import { MAX_BRANCH_LENGTH } from './frame/request/input.ts'
import { isForReports, ownOriginOf } from './frame/request/origin.ts'
import { rawPathOf } from './frame/request/raw-path.ts'
import { MAX_URL_LENGTH } from './frame/request/request-limits.ts'
import { requestLineOf } from './frame/request/request-line.ts'
import { finish, keepPrivate } from './frame/route.ts'
import type { SignedFor } from './frame/signed-for.ts'

/**
 * Answers badges, artifact links and what is kept of lists, which are asked for most, where memory alone is enough: without a
 * wait, before Hono. Null: the ordinary route answers. It gives the same bytes, but refuses requests with more than 32 KiB of
 * headers.
 */
export function answerHot(request: Request, env: OpenRequest): Response | null {
  const { method, url } = requestLineOf(request)
  const asked: Asked = { env, req: { raw: request } }
  const wanted = method === 'GET' && !isForReports(env.settings, request) ? wantedBy(asked, rawPathOf(request)) : null
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
  const response =
    wanted.kind === 'own' ? hotOwn(asked, wanted.route, granted) : hotOfProject(asked, wanted, { granted, fence })
  if (response && granted) noteGranted(asked, granted)
  return response
}

function hotOfProject(
  asked: Asked,
  wanted: Exclude<Wanted, { readonly kind: 'own' }>,
  { granted, fence }: { readonly granted: Granted | null; readonly fence: Fence },
): Response | null {
  const { env } = asked
  const grant = granted?.grant ?? null
  const access = knownAccess(env.stores, grant, wanted.slug, wanted.needs)
  if (!access) return null
  const { project } = access
  const response =
    wanted.kind === 'badge'
      ? hotBadge(asked, project, wanted.branch ?? project.defaultBranch)
      : wanted.kind === 'link'
        ? hotLink(asked, { grant, grantEndsAt: granted?.expiresAt ?? null, fence, project }, wanted.link)
        : project.id === wanted.projectId
          ? hotAnswer(asked, wanted.route, { grant, needs: wanted.needs, project, role: access.role })
          : null
  if (response) env.trace.projectId = project.id
  return response
}

/** What is kept of all that a person reaches. */
function hotOwn(asked: Asked, route: RouteName, granted: Granted | null): Response | null {
  return granted?.grant.kind === 'personal' ? hotAnswer(asked, route, { grant: granted.grant }) : null
}

/** What is kept of a list or a single thing. */
function hotAnswer(asked: Asked, route: RouteName, asker: Asker): Response | null {
  const question = questionFor(asked, route, asker)
  const answer = question && knownAnswer(asked.env, question)
  if (!answer || judgeConditions(asked.req.raw.headers, { etag: answer.etag, modifiedAt: null }) === 'failed')
    return null
  const response = giveKept(asked, route, asker, answer)
  if (hasQueryToken(requestLineOf(asked.req.raw).url)) keepPrivate(response)
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
  | {
      readonly kind: 'badge'
      readonly route: BadgeRoute
      readonly needs: Permission
      readonly slug: Slug
      readonly branch: string | null
    }
  | {
      readonly kind: 'link'
      readonly route: (typeof ROUTES)['link']
      readonly needs: Permission
      readonly slug: Slug
      readonly link: ArtifactLink
    }
  | {
      readonly kind: 'kept'
      readonly route: RouteName
      readonly needs: Permission
      readonly slug: Slug
      readonly projectId: string
    }
  | { readonly kind: 'own'; readonly route: RouteName }

const BADGE =
  /^\/(status-badge\/img\/)?(gh|github|bb|bitbucket|gl|gitlab)\/([^/]+)\/([^/]+?)(?:\/tree\/(.+))?\.(?:svg|json)$/
const LINK = '/output/'
const KEPT_PATH = /^\/api\/|\.(?:xml|atom)$/

/** What a path asks for, as its route reads it. */
function wantedBy(asked: Asked, path: string): Wanted | null {
  if (path.startsWith(LINK)) {
    const link = knownArtifactLink(asked.env.stores, path)
    return link && { kind: 'link', route: ROUTES.link, needs: ACCESS[ROUTES.link], slug: link.slug, link }
  }
  if (KEPT_PATH.test(path)) return keptAt(asked)
  const [, image, vcs = '', org = '', repo = '', branch = null] = BADGE.exec(path) ?? []
  // Paths that are percent-encoded or too long are left to the routes.
  const slug = path.includes('%') || (branch?.length ?? 0) > MAX_BRANCH_LENGTH ? null : parseSlugParts(vcs, org, repo)
  if (!slug) return null
  const route = ROUTES[image ? 'image' : 'plain'][branch === null ? 'ofDefault' : 'ofBranch']
  return { kind: 'badge', route, needs: ACCESS[route], slug, branch }
}

function keptAt(asked: Asked): Wanted | null {
  const known = knownAddress(asked)
  if (!known) return null
  const { route, project } = known
  if (!project) return { kind: 'own', route }
  return { kind: 'kept', route, needs: known.needs, slug: project, projectId: project.id }
}
