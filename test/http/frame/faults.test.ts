import { beforeAll, describe, expect, it } from 'vitest'
import { ACCESS, type RouteName } from '../../../src/http/frame/access.ts'
import { artifacts, audit, builds, tokens } from '../../../src/storage/schema/schema.ts'
import { PAGE_ROUTES, pathsIn, ROUTES } from '../../support/api/route-paths.ts'
import { seedSession } from '../../support/seed/seed.ts'
import { openTestApp } from '../../support/worker/app.ts'
import type { Ask } from '../../support/worker/client.ts'
import { hang } from '../../support/worker/counted.ts'
import { openTestStores, type TestStores } from '../../support/worker/stores.ts'
import { runUpkeepOf } from '../../support/worker/upkeep.ts'
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

it('a KV and a cache that hang hold a read up, and no longer than their time-boxes', async () => {
  const stores = await openTestStores()
  const app = await openTestApp({ stores })
  Object.assign(stores.faults, { kvGet: hang, cacheMatch: hang })
  const startedAt = Date.now()
  const response = await app.ask(`/${shared.slug}.svg`, { token: shared.secrets.status })
  expect(response.status).toBe(200)
  expect(Date.now() - startedAt).toBeLessThan(2_000)
})

describe('bytes that stop coming out of the bucket', () => {
  it('end the download as broken, not as complete', async () => {
    const app = await openTestApp()
    const listed = `/api/v1.1/project/${shared.slug}/1/artifacts/0/out/report.txt`
    const redirect = await app.ask(listed, { token: shared.secrets.all })
    const { pathname } = new URL(redirect.headers.get('Location') ?? '')
    const broken = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(new TextEncoder().encode('he')),
      pull: (controller) => controller.error(new Error('Network connection lost.')),
    })
    Object.assign(app.stores, { artifacts: { get: async () => ({ body: broken }) } })
    const response = await app.ask(pathname)
    expect(response.status).toBe(200)
    expect(response.headers.get('ETag')).not.toBeNull()
    await expect(response.arrayBuffer()).rejects.toThrow()
  })
})

describe('an upload whose client goes away in the middle', () => {
  it('leaves what was there before, and no row where there was none', async () => {
    const app = await openTestApp()
    const path = (name: string) => `/api/buildpass/v1/projects/${shared.slug}/builds/1/artifacts/${name}`
    const put = (name: string, body: BodyInit, length: number) =>
      app.ask(`${path(name)}?overwrite=true`, {
        method: 'PUT',
        token: shared.secrets.member,
        body,
        headers: { 'Content-Length': String(length) },
      })
    expect((await put('kept.txt', 'whole', 5)).status).toBe(201)
    for (const name of ['kept.txt', 'new.txt']) {
      const cut = new ReadableStream<Uint8Array>({
        start: (controller) => controller.enqueue(new TextEncoder().encode('ha')),
        pull: (controller) => controller.error(new Error('the client is gone')),
      })
      const status = await put(name, cut, 5).then(
        (response) => response.status,
        () => 'no answer',
      )
      expect(status).not.toBe(201)
    }
    const listed = await app.ask(`/api/v1.1/project/${shared.slug}/1/artifacts`, { token: shared.secrets.all })
    const kept = (await listed.json()) as { path: string }[]
    expect(kept.map((artifact) => artifact.path)).not.toContain('new.txt')
    const redirect = await app.ask(`/api/v1.1/project/${shared.slug}/1/artifacts/0/kept.txt`, {
      token: shared.secrets.all,
    })
    const bytes = await app.ask(new URL(redirect.headers.get('Location') ?? '').pathname)
    expect(await bytes.text()).toBe('whole')
  })
})

it('the cron run twice at once, and again, changes nothing the second time', async () => {
  const stores = await openTestStores()
  await Promise.all([runUpkeepOf(stores), runUpkeepOf(stores)])
  const rowsOf = () => Promise.all([tokens, builds, artifacts, audit].map((table) => stores.db.$count(table)))
  const before = await rowsOf()
  await runUpkeepOf(stores)
  expect(await rowsOf()).toEqual(before)
  expect(stores.warnings).toEqual([])
  const app = await openTestApp({ stores })
  expect((await app.ask(`/${shared.slug}.svg`, { token: shared.secrets.status })).status).toBe(200)
})
