import { env } from 'cloudflare:workers'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { MOST_QUERIES } from '../../../bench/free-plan.ts'
import { ACCESS, type Needs, pathsOf, type RouteName } from '../../../src/http/frame/access.ts'
import { type Furnished, furnish } from '../../support/seed/furnished.ts'
import { smallZip } from '../../support/seed/zips.ts'
import { type Doer, ENDINGS, endBeforeWrite } from '../../support/sign/endings.ts'
import { signed } from '../../support/sign/signed.ts'
import { openTestApp } from '../../support/worker/app.ts'
import type { Ask } from '../../support/worker/client.ts'
import { countQueries } from '../../support/worker/free-plan.ts'
import { EMPTY, keep, putBack, type Snapshot, snapshot } from '../../support/worker/snapshot.ts'
import { openTestStores } from '../../support/worker/stores.ts'

type Write = Exclude<RouteName, `GET ${string}`>

/** How to have a route leave something behind, and what has to be there for it. */
type Recipe = {
  readonly path: (world: Furnished) => string
  readonly ask?: (world: Furnished) => Ask | Promise<Ask>
  /** Done by the same asker before, e.g. an upload that is to be completed; gives the id that the path ends with. */
  readonly before?: (world: Furnished, send: (path: string, ask: Ask) => Promise<Response>) => Promise<string>
}

const v1 =
  (rest: string): Recipe['path'] =>
  ({ slug }) =>
    `/api/v1.1/project/${slug}${rest}`
const v2 =
  (rest: string): Recipe['path'] =>
  ({ slug }) =>
    `/api/v2/project/${slug}${rest}`
const own =
  (rest: string | ((world: Furnished) => string)): Recipe['path'] =>
  (world) =>
    `/api/buildpass/v1/projects/${world.slug}${typeof rest === 'string' ? rest : rest(world)}`
const json = (value: unknown) => () => ({ json: value })
const URL_OF_CHAT = 'https://chat.example.com/'
const PART = 'part'

const begun: Recipe['before'] = async ({ slug }, send) => {
  const path = `/api/buildpass/v1/projects/${slug}/builds/1/uploads`
  const begun = await send(path, { method: 'POST', json: { path: 'large.bin', size: PART.length } })
  const { upload_id } = await begun.json<{ upload_id: string }>()
  const headers = { 'Content-Length': String(PART.length) }
  await send(`${path}/${upload_id}/1`, { method: 'PUT', body: PART, headers })
  return upload_id
}

/** Routes of which the table says nothing: what they leave behind rests on a proof that the request itself brings. */
const OWN_PROOF = {
  'POST /api/buildpass/v1/leaks': true,
  'POST /api/buildpass/v1/oidc/exchange': true,
  'POST /local/sign-in-links': true,
  'POST /s/:secret': true,
} as const satisfies Partial<Record<Write, true>>

/** CircleCI's routes that do nothing here, and say so. */
const NOTHING = { 'DELETE /api/v1.1/project/:vcs/:org/:repo/build-cache': true } as const satisfies Partial<
  Record<Write, true>
>

/** Reads that are too long for an address. */
const READS = {
  'POST /api/buildpass/v1/projects/:vcs/:org/:repo/tests/judge': true,
  'POST /api/v3/runs/search': true,
  'POST /mcp': true,
} as const satisfies Partial<Record<Write, true>>

const MUTE = { reason: 'known', until: new Date(Date.now() + 86_400_000).toISOString() }

const orgTokens = ({ project }: Furnished) => `/api/buildpass/v1/orgs/gh/${project.org}/tokens`

