import { beforeAll, describe, expect, it } from 'vitest'
import { mintSecret } from '../../../src/domain/access/secret.ts'
import type { ErrorCode } from '../../../src/domain/error.ts'
import { seedProject, seedToken, seedUser } from '../../support/seed/seed.ts'
import { openTestApp, SPENT } from '../../support/worker/app.ts'
import { type Ask, ask } from '../../support/worker/client.ts'
import { openTestStores } from '../../support/worker/stores.ts'
import { seedWorld, type World } from '../../support/worker/world.ts'

let world: World
beforeAll(async () => {
  world = await seedWorld(await openTestStores(), 'private')
})

/** What a client can tell answers apart by. */
async function seen(response: Response) {
  const { 'cf-ray': _, date: __, ...headers } = Object.fromEntries(response.headers)
  return { status: response.status, headers, body: await response.text() }
}

async function away(): Promise<never> {
  throw new Error('D1_ERROR: Network connection lost.')
}

const list = () => `/api/v1.1/project/${world.slug}`
const badge = (extension: 'svg' | 'json' = 'svg') => `/${world.slug}.${extension}`

describe('a refusal under /api', () => {
  it.for<[string, () => string, () => Ask, number, string, ErrorCode, string | null]>([
    [
      'nobody where a user is needed',
      () => '/api/v1.1/me',
      () => ({}),
      401,
      'You must log in first.',
      'login_required',
      'Bearer',
    ],
    [
      'a project token where a user is needed',
      () => '/api/v1.1/me',
      () => ({ token: world.secrets.all }),
      401,
      'You must log in first.',
      'login_required',
      'Bearer',
    ],
    [
      'a malformed token',
      list,
      () => ({ token: 'nonsense' }),
      401,
      'Invalid API token.',
      'invalid_token',
      'Bearer error="invalid_token"',
    ],
    [
      'an unknown token',
      list,
      () => ({ token: world.secrets.unknown }),
      401,
      'Invalid API token.',
      'invalid_token',
      'Bearer error="invalid_token"',
    ],
    [
      'an empty Bearer',
      list,
      () => ({ headers: { Authorization: 'Bearer ' } }),
      401,
      'Invalid API token.',
      'invalid_token',
      'Bearer error="invalid_token"',
    ],
    [
      'a status token for artifacts',
      () => `${list()}/1/artifacts`,
      () => ({ token: world.secrets.status }),
      403,
      'Permission denied',
      'permission_denied',
      'Bearer error="insufficient_scope", scope="view-builds"',
    ],
    [
      'a build-artifacts token for builds',
      list,
      () => ({ token: world.secrets['view-builds'] }),
      403,
      'Permission denied',
      'permission_denied',
      'Bearer error="insufficient_scope", scope="status"',
    ],
    ['nobody on a private project', list, () => ({}), 404, 'Project not found', 'project_not_found', null],
    [
      'a token of elsewhere',
      list,
      () => ({ token: world.secrets['other all'] }),
      404,
      'Project not found',
      'project_not_found',
      null,
    ],
    [
      'a project that is not there',
      () => '/api/v1.1/project/gh/acme/absent',
      () => ({ token: world.secrets.member }),
      404,
      'Project not found',
      'project_not_found',
      null,
    ],
    [
      'what cannot be a project',
      () => '/api/v1.1/project/svn/acme/absent',
      () => ({ token: world.secrets.member }),
      404,
      'Project not found',
      'project_not_found',
      null,
    ],
  ])('to %s', async ([_, path, options, status, message, code, challenge]) => {
    const { headers, ...answer } = await seen(await ask(path(), options()))
    expect(answer).toEqual({ status, body: JSON.stringify({ message, code }) })
    expect(headers).toMatchObject({ 'cache-control': 'no-store', 'content-type': 'application/json' })
    expect(headers['www-authenticate'] ?? null).toBe(challenge)
  })

  it('to an expired token tells when it expired', async () => {
    const { status, body, headers } = await seen(await ask(list(), { token: world.secrets.expired }))
    expect(status).toBe(401)
    expect(JSON.parse(body).message).toMatch(/^API token expired on \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\.$/)
    expect(headers['www-authenticate']).toBe('Bearer error="invalid_token"')
  })

  it('to a query token where it may not be tells to use a header', async () => {
    const { ask } = await openTestApp({ vars: { QUERY_TOKENS: 'off' } })
    const { status, body, headers } = await seen(await ask(`${list()}?circle-token=${world.secrets.status}`))
    expect([status, body]).toEqual([401, expect.stringContaining('use the Circle-Token header')])
    expect(headers['www-authenticate']).toBe('Bearer error="invalid_token"')
  })

  it('for too many unknown tokens is 429 with Retry-After, and spares tokens that are known', async () => {
    const { ask } = await openTestApp({ limits: { unknownTokens: SPENT } })
    expect((await ask(list(), { token: world.secrets.status })).status).toBe(200)
    expect((await ask(list(), { token: mintSecret('project') })).status).toBe(401)
    const { status, body, headers } = await seen(await ask(list(), { token: mintSecret('project') }))
    expect([status, body]).toEqual([429, '{"message":"Too many requests.","code":"too_many_requests"}'])
    expect(headers).toMatchObject({ 'retry-after': expect.stringMatching(/^\d+$/), 'cache-control': 'no-store' })
    expect((await ask(list(), { token: world.secrets.status })).status).toBe(200)
  })

  it('while the database cannot be read is 503 with Retry-After, never 401', async () => {
    const { ask, stores } = await openTestApp()
    const { secret } = await seedToken(stores, { kind: 'project', project: world.project, scope: 'status' })
    stores.faults.beforeD1 = away
    const { status, body, headers } = await seen(await ask(list(), { token: secret }))
    expect(status).toBe(503)
    expect(JSON.parse(body).message).toBe('Token verification is temporarily unavailable.')
    expect(headers).toMatchObject({ 'retry-after': expect.stringMatching(/^\d+$/), 'cache-control': 'no-store' })
  })

  it('is 503 for a page of the owner too, which is absent only for who is known to be none', async () => {
    const { ask, stores } = await openTestApp()
    const { secret } = await seedToken(stores, {
      kind: 'personal',
      user: await seedUser(stores.db, { instanceRole: 'owner' }),
    })
    expect((await ask('/metrics', { token: world.secrets.status })).status).toBe(404)
    stores.faults.beforeD1 = away
    expect((await ask('/metrics', { token: secret })).status).toBe(503)
  })

  it('for what cannot be read while the database is away is 503 with Retry-After, not a bug', async () => {
    const { ask, stores } = await openTestApp()
    expect((await ask(list(), { token: world.secrets.status })).status).toBe(200)
    stores.faults.beforeD1 = away
    // Of what was asked before, the answer is still there.
    expect((await ask(list(), { token: world.secrets.status })).status).toBe(200)
    const { status, body, headers } = await seen(await ask(`${list()}?limit=1`, { token: world.secrets.status }))
    expect([status, body]).toEqual([503, expect.stringContaining('The database cannot be reached')])
    expect(headers).toMatchObject({ 'retry-after': expect.stringMatching(/^\d+$/), 'cache-control': 'no-store' })
  })
})

