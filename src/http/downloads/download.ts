import type { Context } from 'hono'
import { type DownloadTicket, openTicket } from '../../domain/access/tickets/download-ticket.ts'
import { contentDispositionFor } from '../../domain/artifacts/artifact.ts'
import { AppError } from '../../domain/error.ts'
import { findArtifactLink } from '../../storage/artifacts/artifact-links.ts'
import { ticketState } from '../../storage/edge/download-proof.ts'
import type { ParamsOf } from '../frame/access.ts'
import { answerFile, fileTagFor, wholeSecond } from '../frame/answers/file-answer.ts'
import type { SlugSource } from '../frame/authorize.ts'
import type { AppEnv } from '../frame/open-request.ts'
import { artifactPlaceOf, numberOnPath } from '../frame/request/input.ts'
import { type App, route } from '../frame/route.ts'
import { mountOutput } from './output.ts'
import { redirectToDownload } from './redirect.ts'

/** The listed artifact URLs, the signed ones that they lead to, and those of what steps printed. */
export function mountDownloads(app: App): void {
  mountOutput(app)
  route(
    app,
    'GET /output/job/:job/artifacts/:node/:path{.+}',
    async (c, admitted) => {
      const { params } = admitted
      const place = { buildId: params.job, ...artifactPlaceOf(params) }
      const link = await findArtifactLink(c.env.stores, c.req.path, place)
      // The name may have passed to another project since: its tokens open nothing here.
      if (!link?.artifact || link.projectId !== admitted.project.id) throw new AppError('artifact_not_found')
      return redirectToDownload(c, admitted, link.artifact)
    },
    { slug: SLUG_OF_JOB },
  )

  // Any credential sent along is ignored: the ticket on the path is the proof.
  route(app, 'GET /download/:ticket/:name', async (c, { params }) => {
    const ticket = await requireTicket(c, params.ticket)
    if (params.name !== ticket.fileName) throw new AppError('artifact_not_found')
    const { modifiedAt } = ticket
    const validators = {
      etag: fileTagFor({ ...ticket, id: ticket.artifactId }),
      modifiedAt: modifiedAt && wholeSecond(modifiedAt),
    }
    return answerFile(c, ticket, validators, headersFor(ticket, c.env.settings.downloadOrigin !== null))
  })
}

const SLUG_OF_JOB: SlugSource<ParamsOf<'GET /output/job/:job/artifacts/:node/:path{.+}'>> = {
  onPath: () => null,
  // An impossible node or path has no artifact; only somebody with the right learns what is wrong with it.
  find: async (c, { job, node, path }) => {
    const place = { buildId: job, nodeIndex: numberOnPath(node) ?? -1, path }
    return findArtifactLink(c.env.stores, c.req.path, place)
  },
}

async function requireTicket(c: Context<AppEnv>, text: string): Promise<DownloadTicket> {
  const { settings, stores } = c.env
  const ticket = await openTicket(settings.downloadKey, text, stores.now())
  if (!ticket) throw refused()
  switch (await ticketState(stores, ticket)) {
    case 'valid':
      return ticket
    case 'ended':
      throw refused()
    case 'unavailable':
      throw new AppError('unavailable')
  }
}

function refused(): AppError {
  return new AppError('permission_denied', 'This download link is not valid (any more): ask for the artifact again.')
}

function headersFor(
  { contentType, fileName, disposition }: DownloadTicket,
  hasOwnOrigin: boolean,
): Record<string, string> {
  return {
    'Content-Type': contentType,
    'Content-Disposition': contentDispositionFor(fileName, disposition),
    'Content-Security-Policy': 'sandbox',
    // Where downloads have an origin of their own, our pages are another one.
    'Cross-Origin-Resource-Policy': hasOwnOrigin ? 'same-site' : 'same-origin',
    'Access-Control-Allow-Origin': '*',
    'Referrer-Policy': 'no-referrer',
  }
}
