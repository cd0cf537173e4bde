import { beforeAll, describe, expect, it } from 'vitest'
import type { Bindings } from '../../../src/env.ts'
import { openTestApp } from '../../support/worker/app.ts'
import { openTestStores } from '../../support/worker/stores.ts'
import { seedArtifact, seedWorld, type World } from '../../support/worker/world.ts'

// Minted anew, so that nothing secret stands in the code.
const S3: Partial<Bindings> = {
  ARTIFACT_REDIRECT: 'presigned',
  R2_S3_ENDPOINT: 'https://account.r2.cloudflarestorage.com',
  R2_S3_BUCKET: 'buildpass-artifacts',
  R2_S3_ACCESS_KEY_ID: crypto.randomUUID().replaceAll('-', ''),
  R2_S3_SECRET_ACCESS_KEY: crypto.randomUUID() + crypto.randomUUID(),
}
const NAME = 'naïve & "数" +#%.txt'

let world: World
let objectKey: string
beforeAll(async () => {
  const stores = await openTestStores()
  world = await seedWorld(stores, 'private')
  objectKey = (await seedArtifact(stores, world.project, world.build, { path: NAME, text: 'hello' })).objectKey
})

async function redirect() {
  const { ask } = await openTestApp({ vars: S3 })
  const path = `/output/job/${world.build.id}/artifacts/0/${encodeURIComponent(NAME)}`
  return ask(path, { token: world.secrets.all })
}

describe('with ARTIFACT_REDIRECT=presigned', () => {
  it('a download leads to a URL of R2 that anybody can check and that lives for 60 s', async () => {
    const response = await redirect()
    expect([response.status, response.headers.get('Cache-Control')]).toEqual([302, 'no-store'])
    const url = new URL(response.headers.get('Location') ?? '')
    expect(url.origin + url.pathname).toBe(`${S3.R2_S3_ENDPOINT}/${S3.R2_S3_BUCKET}/${objectKey}`)
    expect(Object.fromEntries(url.searchParams)).toEqual({
      'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
      'X-Amz-Credential': expect.stringMatching(new RegExp(`^${S3.R2_S3_ACCESS_KEY_ID}/\\d{8}/auto/s3/aws4_request$`)),
      'X-Amz-Date': expect.stringMatching(/^\d{8}T\d{6}Z$/),
      'X-Amz-Expires': '60',
      'X-Amz-SignedHeaders': 'host',
      'X-Amz-Signature': await signatureOf(url, S3.R2_S3_SECRET_ACCESS_KEY ?? ''),
      'response-content-disposition': `attachment; filename="na_ve & ___ +#_.txt"; filename*=UTF-8''na%C3%AFve%20%26%20%22%E6%95%B0%22%20%2B%23%25.txt`,
      'response-content-type': 'text/plain',
    })
  })

  it('the URL holds neither the token nor the secret key', async () => {
    const location = (await redirect()).headers.get('Location') ?? ''
    expect(location).not.toContain(world.secrets.all)
    expect(location).not.toContain(S3.R2_S3_SECRET_ACCESS_KEY)
  })

  it.each(['R2_S3_ENDPOINT', 'R2_S3_BUCKET', 'R2_S3_ACCESS_KEY_ID', 'R2_S3_SECRET_ACCESS_KEY'] as const)(
    'a missing %s is named',
    async (name) => {
      await expect(openTestApp({ vars: { ...S3, [name]: '' } })).rejects.toThrow(name)
    },
  )
})

/** Signature Version 4 of a presigned GET, by the steps of AWS's documentation, to check what was made. */
async function signatureOf(url: URL, secret: string): Promise<string> {
  const params = [...url.searchParams].filter(([name]) => name !== 'X-Amz-Signature')
  const query = params
    .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
    .sort()
    .join('&')
  const canonical = ['GET', url.pathname, query, `host:${url.host}\n`, 'host', 'UNSIGNED-PAYLOAD'].join('\n')
  const date = url.searchParams.get('X-Amz-Date') ?? ''
  const scope = `${date.slice(0, 8)}/auto/s3/aws4_request`
  const digest = hex(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(canonical)))
  let key: BufferSource = new TextEncoder().encode(`AWS4${secret}`)
  for (const part of scope.split('/')) key = await hmac(key, part)
  return hex(await hmac(key, ['AWS4-HMAC-SHA256', date, scope, digest].join('\n')))
}

async function hmac(key: BufferSource, text: string): Promise<ArrayBuffer> {
  const imported = await crypto.subtle.importKey('raw', key, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  return crypto.subtle.sign('HMAC', imported, new TextEncoder().encode(text))
}

function encoded(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
}

function hex(bytes: ArrayBuffer): string {
  return [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
