import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, it } from 'vitest'
import { badgeFor } from '../../../src/domain/builds/badge.ts'
import { BUILD_STATUS, type BuildStatus, type ReportedStatus } from '../../../src/domain/builds/build.ts'
import type { Project } from '../../../src/domain/project.ts'
import { seedMember, seedProject, seedToken, seedUser } from '../../support/seed/seed.ts'
import { openTestApp } from '../../support/worker/app.ts'
import { reportBuild, updateBuild } from '../../support/worker/as-instance.ts'
import { ask } from '../../support/worker/client.ts'
import { openTestStores, type TestStores } from '../../support/worker/stores.ts'
import { reportOf } from '../../support/worker/world.ts'

let stores: TestStores
beforeAll(async () => {
  stores = await openTestStores()
})

type Run = readonly [
  status: ReportedStatus,
  more?: { job?: string; workflow?: string; branch?: string; attempt?: number },
]

async function report(project: Project, pipeline: string, [status, more = {}]: Run): Promise<number> {
  const { job = 'test', workflow = 'ci', branch = 'main', attempt = 1 } = more
  const reported = await reportBuild(
    stores,
    project.id,
    reportOf({
      status,
      jobName: job,
      attempt,
      workflow: { externalId: `${workflow} ${pipeline}`, name: workflow },
      pipeline: { externalId: pipeline, branch },
    }),
  )
  if (!('build' in reported)) throw new Error(reported.kind)
  return reported.build.num
}

/** A project with these pipelines, oldest first, a token for it, and what its badges say. */
async function seedRuns(pipelines: readonly (readonly Run[])[], visibility: 'private' | 'public' = 'private') {
  const project = await seedProject(stores.db, { visibility })
  for (const [i, runs] of pipelines.entries()) for (const run of runs) await report(project, `p${i}`, run)
  const { secret } = await seedToken(stores, { kind: 'project', project, scope: 'status' })
  const slug = `gh/${project.org}/${project.repo}`
  const at = (path: string, headers: Record<string, string> = {}) => ask(path, { token: secret, headers })
  const says = async (path = `/${slug}.svg`) => shownBy(await (await at(path)).text())
  return { project, slug, secret, at, says }
}

/** What a scraper of badges takes for the value. */
function shownBy(svg: string): string | undefined {
  return />([^<>]+)<\/text><\/g>/.exec(svg.replace(/\r?\n\s*/g, ''))?.[1]
}

const WORDS: Record<ReportedStatus, string> = {
  success: 'passing',
  failed: 'failing',
  timedout: 'timeout',
  canceled: 'canceled',
  no_tests: 'no tests',
  not_run: 'not run',
  infrastructure_fail: 'infrastructure_failure',
  running: 'running',
  queued: 'queued',
  not_running: 'queued',
  retried: 'not run',
}

const PILLS: Partial<typeof WORDS> = { success: 'PASSED', failed: 'FAILED' }

describe.each(Object.entries(WORDS) as [ReportedStatus, string][])(
  'the badge of a branch whose build is %s',
  (status, word) => {
    it.each(['', '?style=shield', '?style=flat-square', '?style=svg', '?style=nonsense'])(
      `scraped with %j says "${word}"`,
      async (style) => {
        const { slug, says } = await seedRuns([[[status]]])
        const expected = style === '?style=svg' ? (PILLS[status] ?? word.toUpperCase()) : word
        for (const path of [
          `/${slug}.svg`,
          `/${slug}/tree/main.svg`,
          `/status-badge/img/${slug}.svg`,
          `/status-badge/img/${slug}/tree/main.svg`,
          `/${slug.replace('gh/', 'github/')}.svg`,
        ])
          expect(await says(path + style), path).toBe(expected)
      },
    )
  },
)

// What shields.io takes for the status of a build; of anything else it says "invalid".
const KNOWN_TO_SCRAPERS = [
  ...['fixed', 'passed', 'passing', 'succeeded', 'success', 'successful', 'partially succeeded', 'unstable', 'timeout'],
  ...[
    'error',
    'failed',
    'failing',
    'failure',
    'infrastructure_failure',
    'building',
    'canceled',
    'cancelled',
    'expired',
  ],
  ...['initiated', 'no builds', 'no tests', 'not built', 'not run', 'pending', 'processing', 'queued', 'running'],
  ...['scheduled', 'skipped', 'starting', 'stopped', 'testing', 'waiting'],
]

