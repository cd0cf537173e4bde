import { beforeAll, describe, expect, it } from 'vitest'
import { openTestApp } from '../../support/worker/app.ts'
import { hang } from '../../support/worker/counted.ts'
import { openTestStores } from '../../support/worker/stores.ts'
import { seedWorld, type World } from '../../support/worker/world.ts'

let shared: World

beforeAll(async () => {
  shared = await seedWorld(await openTestStores(), 'private')
})

it('a KV and a cache that hang hold a read up, and no longer than their time-boxes', async () => {
  const stores = await openTestStores()
  const app = await openTestApp({ stores })
  Object.assign(stores.faults, { kvGet: hang, cacheMatch: hang })
  const startedAt = Date.now()
  const response = await app.ask(`/${shared.slug}.svg`, { token: shared.secrets.status })
  expect(response.status).toBe(200)
  expect(Date.now() - startedAt).toBeLessThan(10_000)
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
