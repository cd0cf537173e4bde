import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import type { BuildReport } from '../../../../src/domain/builds/build.ts'
import { seedMember, seedProject, seedToken, seedUser } from '../../../support/seed/seed.ts'
import { reportBuild } from '../../../support/worker/as-instance.ts'
import { type Ask, ask, askJson } from '../../../support/worker/client.ts'
import { openTestStores, type TestStores } from '../../../support/worker/stores.ts'
import { reportOf, seedWorld, type World } from '../../../support/worker/world.ts'

let stores: TestStores
let world: World
let v1: string
beforeAll(async () => {
  stores = await openTestStores()
  world = await seedWorld(stores, 'private')
  v1 = `/api/v1.1/project/${world.slug}`
})

const all = (options: Ask = {}): Ask => ({ token: world.secrets.all, ...options })

async function report(project: { id: string }, over: Parameters<typeof reportOf>[0]) {
  const reported = await reportBuild(stores, project.id, reportOf(over))
  if (!('build' in reported)) throw new Error(reported.kind)
  return reported.build
}

const FULL: Partial<Omit<BuildReport, 'pipeline'>> & { pipeline: Partial<BuildReport['pipeline']> } = {
  status: 'failed',
  queuedAt: 1_000,
  startedAt: 2_000,
  stoppedAt: 5_500,
  buildUrl: 'https://ci.example.com/1',
  steps: [
    {
      name: 'npm test',
      actions: [
        {
          name: 'npm test',
          type: 'test',
          index: 0,
          step: 0,
          status: 'failed',
          start_time: '2026-01-01T00:00:00.000Z',
          end_time: null,
          run_time_millis: 5,
          bash_command: 'npm test',
          exit_code: 1,
        },
      ],
    },
  ],
  pipeline: {
    externalId: 'full',
    branch: 'feature/with slash & "quotes"',
    subject: 'Subject',
    body: 'Body',
    author: { name: 'Ada', email: 'ada@example.com', date: '2026-01-01T00:00:00.000Z', login: 'ada' },
    committer: { name: 'Bob', email: 'bob@example.com', date: '2026-01-02T00:00:00.000Z' },
    actor: { login: 'carol', name: 'Carol', avatar_url: 'https://example.com/c.png' },
    pullRequests: [{ head_sha: 'f00d', url: 'https://github.com/a/b/pull/1' }],
  },
}

// What v1.1 documents, as a strict client decodes it.
const string = (value: unknown) => typeof value === 'string'
const number = (value: unknown) => typeof value === 'number'
const boolean = (value: unknown) => typeof value === 'boolean'
const orNull = (is: (value: unknown) => boolean) => (value: unknown) => value === null || is(value)
const date = (value: unknown) => string(value) && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value as string)
const listOf = (is: (value: unknown) => boolean) => (value: unknown) => Array.isArray(value) && value.every(is)
const mapOf = (is: (value: unknown) => boolean) => (value: unknown) =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every(is)
const oneOf =
  (...words: readonly unknown[]) =>
  (value: unknown) =>
    words.includes(value)
type Shape = { readonly [field: string]: (value: unknown) => boolean }
const shaped = (shape: Shape) => (value: unknown) => problemsOf(value, shape).length === 0
function problemsOf(value: unknown, shape: Shape): string[] {
  if (typeof value !== 'object' || value === null) return ['no object']
  return Object.entries(shape).flatMap(([field, is]) => {
    const found = (value as Record<string, unknown>)[field]
    return field in value && is(found) ? [] : [`${field}: ${JSON.stringify(found)}`]
  })
}