it('has only words that scrapers know', () => {
  const statuses = [...(Object.keys(BUILD_STATUS) as BuildStatus[]), 'no_builds' as const]
  for (const status of statuses) expect(KNOWN_TO_SCRAPERS).toContain(badgeFor(status).message)
})

it('has a word for every status', () => {
  expect(new Set(Object.keys(WORDS))).toEqual(new Set(Object.keys(BUILD_STATUS).filter((status) => status !== 'fixed')))
})

describe('the result of a branch', () => {
  it.each<[string, readonly (readonly Run[])[], string]>([
    ['is that of its newest pipeline', [[['success']], [['failed']]], 'failing'],
    [
      'is that of the newest one that is complete',
      [[['failed']], [['success'], ['running', { job: 'deploy' }]]],
      'failing',
    ],
    [
      'is red if any job is',
      [
        [
          ['failed', { job: 'lint' }],
          ['success', { job: 'test' }],
        ],
      ],
      'failing',
    ],
    [
      'is red if any workflow is, whichever ended last',
      [
        [
          ['failed', { workflow: 'nightly' }],
          ['success', { workflow: 'ci' }],
        ],
      ],
      'failing',
    ],
    ['counts only the last attempt at a job', [[['failed'], ['success', { attempt: 2 }]]], 'passing'],
    ['counts the last attempt whichever came first', [[['success', { attempt: 2 }], ['failed']]], 'passing'],
    ['counts all jobs of one name', [[['failed'], ['success']]], 'failing'],
    [
      'counts a job of the same name in another workflow for itself',
      [[['failed'], ['success', { workflow: 'b' }]]],
      'failing',
    ],
    ['is running while there is only that', [[['running'], ['queued', { job: 'b' }]]], 'running'],
    ['is running between two jobs', [[['success'], ['queued', { job: 'b' }]]], 'running'],
    ['is queued while nothing has begun', [[['queued'], ['not_running', { job: 'b' }]]], 'queued'],
    ['is not that of other branches', [[['success']], [['failed', { branch: 'dev' }]]], 'passing'],
    [
      'is not held up by a stuck run that another run took the place of',
      [[['failed']], [['running'], ['success', { attempt: 2 }]]],
      'passing',
    ],
    [
      'waits for a run though the job of that name in another workflow is over',
      [[['failed']], [['running', { workflow: 'nightly' }], ['success']]],
      'failing',
    ],
    ['waits for a run that nothing took the place of', [[['failed']], [['success'], ['running']]], 'failing'],
    ['is passing where the rest was not run', [[['success'], ['not_run', { job: 'b' }]]], 'passing'],
    ['does not exist without builds', [], 'no builds'],
  ])('%s', async (_, pipelines, word) => {
    const { says } = await seedRuns(pipelines)
    expect(await says()).toBe(word)
  })

  it('is that of the default branch unless one is named, raw or encoded', async () => {
    const { slug, says } = await seedRuns([[['success']], [['failed', { branch: 'feature/a.b' }]]])
    expect(await says()).toBe('passing')
    for (const branch of ['feature/a.b', 'feature%2Fa.b'])
      expect(await says(`/${slug}/tree/${branch}.svg`)).toBe('failing')
    expect(await says(`/${slug}/tree/absent.svg`)).toBe('no builds')
  })

  it('shows a report at once where it came in', async () => {
    const { project, says } = await seedRuns([[['running']]])
    expect(await says()).toBe('running')
    const { secret } = await seedToken(stores, { kind: 'reporting', project })
    const path = `/api/buildpass/v1/projects/gh/${project.org}/${project.repo}/builds/1`
    await ask(path, { method: 'PATCH', token: secret, json: { status: 'failed' } })
    expect(await says()).toBe('failing')
  })

  it('is at most 10 s behind elsewhere', async () => {
    const { project, slug, secret } = await seedRuns([[['running']]])
    const elsewhere = await openTestApp()
    const says = async () => shownBy(await (await elsewhere.ask(`/${slug}.svg`, { token: secret })).text())
    expect(await says()).toBe('running')
    await updateBuild(stores, project.id, { num: 1, event: reportOf({ status: 'success' }) })
    elsewhere.stores.clock.advance(10_000)
    expect(await says()).toBe('passing')
  })
})

