import { eq } from 'drizzle-orm'
import * as v from 'valibot'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import type { ApiRouteName, Body } from '../../../scripts/openapi/route-doc.ts'
import { ROUTE_DOCS } from '../../../scripts/openapi/routes.ts'
import { INSTANCE } from '../../../src/domain/access/actor.ts'
import { NO_POLICY } from '../../../src/domain/access/policy.ts'
import { slugKeyFor, slugText } from '../../../src/domain/project.ts'
import { IDS } from '../../../src/http/json/shape.ts'
import { members, projects } from '../../../src/storage/schema/schema.ts'
import { putPolicy } from '../../../src/storage/tokens/policy/policy.ts'
import { documentProblem } from '../../support/api/documented.ts'
import { filled } from '../../support/api/route-paths.ts'
import { seedMember, seedToken } from '../../support/seed/seed.ts'
import { signed } from '../../support/sign/signed.ts'
import { reportBuild } from '../../support/worker/as-instance.ts'
import { ask, askJson } from '../../support/worker/client.ts'
import { openTestStores, type TestStores } from '../../support/worker/stores.ts'
import { reportOf, seedWorld, type World } from '../../support/worker/world.ts'

const BODIES = (Object.keys(ROUTE_DOCS) as ApiRouteName[]).flatMap((name) => {
  const { body } = ROUTE_DOCS[name]
  return body ? [[name, body] as const] : []
})
const WITH_SCHEMA = BODIES.flatMap(([name, { schema, example }]) => (schema ? [[name, schema, example] as const] : []))

it.each(WITH_SCHEMA)(
  'the example of %s passes the schema that its handler validates with',
  (_name, schema, example) => {
    expect(v.safeParse(schema(), example).issues).toBeUndefined()
  },
)

// What the queue has the Worker send meanwhile goes nowhere.
vi.spyOn(globalThis, 'fetch').mockImplementation(async () => new Response(null, { status: 204 }))

