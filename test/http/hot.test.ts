import { createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { createApp } from '../../src/app.ts'
import { mintSecret } from '../../src/domain/access/secret.ts'
import { createDrawings } from '../../src/http/badges/drawing.ts'
import { createRedirects } from '../../src/http/downloads/redirect.ts'
import { createKeptAnswers } from '../../src/http/frame/answers/kept-answers.ts'
import { createMetrics } from '../../src/http/frame/metrics.ts'
import { startTrace } from '../../src/http/frame/trace.ts'
import { answerHot } from '../../src/http/hot.ts'
import { parseSettings } from '../../src/settings.ts'
import { seedMember, seedProject, seedToken, seedUser } from '../support/seed/seed.ts'
import { seedBuild } from '../support/seed/seed-builds.ts'
import { UNLIMITED } from '../support/worker/app.ts'
import { ORIGIN } from '../support/worker/client.ts'
import { outsideOf } from '../support/worker/outside.ts'
import { openTestStores } from '../support/worker/stores.ts'
import { seedArtifact } from '../support/worker/world.ts'

let both: Awaited<ReturnType<typeof openBoth>>
beforeAll(async () => {
  both = await openBoth()
})

/** The answer of the hot read, if it has one, and that of the ordinary route, at one moment in one isolate. */
async function openBoth() {
  const stores = await openTestStores()
  const settings = await parseSettings({ ...env, QUERY_TOKENS: 'project' })
  const isolate = {
    settings,
    stores,
    outside: outsideOf(stores),
    metrics: createMetrics(stores.now(), null),
    drawings: createDrawings(),
    redirects: createRedirects(),
    answers: createKeptAnswers(),
    limits: UNLIMITED,
  }
  const app = createApp()
  const ask = async (answers: 'hot' | 'ordinary', path: string, init: RequestInit) => {
    const trace = startTrace(stores.now(), 'one')
    const asked = new Request(ORIGIN + path, { redirect: 'manual', ...init })
    const response =
      answers === 'hot'
        ? answerHot(asked, { ...isolate, trace })
        : await app.fetch(asked, { ...isolate, trace }, createExecutionContext())
    if (!response) return null
    const { status, headers } = response
    return { status, headers: [...headers].sort(), body: await response.text(), trace }
  }
  const [secretProject, shownProject] = [
    await seedProject(stores.db),
    await seedProject(stores.db, { visibility: 'public', defaultBranch: 'trunk' }),
  ]
  const [member, stranger] = [await seedUser(stores.db), await seedUser(stores.db)]
  await seedMember(stores.db, secretProject, member, 'member')
  const links: string[] = []
  for (const project of [secretProject, shownProject]) {
    for (const branch of ['main', 'trunk', 'a/b.svg', 'a%2Fb', 'tree/x'])
      await seedBuild(stores, project, { branch, status: branch === 'main' ? 'failed' : 'success' })
    const build = await seedBuild(stores, project)
    for (const name of ['out/report.txt', 'a b%2.txt']) {
      await seedArtifact(stores, project, build, { path: name, text: 'hello' })
      links.push(`/output/job/${build.id}/artifacts/0/${name.split('/').map(encodeURIComponent).join('/')}`)
    }
  }
  const of = async (seed: Parameters<typeof seedToken>[1]) => (await seedToken(stores, seed)).secret
  const tokens: (string | null)[] = [
    null,
    ...(await Promise.all([
      of({ kind: 'project', project: secretProject, scope: 'status' }),
      of({ kind: 'project', project: secretProject, scope: 'view-builds' }),
      of({ kind: 'project', project: secretProject, scope: 'all' }),
      of({ kind: 'project', project: shownProject, scope: 'all' }),
      of({ kind: 'reporting', project: secretProject }),
      of({ kind: 'personal', user: member }),
      of({ kind: 'personal', user: stranger }),
      of({ kind: 'project', project: secretProject, scope: 'all', expiresAt: stores.now() + 20_000 }),
      of({ kind: 'project', project: secretProject, scope: 'all', expiresAt: stores.now() - 1 }),
    ])),
    mintSecret('project'),
    'bpp_garbage',
  ]
  const names = [secretProject, shownProject].map(({ vcs, org, repo }) => `${vcs}/${org}/${repo}`)
  const files = [
    '.svg',
    '.json',
    '.png',
    '.svg/',
    '/tree/main.svg',
    '/tree/a/b.svg.json',
    '/tree/tree/x.svg',
    '/tree/trunk.svg',
  ]
  const badges = ['', 'status-badge/img/'].flatMap((start) =>
    [...names, 'gh/acme/none', names[0]?.replace(/^gh/, 'github') ?? ''].flatMap((name) =>
      [...files, '.svgx', '.svg/x', '/tree/a%2Fb.svg', '/tree/a%252Fb.svg', `/tree/${'x'.repeat(1_100)}.svg`].map(
        (file) => `/${start}${name}${file}`,
      ),
    ),
  )
  const paths = [...badges, ...badges.slice(0, 3).map((path) => `/x${path}`), ...links, `${links[0]}/`, '/output/job/x']
  const [secret, shown] = [`/${names[0]}.svg`, `/${names[1]}.svg`]
  return { stores, isolate, ask, tokens, paths, secret, shown, secretProject, shownProject, links }
}

it('answers from memory what the ordinary route answers, byte for byte', async () => {
  const { stores, ask, tokens, paths } = both
  const sent = fc.record({
    path: fc.constantFrom(...paths),
    query: fc.constantFrom('', 'style=shield', 'label=a&style=flat-square', 'label=%20b', 'style=nonsense'),
    token: fc.constantFrom(...tokens),
    inUrl: fc.boolean(),
    condition: fc.constantFrom(
      null,
      'If-None-Match *',
      'If-Match *',
      'If-Match "x"',
      'If-None-Match the tag',
      'Range bytes=0-1',
    ),
    method: fc.constantFrom('GET', 'GET', 'GET', 'HEAD', 'OPTIONS'),
  })
  const kinds = new Map<string, number>()
  await fc.assert(
    fc.asyncProperty(fc.array(sent, { minLength: 1, maxLength: 3 }), fc.nat(9_000), async (asks, laterMs) => {
      stores.clock.advance(laterMs)
      for (const { path, query, token, inUrl, condition, method } of asks) {
        const url = [token && inUrl ? `circle-token=${token}` : '', query].filter((part) => part !== '').join('&')
        const place = url === '' ? path : `${path}?${url}`
        const headers = new Headers(token && !inUrl ? { 'Circle-Token': token } : {})
        // Asked for twice, so that memory has what it may have.
        const first = await ask('ordinary', place, { method, headers })
        await stores.settled()
        const tag = first?.headers.find(([name]) => name === 'etag')?.[1] ?? '"none"'
        const [name, value] = condition?.replace('the tag', tag).split(/ (.*)/) ?? []
        if (name) headers.set(name, value ?? '')
        const hot = await ask('hot', place, { method, headers })
        if (!hot) continue
        expect(hot).toEqual(await ask('ordinary', place, { method, headers }))
        kinds.set(`${path.slice(0, 7)} ${hot.status}`, 1 + (kinds.get(`${path.slice(0, 7)} ${hot.status}`) ?? 0))
      }
    }),
    { numRuns: 400 },
  )
  // Pictures, links, what the asker has already, and what no token is: all of them were asked for.
  expect([...kinds.keys()].map((kind) => kind.slice(-3)).sort()).toEqual(
    expect.arrayContaining(['200', '302', '304', '401']),
  )
})

describe('memory answers', () => {
  it('whoever may see a badge, be it nobody in particular', async () => {
    const { stores, ask, shown } = both
    await ask('ordinary', shown, {})
    await stores.settled()
    expect(await ask('hot', shown, {})).toMatchObject({ status: 200 })
  })

  it('whoever sends garbage, but not with what only the database knows', async () => {
    const { stores, ask, secret, shown } = both
    const headers = { 'Circle-Token': 'bpp_garbage' }
    expect(await ask('hot', secret, { headers })).toMatchObject({ status: 401 })
    expect(await ask('hot', `${shown}?circle-token=bpp_garbage`, {})).toBeNull()
    await ask('ordinary', `${secret}?circle-token=bpp_garbage`, {})
    await stores.settled()
    expect(await ask('hot', `${secret}?circle-token=bpp_garbage`, {})).toMatchObject({ status: 401 })
  })

  it('a URL of 8,192 characters, and none that is longer', async () => {
    const { stores, ask, shown } = both
    await ask('ordinary', shown, {})
    await stores.settled()
    const padded = (length: number) => `${shown}?label=`.padEnd(length - ORIGIN.length, 'x')
    expect((await ask('hot', padded(8_192), {}))?.status).toBe(200)
    expect(await ask('hot', padded(8_193), {})).toBeNull()
    expect((await ask('ordinary', padded(8_193), {}))?.status).toBe(414)
  })
})

describe('memory is not asked', () => {
  it('before it knows the status of a branch', async () => {
    const { stores, ask, shown } = both
    stores.clock.advance(6_000)
    await ask('ordinary', `${shown.slice(0, -4)}/tree/main.svg`, {})
    await stores.settled()
    expect(await ask('hot', shown, {})).toBeNull()
  })

  it('for a path that is percent-encoded: its text may be the name of another branch', async () => {
    const { stores, ask, shown } = both
    const ofBranch = (encoded: string) => `${shown.slice(0, -4)}/tree/${encoded}.svg`
    expect((await ask('ordinary', ofBranch('a%252Fb'), {}))?.body).toContain('passing')
    await stores.settled()
    expect(await ask('hot', ofBranch('a%2Fb'), {})).toBeNull()
    expect((await ask('ordinary', ofBranch('a%2Fb'), {}))?.body).toContain('no builds')
  })

  it('for what somebody says that our address is', async () => {
    const { stores, isolate, shown } = both
    await both.ask('ordinary', shown, {})
    await stores.settled()
    const nameless = { ...isolate, settings: { ...isolate.settings, publicOrigin: null } }
    const askedAt = (origin: string) =>
      answerHot(new Request(origin + shown), { ...nameless, trace: startTrace(stores.now(), 'one') })
    expect(askedAt('http://localhost')?.status).toBe(200)
    expect(askedAt('https://evil.example.com')).toBeNull()
  })

  it('for an artifact of a project that has given its name to another', async () => {
    const { stores, ask, shown, links, secretProject, shownProject } = both
    const link = links.at(-2) ?? ''
    await ask('ordinary', link, {})
    await ask('ordinary', shown, {})
    await stores.settled()
    expect(await ask('hot', link, {})).toMatchObject({ status: 302 })
    const known = stores.memory.links.links.get(link)
    if (!known) throw new Error('the link is in no memory')
    expect(known.link.projectId).toBe(shownProject.id)
    stores.memory.links.links.set(link, { ...known, link: { ...known.link, projectId: secretProject.id } })
    expect(await ask('hot', link, {})).toBeNull()
  })
})
