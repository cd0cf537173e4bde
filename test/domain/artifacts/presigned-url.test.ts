import { AwsClient } from 'aws4fetch'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { contentDispositionFor, encodePath } from '../../../src/domain/artifacts/artifact.ts'
import { presignedUrl, type S3Key } from '../../../src/domain/artifacts/presigned-url.ts'

it("makes the URL of AWS's example", async () => {
  // https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html, "Example Calculation".
  const key: S3Key = {
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    region: 'us-east-1',
  }
  const url = new URL('https://examplebucket.s3.amazonaws.com/test.txt')
  expect(await presignedUrl(key, url, {}, 86_400, Date.UTC(2013, 4, 24))).toBe(
    'https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404',
  )
})

it('signs as aws4fetch does, which is the referee, whatever the object and its headers are called', async () => {
  await fc.assert(
    fc.asyncProperty(request, async ({ key, path, fileName, contentType, lifeSeconds, now }) => {
      const url = new URL(`https://account.r2.cloudflarestorage.com/bucket/${encodePath(path)}`)
      const parameters = {
        'response-content-disposition': contentDispositionFor(fileName, 'attachment'),
        'response-content-type': contentType,
      }
      const ours = new URL(await presignedUrl(key, url, parameters, lifeSeconds, now))
      const theirs = new URL(
        await signedByAws4fetch(key, url, { ...parameters, 'X-Amz-Expires': `${lifeSeconds}` }, now),
      )
      expect(ours.pathname).toBe(theirs.pathname)
      expect(Object.fromEntries(ours.searchParams)).toEqual(Object.fromEntries(theirs.searchParams))
      expect([...ours.searchParams]).toHaveLength(8)
      expect(ours.href).toMatch(/^[\w:/.%?&=~-]+$/)
    }),
    { numRuns: 500 },
  )
})

async function signedByAws4fetch(
  key: S3Key,
  url: URL,
  parameters: Record<string, string>,
  now: number,
): Promise<string> {
  const unsigned = new URL(url)
  for (const [name, value] of Object.entries(parameters)) unsigned.searchParams.set(name, value)
  const datetime = `${new Date(now).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`
  const client = new AwsClient({ ...key, service: 's3' })
  return (await client.sign(unsigned.href, { aws: { signQuery: true, datetime } })).url
}

const odd = fc.string({
  unit: fc.oneof(
    fc.constantFrom(...' +%&=?#\'()*!~/\\"-_.', '%20', '%2F', 'é', '数', '😀'),
    fc.string({ minLength: 1, maxLength: 1 }),
  ),
  minLength: 1,
  maxLength: 12,
})

const request = fc.record({
  key: fc.record({
    accessKeyId: fc.stringMatching(/^[0-9a-f]{32}$/),
    secretAccessKey: odd,
    region: fc.constantFrom('auto', 'us-east-1'),
  }),
  // Segments of dots are resolved by whoever reads a URL; no object has such a key.
  path: odd.filter((path) => !/(^|\/)\.{1,2}(\/|$)/.test(path)),
  fileName: odd,
  contentType: fc.oneof(fc.constantFrom('text/plain', 'text/html; charset=utf-8', 'image/svg+xml'), odd),
  lifeSeconds: fc.integer({ min: 1, max: 604_800 }),
  now: fc.integer({ min: Date.UTC(2000, 0), max: Date.UTC(2100, 0) }),
})
