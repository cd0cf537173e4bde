import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { parseSecret } from '../../../../src/domain/access/secret.ts'
import { hashSecret } from '../../../../src/domain/access/secret-hash.ts'
import { kvKeyFor } from '../../../../src/storage/edge/grants.ts'
import { seedToken } from '../../../support/seed/seed.ts'
import { openTestApp, type TestApp } from '../../../support/worker/app.ts'
import { type Ask, ask, askJson } from '../../../support/worker/client.ts'
import { openTestStores, type TestStores } from '../../../support/worker/stores.ts'
import { seedWorld, type World } from '../../../support/worker/world.ts'

let stores: TestStores
let world: World
let project: string

beforeAll(async () => {
  stores = await openTestStores()
  world = await seedWorld(stores, 'private')
  project = `/api/v1.1/project/${world.slug}`
})

const MINE = '/api/v1.1/user/token'
const HOME = { 'CF-Connecting-IP': '192.0.2.7' }
const AWAY = { 'CF-Connecting-IP': '203.0.113.7' }
const asAdmin = (over: Ask = {}): Ask => ({ token: world.secrets.admin, ...over })
const make = (path: string, json: object, over: Ask = {}) =>
  ask(path, asAdmin({ method: 'POST', json: { label: 'limited', ...json }, ...over }))
const made = async (path: string, json: object, over: Ask = {}) => {
  const response = await make(path, json, over)
  expect(response.status).toBe(201)
  return response.json<{ id: string; token: string; limits: object | null }>()
}
const statusOf = async (path: string, token: string, headers = HOME) => (await ask(path, { token, headers })).status

describe('a token with limits', () => {
  it('is shown with them: when it is made, in the list, where it describes itself, and in the header', async () => {
    const limits = { access: 'read', cidrs: ['192.0.2.0/24'], not_before: '2020-01-01T00:00:00.000Z' }
    const { id, token, limits: said } = await made(MINE, { limits: { ...limits, cidrs: ['192.0.2.99/24'] } })
    expect(said).toEqual(limits)
    const list = await askJson(MINE, asAdmin())
    expect(list).toContainEqual(expect.objectContaining({ id, limits }))
    expect(await askJson('/api/buildpass/v1/token', { token, headers: HOME })).toMatchObject({
      kind: 'personal',
      limits,
    })
    const { headers } = await ask(project, { token, headers: HOME })
    expect(headers.get('X-CircleCI-Scopes')).toBe('view-builds, status, access:read, cidrs, not_before')
  })

  it('has none where none are written', async () => {
    for (const limits of [undefined, null]) expect((await made(MINE, { limits })).limits).toBeNull()
  })

  it('passes them on when it is rotated', async () => {
    const { id, limits } = await made(`${project}/token`, { scope: 'status', limits: { only: 'badges' } })
    const successor = await made(`${project}/token/${id}/rotate`, {}, { json: {} })
    expect(successor.limits).toEqual(limits)
    expect(await statusOf(`/${world.slug}.svg`, successor.token)).toBe(200)
    expect(await statusOf(project, successor.token)).toBe(403)
  })

  it('tells of them in the audit log', async () => {
    const { id } = await made(`${project}/token`, { scope: 'status', limits: { only: 'badges' } })
    const { items } = await askJson(`/api/buildpass/v1/projects/${world.slug}/audit`, asAdmin())
    const entry = items.find(({ subject }: { subject: string }) => subject === id)
    expect(entry).toMatchObject({ action: 'token.created', detail: { limits: '{"only":"badges"}' } })
  })
})