const OUTCOME = orNull(oneOf('canceled', 'infrastructure_fail', 'timedout', 'failed', 'no_tests', 'success'))
const STATUS = oneOf(
  ...[
    'retried',
    'canceled',
    'infrastructure_fail',
    'timedout',
    'not_run',
    'running',
    'failed',
    'queued',
    'not_running',
  ],
  ...['no_tests', 'fixed', 'success'],
)
const PREVIOUS = orNull(shaped({ build_num: number, status: STATUS, build_time_millis: orNull(number) }))
const SUMMARY: Shape = {
  vcs_url: string,
  build_url: string,
  build_num: number,
  branch: orNull(string),
  vcs_revision: string,
  vcs_tag: orNull(string),
  committer_name: orNull(string),
  committer_email: orNull(string),
  committer_date: orNull(date),
  author_name: orNull(string),
  author_email: orNull(string),
  author_date: orNull(date),
  subject: orNull(string),
  body: orNull(string),
  why: string,
  dont_build: orNull(string),
  usage_queued_at: orNull(date),
  queued_at: orNull(date),
  start_time: orNull(date),
  stop_time: orNull(date),
  build_time_millis: orNull(number),
  username: string,
  reponame: string,
  lifecycle: oneOf('queued', 'not_run', 'not_running', 'running', 'finished'),
  outcome: OUTCOME,
  status: STATUS,
  retry_of: orNull(number),
  retries: orNull(listOf(number)),
  previous: PREVIOUS,
  parallel: number,
  platform: string,
  user: shaped({
    is_user: boolean,
    login: string,
    avatar_url: orNull(string),
    name: orNull(string),
    vcs_type: string,
    id: orNull(number),
  }),
  pull_requests: listOf(shaped({ head_sha: orNull(string), url: string })),
  workflows: shaped({
    job_name: string,
    job_id: string,
    workflow_id: string,
    workflow_name: string,
    workspace_id: string,
    upstream_job_ids: listOf(string),
    upstream_concurrency_map: mapOf(string),
  }),
  canceled: boolean,
  failed: orNull(boolean),
  timedout: boolean,
  infrastructure_fail: boolean,
  messages: listOf(string),
  oss: boolean,
  vcs_type: oneOf('github', 'bitbucket', 'gitlab'),
  build_parameters: mapOf(orNull(string)),
}
const DETAIL: Shape = {
  ...SUMMARY,
  steps: listOf(
    shaped({
      name: string,
      actions: listOf(
        shaped({
          name: string,
          type: string,
          index: number,
          step: number,
          status: string,
          start_time: orNull(date),
          end_time: orNull(date),
          run_time_millis: orNull(number),
          bash_command: orNull(string),
          exit_code: orNull(number),
        }),
      ),
    }),
  ),
  all_commit_details: listOf(shaped({ commit: string, commit_url: string, subject: orNull(string) })),
  previous_successful_build: PREVIOUS,
}

describe('a build', () => {
  it('has every documented field with its type, told little or all, in lists and alone', async () => {
    const full = await report(world.project, FULL)
    const running = await report(world.project, {
      status: 'running',
      pipeline: { externalId: 'r', branch: null, tag: 'v1' },
    })
    const list = await askJson(v1, all())
    expect(list.map(({ build_num }: { build_num: number }) => build_num)).toEqual([running.num, full.num, 1])
    for (const build of list) expect(problemsOf(build, SUMMARY), `build ${build.build_num}`).toEqual([])
    for (const num of [running.num, full.num, 1])
      expect(problemsOf(await askJson(`${v1}/${num}`, all()), DETAIL), `build ${num}`).toEqual([])
  })

  it('links to where it ran, or to our page of it', async () => {
    const [newest, full] = await askJson(v1, all())
    expect([full.build_url, newest.build_url]).toEqual([
      'https://ci.example.com/1',
      `https://builds.test/${world.slug}/${newest.build_num}`,
    ])
  })

  it.each(['0', '999', 'x', '-1', '1.0', '%31x', '99999999999999999999999'])(
    '%s that is not there is 404',
    async (num) => {
      for (const rest of ['', '/artifacts', '/tests']) {
        const response = await ask(`${v1}/${num}${rest}`, all())
        expect([response.status, await response.text()]).toEqual([
          404,
          '{"message":"Build not found","code":"build_not_found"}',
        ])
      }
    },
  )
})