describe('the form of a badge', () => {
  it('has the label that is asked for, escaped, and none of the host’s', async () => {
    const { slug, at } = await seedRuns([[['success']]])
    const svg = async (query: string) => (await at(`/${slug}.svg${query}`)).text()
    expect(await svg('')).toContain('aria-label="build: passing"')
    expect(await svg('?label=unit%20tests')).toContain('aria-label="unit tests: passing"')
    expect(await svg('?label=')).toContain('aria-label="passing"')
    const hostile = await svg(`?label=${encodeURIComponent('"/><script>alert(1)</script>')}`)
    expect(hostile).not.toContain('<script')
    expect(shownBy(hostile)).toBe('passing')
    expect(shownBy(await svg('?label=%ED%A0%80%00'))).toBe('passing')
  })

  it('has a short ETag however long the label', async () => {
    const { slug, at } = await seedRuns([[['success']]])
    const etags = new Set<string>()
    for (const label of ['a', 'b', 'é', '数'.repeat(700), 'x'.repeat(6_000)]) {
      const response = await at(`/${slug}.svg?label=${encodeURIComponent(label)}`)
      const etag = response.headers.get('ETag') ?? ''
      expect(etag).toMatch(/^"[\x21\x23-\x7e]{1,1500}"$/)
      etags.add(etag)
    }
    expect(etags.size).toBe(5)
  })

  it('is JSON in the shape of shields.io beside each image', async () => {
    const { slug, at } = await seedRuns([[['failed']]])
    for (const path of [`/${slug}.json`, `/${slug}/tree/main.json`, `/status-badge/img/${slug}.json`]) {
      const response = await at(`${path}?label=ci`)
      expect(response.headers.get('Content-Type')).toBe('application/json; charset=utf-8')
      expect(await response.json()).toEqual({
        schemaVersion: 1,
        label: 'ci',
        message: 'failing',
        color: expect.stringMatching(/^#[0-9a-f]{6}$/),
        isError: false,
      })
    }
  })

  it('runs nothing', async () => {
    const { slug, at } = await seedRuns([[['success']]])
    expect(Object.fromEntries((await at(`/${slug}.svg`)).headers)).toMatchObject({
      'content-type': 'image/svg+xml; charset=utf-8',
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
      'x-content-type-options': 'nosniff',
    })
  })

  it('is kept privately of a private project, for 30 s of a public one', async () => {
    const caching = async (visibility: 'private' | 'public') => {
      const { slug, at } = await seedRuns([[['success']]], visibility)
      return (await at(`/${slug}.svg`)).headers.get('Cache-Control')
    }
    expect([await caching('private'), await caching('public')]).toEqual(['private, no-cache', 'public, max-age=30'])
  })

  it('is not sent again to who has it, until it changes', async () => {
    const { project, slug, at } = await seedRuns([[['success']]])
    const etag = (await at(`/${slug}.svg`)).headers.get('ETag') ?? ''
    const again = (path = `/${slug}.svg`) => at(path, { 'If-None-Match': etag })
    expect([(await again()).status, await (await again()).text()]).toEqual([304, ''])
    expect((await again(`/${slug}.svg?style=svg`)).status).toBe(200)
    expect((await again(`/${slug}.svg?label=x`)).status).toBe(200)
    expect((await again(`/${slug}.json`)).status).toBe(200)
    expect((await ask(`/${slug}.svg`, { headers: { 'If-None-Match': etag } })).status).toBe(404)
    await report(project, 'p1', ['failed'])
    const { ask: fresh } = await openTestApp()
    const { secret } = await seedToken(stores, { kind: 'project', project, scope: 'status' })
    expect((await fresh(`/${slug}.svg`, { token: secret, headers: { 'If-None-Match': etag } })).status).toBe(200)
  })
})

describe('a badge never tells of', () => {
  it('another project, though its branch and repository have the same names', async () => {
    const red = await seedRuns([[['failed']]])
    const green = await seedRuns([[['success']]])
    for (let i = 0; i < 3; i++) {
      expect([await red.says(), await green.says()]).toEqual(['failing', 'passing'])
      expect(await red.says(`/${green.slug}.svg`)).toBe('project not found')
      expect(await green.says(`/${red.slug}/tree/main.svg`)).toBe('project not found')
    }
  })

  it('the project that had its name before', async () => {
    const { project, slug } = await seedRuns([[['failed']]])
    const { id } = await seedUser(stores.db)
    await env.DB.prepare('delete from projects where id = ?').bind(project.id).run()
    const anew = await seedProject(stores.db, { slug })
    await seedMember(stores.db, anew, { id }, 'member')
    const person = await seedToken(stores, { kind: 'personal', user: { id } })
    const app = await openTestApp()
    expect(shownBy(await (await app.ask(`/${slug}.svg`, { token: person.secret })).text())).toBe('no builds')
  })
})

describe('the .png of an old README', () => {
  it.each([
    ['/gh/acme/web.png', '/gh/acme/web.svg'],
    ['/github/acme/web.png?style=svg&label=a.png', '/github/acme/web.svg?style=svg&label=a.png'],
    ['/gl/acme/a.png.png/', '/gl/acme/a.png.svg'],
    ['/gh/acme/web/tree/feature/x.png', '/gh/acme/web/tree/feature/x.svg'],
    ['/gh/acme/web/tree/feature%2Fx.png?style=shield', '/gh/acme/web/tree/feature%2Fx.svg?style=shield'],
    ['/status-badge/img/bb/acme/web.png', '/status-badge/img/bb/acme/web.svg'],
    ['/status-badge/img/gh/acme/web/tree/main.png', '/status-badge/img/gh/acme/web/tree/main.svg'],
  ])('%s leads to %s', async (path, location) => {
    // A browser too, although nobody is signed in.
    for (const headers of [{}, { Accept: 'text/html' }] as Record<string, string>[]) {
      const response = await ask(path, { headers })
      expect([response.status, response.headers.get('Location')]).toEqual([302, location])
      expect(response.headers.get('Cache-Control')).toBe('public, max-age=300')
    }
  })

  it('keeps the token of the URL, and nobody keeps that', async () => {
    const { slug, secret } = await seedRuns([[['success']]])
    const response = await ask(`/${slug}.png?circle-token=${secret}`)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      location: `/${slug}.svg?circle-token=${secret}`,
      'cache-control': 'private, no-cache',
      'referrer-policy': 'no-referrer',
    })
    expect(shownBy(await (await ask(response.headers.get('Location') ?? '')).text())).toBe('passing')
  })

  it('says the same of a project that is not there', async () => {
    const { slug } = await seedRuns([[['success']]])
    const told = async (name: string) => {
      const { status, headers } = await ask(`/${name}.png`)
      return [status, [...headers].filter(([key]) => key !== 'location')]
    }
    expect(await told('gh/nobody/nothing')).toEqual(await told(slug))
  })
})