const RECIPES: Record<Exclude<Write, keyof typeof OWN_PROOF | keyof typeof NOTHING | keyof typeof READS>, Recipe> = {
  'POST /api/v1.1/user/token': { path: () => '/api/v1.1/user/token', ask: json({ label: 'mine' }) },
  'DELETE /api/v1.1/user/token/:id': { path: ({ adminsOther }) => `/api/v1.1/user/token/${adminsOther.id}` },
  'POST /api/v1.1/user/token/:id/rotate': {
    path: ({ adminsOther }) => `/api/v1.1/user/token/${adminsOther.id}/rotate`,
  },
  'DELETE /api/buildpass/v1/instance/tokens/:id': {
    path: ({ adminsOther }) => `/api/buildpass/v1/instance/tokens/${adminsOther.id}`,
  },
  'PUT /api/buildpass/v1/instance/policy': {
    path: () => '/api/buildpass/v1/instance/policy',
    ask: json({ personal_days: 30 }),
  },
  'POST /api/buildpass/v1/instance/policy/breaking/end': {
    path: () => '/api/buildpass/v1/instance/policy/breaking/end',
    before: async (_, send) => {
      await send('/api/buildpass/v1/instance/policy', { method: 'PUT', json: { project_days: 30 } })
      return ''
    },
  },
  'POST /api/buildpass/v1/orgs/:vcs/:org/tokens': { path: orgTokens, ask: json({ label: 'x', scope: 'all' }) },
  'DELETE /api/buildpass/v1/orgs/:vcs/:org/tokens/:id': {
    path: (world) => `${orgTokens(world)}/${world.orgToken.id}`,
  },
  'POST /api/buildpass/v1/orgs/:vcs/:org/tokens/:id/rotate': {
    path: (world) => `${orgTokens(world)}/${world.orgToken.id}/rotate`,
  },
  'POST /api/v1.1/project/:vcs/:org/:repo': { path: v1('') },
  'POST /api/v1.1/project/:vcs/:org/:repo/tree/:branch{.+}': { path: v1('/tree/main') },
  'POST /api/v1.1/project/:vcs/:org/:repo/build': { path: v1('/build') },
  'POST /api/v1.1/project/:vcs/:org/:repo/token': { path: v1('/token'), ask: json({ label: 'x', scope: 'all' }) },
  'DELETE /api/v1.1/project/:vcs/:org/:repo/token/:id': { path: (world) => v1(`/token/${world.token.id}`)(world) },
  'POST /api/v1.1/project/:vcs/:org/:repo/token/:id/rotate': {
    path: (world) => v1(`/token/${world.token.id}/rotate`)(world),
  },
  'POST /api/v1.1/project/:vcs/:org/:repo/follow': {
    path: v1('/follow'),
    before: async ({ slug }, send) => {
      await send(`/api/v1.1/project/${slug}/unfollow`, { method: 'POST' })
      return ''
    },
  },
  'POST /api/v1.1/project/:vcs/:org/:repo/unfollow': { path: v1('/unfollow') },
  'POST /api/v1.1/project/:vcs/:org/:repo/envvar': { path: v1('/envvar'), ask: json({ name: 'B', value: 'x' }) },
  'DELETE /api/v1.1/project/:vcs/:org/:repo/envvar/:name': { path: v1('/envvar/A') },
  'POST /api/v1.1/project/:vcs/:org/:repo/:num/retry': { path: v1('/1/retry') },
  'POST /api/v1.1/project/:vcs/:org/:repo/:num/cancel': {
    path: (world) => v1(`/${world.running.num}/cancel`)(world),
  },
  'POST /api/v2/project/:vcs/:org/:repo/pipeline': { path: v2('/pipeline') },
  'POST /api/v2/project/:vcs/:org/:repo/job/:num/cancel': {
    path: (world) => v2(`/job/${world.running.num}/cancel`)(world),
  },
  'POST /api/v2/workflow/:id/cancel': { path: ({ running }) => `/api/v2/workflow/${running.workflowId}/cancel` },
  'POST /api/v2/workflow/:id/rerun': { path: ({ build }) => `/api/v2/workflow/${build.workflow.id}/rerun` },
  'POST /api/v2/project/:vcs/:org/:repo/envvar': { path: v2('/envvar'), ask: json({ name: 'B', value: 'x' }) },
  'DELETE /api/v2/project/:vcs/:org/:repo/envvar/:name': { path: v2('/envvar/A') },
  'POST /api/v3/runs': {
    path: () => '/api/v3/runs',
    ask: ({ project }) => ({ json: { data: { references: { pipeline: { id: project.id } } } } }),
  },
  'POST /api/v3/workflows/:id/cancel': { path: ({ running }) => `/api/v3/workflows/${running.workflowId}/cancel` },
  'POST /api/v3/workflows/:id/rerun': { path: ({ build }) => `/api/v3/workflows/${build.workflow.id}/rerun` },
  'DELETE /api/buildpass/v1/token': { path: () => '/api/buildpass/v1/token' },
  'PUT /api/buildpass/v1/orgs/:vcs/:org/creators/:login': {
    path: ({ project, users }) => `/api/buildpass/v1/orgs/gh/${project.org}/creators/${users.member.login}`,
  },
  'DELETE /api/buildpass/v1/orgs/:vcs/:org/creators/:login': {
    path: ({ project, users }) => `/api/buildpass/v1/orgs/gh/${project.org}/creators/${users.admin.login}`,
  },
  'POST /api/buildpass/v1/projects': {
    path: () => '/api/buildpass/v1/projects',
    ask: ({ project }) => ({ json: { slug: `gh/${project.org}/made` } }),
  },
  'PATCH /api/buildpass/v1/projects/:vcs/:org/:repo': { path: own(''), ask: json({ visibility: 'public' }) },
  'DELETE /api/buildpass/v1/projects/:vcs/:org/:repo': { path: own('') },
  'PUT /api/buildpass/v1/projects/:vcs/:org/:repo/members/:login': {
    path: own(({ users }) => `/members/${users.stranger.login}`),
    ask: json({ role: 'admin' }),
  },
  'DELETE /api/buildpass/v1/projects/:vcs/:org/:repo/members/:login': {
    path: own(({ users }) => `/members/${users.member.login}?end_made=true`),
  },
  'PUT /api/buildpass/v1/projects/:vcs/:org/:repo/dispatch-target': {
    path: own('/dispatch-target'),
    ask: json({ kind: 'webhook', url: URL_OF_CHAT, send_env_vars: true }),
  },
  'DELETE /api/buildpass/v1/projects/:vcs/:org/:repo/dispatch-target': { path: own('/dispatch-target') },
  'POST /api/buildpass/v1/projects/:vcs/:org/:repo/listeners': {
    path: own('/listeners'),
    ask: json({ kind: 'webhook', url: URL_OF_CHAT }),
  },
  'POST /api/buildpass/v1/projects/:vcs/:org/:repo/listeners/:id/try': {
    path: own('/listeners/:before/try'),
    before: async ({ slug }, send) => {
      const json = { kind: 'slack', url: URL_OF_CHAT }
      const made = await send(`/api/buildpass/v1/projects/${slug}/listeners`, { method: 'POST', json })
      return (await made.json<{ id: string }>()).id
    },
  },
  'POST /api/buildpass/v1/projects/:vcs/:org/:repo/listeners/:id/resume': {
    path: own(({ listenerId }) => `/listeners/${listenerId}/resume`),
    before: async () => {
      await env.DB.prepare('update listeners set paused_at = 1').run()
      return ''
    },
  },
  'POST /api/buildpass/v1/notices/read': {
    path: () => '/api/buildpass/v1/notices/read',
    ask: json({}),
    before: async ({ project }) => {
      await env.DB.batch([
        env.DB.prepare(
          `insert into notices (id, kind, project_id, facts, created_at) values ('n', 'test', ?, '{"kind":"test"}', 1)`,
        ).bind(project.id),
        env.DB.prepare(`insert into notice_inbox (user_id, notice_id, at) select id, 'n', 1 from users`),
      ])
      return ''
    },
  },
  'PUT /api/buildpass/v1/notices/choices': {
    path: () => '/api/buildpass/v1/notices/choices',
    ask: json({ choices: [{ kind: 'branch.broken', place: 'off' }] }),
  },
  'DELETE /api/buildpass/v1/projects/:vcs/:org/:repo/listeners/:id': {
    path: own(({ listenerId }) => `/listeners/${listenerId}`),
  },
  'POST /api/buildpass/v1/projects/:vcs/:org/:repo/builds': {
    path: own('/builds'),
    ask: json({
      external_id: 'late',
      pipeline: { external_id: 'p2', branch: 'main', revision: 'f00d' },
      workflow: { external_id: 'w2', name: 'w' },
      job: { name: 'j' },
      status: 'success',
    }),
  },
  'PATCH /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num': {
    path: own(({ running }) => `/builds/${running.num}`),
    ask: json({ status: 'success' }),
  },
  'POST /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/steps': {
    path: own('/builds/1/steps'),
    ask: json({ key: 'k', name: 'lint' }),
  },
  'PUT /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/steps/:step/log': {
    path: own('/builds/1/steps/0/log?offset=3'),
    ask: () => ({ body: 'more\n' }),
  },
  'PUT /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/tests': {
    path: own('/builds/1/tests'),
    ask: json({ tests: [{ name: 'x', result: 'failure' }] }),
  },
  'PUT /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/artifacts/:path{.+}': {
    path: own('/builds/1/artifacts/out/report.txt?overwrite=true'),
    ask: () => ({ body: 'other bytes' }),
  },
  'PUT /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/packs/:name': {
    path: own('/builds/1/packs/dist'),
    ask: () => ({ body: smallZip(), headers: { 'Content-Length': String(smallZip().length) } }),
  },
  'POST /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/uploads': {
    path: own('/builds/1/uploads'),
    ask: json({ path: 'large.bin', size: 1 }),
  },
  'PUT /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/uploads/:upload/:part': {
    before: begun,
    path: own('/builds/1/uploads/:before/1'),
    ask: () => ({ body: 'trap' }),
  },
  'POST /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/uploads/:upload/complete': {
    before: begun,
    path: own('/builds/1/uploads/:before/complete'),
  },
  'DELETE /api/buildpass/v1/projects/:vcs/:org/:repo/builds/:num/uploads/:upload': {
    before: begun,
    path: own('/builds/1/uploads/:before'),
  },
  'PUT /api/buildpass/v1/projects/:vcs/:org/:repo/tests/:id/mute': {
    path: own(({ testId }) => `/tests/${testId}/mute`),
    ask: json(MUTE),
  },
  'DELETE /api/buildpass/v1/projects/:vcs/:org/:repo/tests/:id/mute': {
    path: own(({ testId }) => `/tests/${testId}/mute`),
    before: async ({ slug, testId }, send) => {
      await send(`/api/buildpass/v1/projects/${slug}/tests/${testId}/mute`, { method: 'PUT', json: MUTE })
      return ''
    },
  },
  'POST /api/buildpass/v1/projects/:vcs/:org/:repo/shares': {
    path: own('/shares'),
    ask: json({ path: 'out/report.txt', build: 1 }),
  },
  'DELETE /api/buildpass/v1/projects/:vcs/:org/:repo/shares/:id': { path: own(({ shareId }) => `/shares/${shareId}`) },
  'POST /api/buildpass/v1/projects/:vcs/:org/:repo/webhooks': {
    path: own('/webhooks'),
    ask: json({ source: 'gitlab' }),
  },
  'DELETE /api/buildpass/v1/projects/:vcs/:org/:repo/webhooks/:id': {
    path: own(({ webhook }) => `/webhooks/${webhook.id}`),
  },
  'POST /api/buildpass/v1/projects/:vcs/:org/:repo/webhooks/:id/rotate': {
    path: own(({ webhook }) => `/webhooks/${webhook.id}/rotate`),
  },
  'POST /api/buildpass/v1/projects/:vcs/:org/:repo/publishers': {
    path: own('/publishers'),
    ask: json({ kind: 'github', claims: { repository_id: '1' } }),
  },
  'DELETE /api/buildpass/v1/projects/:vcs/:org/:repo/publishers/:id': {
    path: own(({ publisherId }) => `/publishers/${publisherId}`),
  },
  'PUT /api/buildpass/v1/projects/:vcs/:org/:repo/on-leak': {
    path: own('/on-leak'),
    ask: json({ on_leak: 'replace' }),
  },
  'PUT /api/buildpass/v1/projects/:vcs/:org/:repo/retention': {
    path: own('/retention'),
    ask: json({ artifact_days: 7 }),
  },
  'POST /api/buildpass/v1/oidc/renew': { path: () => '/api/buildpass/v1/oidc/renew' },
  'POST /webhooks/:vcs/:org/:repo/:source': {
    path: ({ slug }) => `/webhooks/${slug}/github`,
    ask: async ({ project, webhook }) => {
      const body = JSON.stringify({
        action: 'completed',
        workflow_job: {
          id: 1,
          run_id: 1,
          run_attempt: 1,
          name: 'build',
          workflow_name: 'CI',
          head_branch: 'main',
          head_sha: 'a'.repeat(40),
          status: 'completed',
          conclusion: 'success',
          created_at: '2026-11-01T10:00:00Z',
          started_at: '2026-11-01T10:00:05Z',
          completed_at: '2026-11-01T10:01:00Z',
          steps: [],
        },
        repository: {
          id: 1,
          full_name: `${project.org}/${project.repo}`,
          name: project.repo,
          owner: { login: project.org },
          html_url: `https://github.com/${project.org}/${project.repo}`,
          default_branch: 'main',
        },
      })
      const headers = await signed('github', 'workflow_job', body, webhook.secret)
      return { body, headers: { 'Content-Type': 'application/json', ...headers } }
    },
  },
}

