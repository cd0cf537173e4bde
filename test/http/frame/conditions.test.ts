import { beforeAll, describe, expect, it } from 'vitest'
import { pathsOf } from '../../../src/http/frame/access.ts'
import { pathsIn, ROUTES } from '../../support/api/route-paths.ts'
import { type Ask, ask } from '../../support/worker/client.ts'
import { openTestStores } from '../../support/worker/stores.ts'
import { seedWorld, type World } from '../../support/worker/world.ts'

// Conditions on what is made anew for each asker: lists, single things, badges and feeds (RFC 9110 §13).

const LONG_AGO = 'Sun, 06 Nov 1994 08:49:37 GMT'
const LONG_HENCE = 'Sun, 06 Nov 2094 08:49:37 GMT'

let world: World
beforeAll(async () => {
  world = await seedWorld(await openTestStores(), 'private')
})

const READS = ROUTES.filter((name) => pathsOf(name).method === 'GET')

/** The reads of the access table that tell a tag here, by what stands there for everybody. */
async function tagged(): Promise<readonly string[]> {
  const found: string[] = []
  for (const name of READS)
    for (const path of pathsIn(world, name).paths) {
      const { status, headers } = await asked(path)
      if (status === 200 && headers.has('ETag')) found.push(path)
    }
  return found
}

function asked(path: string, headers: Record<string, string> = {}, more: Ask = {}): Promise<Response> {
  return ask(path, { token: world.secrets.admin, headers, ...more })
}

describe('every read that tells a tag', () => {
  it('tells a time that is not to come, and keeps the conditions in their order', async () => {
    const paths = await tagged()
    for (const path of paths) {
      const { headers } = await asked(path)
      const etag = headers.get('ETag') ?? ''
      expect([path, Date.parse(headers.get('Last-Modified') ?? '')]).toEqual([path, expect.any(Number)])
      expect(Date.parse(headers.get('Last-Modified') ?? '')).toBeLessThanOrEqual(Date.now())
      for (const [conditions, status] of [
        [{ 'If-Match': '"old"' }, 412],
        [{ 'If-Match': `W/${etag}` }, 412],
        [{ 'If-Match': etag }, 200],
        [{ 'If-Match': '*' }, 200],
        [{ 'If-Unmodified-Since': LONG_AGO }, 412],
        [{ 'If-Match': '"old"', 'If-None-Match': etag }, 412],
        [{ 'If-None-Match': `W/${etag}` }, 304],
        [{ 'If-None-Match': '"old"', 'If-Modified-Since': LONG_HENCE }, 200],
        // No date says that nothing became of it meanwhile.
        [{ 'If-Modified-Since': headers.get('Last-Modified') ?? '' }, 200],
      ] as const) {
        const response = await asked(path, conditions)
        expect([path, conditions, response.status]).toEqual([path, conditions, status])
        await response.body?.cancel()
      }
      expect((await asked(path, { 'If-Match': '"old"' }, { method: 'HEAD' })).status).toBe(412)
    }
    // The lists of v1.1, v2 and of our own, the badges and the feeds.
    expect(paths.length).toBeGreaterThan(40)
  })

  it('tells those who may not read it nothing of its version', async () => {
    for (const path of await tagged())
      for (const [name, value] of [
        ['If-Match', '"old"'],
        ['If-None-Match', '*'],
        ['If-Unmodified-Since', LONG_AGO],
      ] as const) {
        const plain = await ask(path, { token: world.secrets.unknown })
        const response = await ask(path, { token: world.secrets.unknown, headers: { [name]: value } })
        expect([path, response.status]).toEqual([path, plain.status])
        expect(response.headers.get('Last-Modified')).toBe(plain.headers.get('Last-Modified'))
      }
  })
})