describe('the builds of a branch', () => {
  const BRANCH = 'feature/with slash & "quotes"'
  const nums = async (path: string) =>
    (await askJson(path, all())).map(({ build_num }: { build_num: number }) => build_num)

  it('are found with its slashes raw and encoded', async () => {
    const expected = await nums(`${v1}/tree/${encodeURIComponent(BRANCH)}`)
    expect(expected).toHaveLength(1)
    expect(await nums(`${v1}/tree/${encodeURIComponent(BRANCH).replaceAll('%2F', '/')}?limit=1`)).toEqual(expected)
    expect(await nums(`/api/v1/project/${world.project.org}/web/tree/${encodeURIComponent(BRANCH)}`)).toEqual(expected)
  })

  it.each([
    'artifacts',
    'tests',
    'artifacts/0/x',
    'latest/artifacts',
    'token',
    'tree/main',
    '1',
    'retry',
    '%41',
    'a+b',
    '#1',
    '数',
  ])('called %j are its own', async (branch) => {
    const { num } = await report(world.project, { pipeline: { externalId: `called ${branch}`, branch } })
    const path = branch.split('/').map(encodeURIComponent).join('/')
    expect(await nums(`${v1}/tree/${path}`)).toEqual([num])
    expect(await nums(`${v1}/tree/${encodeURIComponent(branch)}`)).toEqual([num])
  })

  it('that has none are an empty list', async () => {
    expect(await nums(`${v1}/tree/absent`)).toEqual([])
    expect(await nums(`${v1}/tree/FEATURE`)).toEqual([])
  })

  it('of 1,024 characters may be, of 1,025 and more are 400 or 414', async () => {
    const status = async (length: number) => (await ask(`${v1}/tree/${'x'.repeat(length)}`, all())).status
    expect([await status(1_024), await status(1_025), await status(10_000)]).toEqual([200, 400, 414])
  })
})

describe('paging', () => {
  let paged: World
  let path: string
  beforeAll(async () => {
    paged = await seedWorld(stores, 'private')
    path = `/api/v1.1/project/${paged.slug}`
    for (let i = 0; i < 34; i++)
      await report(paged.project, { pipeline: { externalId: `p${i}` }, status: i % 2 ? 'failed' : 'running' })
  })
  const nums = async (query: string) =>
    (await askJson(path + query, { token: paged.secrets.all })).map(({ build_num }: { build_num: number }) => build_num)

  it('gives 30 newest first, and limit and offset move the window', async () => {
    expect(await nums('')).toEqual(Array.from({ length: 30 }, (_, i) => 35 - i))
    expect(await nums('?limit=2')).toEqual([35, 34])
    expect(await nums('?limit=3&offset=33')).toEqual([2, 1])
    expect(await nums('?limit=100')).toHaveLength(35)
    expect(await nums('?offset=35')).toEqual([])
    expect(await nums('?offset=10000')).toEqual([])
    expect(await nums('/tree/main?limit=2&offset=1')).toEqual([34, 33])
  })

  it('of any limit and offset is that part of the whole', async () => {
    const whole = await nums('?limit=100')
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 100 }), fc.nat({ max: 50 }), async (limit, offset) => {
        expect(await nums(`?limit=${limit}&offset=${offset}`)).toEqual(whole.slice(offset, offset + limit))
      }),
      { numRuns: 40 },
    )
  })

  it.each([
    ['completed', 18],
    ['successful', 1],
    ['failed', 17],
    ['running', 17],
    ['None', 35],
    ['', 35],
    ['FAILED', 35],
    ['toString', 35],
  ])('filter=%s keeps %i', async (filter, count) => {
    expect(await nums(`?limit=100&filter=${filter}`)).toHaveLength(count)
    expect(await nums(`/tree/main?limit=100&filter=${filter}`)).toHaveLength(count)
  })

  it.each([
    'limit=0',
    'limit=101',
    'limit=-1',
    'limit=x',
    'limit=',
    'limit=1e1',
    'limit=1.0',
    'limit=%31%00',
    'limit=99999999999',
  ])('%s is 400 and names it', async (query) => {
    for (const rest of ['', '/tree/main']) {
      const response = await ask(`${path}${rest}?${query}`, { token: paged.secrets.all })
      expect([response.status, await response.json()]).toEqual([
        400,
        {
          message: 'limit: must be a whole number from 1 to 100',
          code: 'invalid_input',
          errors: [{ path: 'limit', message: 'must be a whole number from 1 to 100' }],
        },
      ])
    }
  })

  it.each(['offset=-1', 'offset=x', 'offset=', 'offset=10001', 'offset=99999999999999999999'])(
    '%s is 400 and names it',
    async (query) => {
      for (const [where, token] of [
        [path, paged.secrets.all],
        ['/api/v1.1/recent-builds', paged.secrets.member],
      ] as const) {
        const response = await ask(`${where}?${query}`, { token })
        expect([response.status, await response.text()]).toEqual([400, expect.stringContaining('offset: must be')])
      }
    },
  )
})

