import { beforeEach, describe, expect, it } from 'vitest'
import { INSTANCE } from '../../../../src/domain/access/actor.ts'
import { slugText } from '../../../../src/domain/project.ts'
import type { RouteName } from '../../../../src/http/frame/access.ts'
import { KEPT } from '../../../../src/http/frame/answers/kept-answers.ts'
import { deleteProject } from '../../../../src/storage/projects/project-settings.ts'
import { pathsIn } from '../../../support/api/route-paths.ts'
import { seedProject, seedToken } from '../../../support/seed/seed.ts'
import { seedBuild } from '../../../support/seed/seed-builds.ts'
import { openTestApp, type TestApp } from '../../../support/worker/app.ts'
import { openTestStores, type TestStores } from '../../../support/worker/stores.ts'
import { ASKERS, seedWorld, type World } from '../../../support/worker/world.ts'

// Answers of lists and single things are kept for some seconds, as badges are.

const ROUTES = Object.keys(KEPT) as RouteName[]

let stores: TestStores
let app: TestApp
let world: World
let other: World
beforeEach(async () => {
  stores = await openTestStores()
  app = await openTestApp({ stores })
  world = await seedWorld(stores, 'private')
  other = await seedWorld(stores, 'public')
  stores.clock.advance(10)
})

const list = () => `/api/v1.1/project/${slugText(world.project)}`
const seen = async (path: string, token: string | null, from: TestApp = app) => {
  const response = await from.ask(path, { token, headers: { 'CF-Ray': '0123456789abcdef-TST' } })
  await from.stores.settled()
  return { status: response.status, headers: [...response.headers].sort(), body: await response.text() }
}
const numbersIn = ({ body }: { body: string }) =>
  (JSON.parse(body) as { build_num: number }[]).map(({ build_num }) => build_num)
const NOTHING = { get: () => undefined, set: () => {}, delete: () => {} }
/** Another isolate of the same data centre. */
const beside = async () => openTestApp({ stores: await openTestStores({ beside: stores }) })

