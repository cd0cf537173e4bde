import { type Artifact, encodePath } from '../../domain/artifacts/artifact.ts'
import { presignedUrl } from '../../domain/artifacts/presigned-url.ts'
import type { ArtifactRedirect } from '../../settings.ts'

/**
 * A presigned R2 URL. Unlike our own it lives on for its short life when the token that asked is deleted: the one named
 * exception to the promise.
 */
export function presignedUrlFor(
  { endpoint, bucket, accessKeyId, secretAccessKey }: Extract<ArtifactRedirect, { kind: 'presigned' }>,
  { objectKey, contentType }: Artifact,
  {
    contentDisposition,
    lifeSeconds,
    now,
  }: { readonly contentDisposition: string; readonly lifeSeconds: number; readonly now: number },
): Promise<string> {
  const parameters = { 'response-content-disposition': contentDisposition, 'response-content-type': contentType }
  return presignedUrl(
    { accessKeyId, secretAccessKey, region: 'auto' },
    new URL(`${endpoint}/${bucket}/${encodePath(objectKey)}`),
    { parameters, lifeSeconds, now },
  )
}