describe('the form of a read', () => {
  const PATHS = () => [v1, `${v1}/1`, `${v1}/1/artifacts`, `${v1}/1/tests`, `${v1}/latest/artifacts`]

  it('is compact JSON, and pretty for Accept: text/plain', async () => {
    // Nobody asked in these words before, so that nothing is kept of a time when there was less.
    for (const path of PATHS().map((path) => `${path}?form`)) {
      const compact = await (await ask(path, all({ headers: { Accept: 'application/json' } }))).text()
      expect(compact).toBe(JSON.stringify(JSON.parse(compact)))
      const response = await ask(path, all({ headers: { Accept: 'text/plain' } }))
      const pretty = await response.text()
      expect(pretty).toBe(`${JSON.stringify(JSON.parse(pretty), null, 2)}\n`)
      expect(JSON.parse(pretty)).toEqual(JSON.parse(compact))
      expect(response.headers.get('Vary')).toBe('Accept')
    }
  })

  it('has an ETag, and 304 answers who knows it, but not who may not read', async () => {
    for (const path of PATHS()) {
      const first = await ask(path, all())
      const etag = first.headers.get('ETag') ?? ''
      expect([first.headers.get('Content-Type'), first.headers.get('Cache-Control')]).toEqual([
        'application/json; charset=utf-8',
        'private, no-cache',
      ])
      const known = { 'If-None-Match': etag }
      const again = await ask(path, all({ headers: known }))
      expect([again.status, await again.text(), again.headers.get('ETag')]).toEqual([304, '', etag])
      expect((await ask(path, { headers: known })).status).toBe(404)
      expect((await ask(path, { headers: { 'If-None-Match': '*' }, token: world.secrets.unknown })).status).toBe(401)
      expect((await ask(path, all({ headers: { 'If-None-Match': '"other"' } }))).status).toBe(200)
    }
  })

  it('may be read by pages of any origin, refusals too, without cookies', async () => {
    for (const response of [
      ...(await Promise.all(PATHS().map((path) => ask(path, all())))),
      await ask(v1),
      await ask(v1, { token: 'nonsense' }),
    ]) {
      expect(response.headers.get('Access-Control-Allow-Origin')).toBe('*')
      expect(response.headers.get('Access-Control-Allow-Credentials')).toBeNull()
    }
  })

  it('answers HEAD with the headers of GET', async () => {
    for (const path of [...PATHS(), `/${world.slug}.svg`, '/api/absent']) {
      const [get, head] = [await ask(path, all()), await ask(path, all({ method: 'HEAD' }))]
      expect([head.status, await head.text()]).toEqual([get.status, ''])
      for (const name of ['ETag', 'Content-Type', 'Cache-Control'])
        expect(head.headers.get(name)).toBe(get.headers.get(name))
    }
  })
})