/** Who does it, how the right to it ends, and what shows that this isolate still believes in it. */
type Way = {
  readonly doer: Doer
  readonly ending: keyof typeof ENDINGS
  readonly believed: (world: Furnished) => string
}

const settings = own('/retention')
const build = own('/builds/1')
const ways = (doer: Doer, believed: Way['believed'], ...endings: string[]): Way[] =>
  endings.map((ending) => ({ doer, ending, believed }))
const TOKENS = () => '/api/v1.1/user/token'

const PEOPLE = ways(
  'member',
  build,
  'their token was ended',
  'they were removed from the project',
  'they were removed from the instance',
)

const WAYS: Record<Needs, readonly Way[]> = {
  anyone: [],
  // A read.
  hidden: [],
  each: [],
  'runs:list': [],
  'badges:read': [],
  'status:read': [],
  'artifacts:read': [],
  'output:read': [],
  'builds:write': [...PEOPLE, ...ways('reporting', build, 'their token was ended', 'the publisher was ended')],
  'shares:write': PEOPLE,
  'project:admin': ways(
    'admin',
    settings,
    'their token was ended',
    'they were removed from the project',
    'they were made a mere member',
    'they were removed from the instance',
  ),
  user: [],
  reach: [],
  'user:admin': ways('admin', TOKENS, 'their token was ended', 'they were removed from the instance'),
  'user:create': [],
  owner: ways(
    'owner',
    () => '/api/buildpass/v1/instance/traffic',
    'their token was ended',
    'they are no owner any more',
    'they were removed from the instance',
  ),
  token: ways('reporting', build, 'their token was ended'),
  'token:admin': ways('reporting', build, 'their token was ended'),
}

