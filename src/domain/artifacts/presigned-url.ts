import { toHex } from '../formats/encoding.ts'
import { hmacOf } from '../formats/hmac.ts'
import { encodeSegment } from './artifact.ts'

/** A key of an S3 store, and the region that its signatures are good for. */
export type S3Key = { readonly accessKeyId: string; readonly secretAccessKey: string; readonly region: string }

const ALGORITHM = 'AWS4-HMAC-SHA256'

/**
 * The address at which anybody can GET the object at `url` for a while: AWS Signature Version 4 in the query
 * (https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html). The path of `url` is encoded already.
 */
export async function presignedUrl(
  { accessKeyId, secretAccessKey, region }: S3Key,
  { origin, host, pathname }: URL,
  parameters: Readonly<Record<string, string>>,
  lifeSeconds: number,
  now: number,
): Promise<string> {
  const time = new Date(now).toISOString().replace(/[-:]|\.\d+/g, '')
  const scope = [time.slice(0, 8), region, 's3', 'aws4_request']
  const query = Object.entries({
    ...parameters,
    'X-Amz-Algorithm': ALGORITHM,
    'X-Amz-Credential': [accessKeyId, ...scope].join('/'),
    'X-Amz-Date': time,
    'X-Amz-Expires': String(lifeSeconds),
    'X-Amz-SignedHeaders': 'host',
  })
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map((pair) => pair.map(encodeSegment).join('='))
    .join('&')
  const request = ['GET', pathname, query, `host:${host}`, '', 'host', 'UNSIGNED-PAYLOAD'].join('\n')
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(request))
  const signed = [ALGORITHM, time, scope.join('/'), toHex(digest)].join('\n')
  let mac: ArrayBuffer | Uint8Array = new TextEncoder().encode(`AWS4${secretAccessKey}`)
  for (const text of [...scope, signed]) mac = await hmacOf(mac, text)
  return `${origin}${pathname}?${query}&X-Amz-Signature=${toHex(mac)}`
}
