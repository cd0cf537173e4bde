import type { Context } from 'hono'
import { askerOf } from '../../domain/access/tickets/asker.ts'
import {
  REPORT_RIGHT_LIFE_MS,
  REPORT_TICKET_LIFE_MS,
  REPORT_VIEW_LIFE_MS,
  type ReportPlace,
  type ReportRight,
  signReport,
} from '../../domain/access/tickets/report-ticket.ts'
import { type Artifact, encodePath } from '../../domain/artifacts/artifact.ts'
import { reportLabelFor } from '../../domain/artifacts/report-host.ts'
import { folderOfIndex, isReportIndex } from '../../domain/artifacts/report-kind.ts'
import type { Project } from '../../domain/project.ts'
import type { ParamsOf } from '../frame/access.ts'
import type { SlugSource } from '../frame/authorize.ts'
import type { AppEnv } from '../frame/open-request.ts'
import { artifactPlaceOf, numberOnPath } from '../frame/request/input.ts'
import { downloadOriginOf, publicOriginOf, reportOriginOf } from '../frame/request/origin.ts'
import { type App, route } from '../frame/route.ts'
import type { SignedFor } from '../frame/signed-for.ts'
import { reportWayFor } from '../json/artifact-url.ts'
import { findReportFile, requireReportFile } from './report-file.ts'

const WAY_IN = 'GET /output/job/:job/report/:node/:path{.+}'

/** Whoever may read a build's files is led to where they are shown. */
export function mountWayIn(app: App): void {
  route(
    app,
    WAY_IN,
    (c, admitted) => redirectToReport(c, admitted, { ...admitted.params, buildId: admitted.params.job }),
    { slug: SLUG_OF_JOB },
  )
}

const SLUG_OF_JOB: SlugSource<ParamsOf<typeof WAY_IN>> = {
  onPath: () => null,
  find: async (c, { job, node, path }) => {
    const place = { buildId: job, nodeIndex: numberOnPath(node) ?? -1 }
    return findReportFile(c.env.stores, place, path)
  },
}

/** 303 to where a file, or the index.html of a folder, is shown: a host of its own, or a sandbox. */
export async function redirectToReport(
  c: Context<AppEnv>,
  signedFor: SignedFor & { readonly project: Project },
  asked: { readonly buildId: string; readonly node: string; readonly path: string },
): Promise<Response> {
  const { project } = signedFor
  // A folder may be named with its slash.
  const { nodeIndex } = artifactPlaceOf({ ...asked, path: asked.path.replace(/\/$/, '') })
  const { buildId } = asked
  // The name may have passed to another project since: its tokens open nothing here.
  const all = { projectId: project.id, buildId, nodeIndex, only: null }
  const { artifact } = await requireReportFile(c.env.stores, all, asked.path)
  const way = publicOriginOf(c) + reportWayFor(project, artifact.buildNum, nodeIndex)
  return seeOther(await addressFor(c, signedFor, artifact, { only: null, way, search: plainSearchOf(c) }))
}

/** 303 to where what a share link opens is shown: an HTML page of a folder with all that is below it, or one file. */
export async function redirectToShared(
  c: Context<AppEnv>,
  signedFor: SignedFor,
  artifact: Artifact,
): Promise<Response> {
  const only = isReportIndex(artifact.path) ? folderOfIndex(artifact.path) : artifact.path
  return seeOther(await addressFor(c, signedFor, artifact, { only, way: null, search: '' }))
}

async function addressFor(
  c: Context<AppEnv>,
  { grant, grantEndsAt, fence, project }: SignedFor,
  { buildId, nodeIndex, path }: Artifact,
  { only, way, search }: Pick<ReportRight, 'only' | 'way'> & { readonly search: string },
): Promise<string> {
  const { settings, stores } = c.env
  const { downloadKey } = settings
  const now = stores.now()
  const endsAt = grantEndsAt ?? Number.POSITIVE_INFINITY
  const right = { ...askerOf(grant, project.id), ...fence, buildId, nodeIndex, only, way }
  const leadsTo = encodePath(path) + search
  const origin = await originFor(c, right)
  if (origin === null) {
    const expiresAt = Math.min(now + REPORT_VIEW_LIFE_MS, endsAt)
    return `${downloadOriginOf(c)}/view/${await signReport(downloadKey, 'report-view', { ...right, expiresAt })}/${leadsTo}`
  }
  const ticket = await signReport(downloadKey, 'report-ticket', {
    ...right,
    id: crypto.randomUUID(),
    leadsTo,
    rightEndsAt: Math.min(now + REPORT_RIGHT_LIFE_MS, endsAt),
    expiresAt: Math.min(now + REPORT_TICKET_LIFE_MS, endsAt),
  })
  return `${origin}/.buildpass/enter/${ticket}`
}

/** The origin of a build's files; null where there are no such hosts. */
async function originFor(c: Context<AppEnv>, place: ReportPlace): Promise<string | null> {
  const { settings } = c.env
  return settings.reportsOrigin && reportOriginOf(c, await reportLabelFor(settings.downloadKey, place))
}

const MAX_SEARCH_LENGTH = 2_000

/** The query, which is the report's own, without what is ours. */
function plainSearchOf(c: Context<AppEnv>): string {
  const { search } = new URL(c.req.url)
  const kept = search
    .slice(1)
    .split('&')
    .filter((pair) => pair !== '' && !pair.includes('circle-token'))
    .join('&')
  return kept === '' || kept.length > MAX_SEARCH_LENGTH ? '' : `?${kept}`
}

export function seeOther(location: string, headers: Readonly<Record<string, string>> = {}): Response {
  return new Response(null, {
    status: 303,
    headers: { Location: location, 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer', ...headers },
  })
}