const CREATORS = [
  ...WAYS['user:admin'],
  ...ways('admin', TOKENS, 'they may not create there any more'),
  ...ways('owner', TOKENS, 'they are no owner any more'),
]

const STRICTER: Partial<Record<Write, readonly Way[]>> = {
  'POST /api/v1.1/project/:vcs/:org/:repo/follow': PEOPLE,
  'POST /api/v1.1/project/:vcs/:org/:repo/unfollow': PEOPLE,
  'PUT /api/buildpass/v1/projects/:vcs/:org/:repo/tests/:id/mute': PEOPLE,
  'DELETE /api/buildpass/v1/projects/:vcs/:org/:repo/tests/:id/mute': PEOPLE,
  'POST /api/buildpass/v1/projects': CREATORS,
  'POST /api/buildpass/v1/orgs/:vcs/:org/tokens': CREATORS,
  'POST /webhooks/:vcs/:org/:repo/:source': ways('reporting', () => '/healthz', 'the webhook was ended'),
}

const CASES = (Object.keys(RECIPES) as (keyof typeof RECIPES)[]).flatMap((name) =>
  (STRICTER[name] ?? WAYS[ACCESS[name]]).map((way) => ({ name, ...way })),
)

let furnished: Furnished
let kept: Snapshot
let world: Furnished
let send: (path: string, ask: Ask) => Promise<Response>

