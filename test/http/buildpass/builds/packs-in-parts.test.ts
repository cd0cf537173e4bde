import { beforeAll, describe, expect, it } from 'vitest'
import { storedZip } from '../../../support/seed/zips.ts'
import { openTestApp, type TestApp } from '../../../support/worker/app.ts'
import { openTestStores } from '../../../support/worker/stores.ts'
import { seedWorld, type World } from '../../../support/worker/world.ts'

let app: TestApp
let world: World
let own: string

beforeAll(async () => {
  app = await openTestApp({ stores: await openTestStores() })
  world = await seedWorld(app.stores, 'private')
  own = `/api/buildpass/v1/projects/${world.slug}/builds/1`
})

const get = (path: string) => app.ask(path, { token: world.secrets.all })

describe('a pack in parts', () => {
  const send = (method: string, path: string, more: object = {}) =>
    app.ask(path, { method, token: world.secrets.member, ...more })

  async function sendWhole(zip: Uint8Array<ArrayBuffer>, path = 'parts', overwrite = false) {
    const begun = await send('POST', `${own}/uploads`, { json: { path, size: zip.length, pack: true, overwrite } })
    const { upload_id } = await begun.json<{ upload_id: string }>()
    const part = { body: zip, headers: { 'Content-Length': String(zip.length) } }
    expect((await send('PUT', `${own}/uploads/${upload_id}/1`, part)).status).toBe(200)
    return send('POST', `${own}/uploads/${upload_id}/complete`)
  }

  it('becomes one when it is complete, once', async () => {
    const zip = storedZip({ 'part.txt': 'in parts' })
    const completed = await sendWhole(zip)
    expect([completed.status, await completed.json()]).toEqual([
      201,
      { pack: expect.objectContaining({ name: 'parts', files: 1 }), skipped: [] },
    ])
    const { headers } = await get(`/output/job/${world.build.id}/artifacts/0/part.txt`)
    const to = new URL(headers.get('Location') ?? '')
    expect(await (await app.ask(to.pathname + to.search)).text()).toBe('in parts')
    expect((await sendWhole(zip)).status).toBe(200)
  })

  it('that is sent again counts before what came after it, where that is said', async () => {
    const textOf = async (path: string) => {
      const { headers } = await get(`/output/job/${world.build.id}/artifacts/0/${path}`)
      const to = new URL(headers.get('Location') ?? '')
      return (await app.ask(to.pathname + to.search)).text()
    }
    const zip = storedZip({ 'again.txt': 'first' })
    await sendWhole(zip, 'again')
    expect((await sendWhole(storedZip({ 'again.txt': 'second' }), 'after', true)).status).toBe(201)
    expect(await textOf('again.txt')).toBe('second')
    expect((await sendWhole(zip, 'again', true)).status).toBe(200)
    expect(await textOf('again.txt')).toBe('first')
  })

  it('that is no zip is refused when it is complete, and gone', async () => {
    const refused = await sendWhole(Uint8Array.from(new TextEncoder().encode('x'.repeat(100))), 'none')
    expect([refused.status, await refused.json()]).toEqual([400, expect.objectContaining({ code: 'invalid_input' })])
    const { items } = await (await get(`${own}/packs`)).json<{ items: { name: string }[] }>()
    expect(items.map(({ name }) => name)).toEqual(['after', 'again', 'parts'])
  })

  it('has a name by the rules of packs', async () => {
    const refused = await send('POST', `${own}/uploads`, { json: { path: 'a/b', size: 9, pack: true } })
    expect([refused.status, (await refused.json<{ message: string }>()).message]).toEqual([
      400,
      'path: must have letters, digits, ".", "_", "~" and "-" alone',
    ])
  })
})