describe('a private project reads like an absent one', () => {
  const paths: readonly ((slug: string) => string)[] = [
    (slug) => `/api/v1.1/project/${slug}`,
    (slug) => `/api/v1.1/project/${slug}/1`,
    (slug) => `/api/v1.1/project/${slug}/1/artifacts`,
    (slug) => `/api/v1.1/project/${slug}/token`,
    (slug) => `/api/buildpass/v1/projects/${slug}`,
    (slug) => `/${slug}.svg`,
    (slug) => `/${slug}.json?label=x`,
    (slug) => `/${slug}/tree/main.svg?style=svg`,
  ]
  it.each(['none', 'other all', 'stranger', 'owner'] as const)('to %s, header for header', async (asker) => {
    for (const path of paths) {
      const token = world.secrets[asker]
      const forbidden = await seen(await ask(path(world.slug), { token }))
      const absent = await seen(await ask(path('gh/acme/absent'), { token }))
      expect(forbidden, path('…')).toEqual(absent)
      expect(forbidden.status).toBe(404)
    }
  })

  it('and so does a build of it, named by its uuid', async () => {
    const path = (job: string) => `/output/job/${job}/artifacts/0/out/report.txt`
    const token = world.secrets['other all']
    const forbidden = await seen(await ask(path(world.build.id), { token }))
    expect(forbidden).toEqual(await seen(await ask(path(crypto.randomUUID()), { token })))
    expect(forbidden.body).toBe('{"message":"Project not found","code":"project_not_found"}')
  })
})