describe('a kept answer', () => {
  it.each(ROUTES)('of %s costs no storage operation, and is the same to the byte', async (name) => {
    for (const path of pathsIn(world, name).paths) {
      const first = await seen(path, world.secrets.admin)
      expect([path, first.status]).toEqual([path, 200])
      stores.resetCounts()
      expect(await seen(path, world.secrets.admin)).toEqual(first)
      const inUrl = `${path}${path.includes('?') ? '&' : '?'}circle-token=${world.secrets.admin}`
      expect(timeless(await seen(inUrl, null))).toBe(timeless(await seen(inUrl, null)))
      stores.resetCounts()
      const etag = new Map(first.headers).get('etag') ?? ''
      const again = await app.ask(path, { token: world.secrets.admin, headers: { 'If-None-Match': etag } })
      expect([path, again.status]).toEqual([path, 304])
      expect(stores.counts).toEqual({ d1: 0, kvGets: 0, kvPuts: 0, cacheMatches: 0, cachePuts: 0 })
    }
  })

  it('is of its own branch, though that is called what looks like a token in a query', async () => {
    for (const branch of ['a&', 'a&circle-token=b']) await seedBuild(stores, world.project, { branch })
    stores.clock.advance(10)
    const branches = async (path: string) => {
      const { body } = await seen(`${list()}${path}`, world.secrets.admin)
      return (JSON.parse(body) as { branch: string }[]).map(({ branch }) => branch)
    }
    expect(await branches('/tree/a&circle-token=b')).toEqual(['a&circle-token=b'])
    expect(await branches('/tree/a&')).toEqual(['a&'])
    const pipelines = async (branch: string) => {
      const path = `/api/v2/project/${slugText(world.project)}/pipeline?branch=${branch}`
      const { items } = JSON.parse((await seen(path, world.secrets.admin)).body) as { items: unknown[] }
      return items.length
    }
    await seedBuild(stores, world.project, { branch: 'a?' })
    stores.clock.advance(10)
    expect([await pipelines('a?'), await pipelines('a?circle-token=b')]).toEqual([1, 0])
  })

  it('is not shown where the clock went back since, nor is a badge', async () => {
    const now = stores.clock.now
    stores.clock.now += 900_000
    const badge = `/${slugText(world.project)}.json`
    await Promise.all([seen(list(), world.secrets.admin), seen(badge, world.secrets.admin)])
    stores.clock.now = now
    const { num } = await seedBuild(stores, world.project, { branch: 'main', status: 'failed' })
    expect(numbersIn(await seen(list(), world.secrets.admin))[0]).toBe(num)
    expect((await seen(badge, world.secrets.admin)).body).toContain('failing')
  })

  it('is for nobody who would not get just that: each asker gets what is made for them alone, whoever asked before', async () => {
    const askers = [
      ...ASKERS.map((asker) => [asker, world.secrets[asker]] as const),
      ['all of another project', other.secrets.all] as const,
    ]
    const alone = await openTestApp({
      stores: await openTestStores({ clock: stores.clock, cacheApi: false }),
      answers: { byQuestion: NOTHING, addresses: NOTHING },
    })
    let opened = 0
    for (const name of ROUTES) {
      const [path = ''] = pathsIn(world, name).paths
      for (const [asker, secret] of askers) {
        // Whoever comes with an expired token has a notice made.
        stores.clock.advance(1)
        const [shared, own] = [await seen(path, secret), await seen(path, secret, alone)]
        expect([path, asker, timeless(shared)]).toEqual([path, asker, timeless(own)])
        if (own.status === 200) opened += 1
      }
    }
    expect(opened).toBeGreaterThan(200)
  }, 60_000)

  it('is not for whoever asks for another form, nor under another token in the URL', async () => {
    const plain = await seen(list(), world.secrets.all)
    const pretty = await app.ask(list(), { token: world.secrets.all, headers: { Accept: 'text/plain' } })
    expect(await pretty.text()).not.toBe(plain.body)
    expect((await seen(`${list()}?circle-token=${world.secrets.status}`, null)).body).toBe(plain.body)
    expect((await seen(`${list()}?circle-token=${other.secrets.status}`, null)).status).toBe(404)
    expect((await seen(`${list()}?limit=0&circle-token=${world.secrets.status}`, null)).body).not.toBe(plain.body)
  })

  it('ends after 5 s, counted from when it was read, through the data centre too', async () => {
    expect(numbersIn(await seen(list(), world.secrets.status))).toEqual([1])
    const elsewhere = await openTestStores({ clock: stores.clock })
    await seedBuild(elsewhere, world.project)
    stores.clock.advance(4_000)
    const near = await beside()
    expect(numbersIn(await seen(list(), world.secrets.status))).toEqual([1])
    expect(numbersIn(await seen(list(), world.secrets.status, near))).toEqual([1])
    stores.clock.advance(1_000)
    expect(numbersIn(await seen(list(), world.secrets.status, near))).toEqual([2, 1])
    expect(numbersIn(await seen(list(), world.secrets.status))).toEqual([2, 1])
  })

  it('is dropped at once where something of its project changed, and in the data centre where nobody has it in memory', async () => {
    await seen(list(), world.secrets.status)
    await seen('/cc.xml', world.secrets.admin)
    const report = await app.ask(`/api/buildpass/v1/projects/${slugText(world.project)}/builds`, {
      method: 'POST',
      token: world.secrets.admin,
      json: {
        external_id: 'next',
        pipeline: { external_id: 'p2', branch: 'main', revision: 'f00d' },
        workflow: { external_id: 'w', name: 'w' },
        job: { name: 'test' },
        status: 'failed',
      },
    })
    expect(report.status).toBe(201)
    const near = await beside()
    expect(numbersIn(await seen(list(), world.secrets.status, near))).toEqual([2, 1])
    stores.clock.advance(1)
    expect(numbersIn(await seen(list(), world.secrets.status))).toEqual([2, 1])
    expect((await seen('/cc.xml', world.secrets.admin)).body).toContain('lastBuildStatus="Failure"')
  })

  it('is not made of an address so long that nobody asks it twice', async () => {
    const asked = async (length: number) => {
      const path = `${list()}?x=`.padEnd(length, 'x')
      await seen(path, world.secrets.status)
      stores.resetCounts()
      await seen(path, world.secrets.status)
      return stores.counts.d1
    }
    expect([await asked(1_000), await asked(1_001)]).toEqual([0, 1])
  })

  it('of one project outlives a change of another', async () => {
    await seen(list(), world.secrets.status)
    await app.ask(`/api/v1.1/project/${slugText(other.project)}/follow`, { method: 'POST', token: other.secrets.admin })
    stores.clock.advance(1)
    stores.resetCounts()
    await seen(list(), world.secrets.status)
    expect(stores.counts.d1).toBe(0)
  })

  it.each(['this isolate', 'another'])(
    'is read by nobody once its project was deleted in %s, and not by who has its name now',
    async (where) => {
      const path = `/api/v2/workflow/${world.build.workflow.id}/job`
      for (const address of [path, list()]) expect((await seen(address, world.secrets.all)).status).toBe(200)
      const deleting = where === 'another' ? await openTestStores({ clock: stores.clock }) : stores
      expect(await deleteProject(deleting, world.project, INSTANCE)).toBe(true)
      const heir = await seedProject(stores.db, { slug: slugText(world.project) })
      const { secret } = await seedToken(stores, { kind: 'project', project: heir, scope: 'all' })
      expect((await seen(path, secret)).status).toBe(404)
      expect(numbersIn(await seen(list(), secret))).toEqual([])
      // Elsewhere an end is known within 10 s.
      if (where === 'another') stores.clock.advance(10_000)
      for (const address of [path, list()]) expect((await seen(address, world.secrets.member)).status).toBe(404)
      for (const address of [path, list()]) expect((await seen(address, world.secrets.all)).status).toBe(401)
    },
  )

  it('has addresses of logs that are signed for whoever asks', async () => {
    const [one, other] = [
      await seedToken(stores, { kind: 'personal', user: world.users.member }),
      await seedToken(stores, { kind: 'personal', user: world.users.member }),
    ]
    const logOf = async (token: string) =>
      /output\/log\/([^"]+)/.exec((await seen(`${list()}/${world.build.num}`, token)).body)?.[1] ?? 'none'
    const of = await logOf(one.secret)
    expect([await logOf(one.secret), of === (await logOf(other.secret)), of.length > 20]).toEqual([of, false, true])
  })

  it('is told under no address that holds what was asked, and what is signed for one token is in memory alone', async () => {
    const puts: { address: string; text: string }[] = []
    const cache = stores.cache as Cache
    const spied: Cache = Object.assign(Object.create(cache), {
      match: cache.match.bind(cache),
      delete: cache.delete.bind(cache),
      put: async (address: string, response: Response) => {
        puts.push({ address, text: `${[...response.headers]} ${await response.clone().text()}` })
        return cache.put(address, response)
      },
    })
    const watched = await openTestApp({ stores: { ...stores, cache: spied } })
    for (const name of ROUTES)
      for (const path of pathsIn(world, name).paths)
        await seen(
          `${path}${path.includes('?') ? '&' : '?'}circle-token=${world.secrets.all}&tok=bpp_mistyped`,
          null,
          watched,
        )
    expect(puts.length).toBeGreaterThan(20)
    for (const { address, text } of puts) {
      expect(address).toMatch(/^https:\/\/buildpass\.internal\/(?:feed|status|answers|changes|grant)\b/)
      expect(address).not.toContain('bpp_')
      expect(text).not.toContain('bpp_')
      expect(text).not.toContain('/output/log/')
    }
  })
})

/** But for when it was made. */
function timeless(answer: unknown): string {
  return JSON.stringify(answer)
    .replace(/"last-modified","[^"]*"/, '')
    .replace(/\/output\/log\/[^"]*/g, '')
}
