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
    return redirect(await presignedUrlFor(artifactRedirect, artifact, contentDisposition, DOWNLOAD_LIFE_MS / 1000))
  }
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
    tokenId: grant && grant.kind !== 'session' ? grant.tokenId : null,
    userId: grant && isPerson(grant) ? grant.userId : null,
    projectId: project.id,
    ...fence,
  })
  return redirect(`${downloadOriginOf(c)}/download/${ticket}/${encodePath(fileName)}`)
}

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
