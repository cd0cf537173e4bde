import { beforeAll, describe, expect, it } from 'vitest'
import { PAGE_ROUTES, pathsIn, ROUTES } from '../../support/api/route-paths.ts'
import { seedSession } from '../../support/seed/seed.ts'
import { openTestApp } from '../../support/worker/app.ts'
import { openTestStores, type TestStores } from '../../support/worker/stores.ts'
import { seedWorld, type World } from '../../support/worker/world.ts'

const EVIL = 'https://evil.example'
const UNKNOWN = { PUBLIC_ORIGIN: '' }
const HEALTH = ['GET /healthz', 'GET /readyz']

let stores: TestStores
let world: World
let session: { readonly cookie: string; readonly formToken: string }
beforeAll(async () => {
  stores = await openTestStores()
  world = await seedWorld(stores, 'public')
  session = await seedSession(stores, world.users.admin)
})

/** All that an answer says, to people and to programs. */
async function wordsOf(response: Response): Promise<string> {
  return `${JSON.stringify([...response.headers])} ${await response.text()}`
}

describe('a server that was told its address', () => {
  it.each([...ROUTES, ...PAGE_ROUTES].filter((name) => name.startsWith('GET ')))(
    'says nothing of the host that a client names: %s',
    async (name) => {
      const app = await openTestApp({ stores, origin: EVIL })
      for (const path of pathsIn(world, name).paths)
        for (const who of [
          { token: world.secrets.admin },
          { headers: { Cookie: session.cookie, Accept: 'text/html' } },
        ])
          expect(await wordsOf(await app.ask(path, who))).not.toContain('evil')
    },
  )

  it('takes no form that a page of such a host sends', async () => {
    const app = await openTestApp({ stores, origin: EVIL })
    const headers = { Cookie: session.cookie, 'Content-Type': 'application/x-www-form-urlencoded', Origin: EVIL }
    const body = new URLSearchParams({ form_token: session.formToken }).toString()
    expect((await app.ask('/sign-out', { method: 'POST', headers, body })).status).toBe(403)
  })
})

describe('a server that was not told its address', () => {
  it.each([...ROUTES, ...PAGE_ROUTES].filter((name) => !HEALTH.includes(name)))(
    'refuses to be whom a client says: %s',
    async (name) => {
      const app = await openTestApp({ stores, origin: EVIL, vars: UNKNOWN })
      const { method, paths } = pathsIn(world, name)
      for (const path of paths) {
        const response = await app.ask(path, { method, token: world.secrets.admin })
        expect([response.status, response.headers.get('Cache-Control')]).toEqual([503, 'no-store'])
        expect(await wordsOf(response)).not.toContain('evil')
      }
    },
  )

  it('says to programs and people what to do about it', async () => {
    const app = await openTestApp({ stores, origin: EVIL, vars: UNKNOWN })
    for (const path of ['/api/v1.1/me', '/', '/nothing/here'])
      expect(await (await app.ask(path, { headers: { Accept: 'text/html' } })).text()).toContain(
        'PUBLIC_ORIGIN is not set',
      )
  })

  it('runs, and says that it is not ready, and why', async () => {
    const app = await openTestApp({ stores, origin: EVIL, vars: UNKNOWN })
    expect((await app.ask('/healthz')).status).toBe(200)
    const ready = await app.ask('/readyz')
    expect([ready.status, await ready.json()]).toEqual([
      503,
      expect.objectContaining({ status: 'unavailable', problem: expect.stringContaining('PUBLIC_ORIGIN') }),
    ])
  })

  it.each([
    'http://localhost:8787',
    'http://127.0.0.1',
    'http://127.9.8.7:1',
    'http://[::1]:8787',
    'http://a.localhost',
  ])('is itself at %s, which nobody else can be', async (origin) => {
    const app = await openTestApp({ stores, origin, vars: UNKNOWN })
    const list = await app.ask(`/api/v1.1/project/${world.slug}/1/artifacts`, { token: world.secrets.admin })
    expect(await list.json()).toMatchObject([
      { url: expect.stringMatching(`^${origin.replace(/[[\]]/g, '\\$&')}/output/`) },
    ])
    expect((await app.ask('/readyz')).status).toBe(200)
  })

  it.each([
    'http://0.0.0.0',
    'http://192.168.1.7:8787',
    'http://localhost.evil.example',
    'http://127.0.0.1.evil.example',
    'http://evil-localhost',
    'http://localhost.',
    'http://[::ffff:127.0.0.1]',
    'http://builds.local',
  ])('is not at %s', async (origin) => {
    const app = await openTestApp({ stores, origin, vars: UNKNOWN })
    expect((await app.ask(`/${world.slug}.svg`)).status).toBe(503)
  })
})