describe('a 401', () => {
  const challenge = async (path: string, token: string | null = 'nonsense') => {
    const response = await ask(path, { token })
    expect(response.status).toBe(401)
    return response.headers.get('WWW-Authenticate')
  }

  it('of a badge or a feed offers Basic too, for tools that wait to be asked', async () => {
    for (const path of [badge(), badge('json'), `/${world.slug}.cc.xml`, '/cc.xml'])
      expect(await challenge(path)).toBe('Bearer error="invalid_token", Basic realm="Buildpass", charset="UTF-8"')
    expect(await challenge('/cc.xml', null)).toBe('Bearer, Basic realm="Buildpass", charset="UTF-8"')
  })

  it('of the API does not, or browsers would ask their readers', async () => {
    for (const path of ['/api/v2/me', `/api/v1.1/project/${world.slug}`])
      expect(await challenge(path)).toBe('Bearer error="invalid_token"')
  })
})

describe('a token in the URL of a badge that counts no more', () => {
  const dead = (of: World) => ({
    malformed: 'nonsense',
    'CircleCI’s': 'a'.repeat(40),
    unknown: mintSecret('project'),
    deleted: of.secrets.deleted,
    expired: of.secrets.expired,
    empty: '',
  })
  const KINDS = Object.keys(dead({ secrets: {} } as World)) as (keyof ReturnType<typeof dead>)[]
  const FORMS = [
    (slug: string) => `/${slug}.svg`,
    (slug: string) => `/${slug}.json`,
    (slug: string) => `/${slug}/tree/main.svg`,
    (slug: string) => `/status-badge/img/${slug}.svg`,
    (slug: string) => `/status-badge/img/${slug}/tree/main.svg`,
  ]

  it.each(KINDS)('(%s) shows on a public project what everybody sees, and nobody keeps it', async (kind) => {
    const open = await seedWorld(await openTestStores(), 'public')
    for (const form of FORMS) {
      const path = `${form(open.slug)}?label=x`
      const response = await ask(`${path}&circle-token=${dead(open)[kind]}`)
      expect([path, response.status, response.headers.get('Cache-Control')]).toEqual([path, 200, 'no-store'])
      expect(response.headers.get('Referrer-Policy')).toBe('no-referrer')
      expect(await response.text()).toBe(await (await ask(path)).text())
    }
  })

  it.each(KINDS)('(%s) is 401 on a private project and where there is none, alike', async (kind) => {
    for (const form of FORMS) {
      const [there, nowhere] = [form(world.slug), form('gh/nobody/nothing')]
      const seenAt = async (path: string) => seen(await ask(`${path}?circle-token=${dead(world)[kind]}`))
      expect((await seenAt(there)).status).toBe(401)
      expect(await seenAt(there)).toEqual(await seenAt(nowhere))
    }
  })

  it('is 401 where it stands in a header, and where a page or the API is asked for', async () => {
    const open = await seedWorld(await openTestStores(), 'public')
    for (const headers of [{ 'Circle-Token': 'x' }, { Authorization: 'Bearer x' }] as Record<string, string>[])
      for (const query of ['', '?circle-token=x'])
        expect((await ask(`/${open.slug}.svg${query}`, { headers })).status).toBe(401)
    expect((await ask(`/api/v1.1/project/${open.slug}?circle-token=x`)).status).toBe(401)
    expect((await ask(`/${open.slug}.cc.xml?circle-token=x`)).status).toBe(401)
  })

  it('is shown where tokens may not stand in URLs at all', async () => {
    const app = await openTestApp({ vars: { QUERY_TOKENS: 'off' } })
    const open = await seedWorld(app.stores, 'public')
    expect((await app.ask(`/${open.slug}.svg?circle-token=${open.secrets.status}`)).status).toBe(200)
  })

  it('is counted as an unknown one', async () => {
    const app = await openTestApp({ limits: { unknownTokens: SPENT } })
    const open = await seedWorld(app.stores, 'public')
    const ask = () => app.ask(`/${open.slug}.svg?circle-token=${mintSecret('project')}`)
    await ask()
    expect([(await ask()).status, shownBy(await (await ask()).text())]).toEqual([429, 'busy'])
  })

  it('is "unknown" while nobody can say whether the project is public', async () => {
    const app = await openTestApp()
    const open = await seedWorld(app.stores, 'public')
    app.stores.faults.beforeD1 = away
    const response = await app.ask(`/${open.slug}.svg?circle-token=nonsense`)
    expect([response.status, shownBy(await response.text())]).toEqual([503, 'unknown'])
  })

  it('is refused as anybody is for a branch that cannot be', async () => {
    const open = await seedWorld(await openTestStores(), 'public')
    for (const token of ['nonsense', mintSecret('project')]) {
      const response = await ask(`/${open.slug}/tree/${'x'.repeat(2_000)}.svg?circle-token=${token}`)
      expect([response.status, shownBy(await response.text())]).toEqual([400, 'bad request'])
    }
  })

  it('does not show a project that has just been made private', async () => {
    const app = await openTestApp()
    const open = await seedWorld(app.stores, 'public')
    const path = `/${open.slug}.svg?circle-token=nonsense`
    expect((await app.ask(path)).status).toBe(200)
    const made = await app.ask(`/api/buildpass/v1/projects/${open.slug}`, {
      method: 'PATCH',
      token: open.secrets.admin,
      json: { visibility: 'private' },
    })
    expect([made.status, (await app.ask(path)).status]).toEqual([200, 401])
  })
})