beforeAll(async () => {
  await putBack(EMPTY)
  furnished = await furnish(await openTestStores())
  // What CI jobs hold belongs to a publisher.
  await env.DB.prepare(
    "update tokens set publisher_id = ?, renewable_until = ? where kind = 'reporting' and project_id = ?",
  )
    .bind(furnished.publisherId, Date.now() + 3_600_000, furnished.project.id)
    .run()
  kept = await keep()
})

/** The same world each time, seen by an isolate that knows nothing of it yet. */
beforeEach(async () => {
  await putBack(kept)
  const stores = await openTestStores()
  world = { ...furnished, stores }
  send = (await openTestApp({ stores })).ask
})

async function prepared(name: keyof typeof RECIPES, doer: Doer) {
  const recipe: Recipe = RECIPES[name]
  const token = ACCESS[name] === 'anyone' ? null : world.secrets[doer]
  const as = (path: string, ask: Ask) => send(path, { token, ...ask })
  const id = (await recipe.before?.(world, as)) ?? ''
  const asked = await recipe.ask?.(world)
  const length = String(asked?.body ?? '').length
  const ask: Ask = {
    method: pathsOf(name).method,
    ...asked,
    headers: { ...(length > 0 ? { 'Content-Length': String(length) } : {}), ...asked?.headers },
  }
  return { act: () => as(recipe.path(world).replace(':before', id), ask), as }
}