describe('a preflight', () => {
  it.each(['/api/v1.1/me', '/gh/acme/web.svg', '/output/job/x/artifacts/0/y', '/download/x.y/z'])(
    'for %s allows reads with a token',
    async (path) => {
      const response = await ask(path, {
        method: 'OPTIONS',
        headers: { Origin: 'https://dash.example', 'Access-Control-Request-Method': 'GET' },
      })
      expect(response.status).toBe(204)
      expect(Object.fromEntries(response.headers)).toMatchObject({
        allow: expect.stringContaining('GET, HEAD'),
        'access-control-allow-origin': '*',
        'access-control-allow-methods': 'GET, HEAD',
        'access-control-allow-headers': expect.stringContaining('Circle-Token'),
      })
    },
  )

  it('allows no writes', async () => {
    const response = await ask('/api/buildpass/v1/leaks', { method: 'OPTIONS' })
    expect([response.status, response.headers.get('Allow')]).toEqual([204, 'POST, OPTIONS'])
    expect(response.headers.get('Access-Control-Allow-Origin')).toBeNull()
  })
})

describe('a person', () => {
  it('reads of themselves what clients decode', async () => {
    const me = await askJson('/api/v1.1/me', { token: world.secrets.owner })
    expect(
      problemsOf(me, {
        login: string,
        name: string,
        basic_email_prefs: string,
        admin: boolean,
        all_emails: listOf(string),
        selected_email: orNull(string),
        avatar_url: orNull(string),
        created_at: date,
        analytics_id: string,
        projects: mapOf(shaped({ on_dashboard: boolean, emails: string })),
      }),
    ).toEqual([])
    expect([me.login, me.admin]).toEqual([world.users.owner.login, true])
    expect(await askJson('/api/v1/me', { token: world.secrets.owner })).toEqual(me)
  })

  it('sees their own projects with branches, and no others', async () => {
    const user = await seedUser(stores.db)
    const { secret } = await seedToken(stores, { kind: 'personal', user })
    const [mine, empty, other] = [
      await seedProject(stores.db, { visibility: 'public' }),
      await seedProject(stores.db),
      await seedProject(stores.db, { visibility: 'public' }),
    ]
    await seedMember(stores.db, mine, user, 'member')
    await seedMember(stores.db, empty, user, 'admin')
    const on = (branch: string, status: BuildReport['status'], n: number, project = mine) =>
      report(project, { status, pipeline: { externalId: `${branch} ${n}`, branch, actor: { login: `dev${n % 2}` } } })
    for (let n = 0; n < 7; n++) await on('main', n === 5 ? 'failed' : 'success', n)
    await on('main', 'running', 8)
    await on('dev/x', 'canceled', 1)
    await on('main', 'success', 1, other)

    const list = await askJson('/api/v1.1/projects', { token: secret })
    const brief = shaped({
      pushed_at: date,
      vcs_revision: string,
      build_num: number,
      outcome: OUTCOME,
      status: STATUS,
      added_at: date,
    })
    const branch = shaped({
      pusher_logins: listOf(string),
      recent_builds: listOf(brief),
      running_builds: listOf(brief),
    })
    for (const project of list)
      expect(
        problemsOf(project, {
          vcs_url: string,
          vcs_type: string,
          followed: boolean,
          username: string,
          reponame: string,
          oss: boolean,
          default_branch: string,
          branches: mapOf(branch),
        }),
      ).toEqual([])
    const names = list.map(({ username }: { username: string }) => username)
    expect(new Set(names)).toEqual(new Set([mine.org, empty.org]))
    const { branches, oss } = list.find(({ username }: { username: string }) => username === mine.org)
    expect([oss, Object.keys(branches).sort()]).toEqual([true, ['dev%2Fx', 'main']])
    expect(branches.main).toMatchObject({
      pusher_logins: expect.arrayContaining(['dev0', 'dev1']),
      last_success: { build_num: 7, status: 'fixed' },
      last_non_success: { build_num: 6, status: 'failed' },
      running_builds: [{ build_num: 8, status: 'running' }],
    })
    expect(branches.main.recent_builds.map(({ build_num }: { build_num: number }) => build_num)).toEqual([
      7, 6, 5, 4, 3,
    ])
    expect(branches['dev%2Fx']).not.toHaveProperty('last_success')
  })

  it('sees the newest builds of all their projects, newest first, in pages', async () => {
    const user = await seedUser(stores.db)
    const { secret } = await seedToken(stores, { kind: 'personal', user })
    const projects = [await seedProject(stores.db), await seedProject(stores.db), await seedProject(stores.db)]
    await seedMember(stores.db, projects[0] ?? { id: '' }, user, 'member')
    await seedMember(stores.db, projects[1] ?? { id: '' }, user, 'member')
    for (let i = 0; i < 9; i++) {
      stores.clock.advance(1_000)
      const project = projects[i % 3]
      if (project) await report(project, { externalId: `${i}`, pipeline: { externalId: `${i}`, revision: `r${i}` } })
    }
    const revisions = async (query = '') => {
      const builds = await askJson(`/api/v1.1/recent-builds${query}`, { token: secret })
      for (const build of builds) expect(problemsOf(build, SUMMARY)).toEqual([])
      return builds.map(({ vcs_revision }: { vcs_revision: string }) => vcs_revision)
    }
    expect(await revisions()).toEqual(['r7', 'r6', 'r4', 'r3', 'r1', 'r0'])
    expect(await revisions('?limit=2&offset=1')).toEqual(['r6', 'r4'])
    expect(await revisions('?offset=6')).toEqual([])
  })

  it('follows and unfollows a project', async () => {
    const token = world.secrets.member
    const followed = async () => (await askJson('/api/v1.1/projects', { token }))[0].followed
    const dashboard = async () => Object.keys((await askJson('/api/v1.1/me', { token })).projects)
    const post = (what: string) => askJson(`${v1}/${what}`, { method: 'POST', token })
    expect(await post('unfollow')).toEqual({ followed: false })
    expect([await followed(), await dashboard()]).toEqual([false, []])
    expect(await post('follow')).toMatchObject({ followed: true })
    expect([await followed(), await dashboard()]).toEqual([true, [`https://github.com/${world.project.org}/web`]])
  })
})

