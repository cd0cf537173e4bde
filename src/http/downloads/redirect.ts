import type { Context } from 'hono'
import { type Artifact, contentDispositionFor, encodePath, fileNameOf } from '../../domain/artifact.ts'
import { DOWNLOAD_LIFE_MS, type DownloadTicket, signTicket } from '../../domain/download-ticket.ts'
import type { Fence } from '../../domain/fence.ts'
import { isPerson, type Party } from '../../domain/grant.ts'
import type { Project } from '../../domain/project.ts'
import type { AppEnv } from '../../env.ts'
import { downloadOriginOf, downloadsAreForeign } from '../origin.ts'
import { presignedUrlFor } from './presigned.ts'

/** 302 to where the bytes are: a signed URL with no token in it, good for a minute to begin with. */
export function redirectToDownload(
  c: Context<AppEnv>,
  opened: { grant: Party | null; grantEndsAt: number | null; fence: Fence; project: Project },
  artifact: Artifact,
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
  const userId = grant && isPerson(grant) ? grant.userId : null
  const disposition = downloadsAreForeign(c) ? 'inline' : 'attachment'
  const origin = downloadOriginOf(c)
  const key = `${tokenId} ${userId} ${artifact.id} ${disposition} ${origin} ${fence.epoch} ${fence.seq}`
  const signed = stores.memory.downloads.get(key)
  if (signed && stores.now() - signed.signedAt < SIGNED_AGAIN_MS) return redirect(signed.headers)
  return sign(c, { ...opened, tokenId, userId, disposition, origin }, artifact).then((headers) => {
    stores.memory.downloads.set(key, { headers, signedAt: stores.now() })
    return redirect(headers)
  })
}

/** Within this time the same asker is given the same address again; whatever ends or re-dates the asker makes a new one. */
const SIGNED_AGAIN_MS = 5_000

async function sign(
  c: Context<AppEnv>,
  {
    grantEndsAt,
    fence,
    project,
    tokenId,
    userId,
    disposition,
    origin,
  }: Pick<DownloadTicket, 'tokenId' | 'userId' | 'disposition'> & {
    grantEndsAt: number | null
    fence: Fence
    project: Project
    origin: string
  },
  artifact: Artifact,
): Promise<Headers> {
  const { settings, stores } = c.env
  const fileName = fileNameOf(artifact.path)
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
  return headersTo(`${origin}/download/${ticket}/${encodePath(fileName)}`)
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
