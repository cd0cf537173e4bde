import type { Context } from 'hono'
import { type DownloadTicket, openTicket } from '../../domain/access/tickets/download-ticket.ts'
import { contentDispositionFor } from '../../domain/artifacts/artifact.ts'
import { etagFor, reprDigestFor } from '../../domain/artifacts/artifact-digest.ts'
import { AppError } from '../../domain/error.ts'
import { parseRange } from '../../domain/formats/byte-range.ts'
import { httpDate, isRangeCurrent, type Validators } from '../../domain/formats/precondition.ts'
import { findArtifactLink } from '../../storage/artifacts/artifact-links.ts'
import { readStretch, type Stretch } from '../../storage/artifacts/object-reads.ts'
import { askBucket } from '../../storage/artifacts/objects.ts'
import { ticketState } from '../../storage/edge/download-proof.ts'
import type { Stores } from '../../storage/stores.ts'
import type { ParamsOf } from '../frame/access.ts'
import { isKnown } from '../frame/answers.ts'
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
    const validators = validatorsOf(ticket)
    const headers = headersFor(ticket, validators, c.env.stores.now())
    if (isKnown(c.req.raw, validators))
      return new Response(null, {
        status: 304,
        headers: { ETag: headers.ETag, 'Cache-Control': headers['Cache-Control'] },
      })
    if (c.req.raw.method === 'HEAD') return headOf(c, ticket, headers)
    return bytesOf(c, ticket, headers, isRangeCurrent(c.req.raw.headers, validators))
  })
}

const SLUG_OF_JOB: SlugSource<ParamsOf<'GET /output/job/:job/artifacts/:node/:path{.+}'>> = {
  onPath: () => null,
  // An impossible node or path has no artifact; only somebody with the right learns what is wrong with it.
  find: async (c, { job, node, path }) => {
    const place = { buildId: job, nodeIndex: numberOnPath(node) ?? -1, path }
    return (await findArtifactLink(c.env.stores, c.req.path, place))?.slug ?? null
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

/** The time of a file that took another's place is a whole second that has none before it: see `keepArtifact`. */
function validatorsOf({ digest, modifiedAt }: DownloadTicket): Validators {
  return { etag: etagFor(digest), modifiedAt: modifiedAt && Math.floor(modifiedAt / 1000) * 1000 }
}

type DownloadHeaders = Record<string, string> & { readonly ETag: string; readonly 'Cache-Control': string }

function headersFor(
  { contentType, digest, fileName, disposition }: DownloadTicket,
  { etag, modifiedAt }: Validators,
  now: number,
): DownloadHeaders {
  const reprDigest = reprDigestFor(digest)
  return {
    'Content-Type': contentType,
    'Content-Disposition': contentDispositionFor(fileName, disposition),
    ETag: etag,
    // Never a time to come (RFC 9110 §8.8.2.1).
    'Last-Modified': httpDate(Math.min(modifiedAt ?? now, now)),
    ...(reprDigest ? { 'Repr-Digest': reprDigest } : {}),
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
  takesRange: boolean,
): Promise<Response> {
  const { stores } = c.env
  const range = parseRange(takesRange ? (c.req.header('Range') ?? null) : null, sizeBytes)
  switch (range.kind) {
    case 'unsatisfiable':
      throw new AppError('range_not_satisfiable', undefined, { headers: { 'Content-Range': `bytes */${sizeBytes}` } })
    case 'whole':
      return streamed(stores, { objectKey, start: 0, length: sizeBytes }, 200, headers)
    case 'part': {
      const { start, end } = range
      const stretch = { objectKey, start, length: end - start + 1 }
      const contentRange = `bytes ${start}-${end}/${sizeBytes}`
      return streamed(stores, stretch, 206, { ...headers, 'Content-Range': contentRange })
    }
  }
}

async function streamed(
  stores: Stores,
  stretch: Stretch,
  status: 200 | 206,
  headers: Record<string, string>,
): Promise<Response> {
  const bytes = await readStretch(stores, stretch)
  if (!bytes) throw new AppError('artifact_not_found')
  return new Response(bytes, { status, headers: { ...headers, 'Content-Length': String(stretch.length) } })
}
