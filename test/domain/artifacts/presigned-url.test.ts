import fc from 'fast-check'
import { expect, it } from 'vitest'
import { contentDispositionFor, encodePath } from '../../../src/domain/artifacts/artifact.ts'
import { presignedUrl, type S3Key } from '../../../src/domain/artifacts/presigned-url.ts'

const KEY: S3Key = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  region: 'us-east-1',
}

it("makes the URL of AWS's example", async () => {
  // https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html, "Example Calculation".
  const url = new URL('https://examplebucket.s3.amazonaws.com/test.txt')
  const signed = new URL(
    await presignedUrl(KEY, url, { parameters: {}, lifeSeconds: 86_400, now: Date.UTC(2013, 4, 24) }),
  )
  expect(signed.origin + signed.pathname).toBe(url.href)
  expect(Object.fromEntries(signed.searchParams)).toEqual({
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': 'AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request',
    'X-Amz-Date': '20130524T000000Z',
    'X-Amz-Expires': '86400',
    'X-Amz-SignedHeaders': 'host',
    'X-Amz-Signature': 'aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404',
  })
})

it('signs an object with an odd name and odd headers as AWS’s recipe says, worked out apart by Python', async () => {
  const url = new URL(`https://account.r2.cloudflarestorage.com/bucket/${encodePath("a b+c/d'(é)!*~%20&=?#.txt")}`)
  const parameters = {
    'response-content-disposition': 'attachment; filename="a+b c.txt"; filename*=UTF-8\'\'a%2Bb%20c.txt',
    'response-content-type': 'text/html; charset=utf-8',
  }
  const signed = await presignedUrl({ ...KEY, region: 'auto' }, url, {
    parameters,
    lifeSeconds: 60,
    now: Date.UTC(2026, 0, 2, 3, 4, 5),
  })
  expect(new URL(signed).searchParams.get('X-Amz-Signature')).toBe(
    'a8ccb0dc70a5f93e39c9beca9e78813713e33aafc032cf3b9a82f5c29a35aa7f',
  )
})

it('names the object and its headers as they are, in characters that no reader of a URL takes for others', async () => {
  await fc.assert(
    fc.asyncProperty(odd, odd, odd, async (path, fileName, contentType) => {
      const url = new URL(`https://account.r2.cloudflarestorage.com/bucket/${encodePath(path)}`)
      const parameters = {
        'response-content-disposition': contentDispositionFor(fileName, 'attachment'),
        'response-content-type': contentType,
      }
      const signed = new URL(await presignedUrl(KEY, url, { parameters, lifeSeconds: 60, now: Date.UTC(2026, 0) }))
      expect(signed.pathname).toBe(url.pathname)
      expect(Object.fromEntries(signed.searchParams)).toMatchObject(parameters)
      expect(signed.href).toMatch(/^[\w:/.%?&=~*-]+$/)
    }),
  )
})

const odd = fc
  .string({
    unit: fc.oneof(
      fc.constantFrom(...' +%&=?#\'()*!~/\\"-_.', '%20', '%2F', 'é', '数', '😀'),
      fc.string({ minLength: 1, maxLength: 1 }),
    ),
    minLength: 1,
    maxLength: 12,
  })
  // Segments of dots are resolved by whoever reads a URL; no object has such a key.
  .filter((path) => !/(^|\/)\.{1,2}(\/|$)/.test(path))
