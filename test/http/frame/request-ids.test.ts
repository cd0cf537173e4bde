import { createExecutionContext, createMessageBatch, getQueueResult } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import worker from '../../../src/index.ts'
import { PAGE_ROUTES, pathsIn, ROUTES } from '../../support/api/route-paths.ts'
import { seedSession } from '../../support/seed/seed.ts'
import { openTestApp } from '../../support/worker/app.ts'
import { ask } from '../../support/worker/client.ts'
import { openTestStores } from '../../support/worker/stores.ts'
import { seedWorld, type World } from '../../support/worker/world.ts'

let world: World
beforeAll(async () => {
  world = await seedWorld(await openTestStores(), 'private')
})

type Line = { readonly event: string; readonly id: string; readonly route: string; readonly [more: string]: unknown }
let lines: Line[]

beforeEach(() => {
  lines = []
  const keep = (line: string) => void lines.push(JSON.parse(line))
  vi.spyOn(console, 'log').mockImplementation(keep)
  vi.spyOn(console, 'warn').mockImplementation(keep)
})
afterEach(() => vi.restoreAllMocks())

const MADE = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
/** As where nobody stands before the Worker. */
const NO_RAY = { headers: { 'CF-Ray': '' } }
const RAY = '9e3f6f1b0c7a4d21-AMS'

describe('every answer', () => {
  it.each([...ROUTES, ...PAGE_ROUTES])('to %s has the id of its request', async (name) => {
    const { method, paths } = pathsIn(world, name)
    for (const path of paths)
      for (const token of [null, world.secrets.member]) {
        const response = await ask(path, { method, token, headers: { 'CF-Ray': RAY } })
        expect(response.headers.get('X-Request-Id')).toBe(RAY)
      }
  })

  it.each(['/no/such/place', '/%', `/${'a'.repeat(9_000)}`])('to %.20s has it too', async (path) => {
    const response = await ask(path, NO_RAY)
    expect(response.headers.get('X-Request-Id')).toMatch(MADE)
  })

  it.each(['', 'x', RAY.toUpperCase(), `${RAY}\t"`, '9e3f6f1b0c7a4d21-AMS, 9e3f6f1b0c7a4d21-AMS', 'a'.repeat(500)])(
    'has an id of ours where CF-Ray is %j, which is no ray',
    async (ray) => {
      const response = await ask('/healthz', { headers: { 'CF-Ray': ray } })
      expect(response.headers.get('X-Request-Id')).toMatch(MADE)
    },
  )

  it('has another one each time', async () => {
    const ids = await Promise.all(
      Array.from({ length: 20 }, async () => (await ask('/healthz', NO_RAY)).headers.get('X-Request-Id')),
    )
    expect(new Set(ids).size).toBe(20)
  })

  it('to a preflight, a HEAD and a 304 has it', async () => {
    const badge = `/${world.slug}.svg`
    const asked = { token: world.secrets.status, headers: NO_RAY.headers }
    const whole = await ask(badge, asked)
    const answers = [
      await ask(badge, { ...asked, headers: { ...NO_RAY.headers, 'If-None-Match': whole.headers.get('ETag') ?? '' } }),
      await ask(badge, { ...asked, method: 'HEAD' }),
      await ask('/healthz', { ...NO_RAY, method: 'OPTIONS' }),
    ]
    expect(answers.map(({ status }) => status)).toEqual([304, 200, 204])
    for (const { headers } of answers) expect(headers.get('X-Request-Id')).toMatch(MADE)
  })
})

const ALL = { vars: { LOG_REQUESTS: 'all' } }

describe('every line of the log', () => {
  it('has the id, the route and the project of its request, and neither path nor secret', async () => {
    const app = await openTestApp(ALL)
    const path = `/api/v1.1/project/${world.slug}?circle-token=${world.secrets.all}`
    const response = await app.ask(path)
    const id = response.headers.get('X-Request-Id')
    const route = 'GET /api/v1.1/project/:vcs/:org/:repo'
    expect(lines).toEqual([
      {
        event: 'request',
        id,
        route,
        project: world.project.id,
        method: 'GET',
        status: 200,
        ms: 0,
        token: expect.any(String),
        tier: 'd1',
      },
    ])
    expect(JSON.stringify(lines)).not.toContain(world.secrets.all)
    expect(JSON.stringify(lines)).not.toContain(world.project.repo)
  })

  it('of a request that was refused names no project', async () => {
    await (await openTestApp(ALL)).ask(`/api/v1.1/project/${world.slug}`, { token: world.secrets.stranger })
    expect(lines).toMatchObject([{ status: 404, project: null }])
  })

  describe('of what nobody asked for', () => {
    const away = () => Promise.reject(new Error('D1_ERROR: Network connection lost.'))
    const unbound = { all: away, raw: away, run: away }
    const broken = {
      ...env,
      DB: { prepare: () => ({ bind: () => unbound, ...unbound }), batch: away },
      UPKEEP: { sendBatch: away },
    }
    type Entry = Parameters<typeof worker.queue>

    async function queue(body: object) {
      const message = { id: 'a message', timestamp: new Date(), attempts: 1, body }
      const batch = createMessageBatch('a queue', [message])
      const ctx = createExecutionContext()
      await worker.queue(batch as Entry[0], broken as unknown as Entry[1], ctx)
      return getQueueResult(batch, ctx)
    }

    it('names the message, the task and the project of a step of the upkeep', async () => {
      await queue({ task: 'retention', project: world.project.id })
      expect(lines.map(({ event }) => event)).toEqual(['daily_task_failed', 'upkeep_unrecorded'])
      for (const line of lines)
        expect(line).toMatchObject({ id: 'a message', route: 'upkeep retention', project: world.project.id })
    })

    it('names the message of a delivery, which comes again', async () => {
      const { retryMessages } = await queue({ id: 'a row of the outbox' })
      expect(lines).toMatchObject([{ event: 'bug', id: 'a message', route: 'message' }])
      expect(retryMessages).toMatchObject([{ msgId: 'a message' }])
    })

    it('names the run of the cron, which has failed', async () => {
      const run = worker.scheduled({} as ScheduledController, broken as unknown as Entry[1], createExecutionContext())
      await expect(run).rejects.toThrow('Network connection lost')
      expect(lines).toMatchObject([{ event: 'bug', id: expect.stringMatching(MADE), route: 'cron' }])
    })
  })
})

