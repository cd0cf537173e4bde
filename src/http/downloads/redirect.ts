import type { Context } from 'hono'
import { type Artifact, contentDispositionFor, encodePath, fileNameOf } from '../../domain/artifact.ts'
import { DOWNLOAD_LIFE_MS, signTicket } from '../../domain/download-ticket.ts'
import type { Fence } from '../../domain/fence.ts'
import { isPerson, type Party } from '../../domain/grant.ts'
import type { Project } from '../../domain/project.ts'
import type { AppEnv } from '../../env.ts'
import { downloadOriginOf, downloadsAreForeign } from '../origin.ts'
import { presignedUrlFor } from './presigned.ts'

/** 302 to where the bytes are: a signed URL with no token in it, good for a minute to begin with. */
export async function redirectToDownload(
  c: Context<AppEnv>,
  {
    grant,
    grantEndsAt,
    fence,
    project,
  }: { grant: Party | null; grantEndsAt: number | null; fence: Fence; project: Project },
  artifact: Artifact,
): Promise<Response> {
  const { settings, stores } = c.env
  const fileName = fileNameOf(artifact.path)
  const disposition = downloadsAreForeign(c) ? 'inline' : 'attachment'
  const { artifactRedirect } = settings
  if (artifactRedirect.kind === 'presigned') {
    const contentDisposition = contentDispositionFor(fileName, 'attachment')
    const lifeSeconds = DOWNLOAD_LIFE_MS / 1000
    return redirect(await presignedUrlFor(artifactRedirect, artifact, contentDisposition, lifeSeconds, stores.now()))
  }
  const tokenId = grant && grant.kind !== 'session' ? grant.tokenId : null
  const userId = grant && isPerson(grant) ? grant.userId : null
  const origin = downloadOriginOf(c)
  const key = [tokenId, userId, artifact.id, disposition, origin, fence.epoch, fence.seq].join(' ')
  const signed = stores.memory.downloads.get(key)
  if (signed && stores.now() - signed.signedAt < SIGNED_AGAIN_MS) return redirect(signed.location)
  const ticket = await signTicket(settings.downloadKey, {
    artifactId: artifact.id,
    objectKey: artifact.objectKey,
    sizeBytes: artifact.sizeBytes,
    digest: artifact.digest,
    contentType: artifact.contentType,
    fileName,
    disposition,
    // No longer than the token itself.
    expiresAt: Math.min(stores.now() + DOWNLOAD_LIFE_MS, grantEndsAt ?? Number.POSITIVE_INFINITY),
    tokenId,
    userId,
    projectId: project.id,
    ...fence,
  })
  const location = `${origin}/download/${ticket}/${encodePath(fileName)}`
  stores.memory.downloads.set(key, { location, signedAt: stores.now() })
  return redirect(location)
}

/** Within this time the same asker is given the same address again; whatever ends or re-dates the asker makes a new one. */
const SIGNED_AGAIN_MS = 5_000

function redirect(location: string): Response {
  return new Response(null, {
    status: 302,
    headers: {
      Location: location,
      'Cache-Control': 'no-store',
      'Referrer-Policy': 'no-referrer',
      'Access-Control-Allow-Origin': '*',
    },
  })
}
