import type { Context } from 'hono'
import { openReport, openReportWay, type ReportRight } from '../../domain/access/tickets/report-ticket.ts'
import { contentDispositionFor, encodePath, fileNameOf } from '../../domain/artifacts/artifact.ts'
import { essenceOf, shownTypeFor } from '../../domain/artifacts/shown-type.ts'
import { AppError } from '../../domain/error.ts'
import { ticketState } from '../../storage/edge/download-proof.ts'
import type { AppEnv } from '../frame/open-request.ts'
import { rawPathOf } from '../frame/request/raw-path.ts'
import { type App, route } from '../frame/route.ts'
import { decodedPath, requireReportFile, showFile } from './report-file.ts'
import { IN_SANDBOX } from './report-headers.ts'
import { seeOther } from './way-in.ts'

/**
 * The files of a build below a signed prefix, where reports have no hosts of their own: whatever a page there does, it does
 * as nobody.
 */
export function mountView(app: App): void {
  // Any credential sent along is ignored: the statement on the path is the proof.
  route(app, 'GET /view/:ticket/:path{.*}', async (c, { params }) => {
    // As it was sent: the slash at the end counts.
    const raw = rawPathOf(c.req.raw).split('/').slice(3).join('/')
    const right = await rightOf(c, params.ticket, raw)
    if (right instanceof Response) return right
    const path = decodedPath(raw)
    const { kind, artifact } = await requireReportFile(c.env.stores, right, path)
    if (kind === 'folder')
      return seeOther(`/view/${params.ticket}/${encodePath(path ?? '')}/${new URL(c.req.url).search}`, IN_SANDBOX)
    const type = shownTypeFor(artifact.path, artifact.contentType)
    return showFile(c, artifact, { 'Content-Type': type, ...dispositionOf(artifact.path, type), ...IN_SANDBOX })
  })
}

async function rightOf(c: Context<AppEnv>, statement: string, raw: string): Promise<ReportRight | Response> {
  const { settings, stores } = c.env
  const right = await openReport(settings.downloadKey, 'report-view', statement, stores.now())
  if (!right) {
    const expired = await openReportWay(settings.downloadKey, 'report-view', statement)
    // Whoever is led there comes back with a new right, or not at all.
    if (expired?.way && c.req.header('Sec-Fetch-Dest') === 'document')
      return seeOther(expired.way + raw + new URL(c.req.url).search)
    throw refused()
  }
  switch (await ticketState(stores, right)) {
    case 'valid':
      return right
    case 'ended':
      throw refused()
    case 'unavailable':
      throw new AppError('unavailable')
  }
}

function refused(): AppError {
  return new AppError('permission_denied', 'This address is not valid (any more): open the report again.')
}

/** Chromium shows no PDF in a sandbox. */
function dispositionOf(path: string, type: string): Record<string, string> {
  if (essenceOf(type) !== 'application/pdf') return {}
  return { 'Content-Disposition': contentDispositionFor(fileNameOf(path), 'attachment') }
}
