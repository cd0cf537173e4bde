import { beforeAll, describe, expect, it } from 'vitest'
import { ACCESS, type RouteName } from '../../../src/http/frame/access.ts'
import { PAGE_ROUTES, pathsIn, ROUTES } from '../../support/api/route-paths.ts'
import { seedSession } from '../../support/seed/seed.ts'
import { openTestApp } from '../../support/worker/app.ts'
import type { Ask } from '../../support/worker/client.ts'
import { openTestStores, type TestStores } from '../../support/worker/stores.ts'
import { seedWorld, type World } from '../../support/worker/world.ts'

let shared: World

beforeAll(async () => {
  shared = await seedWorld(await openTestStores(), 'private')
})

const outage = async () => {
  throw new Error('D1_ERROR: Network connection lost.')
}
const noKv = async () => null

/** A world of its own for what ends a part of it. */
async function worldFor(name: RouteName): Promise<World> {
  const isEnding = name.startsWith('DELETE')
  return isEnding ? seedWorld(await openTestStores(), 'private') : shared
}

async function statusOf(stores: TestStores, world: World, name: RouteName): Promise<number> {
  const { method, paths } = pathsIn(world, name)
  const app = await openTestApp({ stores })
  const token = ACCESS[name] === 'owner' ? world.secrets.owner : world.secrets.admin
  const options: Ask = { method, token, ...(method === 'GET' || method === 'DELETE' ? {} : { json: {} }) }
  const response = await app.ask(paths[0] ?? '', options)
  await response.arrayBuffer()
  return response.status
}

describe.each(ROUTES)('%s', (name) => {
  it('is never a bug nor a 401 when the database goes away, whenever that is', async () => {
    for (let goodTrips = 0; goodTrips < 5; goodTrips++) {
      const world = await worldFor(name)
      const stores = await openTestStores({ cacheApi: false, graceMs: 0 })
      let trips = 0
      stores.faults.kvGet = noKv
      stores.faults.beforeD1 = async () => {
        trips += 1
        if (trips > goodTrips) await outage()
      }
      const status = await statusOf(stores, world, name)
      expect(status, `after ${goodTrips} good round trips`).not.toBe(500)
      // Who asks with no token (a webhook) may be refused without a look.
      if (ACCESS[name] !== 'anyone') expect(status).not.toBe(401)
      if (goodTrips === 0 && ACCESS[name] !== 'anyone') expect(status).toBe(503)
      if (trips <= goodTrips) return
    }
  })

  it('answers the same while KV fails and there is no Cache API', async () => {
    const usual = await statusOf(await openTestStores(), await worldFor(name), name)
    const stores = await openTestStores({ cacheApi: false })
    stores.faults.kvGet = () => Promise.reject(new Error('KV GET failed: 503 Service Unavailable'))
    stores.faults.kvPut = () => Promise.reject(new Error('KV PUT failed: 503 Service Unavailable'))
    expect(await statusOf(stores, await worldFor(name), name)).toBe(usual)
    const cut = await openTestStores()
    cut.faults.cacheMatch = () => Promise.reject(new Error('Internal error'))
    expect(await statusOf(cut, await worldFor(name), name)).toBe(usual)
  })
})

describe.each(PAGE_ROUTES)('the page %s', (name) => {
  it('is never a bug when the database goes away, whenever that is', async () => {
    for (let goodTrips = 0; goodTrips < 5; goodTrips++) {
      const world = name.startsWith('POST') ? await seedWorld(await openTestStores(), 'private') : shared
      const session = await seedSession(await openTestStores(), world.users.admin)
      const stores = await openTestStores({ cacheApi: false, graceMs: 0 })
      let trips = 0
      stores.faults.beforeD1 = async () => {
        trips += 1
        if (trips > goodTrips) await outage()
      }
      const { method, paths } = pathsIn(world, name)
      const app = await openTestApp({ stores })
      const response = await app.ask(paths[0] ?? '', {
        method,
        headers: { Cookie: session.cookie, Origin: 'https://builds.test' },
        ...(method === 'GET' ? {} : { body: new URLSearchParams({ form_token: session.formToken }) }),
      })
      expect(response.status, `after ${goodTrips} good round trips`).not.toBe(500)
      if (trips <= goodTrips) return
    }
  })
})
