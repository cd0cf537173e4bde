import { beforeAll, describe, expect, it } from 'vitest'
import type { ApiRouteName } from '../../../scripts/openapi/route-doc.ts'
import { ROUTE_DOCS } from '../../../scripts/openapi/routes.ts'
import { isServerFault } from '../../../src/domain/request-counts.ts'
import { ACCESS, type PageName, type RouteName } from '../../../src/http/frame/access.ts'
import { PAGE_ROUTES, pathsIn, ROUTES } from '../../support/api/route-paths.ts'
import { seedSession } from '../../support/seed/seed.ts'
import { openTestApp } from '../../support/worker/app.ts'
import { ORIGIN } from '../../support/worker/client.ts'
import { openTestStores, type TestStores } from '../../support/worker/stores.ts'
import { seedWorld, type World } from '../../support/worker/world.ts'

let world: World
let stores: TestStores
beforeAll(async () => {
  stores = await openTestStores()
  world = await seedWorld(stores, 'private')
})

const KIB = 1024
const PARTS = 'PUT /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/uploads/:upload/:part'
const LOG = 'PUT /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/steps/:step/log'
const ARTIFACT = 'PUT /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/artifacts/:path{.+}'
const PACK = 'PUT /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/packs/:name'
// Of what is deleted, no body is read.
const WRITES = [...ROUTES, ...PAGE_ROUTES].filter((name) => /^(POST|PUT|PATCH) /.test(name))
const WITH_BODY = WRITES.filter((name) => isForm(name) || (name in ROUTE_DOCS && ROUTE_DOCS[name as ApiRouteName].body))

function isForm(name: RouteName | PageName): name is PageName {
  return !(name in ACCESS)
}

type Sent = { readonly body: ReadableStream<Uint8Array>; readonly headers?: Record<string, string>; token?: string }

/** One write as whoever may do it; with the parts of a path there that the route looks for before it reads. */
async function write(name: RouteName | PageName, { body, headers = {}, token }: Sent): Promise<Response> {
  const app = await openTestApp({ stores })
  const { method, paths } = pathsIn(world, name)
  const needs = isForm(name) ? 'session' : ACCESS[name]
  const session = isForm(name) ? await seedSession(stores, world.users.admin) : null
  return app.ask(await pathOf(name, paths[0] ?? ''), {
    method,
    token: session
      ? null
      : (token ?? (needs === 'owner' || name.includes('/orgs/') ? world.secrets.owner : world.secrets.admin)),
    headers: {
      ...(session
        ? { Cookie: session.cookie, Origin: ORIGIN, 'Content-Type': 'application/x-www-form-urlencoded' }
        : { 'Content-Type': 'application/json' }),
      ...headers,
    },
    body,
  })
}

async function pathOf(name: RouteName | PageName, path: string): Promise<string> {
  switch (name) {
    case PARTS:
      return partPath()
    case LOG:
      return `${path}?offset=0`
    default:
      return path
  }
}

async function partPath(): Promise<string> {
  const app = await openTestApp({ stores })
  const begun = await app.ask(`/api/buildpass/v1/projects/${world.slug}/builds/1/uploads`, {
    method: 'POST',
    token: world.secrets.admin,
    json: { path: `parts-${crypto.randomUUID()}`, size: 9 * KIB * KIB },
  })
  const { upload_id } = (await begun.json()) as { upload_id: string }
  return `/api/buildpass/v1/projects/${world.slug}/builds/1/uploads/${upload_id}/1`
}

/** What is left of a body whose client went away, as workerd tells it. */
function brokenOff(bytes = 'ha'): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start: (controller) => controller.enqueue(new TextEncoder().encode(bytes)),
    pull: (controller) => controller.error(new Error('Network connection lost.')),
  })
}

/** So many bytes, and how many of them were taken. */
function longBody(bytes: number): { readonly body: ReadableStream<Uint8Array>; readonly taken: () => number } {
  let given = 0
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const chunk = new Uint8Array(Math.min(64 * KIB, bytes - given)).fill(0x78)
      given += chunk.length
      controller.enqueue(chunk)
      if (given >= bytes) controller.close()
    },
  })
  return { body, taken: () => given }
}

/** A length for those that must be told one. */
function lengthFor(name: string): Record<string, string> {
  if (name === PARTS) return { 'Content-Length': String(8 * KIB * KIB) }
  return name === ARTIFACT || name === PACK ? { 'Content-Length': '100' } : {}
}

describe.each(WRITES)('%s', (name) => {
  it('answers a body that its client broke off with 499 or a refusal, and tells the log of no fault', async () => {
    const before = stores.warnings.length
    const response = await write(name, { body: brokenOff(), headers: lengthFor(name) })
    expect([response.status, isServerFault(response.status)]).toEqual([response.status, false])
    if (WITH_BODY.includes(name)) expect(response.status).toBe(499)
    expect(stores.warnings.slice(before)).toEqual([])
  })
})

describe.each(WITH_BODY.filter((name) => name !== ARTIFACT && name !== PACK && name !== PARTS))('%s', (name) => {
  it.each([
    ['in chunks, without a length', {}],
    ['with a length that lies', { 'Content-Length': '10' }],
  ])('answers a body over its limit with 413, sent %s', async (_how, headers) => {
    const { body, taken } = longBody(17 * KIB * KIB)
    expect((await write(name, { body, headers })).status).toBe(413)
    // An answer that comes while the client still sends is lost on its way.
    expect(taken()).toBe(17 * KIB * KIB)
  })
})

describe('what is refused before its body is read', () => {
  it.each(WITH_BODY.filter((name) => !isForm(name) && ACCESS[name] !== 'anyone'))(
    '%s takes the rest of the body first, so that the client reads why',
    async (name) => {
      const { body, taken } = longBody(3 * KIB * KIB)
      const response = await write(name, { body, token: world.secrets.unknown ?? '', headers: lengthFor(name) })
      expect([response.status, taken()]).toEqual([401, 3 * KIB * KIB])
    },
  )

  it('takes no more than 32 MiB of it', async () => {
    const { body, taken } = longBody(64 * KIB * KIB)
    const response = await write(ARTIFACT, {
      body,
      token: world.secrets.unknown ?? '',
      headers: { 'Content-Length': String(64 * KIB * KIB) },
    })
    expect(response.status).toBe(401)
    expect(taken()).toBeLessThan(34 * KIB * KIB)
  })
})

describe('a body that came in whole, to a store that fails', () => {
  it.each([ARTIFACT, PARTS] as const)('%s is 503, and the log says why', async (name) => {
    const lost = () => Promise.reject(new Error('Network connection lost.'))
    const failing = {
      ...stores,
      artifacts: { ...bucketOf(stores), put: lost, resumeMultipartUpload: () => ({ uploadPart: lost }) },
    }
    const app = await openTestApp({ stores: failing as unknown as TestStores })
    const path = name === PARTS ? await partPath() : (pathsIn(world, name).paths[0] ?? '')
    const size = name === PARTS ? 8 * KIB * KIB : 100
    const before = stores.warnings.length
    const response = await app.ask(`${path}?overwrite=true`, {
      method: 'PUT',
      token: world.secrets.admin,
      body: longBody(size).body,
      headers: { 'Content-Length': String(size) },
    })
    expect(response.status).toBe(503)
    expect(stores.warnings.slice(before)).toEqual(['artifacts_unreachable'])
  })
})

function bucketOf({ artifacts }: TestStores): Record<string, unknown> {
  return { delete: (key: string) => artifacts.delete(key), head: (key: string) => artifacts.head(key) }
}
