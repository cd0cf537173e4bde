import { askerOf } from '../../domain/access/tickets/asker.ts'
import { DOWNLOAD_LIFE_MS, signTicket } from '../../domain/access/tickets/download-ticket.ts'
import { type Artifact, contentDispositionFor, encodePath, fileNameOf } from '../../domain/artifacts/artifact.ts'
import { createRecentMap } from '../../domain/formats/recent-map.ts'
import type { Asked, Redirects } from '../frame/open-request.ts'
import { downloadOriginOf, downloadsAreForeign } from '../frame/request/origin.ts'
import type { SignedFor } from '../frame/signed-for.ts'
import { presignedUrlFor } from './presigned.ts'

export function createRedirects(): Redirects {
  return createRecentMap(1_000)
}

/**
 * 302 to where the bytes are: a signed URL with no token in it, good for a minute to begin with. `isLatest`: another
 * build's file may take its place at that address, and be older.
 */
export async function redirectToDownload(
  c: Asked,
  signedFor: SignedFor,
  artifact: Artifact,
  isLatest = false,
): Promise<Response> {
  const { settings, stores, redirects } = c.env
  const { artifactRedirect } = settings
  const fileName = fileNameOf(artifact.path)
  // R2 itself gives objects as they are: a file in a pack is unpacked here.
  if (artifactRedirect.kind === 'presigned' && !artifact.packed) {
    const contentDisposition = contentDispositionFor(fileName, 'attachment')
    const lifeSeconds = DOWNLOAD_LIFE_MS / 1000
    return redirect(
      headersTo(
        await presignedUrlFor(artifactRedirect, artifact, { contentDisposition, lifeSeconds, now: stores.now() }),
      ),
    )
  }
  const known = knownRedirect(c, signedFor, artifact, isLatest)
  if (known) return known
  const ticket = await signTicket(settings.downloadKey, {
    artifactId: artifact.id,
    objectKey: artifact.objectKey,
    sizeBytes: artifact.sizeBytes,
    digest: artifact.digest,
    contentType: artifact.contentType,
    ...(artifact.packed ? { packed: artifact.packed } : {}),
    modifiedAt: isLatest ? null : artifact.createdAt,
    fileName,
    disposition: dispositionOf(c),
    // No longer than the token itself.
    expiresAt: Math.min(stores.now() + DOWNLOAD_LIFE_MS, signedFor.grantEndsAt ?? Number.POSITIVE_INFINITY),
    ...askerOf(signedFor.grant, signedFor.project.id),
    ...signedFor.fence,
  })
  const headers = headersTo(`${downloadOriginOf(c)}/download/${ticket}/${encodePath(fileName)}`)
  redirects.set(keyFor(c, signedFor, artifact, isLatest), { headers, signedAt: stores.now() })
  return redirect(headers)
}

/** The same address that this asker was given less than 5 s ago; whatever ends or re-dates the asker makes a new one. */
export function knownRedirect(c: Asked, signedFor: SignedFor, artifact: Artifact, isLatest = false): Response | null {
  const { settings, stores, redirects } = c.env
  if (settings.artifactRedirect.kind !== 'own' && !artifact.packed) return null
  const signed = redirects.get(keyFor(c, signedFor, artifact, isLatest))
  return signed && stores.now() - signed.signedAt < SIGNED_AGAIN_MS ? redirect(signed.headers) : null
}

const SIGNED_AGAIN_MS = 5_000

function keyFor(c: Asked, { grant, fence, project }: SignedFor, { id }: Artifact, isLatest: boolean): string {
  const { tokenId, sessionId, userId, shareId } = askerOf(grant, project.id)
  return `${tokenId} ${sessionId} ${userId} ${shareId} ${id} ${isLatest} ${dispositionOf(c)} ${downloadOriginOf(c)} ${fence.epoch} ${fence.seq}`
}

function dispositionOf(c: Asked): 'inline' | 'attachment' {
  return downloadsAreForeign(c) ? 'inline' : 'attachment'
}

function headersTo(location: string): Headers {
  return new Headers({
    Location: location,
    'Cache-Control': 'no-store',
    'Referrer-Policy': 'no-referrer',
    'Access-Control-Allow-Origin': '*',
  })
}

function redirect(headers: Headers): Response {
  return new Response(null, { status: 302, headers })
}