describe('what is not there', () => {
  it('checkout keys are an empty list', async () => {
    expect(await askJson(`${v1}/checkout-key`, { token: world.secrets.admin })).toEqual([])
  })

  it.each([
    '/api',
    '/api/',
    '/api/v1.1',
    '/api/v1.1/nothing',
    '/api/v4/me',
    '/api/v1.1/project/gh/acme',
    '/api/buildpass/v1',
    '/API/v1.1/me',
  ])('at %s is a JSON 404', async (path) => {
    for (const method of ['GET', 'POST', 'DELETE']) {
      const response = await ask(path, { method })
      expect([response.status, await response.text()]).toEqual([
        404,
        '{"message":"Not found","code":"route_not_found"}',
      ])
      expect(response.headers.get('Content-Type')).toMatch(/^application\/json/)
    }
  })

  it.each<[string, string, string]>([
    ['DELETE', '/api/v1.1/me', 'GET, HEAD, OPTIONS'],
    ['POST', '/api/v1.1/projects', 'GET, HEAD, OPTIONS'],
    ['GET', '/api/buildpass/v1/leaks', 'POST, OPTIONS'],
    ['HEAD', '/api/buildpass/v1/leaks', 'POST, OPTIONS'],
    ['PATCH', '/api/buildpass/v1/token', 'GET, HEAD, DELETE, OPTIONS'],
    ['POST', '/gh/acme/web.svg', 'GET, HEAD, OPTIONS'],
    ['PUT', '/api/v1/project/acme/web', 'GET, HEAD, POST, OPTIONS'],
    ['PROPFIND', '/api/v1.1/me', 'GET, HEAD, OPTIONS'],
  ])('%s %s is 405 and allows %s', async (method, path, allow) => {
    const response = await ask(path, { method })
    expect([response.status, response.headers.get('Allow')]).toEqual([405, allow])
    if (method !== 'HEAD')
      expect(await response.text()).toBe('{"message":"Method not allowed","code":"method_not_allowed"}')
  })
})

