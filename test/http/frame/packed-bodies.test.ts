import { beforeAll, describe, expect, it } from 'vitest'
import { PAGE_ROUTES, pathsIn, patternsOf, ROUTES } from '../../support/api/route-paths.ts'
import { ask } from '../../support/worker/client.ts'
import { openTestStores } from '../../support/worker/stores.ts'
import { seedWorld, type World } from '../../support/worker/world.ts'

let world: World
beforeAll(async () => {
  world = await seedWorld(await openTestStores(), 'private')
})

const WRITES = [...ROUTES, ...PAGE_ROUTES].filter((name) => patternsOf(name).method !== 'GET')

async function packed(text: string): Promise<ArrayBuffer> {
  return new Response(new Blob([text]).stream().pipeThrough(new CompressionStream('gzip'))).arrayBuffer()
}

describe.each(WRITES)('%s', (name) => {
  it('refuses a packed body by the name of the header, and a condition that it could not keep', async () => {
    const { method, paths } = pathsIn(world, name)
    for (const path of paths) {
      const write = async (headers: Record<string, string>) =>
        ask(path, { method, token: world.secrets.admin, body: await packed('{}'), headers })
      const refused = await write({ 'Content-Encoding': 'gzip' })
      expect([refused.status, refused.headers.get('Accept-Encoding')]).toEqual([415, 'identity'])
      expect(await refused.text()).toContain('Content-Encoding: must be identity')
      expect((await write({ 'If-Match': '"a"' })).status).toBe(412)
      expect((await write({ 'If-Unmodified-Since': 'Sun, 06 Nov 1994 08:49:37 GMT' })).status).toBe(412)
    }
  })
})

describe('an artifact', () => {
  const put = async (headers: Record<string, string>, body: BodyInit = 'hello') =>
    ask(`/api/buildpass/v1/projects/${world.slug}/builds/1/artifacts/${crypto.randomUUID()}`, {
      method: 'PUT',
      token: world.secrets.admin,
      body,
      headers,
    })

  it.each(['gzip', 'GZIP', 'br', 'deflate', 'zstd', 'aws-chunked', 'gzip, identity', 'identity, br', 'x'])(
    'in Content-Encoding: %s is not stored',
    async (coding) => {
      expect((await put({ 'Content-Encoding': coding }, await packed('hello'))).status).toBe(415)
    },
  )

  it.each(['identity', 'Identity', 'identity, identity', ''])('in Content-Encoding: %j is stored', async (coding) => {
    expect((await put({ 'Content-Encoding': coding })).status).toBe(201)
  })

  it('that is a packed file and says so by its type is stored as it is', async () => {
    const bytes = await packed('hello')
    const response = await put({ 'Content-Type': 'application/gzip' }, bytes)
    expect(await response.json()).toMatchObject({ size: bytes.byteLength })
  })
})
