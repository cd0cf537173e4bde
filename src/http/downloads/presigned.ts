import type { Artifact } from '../../domain/artifact.ts'
import type { ArtifactRedirect } from '../../env.ts'

/**
 * A presigned R2 URL (AWS Signature Version 4 in the query). Unlike our own it lives on for its short life when the
 * token that asked is deleted: the one named exception to the promise.
 */
export async function presignedUrlFor(
  { endpoint, bucket, accessKeyId, secretAccessKey }: Extract<ArtifactRedirect, { kind: 'presigned' }>,
  { objectKey, contentType }: Artifact,
  contentDisposition: string,
  lifeSeconds: number,
): Promise<string> {
  const { AwsClient } = await import('aws4fetch') // Loaded only where it is used.
  const client = new AwsClient({ accessKeyId, secretAccessKey, service: 's3', region: 'auto' })
  const url = new URL(`${endpoint}/${bucket}/${objectKey}`)
  url.searchParams.set('X-Amz-Expires', String(lifeSeconds))
  url.searchParams.set('response-content-disposition', contentDisposition)
  url.searchParams.set('response-content-type', contentType)
  const signed = await client.sign(url.toString(), { method: 'GET', aws: { signQuery: true } })
  return signed.url
}