/** Each route with each who may use it. */
const DOERS = CASES.filter(
  ({ name, doer }, i) => CASES.findIndex((one) => one.name === name && one.doer === doer) === i,
)

describe('with the right to it', () => {
  it.each(DOERS)('$name leaves something behind for $doer', async ({ name, doer }) => {
    const { act } = await prepared(name, doer)
    await world.stores.settled()
    const before = await snapshot()
    const queries = countQueries(world.stores)
    const response = await act()
    expect(response.status, await response.text()).toBeLessThan(300)
    expect(await snapshot()).not.toEqual(before)
    expect(await queries()).toBeLessThanOrEqual(MOST_QUERIES.write)
  })
})

describe('where the right to it ended elsewhere, and this isolate does not know', () => {
  it.each(CASES)('$name leaves nothing behind: $ending ($doer)', async ({ name, doer, ending, believed }) => {
    const { act, as } = await prepared(name, doer)
    expect((await as(believed(world), {})).status).toBe(200)
    await ENDINGS[ending]?.(world, doer)
    // What may be read may go on for ten seconds.
    expect((await as(believed(world), {})).status).toBe(200)
    await world.stores.settled()
    const before = await snapshot()
    const response = await act()
    await world.stores.settled()
    expect([response.status, await snapshot()]).toEqual([expect.toBeOneOf([401, 403, 404]), before])
  })
})

describe('where the right to it ends between the look at it and the write', () => {
  it.each(CASES)('$name leaves nothing behind: $ending ($doer)', async ({ name, doer, ending }) => {
    const { act } = await prepared(name, doer)
    // Bytes that have come meanwhile are under a key of their own, and go again.
    const { objects } = await snapshot()
    let before: Awaited<ReturnType<typeof snapshot>> | undefined
    const hasEnded = endBeforeWrite(world, async () => {
      await ENDINGS[ending]?.(world, doer)
      before = { ...(await snapshot()), objects: objects ?? [] }
    })
    const response = await act()
    await world.stores.settled()
    expect(hasEnded()).toBe(true)
    expect([response.status, await snapshot()]).toEqual([expect.toBeOneOf([401, 403, 404]), before])
  })
})