describe('a hostile request', () => {
  it.each<[string, () => string, Ask, number]>([
    ['a broken percent-encoding', () => `${v1}/tree/%E0%A4%A`, {}, 400],
    ['a lone percent', () => `${v1}/tree/%`, {}, 400],
    ['an overlong UTF-8', () => `${v1}/tree/%C0%AF`, {}, 400],
    ['a NUL on the path', () => `${v1}/tree/a%00b`, {}, 400],
    ['a line break on the path', () => `/api/v1.1/project/gh/acme/web%0D%0AX: y`, {}, 400],
    ['a NUL for a slug', () => '/api/v1.1/project/gh/a%00/b', {}, 400],
    ['a NUL in the query', () => `${v1}/latest/artifacts?branch=%00`, {}, 404],
    ['a broken query', () => `${v1}/latest/artifacts?branch=%E0%A4%A&filter=%`, {}, 404],
    ['a query of 5,000 names', () => `${v1}?${'a&'.repeat(4_000)}`, {}, 200],
    ['a URL of 9,000 characters', () => `${v1}?x=${'y'.repeat(9_000)}`, {}, 414],
    [
      'headers of 40,000 characters',
      () => `${v1}?asked=never-before`,
      { headers: { 'X-Big': 'y'.repeat(40_000) } },
      431,
    ],
    ['SQL for a branch', () => `${v1}/tree/${encodeURIComponent("' or 1=1 --")}`, {}, 200],
    ['a broken badge path', () => `/gh/acme/%E0%A4%A.svg`, {}, 400],
    ['a slug of prototypes', () => '/api/v1.1/project/constructor/__proto__/toString', {}, 404],
    ['a vcs of a prototype', () => '/api/v1.1/project/__proto__/acme/web', {}, 404],
    ['dots on the path', () => '/api/v1.1/project/gh/../../../etc/passwd', {}, 404],
  ])('%s is answered %4$i with words', async (_, path, options, status) => {
    const response = await ask(path(), all(options))
    expect(response.status).toBe(status)
    if (status >= 400 && !path().includes('.svg'))
      expect((await response.json<{ message: string }>()).message).toMatch(/\w/)
  })

  it('is not reflected as HTML', async () => {
    const response = await ask('/api/<script>alert(1)</script>')
    expect(response.headers.get('Content-Type')).toMatch(/^application\/json/)
    expect(response.headers.get('X-Content-Type-Options')).toBe('nosniff')
    expect(await response.text()).not.toContain('<script>')
  })

  it('with a token in its path or query leaves no trace of that in the log', async () => {
    const lines: string[] = []
    const { log, warn } = console
    console.log = (line: string) => void lines.push(line)
    console.warn = (line: string) => void lines.push(line)
    try {
      await ask(`${v1}?circle-token=${world.secrets.all}`)
      await ask(`/api/v1.1/user/token/${world.secrets.member}`, { method: 'DELETE', token: world.secrets.stranger })
      await ask(`/nothing/${world.secrets.member}?circle-token=${world.secrets.unknown}`)
      await ask(v1, { token: world.secrets.unknown })
    } finally {
      Object.assign(console, { log, warn })
    }
    expect(lines).toHaveLength(4)
    for (const line of lines) {
      expect(JSON.parse(line)).toMatchObject({
        event: 'request',
        route: expect.any(String),
        status: expect.any(Number),
      })
      expect(line).not.toMatch(/bp[uprs]_|\?/)
    }
  })
})
