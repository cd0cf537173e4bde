import type { Context } from 'hono'
import { DOWNLOAD_LIFE_MS, signTicket } from '../../domain/access/download-ticket.ts'
import type { Fence } from '../../domain/access/fence.ts'
import { isPerson, type Party } from '../../domain/access/grant.ts'
import { type Artifact, contentDispositionFor, encodePath, fileNameOf } from '../../domain/artifacts/artifact.ts'
import type { Project } from '../../domain/project.ts'
import type { AppEnv } from '../../env.ts'
import { downloadOriginOf, downloadsAreForeign } from '../frame/origin.ts'
import { presignedUrlFor } from './presigned.ts'

/**
 * 302 to where the bytes are: a signed URL with no token in it, good for a minute to begin with. `isLatest`: another
 * build's file may take its place at that address, and be older.
 */
export function redirectToDownload(
  c: Context<AppEnv>,
  opened: { grant: Party | null; grantEndsAt: number | null; fence: Fence; project: Project },
  artifact: Artifact,
  isLatest = false,
): Response | Promise<Response> {
  const { settings, stores } = c.env
  const { artifactRedirect } = settings
  if (artifactRedirect.kind === 'presigned') {
    const contentDisposition = contentDispositionFor(fileNameOf(artifact.path), 'attachment')
    const lifeSeconds = DOWNLOAD_LIFE_MS / 1000
    const presigned = presignedUrlFor(artifactRedirect, artifact, contentDisposition, lifeSeconds, stores.now())
    return presigned.then((url) => redirect(headersTo(url)))
  }
  const { grant, fence } = opened
  const tokenId = grant && grant.kind !== 'session' ? grant.tokenId : null
  const sessionId = grant?.kind === 'session' ? grant.sessionId : null
  const userId = grant && isPerson(grant) ? grant.userId : null
  const disposition = downloadsAreForeign(c) ? 'inline' : 'attachment'
  const origin = downloadOriginOf(c)
  const key = `${tokenId} ${sessionId} ${userId} ${artifact.id} ${isLatest} ${disposition} ${origin} ${fence.epoch} ${fence.seq}`
  const signed = stores.memory.downloads.get(key)
  if (signed && stores.now() - signed.signedAt < SIGNED_AGAIN_MS) return redirect(signed.headers)
  const fileName = fileNameOf(artifact.path)
  const ticket = signTicket(settings.downloadKey, {
    artifactId: artifact.id,
    objectKey: artifact.objectKey,
    sizeBytes: artifact.sizeBytes,
    digest: artifact.digest,
    contentType: artifact.contentType,
    modifiedAt: isLatest ? null : artifact.createdAt,
    fileName,
    disposition,
    // No longer than the token itself.
    expiresAt: Math.min(stores.now() + DOWNLOAD_LIFE_MS, opened.grantEndsAt ?? Number.POSITIVE_INFINITY),
    tokenId,
    sessionId,
    userId,
    projectId: opened.project.id,
    ...fence,
  })
  return ticket.then((text) => {
    const headers = headersTo(`${origin}/download/${text}/${encodePath(fileName)}`)
    stores.memory.downloads.set(key, { headers, signedAt: stores.now() })
    return redirect(headers)
  })
}

/** Within this time the same asker is given the same address again; whatever ends or re-dates the asker makes a new one. */
const SIGNED_AGAIN_MS = 5_000

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