describe('limits that break a rule', () => {
  const personal: [object | string | number, string][] = [
    ['read', 'limits'],
    [[], 'limits: must be an object'],
    [[{ access: 'read' }], 'limits: must be an object'],
    [{}, 'limits: must name a limit'],
    [{ access: 'most' }, 'limits.access: must be one of admin, write, read'],
    [{ only: 'badges' }, 'limits.only'],
    [{ branches: ['main'] }, 'limits.branches'],
    [{ paths: ['a'] }, 'limits.paths'],
    [{ cidrs: '10.0.0.0/8' }, 'limits.cidrs: must be a list of 1 to 20 networks'],
    [{ cidrs: [] }, 'limits.cidrs: must be a list of 1 to 20 networks'],
    [{ cidrs: Array(21).fill('10.0.0.0/8') }, 'limits.cidrs: must be a list of 1 to 20 networks'],
    [
      { cidrs: ['10.0.0.0/8', 'home'] },
      'limits.cidrs.1: must be a network like 10.0.0.0/8 or 2001:db8::/32, or an address',
    ],
    [{ not_before: 'tomorrow' }, 'limits.not_before: must be a time'],
  ]
  it.each(personal)('are refused for a personal token: %j', async (limits, said) => {
    const before = await askJson(MINE, asAdmin())
    const response = await make(MINE, { limits })
    expect([response.status, (await response.json<{ message: string }>()).message]).toEqual([
      400,
      expect.stringContaining(said),
    ])
    expect(await askJson(MINE, asAdmin())).toEqual(before)
  })

  it.each<[object, string]>([
    [{ scope: 'all', limits: { only: 'badges' } }, 'limits: only needs the scope status'],
    [{ scope: 'status', limits: { paths: ['a'] } }, 'limits: paths needs the scope view-builds or all'],
    [{ scope: 'all', limits: { branches: [] } }, 'limits.branches: must be a list of 1 to 10 patterns'],
    [{ scope: 'all', limits: { branches: 'main' } }, 'limits.branches: must be a list of 1 to 10 patterns'],
    [
      { scope: 'all', limits: { branches: Array(11).fill('a') } },
      'limits.branches: must be a list of 1 to 10 patterns',
    ],
    [{ scope: 'all', limits: { branches: ['main', ''] } }, 'limits.branches.1: must not be empty'],
    [{ scope: 'all', limits: { branches: [7] } }, 'limits.branches.0: must be a pattern like release/*'],
    [{ scope: 'all', limits: { paths: ['a/**/b'] } }, 'limits.paths.0: must have one "*", or end with a folder'],
    [{ scope: 'status', limits: { only: 'feeds' } }, 'limits.only: must be "badges"'],
    [{ scope: 'status', limits: { access: 'read' } }, 'limits.access'],
    [
      { scope: 'all', limits: { not_before: '2999-01-02T00:00:00Z' }, expires_at: '2999-01-01T00:00:00Z' },
      'limits: not_before must be before expires_at',
    ],
  ])('are refused for a project token: %j', async (json, said) => {
    const response = await make(`${project}/token`, json)
    expect([response.status, (await response.json<{ message: string }>()).message]).toEqual([
      400,
      expect.stringContaining(said),
    ])
  })
})

describe('what a limited token makes', () => {
  it('is no wider than itself', async () => {
    const { token } = await made(MINE, { limits: { access: 'admin', cidrs: ['192.0.2.0/24'] } })
    const by = { token, headers: HOME }
    for (const [path, more] of [
      [MINE, {}],
      [`${project}/token`, { scope: 'all' }],
    ] as const) {
      for (const limits of [undefined, { cidrs: ['192.0.0.0/16'] }, { cidrs: ['192.0.2.0/25', '2001:db8::/32'] }]) {
        const refused = await make(path, { ...more, limits }, by)
        expect([refused.status, await refused.json()]).toEqual([
          400,
          expect.objectContaining({ message: 'limits.cidrs: must not be wider than that of the token that asks' }),
        ])
      }
      await made(path, { ...more, limits: { cidrs: ['192.0.2.0/25'] } }, by)
    }
  })

  it('is not the successor of a wider one', async () => {
    const wide = await made(MINE, {})
    const ofProject = await made(`${project}/token`, { scope: 'all' })
    const { id, token } = await made(MINE, { limits: { cidrs: ['192.0.2.0/24'] } })
    const rotate = (path: string) => ask(`${path}/rotate`, { method: 'POST', json: {}, token, headers: HOME })
    for (const path of [`${MINE}/${wide.id}`, `${project}/token/${ofProject.id}`]) {
      const refused = await rotate(path)
      expect([refused.status, await refused.json()]).toEqual([
        403,
        { message: 'That token opens more than the one that asks.', code: 'permission_denied' },
      ])
    }
    expect((await rotate(`${MINE}/${id}`)).status).toBe(201)
  })
})

