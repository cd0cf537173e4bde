import type { Context } from 'hono'
import { parseShareSecret, type ShareSecret } from '../../../domain/access/secret.ts'
import { sharePath } from '../../../domain/access/share.ts'
import { fileNameOf } from '../../../domain/artifacts/artifact.ts'
import { reportNameOf } from '../../../domain/artifacts/report-kind.ts'
import { AppError } from '../../../domain/error.ts'
import { fenceNow } from '../../../storage/edge/download-proof.ts'
import { chargeUnknown, isLimited } from '../../../storage/edge/grants.ts'
import { findOpenShare, type OpenShare, useShare } from '../../../storage/shares/open-share.ts'
import type { Stores } from '../../../storage/stores.ts'
import { redirectToDownload } from '../../downloads/redirect.ts'
import { statusOf } from '../../frame/answers/errors.ts'
import { countryAndColoOf, unknownCharge } from '../../frame/authenticate.ts'
import type { AppEnv } from '../../frame/open-request.ts'
import { downloadOriginOf, reportOriginOf } from '../../frame/request/origin.ts'
import { type App, type Refusals, route } from '../../frame/route.ts'
import { redirectToShared } from '../../reports/way-in.ts'
import { sizeText } from '../data/measures.ts'
import { Gate } from '../frame/gate.tsx'
import { Icon } from '../parts/icon.tsx'
import { NO_ROBOTS, renderPage } from '../parts/layout.tsx'
import { failWithPage, refuseWithPage } from '../parts/refusal.tsx'

/**
 * What a share link opens, for whoever has it. Programs that unfurl links ask for the page, which tells nothing and counts
 * nothing: only its button, or `?download` of a script, does.
 */
export function mountShareLink(app: App): void {
  route(
    app,
    'GET /s/:secret',
    (c, { params }) => {
      if (c.req.query('download') !== undefined && c.req.raw.method !== 'HEAD') return open(c, params)
      return showLink(c, params)
    },
    REFUSALS,
  )
  route(app, 'POST /s/:secret', (c, { params }) => open(c, params), REFUSALS)
}

type Named = { readonly secret: string }

async function showLink(c: Context<AppEnv>, { secret }: Named): Promise<Response> {
  const share = await requireOpen(c, secret, findOpenShare)
  const { kind, artifact, showsName } = share
  const isReport = kind === 'report'
  const name = showsName ? (isReport ? reportNameOf : fileNameOf)(artifact.path) : null
  return renderPage(
    c,
    {
      ...FRAME,
      title: name ?? (isReport ? 'Shared report' : 'Shared file'),
      formsLeadTo: [isReport ? reportsAt(c) : downloadsAt(c)],
    },
    <Gate title={name ?? (isReport ? 'A report was shared with you' : 'A file was shared with you')}>
      {name !== null && !isReport && <p class="muted">{sizeText(artifact.sizeBytes)}</p>}
      <form method="post" action={sharePath(secret)}>
        <button type="submit" class="button primary full">
          <Icon name={isReport ? 'screen' : 'download'} /> {isReport ? 'Open' : 'Download'}
        </button>
      </form>
    </Gate>,
  )
}

/** Counts a use, and leads to the bytes, or to where they are shown. */
async function open(c: Context<AppEnv>, { secret }: Named): Promise<Response> {
  const { stores } = c.env
  // Taken before the link is read, so that an end that comes meanwhile counts.
  const fence = fenceNow(stores)
  const share = await requireOpen(c, secret, (stores, known) => useShare(stores, known, countryAndColoOf(c.req.raw)))
  const signedFor = {
    grant: { kind: 'share', shareId: share.shareId },
    grantEndsAt: share.expiresAt,
    fence,
    project: { id: share.projectId },
  } as const
  if (share.kind === 'report') return withHeaders(await redirectToShared(c, signedFor, share.artifact))
  const { headers } = await redirectToDownload(c, signedFor, share.artifact, share.isLatest)
  return withHeaders(new Response(null, { status: 303, headers }))
}

/** What the link opens; whatever keeps it from opening anything, the refusal is the same. */
async function requireOpen(
  c: Context<AppEnv>,
  text: string,
  read: (stores: Stores, secret: ShareSecret) => Promise<OpenShare | null>,
): Promise<OpenShare> {
  const { stores, trace } = c.env
  const secret = parseShareSecret(text)
  if (!secret) throw new AppError('share_not_found')
  const charge = unknownCharge(c)
  if (isLimited(stores, charge)) throw new AppError('too_many_requests')
  const open = await read(stores, secret)
  if (!open) {
    await chargeUnknown(stores, charge)
    throw new AppError('share_not_found')
  }
  trace.projectId = open.projectId
  return open
}

const FRAME = { viewer: null, caching: 'no-store', referrer: 'no-referrer', isForGuests: true } as const

const HEADERS = { 'Referrer-Policy': 'no-referrer', 'X-Robots-Tag': NO_ROBOTS }

/** A form may lead only where the page says, and this one is redirected. */
function downloadsAt(c: Context<AppEnv>): string {
  const { artifactRedirect } = c.env.settings
  return artifactRedirect.kind === 'presigned' ? new URL(artifactRedirect.endpoint).origin : downloadOriginOf(c)
}

function reportsAt(c: Context<AppEnv>): string {
  return reportOriginOf(c, '*') ?? downloadOriginOf(c)
}

const REFUSALS: Refusals = {
  refuse: (c, error) => (statusOf(error.code) === 404 ? deadLink(c) : withHeaders(refuseWithPage(c, error, null))),
  fail: (c) => withHeaders(failWithPage(c, null)),
}

function withHeaders(response: Response): Response {
  for (const [name, value] of Object.entries(HEADERS)) response.headers.set(name, value)
  return response
}

function deadLink(c: Context<AppEnv>): Response {
  return renderPage(
    c,
    { ...FRAME, title: 'Nothing here', status: 404 },
    <Gate title="This link opens nothing">
      <p>It may have ended, or a part of it is missing. Ask whoever sent it for another one.</p>
    </Gate>,
  )
}
