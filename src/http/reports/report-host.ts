import type { Context } from 'hono'
import { Hono } from 'hono'
import type { ReportRight } from '../../domain/access/tickets/report-ticket.ts'
import { encodePath } from '../../domain/artifacts/artifact.ts'
import { shownTypeFor } from '../../domain/artifacts/shown-type.ts'
import { AppError } from '../../domain/error.ts'
import type { AppEnv } from '../frame/open-request.ts'
import { reportLabelOf } from '../frame/request/origin.ts'
import { rawPathOf } from '../frame/request/raw-path.ts'
import { type App, answer, ON_REPORT_HOST } from '../frame/route.ts'
import { enterHost, rightOnHost } from './host-right.ts'
import { PLAIN_REFUSALS } from './plain-page.ts'
import { decodedPath, requireReportFile, showFile } from './report-file.ts'
import { ON_HOST } from './report-headers.ts'
import { seeOther } from './way-in.ts'

const OURS = '/.buildpass'
const ENTER = `${OURS}/enter/`

/** What answers on the hosts of reports: the files of one build, to who may read them, and nothing else of ours. */
export function createReportHost(): App {
  const app: App = new Hono<AppEnv>({ getPath: rawPathOf })
  app.all('*', (c) => answer(c, ON_REPORT_HOST, PLAIN_REFUSALS, () => answerOn(c)))
  return app
}

async function answerOn(c: Context<AppEnv>): Promise<Response> {
  const label = reportLabelOf(c.env.settings, c.req.raw)
  if (label === null) throw new AppError('route_not_found')
  const path = rawPathOf(c.req.raw)
  // To look at a ticket's head must not use it up.
  const allowed = path.startsWith(ENTER) ? ['GET'] : ['GET', 'HEAD']
  if (!allowed.includes(c.req.method))
    throw new AppError('method_not_allowed', undefined, { headers: { Allow: allowed.join(', ') } })
  if (path.startsWith(ENTER)) return enterHost(c, label, path.slice(ENTER.length))
  if (path === OURS || path.startsWith(`${OURS}/`)) throw new AppError('route_not_found')
  const right = await rightOnHost(c, label)
  return right instanceof Response ? right : showPath(c, right, path.slice(1))
}

async function showPath(c: Context<AppEnv>, right: ReportRight, raw: string): Promise<Response> {
  const path = decodedPath(raw)
  const { kind, artifact } = await requireReportFile(c.env.stores, right, path)
  if (kind === 'folder') return seeOther(`/${encodePath(path ?? '')}/${new URL(c.req.url).search}`)
  return showFile(c, artifact, { 'Content-Type': shownTypeFor(artifact.path, artifact.contentType), ...ON_HOST })
}
