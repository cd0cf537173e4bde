import { beforeAll, describe, expect, it } from 'vitest'
import { createApp } from '../../../src/app.ts'
import { withoutSlash } from '../../../src/http/no-route.ts'
import { PAGE_ROUTES, pathsIn, patternsOf, ROUTES } from '../../support/api/route-paths.ts'
import { ask } from '../../support/worker/client.ts'
import { openTestStores } from '../../support/worker/stores.ts'
import { seedWorld, type World } from '../../support/worker/world.ts'

let world: World
beforeAll(async () => {
  world = await seedWorld(await openTestStores(), 'public')
})

const { router } = createApp()
/** The pattern that a request comes to, and what stands for its parameters. */
function placeOf(method: string, path: string) {
  const exact = router.match(method, path)
  const [[found], stash] = exact[0].length > 0 ? exact : router.match(method, withoutSlash(path))
  const params = Object.entries(found?.[1] ?? {}).map(([name, at]) => [name, stash ? stash[Number(at)] : at])
  return found && [found[0][1].path, Object.fromEntries(params)]
}

// What ends in an artifact's path or a branch: the slash is part of that.
const GREEDY = /:(?:path|branch)\{\.[+*]\}$/

/** What ends in a slash is no artifact, but may be a folder of what is shown. */
function ofFolder(pattern: string, plain: number): number {
  if (pattern.startsWith('/view/')) return plain
  return pattern.includes('/report/') ? 404 : 400
}

describe.each([...ROUTES, ...PAGE_ROUTES].filter((name) => name !== 'GET /'))('%s', (name) => {
  const { method, paths: patterns } = patternsOf(name)
  it.each(patterns.map((pattern, i) => [pattern, i] as const))(
    'at %s is the same with a slash after it',
    async (pattern, i) => {
      const [path = '', query] = pathsIn(world, name).paths[i]?.split('?') ?? []
      const asked = query ? `?${query}` : ''
      expect(placeOf(method, path)).toBeDefined()
      const place = placeOf(method, `${path}/`)
      expect(place?.[0]).toBe(placeOf(method, path)?.[0])
      if (!GREEDY.test(pattern)) expect(place).toEqual(placeOf(method, path))
      if (method !== 'GET') return
      const [plain, slashed] = [await ask(path + asked), await ask(`${path}/${asked}`)]
      // Nobody is signed in here: where that is needed the path is not looked at.
      const isAskedIn = plain.headers.get('Location')?.includes('/sign-in')
      const looksAtPath = /:path\{\.[+*]\}$/.test(pattern) && !isAskedIn
      expect(slashed.status).toBe(looksAtPath ? ofFolder(pattern, plain.status) : plain.status)
    },
  )
})

describe('a slash after', () => {
  const at = (path: string, method = 'GET') => ask(path, { method, token: world.secrets.admin })

  it('a branch is none of the branch', async () => {
    for (const path of [
      `/api/v1.1/project/${world.slug}/tree/main`,
      `/status-badge/redirect/${world.slug}/tree/main`,
    ]) {
      const [plain, slashed] = [await at(path), await at(`${path}/`)]
      expect(slashed.headers.get('Location')).toBe(plain.headers.get('Location'))
      expect(await slashed.text()).toBe(await plain.text())
    }
  })

  it('a query, or two, are not there', async () => {
    expect((await at(`/api/v1.1/project/${world.slug}/?limit=1`)).status).toBe(200)
    expect((await at(`/api/v1.1/project/${world.slug}?limit=1/`)).status).toBe(400)
    expect((await at(`/api/v1.1/project/${world.slug}//`)).status).toBe(404)
  })

  it('a path that another method has answers 405, and one that none has 404', async () => {
    const response = await at('/api/v2/me/', 'POST')
    expect([response.status, response.headers.get('Allow')]).toEqual([405, 'GET, HEAD, OPTIONS'])
    expect((await at('/api/v2/nothing/')).status).toBe(404)
  })

  it('an artifact’s path is no other artifact', async () => {
    const path = `/api/buildpass/v1/projects/${world.slug}/builds/1/artifacts/out/`
    const put = await ask(path, { method: 'PUT', token: world.secrets.admin, body: 'x' })
    expect([put.status, await put.json()]).toEqual([
      400,
      expect.objectContaining({ message: 'path: must not have an empty segment' }),
    ])
  })
})