describe('a badge that cannot be shown', () => {
  const rows: [string, number, string, () => Ask][] = [
    ['for a malformed token', 401, 'invalid token', () => ({ token: 'nonsense' })],
    ['for an expired token', 401, 'invalid token', () => ({ token: world.secrets.expired })],
    ['without the scope', 403, 'no permission', () => ({ token: world.secrets['view-builds'] })],
    ['to nobody', 404, 'project not found', () => ({})],
  ]
  it.each(rows)(
    '%s is %i and says "%s", as an image and as JSON, and nobody keeps it',
    async (_, status, word, options) => {
      for (const style of ['', '?style=svg', '?style=flat-square']) {
        const image = await ask(badge() + style, options())
        expect(image.status).toBe(status)
        expect(image.headers.get('Content-Type')).toMatch(/^image\/svg\+xml/)
        expect(image.headers.get('Cache-Control')).toBe('no-store')
        expect(shownBy(await image.text())).toBe(style === '?style=svg' ? word.toUpperCase() : word)
      }
      const json = await ask(badge('json'), options())
      expect(json.status).toBe(status)
      expect(json.headers.get('Cache-Control')).toBe('no-store')
      expect(await json.json()).toMatchObject({ schemaVersion: 1, message: word, isError: true })
    },
  )

  it('while busy is 429 "busy", and without the database 503 "unknown", both with Retry-After', async () => {
    const busy = await openTestApp({ limits: { unknownTokens: SPENT } })
    await busy.ask(badge(), { token: mintSecret('project') })
    const limited = await busy.ask(badge(), { token: mintSecret('project') })
    expect([limited.status, shownBy(await limited.text())]).toEqual([429, 'busy'])
    const outage = await openTestApp()
    outage.stores.faults.beforeD1 = away
    const unavailable = await outage.ask(badge(), { token: world.secrets.status })
    expect([unavailable.status, shownBy(await unavailable.text())]).toEqual([503, 'unknown'])
    for (const response of [limited, unavailable]) {
      expect(response.headers.get('Retry-After')).toMatch(/^\d+$/)
      expect(response.headers.get('Cache-Control')).toBe('no-store')
    }
  })

  it('for a known token whose builds cannot be read is 503 "unknown" too', async () => {
    const { ask, stores } = await openTestApp()
    expect((await ask(badge(), { token: world.secrets.status })).status).toBe(200)
    stores.clock.advance(6_000)
    stores.faults.beforeD1 = away
    const response = await ask(`/${world.slug}/tree/other.svg`, { token: world.secrets.status })
    expect([response.status, shownBy(await response.text())]).toEqual([503, 'unknown'])
    expect(response.headers.get('Cache-Control')).toBe('no-store')
  })
})