describe('the Worker takes the documented example', () => {
  let stores: TestStores
  let world: World
  beforeAll(async () => {
    stores = await openTestStores()
    world = await seedWorld(stores, 'private')
  })

  const OURS = '/api/buildpass/v1/projects/:vcs/:org/:repo'
  const THEIRS = '/api/v1.1/project/:vcs/:org/:repo'

  type Prepared = {
    readonly parts?: Record<string, string>
    readonly query?: string
    readonly headers?: Record<string, string>
  }
  /** What it answers, and what must be there before: the parts of its path, its query, and headers. */
  type Case = {
    readonly status: number
    readonly prepare?: (example: string) => Promise<Prepared>
    /** Puts back what the others must not find. */
    readonly after?: () => Promise<void>
  }

  const settings = () => `/api/buildpass/v1/projects/${world.slug}`
  const setUp = async (method: string, path: string, json: unknown) =>
    askJson(`${settings()}${path}`, { method, json, token: world.secrets.admin })
  const ofBuild = async () => ({ parts: { num: String(world.build.num) } })
  const withTarget = async () => {
    await setUp('PUT', '/dispatch-target', { kind: 'webhook', url: 'https://ci.example.com/start' })
    return {}
  }
  const triggered: Case = { status: 201, prepare: withTarget }

  /** The project that examples name by its id, with a target. */
  const withExample = async () => {
    const named = { vcs: 'gh', org: `acme-${world.project.id}`, repo: 'example' } as const
    const row = {
      ...named,
      id: IDS.project,
      slugKey: slugKeyFor(named),
      visibility: 'private',
      defaultBranch: 'main',
    } as const
    await stores.db
      .insert(projects)
      .values({ ...row, createdAt: 0 })
      .onConflictDoNothing()
    if ((await stores.db.$count(members, eq(members.projectId, row.id))) > 0) return {}
    await seedMember(stores.db, row, world.users.admin, 'admin')
    await ask(`/api/buildpass/v1/projects/${slugText(named)}/dispatch-target`, {
      method: 'PUT',
      token: world.secrets.admin,
      json: { kind: 'webhook', url: 'https://ci.example.com/start' },
    })
    return {}
  }
  const ofFailed = async () => {
    await withTarget()
    const failed = reportOf({ status: 'failed', workflow: { externalId: 'red', name: 'build-and-test' } })
    const reported = await reportBuild(stores, world.project.id, failed)
    return { parts: { id: 'build' in reported ? reported.build.workflow.id : '' } }
  }

  const CASES: Partial<Record<ApiRouteName, Case>> = {
    'POST /api/buildpass/v1/projects': { status: 201 },
    'PUT /api/buildpass/v1/instance/policy': { status: 200, after: () => putPolicy(stores, NO_POLICY, INSTANCE) },
    'POST /api/buildpass/v1/orgs/:vcs/:org/tokens': { status: 201 },
    'POST /api/buildpass/v1/orgs/:vcs/:org/tokens/:id/rotate': {
      status: 201,
      prepare: async () => {
        const { project, users } = world
        const of = { kind: 'organization', user: users.owner, organization: project, scope: 'status' } as const
        return { parts: { id: (await seedToken(stores, of)).id } }
      },
    },
    'POST /api/buildpass/v1/leaks': { status: 202 },
    [`PATCH ${OURS}`]: { status: 200 },
    [`PUT ${OURS}/members/:login`]: {
      status: 200,
      prepare: async () => ({ parts: { login: world.users.stranger.login } }),
    },
    'POST /api/buildpass/v1/notices/read': { status: 200 },
    'PUT /api/buildpass/v1/notices/choices': { status: 200 },
    [`PUT ${OURS}/on-leak`]: { status: 200 },
    [`PUT ${OURS}/retention`]: { status: 200 },
    [`PUT ${OURS}/dispatch-target`]: { status: 200 },
    [`POST ${OURS}/listeners`]: { status: 201 },
    [`POST ${OURS}/publishers`]: { status: 201 },
    [`POST ${OURS}/builds`]: { status: 201 },
    [`PATCH ${OURS}/builds/:num`]: { status: 200, prepare: ofBuild },
    [`POST ${OURS}/builds/:num/steps`]: { status: 200, prepare: ofBuild },
    [`PUT ${OURS}/builds/:num/steps/:step/log`]: {
      status: 200,
      prepare: async () => {
        const num = String(world.build.num)
        const { step } = await setUp('POST', `/builds/${num}/steps`, { key: 'new', name: 'lint' })
        return { parts: { num, step: String(step) }, query: '?offset=0' }
      },
    },
    [`PUT ${OURS}/builds/:num/tests`]: { status: 200, prepare: ofBuild },
    [`PUT ${OURS}/builds/:num/artifacts/:path{.+}`]: {
      status: 201,
      prepare: async () => ({ parts: { num: String(world.build.num), path: 'dist/first.zip' } }),
    },
    // The example is no zip, which has no text; packs.test.ts sends real ones.
    [`PUT ${OURS}/builds/:num/packs/:name`]: {
      status: 400,
      prepare: async () => ({ parts: { num: String(world.build.num), name: 'dist' } }),
    },
    [`POST ${OURS}/builds/:num/uploads`]: { status: 201, prepare: ofBuild },
    [`PUT ${OURS}/builds/:num/uploads/:upload/:part`]: {
      status: 200,
      prepare: async (example) => {
        const upload = { path: 'dist/parts.zip', size: example.length }
        const { upload_id } = await setUp('POST', `/builds/${world.build.num}/uploads`, upload)
        return { parts: { num: String(world.build.num), upload: upload_id, part: '1' } }
      },
    },
    [`POST ${OURS}/tests/judge`]: { status: 200 },
    [`POST ${OURS}/shares`]: { status: 201 },
    [`PUT ${OURS}/tests/:id/mute`]: {
      status: 200,
      prepare: async () => ({ parts: { id: String(world.testId) } }),
    },
    [`POST ${OURS}/webhooks`]: { status: 201 },
    [`POST ${OURS}/webhooks/:id/rotate`]: {
      status: 201,
      prepare: async () => ({ parts: { id: (await setUp('POST', '/webhooks', { source: 'gitlab' })).id } }),
    },
    // The example is no identity token, since those live for minutes; test/http/buildpass/tokens/oidc.test.ts exchanges real ones.
    'POST /api/buildpass/v1/oidc/exchange': { status: 401 },
    [`POST ${THEIRS}`]: triggered,
    [`POST ${THEIRS}/tree/:branch{.+}`]: {
      ...triggered,
      prepare: async () => ({ ...(await withTarget()), parts: { branch: 'main' } }),
    },
    [`POST ${THEIRS}/build`]: triggered,
    [`POST ${THEIRS}/token`]: { status: 201 },
    [`POST ${THEIRS}/token/:id/rotate`]: {
      status: 201,
      prepare: async () => {
        const { id } = await seedToken(stores, { kind: 'project', project: world.project, scope: 'all' })
        return { parts: { id } }
      },
    },
    [`POST ${THEIRS}/envvar`]: { status: 201 },
    'POST /api/v1.1/user/token': { status: 201 },
    'POST /api/v1.1/user/token/:id/rotate': {
      status: 201,
      prepare: async () => {
        const { id } = await seedToken(stores, { kind: 'personal', user: world.users.admin })
        return { parts: { id } }
      },
    },
    'POST /api/v2/project/:vcs/:org/:repo/pipeline': triggered,
    'POST /api/v2/project/:vcs/:org/:repo/envvar': { status: 201 },
    'POST /api/v2/workflow/:id/rerun': { status: 202, prepare: ofFailed },
    'POST /api/v3/runs': { status: 201, prepare: withExample },
    'POST /api/v3/runs/search': { status: 200, prepare: withExample },
    'POST /mcp': { status: 200 },
    'POST /api/v3/workflows/:id/rerun': { status: 202, prepare: ofFailed },
    'POST /webhooks/:vcs/:org/:repo/:source': {
      status: 200,
      prepare: async (example) => {
        const { secret } = await setUp('POST', '/webhooks', { source: 'jenkins' })
        return { parts: { source: 'jenkins' }, headers: await signed('jenkins', '', example, secret) }
      },
    },
  }

  it('of every route that has one', () => {
    expect(Object.keys(CASES).sort()).toEqual(BODIES.map(([name]) => name).sort())
  })

  it.each(BODIES)('of %s', async (name, { type = 'application/json', example }) => {
    await send(name, typeof example === 'string' ? example : JSON.stringify(example), type)
  })

  it.each(BODIES.filter(([, { orForm }]) => orForm))('of %s as a form', async (name, { example }) => {
    await send(name, formOf(example), 'application/x-www-form-urlencoded')
  })

  async function send(name: ApiRouteName, body: string, type: string): Promise<void> {
    const { status, prepare, after } = CASES[name] ?? { status: 0 }
    const { parts = {}, query = '', headers = {} } = (await prepare?.(body)) ?? {}
    const [vcs = '', org = '', repo = ''] = world.slug.split('/')
    const known: Record<string, string> = { vcs, org, repo, ...parts }
    const [method = '', route = ''] = name.split(' ')
    const path = filled(route, (hole) => known[hole] ?? `no-${hole}`)
    const isOwners = name === 'POST /api/buildpass/v1/projects' || /v1\/(instance|orgs)\//.test(name)
    const token = isOwners ? world.secrets.owner : world.secrets.admin
    const response = await ask(path + query, {
      method,
      // What CI systems send is proved by its signature.
      token: route.startsWith('/webhooks/') ? null : token,
      headers: { 'Content-Type': type, ...headers },
      body,
    })
    expect(`${response.status} ${response.status === status ? '' : await response.text()}`).toBe(`${status} `)
    await after?.()
  }
})

