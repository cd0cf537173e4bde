import { beforeAll, describe, expect, it } from 'vitest'
import ZIPS from '../../../fixtures/zips/zips.json'
import { openTestApp, type TestApp } from '../../../support/worker/app.ts'
import { openTestStores } from '../../../support/worker/stores.ts'
import { seedWorld, type World } from '../../../support/worker/world.ts'

const NOISE = Uint8Array.from({ length: 3_000 }, (_, i) => (i * i * 7 + i) % 251)
const TREE: Readonly<Record<string, string | Uint8Array>> = {
  'empty.txt': '',
  'index.html': '<!doctype html><link rel=stylesheet href=sub/app.css><h1>report</h1>\n',
  'noise.bin': NOISE,
  'sub/app.css': 'h1 { color: green }\n'.repeat(40),
  'sub/deep/naïve 日本.txt': 'unicode\n',
}

let app: TestApp
let world: World

beforeAll(async () => {
  app = await openTestApp({ stores: await openTestStores() })
  world = await seedWorld(app.stores, 'private')
})

const bytesOf = (content: string | Uint8Array) =>
  typeof content === 'string' ? Uint8Array.from(new TextEncoder().encode(content)) : content

// The same tree, zipped by each tool: test/fixtures/zips/README.md.
describe('a zip by', () => {
  it.each(Object.entries(ZIPS))('%s gives each file as it was', async (_, text) => {
    const zip = Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0))
    const own = `/api/buildpass/v1/projects/${world.slug}/builds/1`
    const response = await app.ask(`${own}/packs/real?overwrite=true&node_index=1`, {
      method: 'PUT',
      token: world.secrets.member,
      body: zip,
      headers: { 'Content-Length': String(zip.length) },
    })
    expect(await response.json()).toMatchObject({ pack: { files: 5 }, skipped: [] })
    for (const [path, content] of Object.entries(TREE)) {
      const link = await app.ask(`/output/job/${world.build.id}/artifacts/1/${encodeURI(path)}`, {
        token: world.secrets.all,
      })
      const bytes = await app.ask(new URL(link.headers.get('Location') ?? '').pathname)
      expect(new Uint8Array(await bytes.arrayBuffer()), path).toEqual(bytesOf(content))
    }
  })
})
