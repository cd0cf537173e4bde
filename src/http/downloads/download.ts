import type { Context } from 'hono'
import { contentDispositionFor } from '../../domain/artifact.ts'
import { parseRange } from '../../domain/byte-range.ts'
import { type DownloadTicket, openTicket } from '../../domain/download-ticket.ts'
import { AppError } from '../../domain/error.ts'
import { parseSlugParts } from '../../domain/project.ts'
import type { AppEnv } from '../../env.ts'
import { findArtifactOfBuild, findProjectOfBuild } from '../../storage/artifacts.ts'
import { ticketStanding } from '../../storage/download-proof.ts'
import { askBucket } from '../../storage/objects.ts'
import { matches } from '../answers.ts'
import type { SlugSource } from '../authorize.ts'
import { artifactPathOf, nodeIndexOf } from '../input.ts'
import { type App, route } from '../route.ts'
import { redirectToDownload } from './redirect.ts'

/** The listed artifact URLs, and the signed ones that they lead to. */
export function mountDownloads(app: App): void {
  route(
    app,
    'GET /output/job/:job/artifacts/:node/:path{.+}',
    async (c, opened) => {
      const artifact = await findArtifactOfBuild(
        c.env.stores.db,
        c.req.param('job') ?? '',
        nodeIndexOf(c),
        artifactPathOf(c),
      )
      if (!artifact) throw new AppError('artifact_not_found')
      return redirectToDownload(c, opened, artifact)
    },
    { slug: SLUG_OF_JOB },
  )

  // Any credential sent along is ignored: the ticket on the path is the proof.
  route(app, 'GET /download/:ticket/:name', async (c) => {
    const ticket = await requireTicket(c)
    const headers = headersFor(ticket)
    const known = c.req.header('If-None-Match')
    if (known !== undefined && matches(known, headers.ETag))
      return new Response(null, {
        status: 304,
        headers: { ETag: headers.ETag, 'Cache-Control': headers['Cache-Control'] },
      })
    return c.req.raw.method === 'HEAD' ? headOf(c, ticket, headers) : bytesOf(c, ticket, headers)
  })
}

const SLUG_OF_JOB: SlugSource = {
  onPath: () => null,
  find: async (c) => {
    const found = await findProjectOfBuild(c.env.stores.db, c.req.param('job') ?? '')
    return found && parseSlugParts(found.vcs, found.org, found.repo)
  },
}

async function requireTicket(c: Context<AppEnv>): Promise<DownloadTicket> {
  const { settings, stores } = c.env
  const ticket = await openTicket(settings.downloadKey, c.req.param('ticket') ?? '', stores.now())
  if (!ticket) throw refused()
  switch (await ticketStanding(stores, ticket)) {
    case 'stands':
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

type DownloadHeaders = Record<string, string> & { readonly ETag: string; readonly 'Cache-Control': string }

function headersFor({ contentType, sha256, fileName, disposition }: DownloadTicket): DownloadHeaders {
  return {
    'Content-Type': contentType,
    'Content-Disposition': contentDispositionFor(fileName, disposition),
    ETag: `"${sha256}"`,
    'Accept-Ranges': 'bytes',
    'Cache-Control': 'private, no-cache',
    'Content-Security-Policy': 'sandbox',
    'Cross-Origin-Resource-Policy': 'same-site',
    'Access-Control-Allow-Origin': '*',
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
  }
}

async function headOf(c: Context<AppEnv>, ticket: DownloadTicket, headers: DownloadHeaders): Promise<Response> {
  const { stores } = c.env
  if (!(await askBucket(stores, stores.artifacts.head(ticket.objectKey)))) throw new AppError('artifact_not_found')
  return new Response(null, { headers: { ...headers, 'Content-Length': String(ticket.sizeBytes) } })
}

async function bytesOf(
  c: Context<AppEnv>,
  { objectKey, sizeBytes }: DownloadTicket,
  headers: DownloadHeaders,
): Promise<Response> {
  const { stores } = c.env
  const ifRange = c.req.header('If-Range')
  const asked = ifRange === undefined || ifRange === headers.ETag ? (c.req.header('Range') ?? null) : null
  const range = parseRange(asked, sizeBytes)
  switch (range.kind) {
    case 'unsatisfiable':
      throw new AppError('range_not_satisfiable', undefined, { headers: { 'Content-Range': `bytes */${sizeBytes}` } })
    case 'whole': {
      const object = await askBucket(stores, stores.artifacts.get(objectKey))
      if (!object) throw new AppError('artifact_not_found')
      return streamed(object.body, sizeBytes, 200, headers)
    }
    case 'part': {
      const length = range.end - range.start + 1
      const object = await askBucket(
        stores,
        stores.artifacts.get(objectKey, { range: { offset: range.start, length } }),
      )
      if (!object) throw new AppError('artifact_not_found')
      return streamed(object.body, length, 206, {
        ...headers,
        'Content-Range': `bytes ${range.start}-${range.end}/${sizeBytes}`,
      })
    }
  }
}

/** A fixed length, so that the answer has a Content-Length and a cut-off is seen as one. */
function streamed(body: ReadableStream, length: number, status: 200 | 206, headers: Record<string, string>): Response {
  return new Response(body.pipeThrough(new FixedLengthStream(length)), {
    status,
    headers: { ...headers, 'Content-Length': String(length) },
  })
}