function formOf(example: Body['example']): string {
  const fields = Object.entries(example as Record<string, unknown>).flatMap(([name, value]) =>
    typeof value === 'object' && value !== null
      ? Object.entries(value).map(([inner, text]) => [`${name}[${inner}]`, String(text)])
      : [[name, String(value)]],
  )
  return new URLSearchParams(fields).toString()
}

describe('an answer that the document does not tell of is told in a sentence', () => {
  const me = new Request('https://builds.test/api/v2/me')
  const ME = { id: crypto.randomUUID(), login: 'jo', name: 'Jo', avatar_url: null }
  const nowhere = new Request('https://builds.test/nowhere')
  const told = (response: Response, request = me) => documentProblem(request, response)
  const refused = (code: string, status: number) => Response.json({ message: 'No', code }, { status })

  it('and one that it tells of is not', async () => {
    expect(await told(Response.json(ME))).toBeNull()
    expect(await told(refused('invalid_token', 401))).toBeNull()
    expect(await told(new Response(null, { status: 304 }))).toBeNull()
    expect(
      await told(
        new Response(null, { headers: { 'Content-Type': 'application/json' } }),
        new Request(me, { method: 'HEAD' }),
      ),
    ).toBeNull()
    expect(await told(refused('route_not_found', 404), nowhere)).toBeNull()
  })

  it('for a field that nobody documented', async () => {
    expect(await told(Response.json({ ...ME, email: 'jo@example.com' }))).toBe(
      'GET /api/v2/me answered 200, and email: Invalid key: Expected never but received "email"',
    )
  })

  it('for a field deep inside, of another type, or not there', async () => {
    const list = new Request('https://builds.test/api/private/me/followed-projects?page-token=x')
    const items = [{ name: 'web', slug: 'gh/acme/web', vcs_type: 'svn' }]
    expect(await told(Response.json({ items, next_page_token: null }), list)).toBe(
      'GET /api/private/me/followed-projects answered 200, and items.0.vcs_type: Invalid type: Expected ("github" | "bitbucket" | "gitlab") but received "svn"',
    )
    expect(await told(Response.json({ items: [] }), list)).toBe(
      'GET /api/private/me/followed-projects answered 200, and next_page_token: Invalid key: Expected "next_page_token" but received undefined',
    )
  })

  it('for a status', async () => {
    expect(await told(Response.json(ME, { status: 201 }))).toBe(
      'GET /api/v2/me answered 201, which the document does not have for it',
    )
    expect(await told(refused('internal_error', 500))).toBe(
      'GET /api/v2/me answered 500, which the document does not have for it',
    )
  })

  it('for a refusal without a code, with one that is none, or with that of another status', async () => {
    expect(await told(Response.json({ message: 'No' }, { status: 401 }))).toMatch(
      /^GET \/api\/v2\/me answered 401, and code: Invalid key: Expected "code"/,
    )
    expect(await told(refused('no_such_code', 401))).toMatch(/^GET \/api\/v2\/me answered 401, and code: Invalid type/)
    expect(await told(refused('build_not_found', 401))).toBe(
      'GET /api/v2/me answered 401, and code: build_not_found is 404',
    )
    expect(await told(refused('invalid_token', 404), nowhere)).toBe(
      'GET /nowhere answered 404, and code: invalid_token is 401',
    )
  })

  it('for a type, or none', async () => {
    expect(await told(new Response('jo', { headers: { 'Content-Type': 'text/plain' } }))).toBe(
      'GET /api/v2/me answered 200 as text/plain, which the document does not have for it',
    )
    expect(await told(new Response(null))).toBe('GET /api/v2/me answered 200 without a Content-Type')
  })

  it('for a place that is no route', async () => {
    expect(await told(new Response('hello'), nowhere)).toBe('GET /nowhere answered 200, and is no route')
  })
})