describe('a token for some networks', () => {
  it('is as unknown as any from elsewhere, and that is noted', async () => {
    const { id, token } = await made(`${project}/token`, { scope: 'all', limits: { cidrs: ['192.0.2.0/24'] } })
    expect(await statusOf(project, token)).toBe(200)
    const away = await ask(project, { token, headers: AWAY })
    const unknown = await ask(project, { token: world.secrets.unknown, headers: AWAY })
    expect(away.status).toBe(401)
    const told = (response: Response) =>
      [...response.headers].filter(([name]) => name !== 'x-request-id' && name !== 'cf-ray')
    expect(told(away)).toEqual(told(unknown))
    expect(await away.text()).toBe(await unknown.text())
    const noted = async () => {
      const { items } = await askJson(`/api/buildpass/v1/projects/${world.slug}/audit`, asAdmin())
      return items.filter(
        ({ action, subject }: Record<string, string>) => action === 'token.refused_by_network' && subject === id,
      )
    }
    await expect.poll(noted).toMatchObject([{ from: '203.0.113.7' }])
  })

  it('is as unknown when it has expired, too', async () => {
    const limits = { cidrs: ['192.0.2.0/24'] }
    const seed = { kind: 'project', project: world.project, scope: 'all', limits, expiresAt: Date.now() - 1 } as const
    const { secret } = await seedToken(stores, seed)
    const codes = []
    for (const headers of [HOME, AWAY]) codes.push((await askJson(project, { token: secret, headers })).code)
    expect(codes).toEqual(['expired_token', 'invalid_token'])
  })

  it('is counted against whoever tries it, and refused like an unknown one when that is too much', async () => {
    let left = 2
    const unknownTokens = { limit: async () => ({ success: left-- > 0 }) }
    const app = await openTestApp({ stores: await openTestStores({ beside: stores }), limits: { unknownTokens } })
    const statusFrom = async (headers: Record<string, string>) => {
      const { secret } = await seedToken(stores, {
        ...{ kind: 'project', project: world.project, scope: 'all', limits: { cidrs: ['192.0.2.0/24'] } },
      })
      return (await app.ask(project, { token: secret, headers })).status
    }
    const statuses = []
    for (let i = 0; i < 4; i++) statuses.push(await statusFrom(AWAY))
    expect(statuses).toEqual([401, 401, 401, 429])
    expect(await statusFrom(HOME)).toBe(200)
  })

  it('is looked at for each badge, also where memory has the answer', async () => {
    const app: TestApp = await openTestApp({ stores: await openTestStores({ beside: stores }) })
    const { token } = await made(`${project}/token`, { scope: 'status', limits: { cidrs: ['192.0.2.0/24'] } })
    const badge = async (headers: Record<string, string>) =>
      (await app.ask(`/${world.slug}.svg`, { token, headers })).status
    expect([await badge(HOME), await badge(HOME), await badge(AWAY), await badge(HOME)]).toEqual([200, 200, 401, 200])
  })
})

it('a token before its first day says when that is', async () => {
  const { token } = await made(MINE, { limits: { not_before: '2999-01-01T00:00:00Z' } })
  const early = await ask(project, { token })
  expect([early.status, await early.json()]).toEqual([
    401,
    { message: 'API token is not valid before 2999-01-01T00:00:00.000Z.', code: 'early_token' },
  ])
  expect(early.headers.get('WWW-Authenticate')).toContain('invalid_token')
})

it('a token with limits is nothing to a version that knows none: neither the database nor KV has it under its old name', async () => {
  const { token } = await seedToken(stores, {
    ...{ kind: 'project', project: world.project, scope: 'all', limits: { cidrs: ['192.0.2.0/24'] } },
  }).then(({ secret }) => ({ token: secret }))
  expect(await statusOf(project, token)).toBe(200)
  const [hash] = await hashSecret(stores.peppers, parseSecret(token) as NonNullable<ReturnType<typeof parseSecret>>)
  const rows = await env.DB.prepare('select hash from tokens where hash in (?1, ?2)').bind(hash, `${hash}~`).all()
  expect(rows.results).toEqual([{ hash: `${hash}~` }])
  expect(kvKeyFor(hash)).toMatch(/^grant:2:/)
  expect(await env.KV.get(`grant:1:${hash}`)).toBeNull()
})

describe('a token near its end', () => {
  const DAY = 86_400_000
  const toldOf = async (expiresAt: number | null, path = project, over: Ask = {}) => {
    const { secret } = await seedToken(stores, { kind: 'project', project: world.project, scope: 'all', expiresAt })
    return (await ask(path, { token: secret, ...over })).headers.get('Buildpass-Token-Expires')
  }

  it('is told when that is, in its last 30 days', async () => {
    const at = Date.now() + 29 * DAY
    expect(await toldOf(at)).toBe(new Date(at).toISOString())
    expect(await toldOf(at, `/${world.slug}.svg`)).toBe(new Date(at).toISOString())
    // Also where it is refused, and where there is nothing.
    expect(await toldOf(at, `${project}/token`)).toBe(new Date(at).toISOString())
    expect(await toldOf(at, `${project}/999999`)).toBe(new Date(at).toISOString())
    expect([await toldOf(Date.now() + 31 * DAY), await toldOf(null)]).toEqual([null, null])
  })

  it('is not told of in an answer that a cache may keep for others', async () => {
    const open = await seedWorld(stores, 'public')
    const at = Date.now() + DAY
    const { secret } = await seedToken(stores, { kind: 'project', project: open.project, scope: 'all', expiresAt: at })
    const badge = await ask(`/${open.slug}.svg`, { token: secret })
    expect(badge.headers.get('Cache-Control')).toMatch(/^public/)
    expect(badge.headers.get('Buildpass-Token-Expires')).toBeNull()
  })
})