describe('an answer to a token in the URL', () => {
  it('stays private and sends no referrer, on a public project and in refusals too', async () => {
    const stores = await openTestStores()
    const open = await seedWorld(stores, 'public')
    const query = (token: string | null) => `?circle-token=${token}`
    const answers = [
      await ask(`/${open.slug}.svg${query(open.secrets.status)}`),
      await ask(`/api/v1.1/project/${open.slug}${query(open.secrets.status)}`),
      await ask(`/api/v1.1/project/${open.slug}/1/artifacts/0/out/report.txt${query(open.secrets.all)}`),
      await ask(`/status-badge/redirect/${open.slug}${query(open.secrets.all)}`),
      await ask(`/${open.slug}.svg${query('nonsense')}`),
      await ask(`/api/v1.1/me${query(open.secrets.all)}`),
      await ask(`/api/absent${query(open.secrets.all)}`),
    ]
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 302, 302, 200, 401, 404])
    for (const { headers } of answers) {
      expect(headers.get('Referrer-Policy')).toBe('no-referrer')
      expect(headers.get('Cache-Control')).toMatch(/^(private|no-store)/)
    }
  })

  it('does so from what is asked for most, which sees to it by itself, warm and cold', async () => {
    const open = await seedWorld(await openTestStores(), 'public')
    const [vcs, org, repo] = open.slug.split('/')
    const paths = [
      `/${open.slug}.svg`,
      `/${open.slug}.json`,
      `/${open.slug}/tree/main.svg`,
      `/status-badge/img/${vcs}/${org}/${repo}.svg`,
      `/status-badge/img/${vcs}/${org}/${repo}/tree/main.json`,
      `/output/job/${open.build.id}/artifacts/0/out/report.txt`,
      `/output/job/${open.build.id}/artifacts/0/absent.txt`,
    ]
    for (const path of [...paths, ...paths]) {
      for (const token of [open.secrets.all, open.secrets.status, 'nonsense', mintSecret('project')]) {
        const { status, headers } = await ask(`${path}?circle-token=${token}&style=svg`)
        expect([path, status, headers.has('ETag')]).toEqual([path, status, status === 200])
        expect([path, status, headers.get('Referrer-Policy')]).toEqual([path, status, 'no-referrer'])
        expect([path, status, headers.get('Cache-Control')]).toEqual([
          path,
          status,
          expect.stringMatching(/^(private|no-store)/),
        ])
      }
    }
  })

  it('is fresh in the conditional form too', async () => {
    const path = `${badge()}?circle-token=${world.secrets.status}`
    const etag = (await ask(path)).headers.get('ETag') ?? ''
    const again = await ask(path, { headers: { 'If-None-Match': etag } })
    expect([again.status, again.headers.get('Referrer-Policy')]).toEqual([304, 'no-referrer'])
    expect(again.headers.get('Cache-Control')).toMatch(/^private/)
  })
})

describe('X-CircleCI-Scopes', () => {
  it.each([
    ['status', 'status'],
    ['all', 'status, view-builds, all'],
  ] as const)('of a %s token lists what it opens', async (asker, words) => {
    const response = await ask(list(), { token: world.secrets[asker] })
    expect(response.headers.get('X-CircleCI-Scopes')).toBe(words)
  })
})

it('a token of a project named in another letter case is still its own', async () => {
  const stores = await openTestStores()
  const project = await seedProject(stores.db)
  const { secret } = await seedToken(stores, { kind: 'project', project, scope: 'status' })
  const path = `/api/v1.1/project/github/${project.org.toUpperCase()}/${project.repo.toUpperCase()}`
  expect((await ask(path, { token: secret })).status).toBe(200)
})

function shownBy(svg: string): string | undefined {
  return />([^<>]+)<\/text><\/g>/.exec(svg.replace(/\r?\n\s*/g, ''))?.[1]
}
