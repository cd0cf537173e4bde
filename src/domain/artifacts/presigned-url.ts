import { AwsV4Signer } from 'aws4fetch'

/** A key of an S3 store, and the region that its signatures are good for. */
export type S3Key = { readonly accessKeyId: string; readonly secretAccessKey: string; readonly region: string }

/**
 * The address at which anybody can GET the object at `url` for a while: AWS Signature Version 4 in the query
 * (https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html). The path of `url` is encoded already.
 */
export async function presignedUrl(
  key: S3Key,
  url: URL,
  {
    parameters,
    lifeSeconds,
    now,
  }: { readonly parameters: Readonly<Record<string, string>>; readonly lifeSeconds: number; readonly now: number },
): Promise<string> {
  const query = new URLSearchParams({ ...parameters, 'X-Amz-Expires': String(lifeSeconds) })
  const datetime = new Date(now).toISOString().replace(/[-:]|\.\d+/g, '')
  const signer = new AwsV4Signer({ ...key, url: `${url}?${query}`, service: 's3', signQuery: true, datetime })
  const signed = await signer.sign()
  // A plus is a space to forms only; in S3's own notation it is itself. Those that are meant are %2B.
  return signed.url.href.replaceAll('+', '%20')
}