describe('the link of a badge', () => {
  it.each([
    ['/status-badge/redirect/gh/acme/web', 'https://builds.test/gh/acme/web'],
    ['/status-badge/redirect/github/acme/web/tree/main', 'https://builds.test/gh/acme/web?branch=main'],
    ['/status-badge/redirect/gl/acme/web/tree/a/b%26c', 'https://builds.test/gl/acme/web?branch=a%2Fb%26c'],
    ['/status-badge/redirect/evil.example/a/b', 'https://builds.test'],
    ['/status-badge/redirect/gh/%2F%2Fevil.example/b', 'https://builds.test'],
  ])('%s leads to %s', async (path, location) => {
    const response = await ask(path)
    expect([response.status, response.headers.get('Location')]).toEqual([302, location])
  })
})

describe('a whole badge request costs', () => {
  const NOTHING = { d1: 0, kvGets: 0, kvPuts: 0, cacheMatches: 0, cachePuts: 0 }
  async function counted(
    app: Awaited<ReturnType<typeof openTestApp>>,
    path: string,
    token: string | null,
    status = 200,
  ) {
    await app.stores.settled()
    app.stores.resetCounts()
    const response = await app.ask(path, { token })
    const counts = { ...app.stores.counts }
    expect(response.status).toBe(status)
    await app.stores.settled()
    return counts
  }

  const holders = [
    ['a project token', async (_: Project, secret: string) => secret],
    [
      'a personal token',
      async (project: Project) => {
        const user = await seedUser(stores.db)
        await seedMember(stores.db, project, user, 'member')
        return (await seedToken(stores, { kind: 'personal', user })).secret
      },
    ],
  ] as const

  describe.each(holders)('with %s', (_, tokenFor) => {
    async function seeded() {
      const { project, slug, secret } = await seedRuns([[['success']]])
      return { path: `/${slug}.svg`, token: await tokenFor(project, secret) }
    }

    it('in a warm isolate: nothing', async () => {
      const { path, token } = await seeded()
      const app = await openTestApp()
      app.stores.clock.now = Math.floor(app.stores.clock.now / 60_000) * 60_000 + 1_000
      await app.ask(path, { token })
      for (let i = 0; i < 3; i++) {
        app.stores.clock.advance(900)
        expect(await counted(app, path, token)).toEqual(NOTHING)
      }
    })

    it('in a new isolate of a warm data centre: at most one look into KV, one into D1, three into the Cache API, two of them side by side', async () => {
      const { path, token } = await seeded()
      const warm = await openTestApp()
      await warm.ask(path, { token })
      await warm.stores.settled()
      const beside = await openTestApp({ stores: await openTestStores({ beside: warm.stores }) })
      const cost = await counted(beside, path, token)
      // The first use that an isolate sees is noted after the answer.
      expect(cost.d1 - 1).toBeLessThanOrEqual(1)
      expect(cost.kvGets).toBeLessThanOrEqual(1)
      expect(cost.cacheMatches).toBeLessThanOrEqual(3)
      expect(cost.kvPuts).toBe(0)
    })

    it('in a cold data centre: at most one look into KV, two round trips to D1, two looks into the Cache API', async () => {
      const { path, token } = await seeded()
      const cost = await counted(await openTestApp(), path, token)
      expect(cost.d1 - 1).toBeLessThanOrEqual(2)
      expect(cost.kvGets).toBeLessThanOrEqual(1)
      expect(cost.cacheMatches).toBeLessThanOrEqual(2)
    })
  })

  it('with garbage for a token: nothing', async () => {
    const { slug } = await seedRuns([[['success']]])
    const app = await openTestApp()
    for (const garbage of ['nonsense', 'bpp_x', `bpp_${'0'.repeat(42)}`])
      expect(await counted(app, `/${slug}.svg`, garbage, 401)).toEqual(NOTHING)
  })

  it('with garbage in the URL, of a private project and of none: the same, and nothing for 5 s after', async () => {
    const { slug, secret } = await seedRuns([[['success']]])
    const app = await openTestApp()
    await app.ask(`/${slug}.svg`, { token: secret })
    for (let round = 0; round < 2; round++) {
      for (const name of [slug, 'gh/nobody/nothing']) {
        const path = `/${name}.svg?circle-token=nonsense`
        expect([name, await counted(app, path, null, 401)]).toEqual([name, { ...NOTHING, d1: 1 }])
        expect([name, await counted(app, path, null, 401)]).toEqual([name, NOTHING])
      }
      app.stores.clock.advance(5_000)
    }
  })

  it('with nobody on a public project, warm: nothing', async () => {
    const { slug } = await seedRuns([[['success']]], 'public')
    const app = await openTestApp()
    await app.ask(`/${slug}.svg`)
    expect(await counted(app, `/${slug}.svg`, null)).toEqual(NOTHING)
  })
})