describe('which requests get a line', () => {
  const ordinary = async (LOG_REQUESTS: string, random: number) => {
    vi.spyOn(Math, 'random').mockReturnValue(random)
    const app = await openTestApp({ vars: { LOG_REQUESTS } })
    await app.ask('/healthz')
    await app.ask('/no/such/place')
    return lines.length
  }
  it.each([
    ['all', 0.99, 2],
    ['sampled', 0.11, 0],
    ['sampled', 0.09, 2],
    ['notable', 0.99, 1],
  ])('LOG_REQUESTS=%s, by a chance of %d: %d of an ordinary and a refused one', async (mode, random, count) => {
    expect(await ordinary(mode, random)).toBe(count)
  })

  it.each(['all', 'sampled', 'notable'])('LOG_REQUESTS=%s: always those that failed by our doing', async (mode) => {
    vi.spyOn(Math, 'random').mockReturnValue(0.99)
    const app = await openTestApp({ vars: { LOG_REQUESTS: mode } })
    app.stores.faults.beforeD1 = async () => {
      throw new Error('a bug')
    }
    const response = await app.ask('/api/v2/me', { token: world.secrets.member })
    expect(response.status).toBe(503)
    // In JSON too: who sees an answer often does not see its headers.
    expect(await response.json()).toEqual({
      message: expect.any(String),
      code: 'unavailable',
      request_id: response.headers.get('X-Request-Id'),
    })
    expect(lines.filter(({ event }) => event === 'request')).toMatchObject([{ status: 503 }])
  })
})

it('a bug is answered with internal_error and the id under which the log has the reason', async () => {
  const ctx = createExecutionContext()
  type Incoming = Parameters<typeof worker.fetch>[0]
  const request = new Request('https://builds.test/api/v2/me') as Incoming
  const response = await worker.fetch(request, { ...env, DOWNLOAD_KEY: '' }, ctx)
  const id = response.headers.get('X-Request-Id')
  const body = { message: 'Internal error', code: 'internal_error', request_id: id }
  expect([response.status, await response.json()]).toEqual([500, body])
  expect(lines).toMatchObject([{ event: 'bug', id }])
})

describe('an operator who is told of an error on a page', () => {
  it.for<[string, Error, number, string, string]>([
    ['a bug', new TypeError('x is not a function'), 500, 'bug', 'x is not a function'],
    [
      'an outage',
      new Error('D1_ERROR: Network connection lost.'),
      503,
      'database_unreachable',
      'Network connection lost.',
    ],
  ])(
    'finds the line with the reason of %s by the id that the page shows',
    async ([_what, fault, status, event, reason]) => {
      const stores = await openTestStores()
      const app = await openTestApp({ stores, vars: { LOG_REQUESTS: 'sampled' } })
      const session = await seedSession(stores, world.users.member)
      stores.faults.beforeD1 = async (sqls) => {
        if (sqls.some((sql) => sql.includes('from "builds"'))) throw fault
      }
      const response = await app.ask(`/${world.slug}/${world.build.num}`, { headers: { Cookie: session.cookie } })
      const page = await response.text()
      const [, id = ''] = /Request id: <code>([^<]+)<\/code>/.exec(page) ?? []
      expect([response.status, id]).toEqual([status, response.headers.get('X-Request-Id')])
      expect(page).not.toContain(reason)

      const found = lines.filter((line) => line.id === id)
      expect(found.map((line) => line.event)).toEqual([event, 'request'])
      expect(found[0]).toMatchObject({ route: 'GET /:vcs/:org/:repo/:num{[0-9]+}', project: world.project.id })
      expect(JSON.stringify(found[0])).toContain(reason)
    },
  )
})
