import { beforeAll, describe, expect, it, vi } from 'vitest'
import { sendMessage } from '../../../src/actions/send-message.ts'
import { pageTokenFor } from '../../../src/domain/formats/page-token.ts'
import { organizationIdOf } from '../../../src/domain/organization.ts'
import { listMinted } from '../../../src/storage/tokens/made.ts'
import { pathsIn, ROUTES } from '../../support/api/route-paths.ts'
import { seedUser } from '../../support/seed/seed.ts'
import { asChildOf, tellAs } from '../../support/seed/vendor-runs.ts'
import { issue, keySetOf, makeKey, serve } from '../../support/sign/issuer.ts'
import { signed } from '../../support/sign/signed.ts'
import { openTestApp, type TestApp } from '../../support/worker/app.ts'
import type { RecordedStatement } from '../../support/worker/counted.ts'
import { openOutside } from '../../support/worker/outside.ts'
import { queryPlanOf } from '../../support/worker/query-plan.ts'
import { openTestStores, type TestStores } from '../../support/worker/stores.ts'
import { runUpkeepOf } from '../../support/worker/upkeep.ts'
import { seedWorld, type World } from '../../support/worker/world.ts'

const ABSENT = '00000000-0000-4000-8000-000000000000'
const NOW = new Date().toISOString()

let stores: TestStores
let statements: readonly RecordedStatement[]

/** Uses everything once, so that every statement of the application is seen. */
beforeAll(async () => {
  stores = await openTestStores()
  const app = await openTestApp({ stores })
  const world = await seedWorld(stores, 'private')
  const newcomer = await seedUser(stores.db)
  const { slug, secrets, users } = world
  const v1 = `/api/v1.1/project/${slug}`
  const own = `/api/buildpass/v1/projects/${slug}`
  const org = `/api/buildpass/v1/orgs/gh/${world.project.org}/creators`
  stores.recorded.length = 0

  type Step = readonly [method: string, path: string, token?: string | null, json?: unknown]
  const run = async (steps: readonly Step[]) => {
    for (const [method, path, token = secrets.admin, json] of steps) {
      const response = await app.ask(path, { method, token, ...(json === undefined ? {} : { json }) })
      expect(response.status, `${method} ${path}: ${await response.clone().text()}`).toBeLessThan(405)
      await stores.settled()
    }
  }
  const report = (external_id: string, pipeline: string) => ({
    external_id,
    pipeline: { external_id: pipeline, branch: 'main', revision: 'a' },
    workflow: { external_id: 'w', name: 'ci' },
    job: { name: 'test' },
    status: 'failed',
  })
  const FULL = { steps: [], build_url: 'https://a.b', queued_at: NOW, start_time: NOW, stop_time: NOW }
  const reads: Step[] = ['', '/tree/main'].flatMap((where) =>
    ['', 'completed', 'successful', 'failed', 'running'].map(
      (filter) => ['GET', `${v1}${where}?filter=${filter}`] as const,
    ),
  )
  const latest: Step[] = ['', '/0/out/report.txt'].flatMap((path) =>
    [
      '',
      'branch=main',
      'filter=successful',
      'branch=main&filter=failed',
      'job=test',
      'branch=main&job=test&workflow=x',
    ].map((query) => ['GET', `${v1}/latest/artifacts${path}?${query}`] as const),
  )
  await run([
    ...reads,
    ...latest,
    ['GET', `${v1}/1`],
    ['GET', `${v1}/1/tests`],
    ['GET', `${v1}/1/artifacts`],
    ['GET', `${v1}/1/artifacts/0/out/report.txt`],
    ['GET', `/output/job/${world.build.id}/artifacts/0/out/report.txt`],
    ['GET', `/${slug}.svg`, secrets.status],
    ['GET', '/api/v1.1/me'],
    ['GET', '/api/v1.1/projects'],
    ['GET', '/api/v1.1/recent-builds'],
    ['POST', `${v1}/follow`],
    ['GET', `${v1}/1/artifacts`, secrets.status],
    ['POST', `${own}/builds`, secrets.member, report('b2', 'p2')],
    ['POST', `${own}/builds`, secrets.member, { ...report('b2', 'p2'), ...FULL }],
    ['PATCH', `${own}/builds/2`, secrets.member, { status: 'success', steps: [], build_url: 'https://a.b' }],
    ['PUT', `${own}/builds/2/tests`, secrets.member, { tests: [{ name: 'x', result: 'success' }] }],
    [
      'PUT',
      `${own}/builds/1/tests?report=again`,
      secrets.member,
      { tests: [{ name: 'rounds', classname: 'price', result: 'success' }] },
    ],
    ['PUT', `${own}/builds/1/tests?report=red`, secrets.member, { tests: [{ name: 'x', result: 'failure' }] }],
    ['GET', `${own}/builds/1/tests/failures`],
    ['GET', `${own}/tests?search=x&after=${world.testId}`],
    ['GET', `${own}/tests/${world.testId}`],
    ['GET', `${own}/tests/insights?branch=x`],
    ['POST', `${own}/tests/judge`, secrets.member, { tests: [{ name: 'b', classname: 'a', outcome: 'failed' }] }],
    [
      'PUT',
      `${own}/tests/${world.testId}/mute`,
      secrets.member,
      { reason: 'x', until: new Date(Date.now() + 86_400_000).toISOString() },
    ],
    ['DELETE', `${own}/tests/${world.testId}/mute`],
    ['GET', `${own}/audit`],
    ['GET', `${own}/audit?before=9`],
    ['GET', '/api/buildpass/v1/audit'],
    ['GET', '/api/buildpass/v1/audit?before=9'],
    ['GET', `${own}/members`],
    ['PUT', `${own}/members/${newcomer.login}`, secrets.admin, { role: 'member' }],
    ['DELETE', `${own}/members/${newcomer.login}?end_tokens=true`],
    ['PUT', `${org}/${users.member.login}`, secrets.owner],
    ['GET', org, secrets.owner],
    ['POST', '/api/buildpass/v1/projects', secrets.member, { slug: `gh/${world.project.org}/other` }],
    ['DELETE', `${org}/${users.member.login}`, secrets.owner],
    ['PATCH', own, secrets.admin, { visibility: 'public' }],
    ['GET', `${v1}/token`],
    ['GET', '/api/v1.1/user/token'],
    ['POST', `${v1}/token`, secrets.admin, { label: 'x', scope: 'all' }],
    ['POST', '/api/v1.1/user/token', secrets.admin, { label: 'x' }],
    ['DELETE', `${v1}/token/${secrets['view-builds']}`],
    ['GET', '/api/buildpass/v1/token', secrets.member],
    ['POST', '/api/buildpass/v1/leaks', null, { secrets: [secrets.all, secrets.status] }],
    ['DELETE', '/api/buildpass/v1/token', secrets.reporting],
  ])
  // Every read, so that a new one is seen; what its path cannot name is asked for by hand.
  const named = ROUTES.filter((name) => name.startsWith('GET ')).map((name) => pathsIn(world, name).paths[0] ?? '')
  await run([secrets.admin, secrets.owner].flatMap((token) => named.map((path) => ['GET', path, token] as const)))
  const v2 = `/api/v2/project/${slug}`
  const insights = `/api/v2/insights/${slug}`
  const { pipeline, workflow } = world.build
  const v3 = (rest: string) => ['GET', `/api/v3/${rest}`, secrets.admin] as const
  const page = (list: string, ...key: (string | number)[]) => `?page-token=${pageTokenFor(list, key)}`
  await run([
    ['GET', '/cc.xml'],
    ['GET', `/${slug}.cc.xml`],
    ['GET', `/${slug}/tree/main.cc.xml`],
    ['GET', '/api/v2/me'],
    ['GET', '/api/v2/me/collaborations'],
    ['GET', `/api/v2/user/${users.member.id}`],
    ['GET', '/api/private/me/followed-projects'],
    ['GET', `/api/v2/project/${world.project.id}`],
    ['GET', `${v2}/pipeline`],
    ['GET', `${v2}/pipeline${page('pipeline', 9)}&branch=main`],
    ['GET', `${v2}/pipeline/mine`],
    ['GET', `${v2}/pipeline/1`],
    ['GET', `/api/v2/pipeline/${pipeline.id}`],
    ['GET', `/api/v2/pipeline/${pipeline.id}/workflow`],
    ['GET', `/api/v2/pipeline/${pipeline.id}/workflow${page('workflow', 9, 'x')}`],
    ['GET', `/api/v2/workflow/${workflow.id}`],
    ['GET', `/api/v2/workflow/${workflow.id}/job`],
    ['GET', `/api/v2/workflow/${workflow.id}/job${page('job', 1)}`],
    ['GET', `${v2}/job/1`],
    ['GET', `${v2}/1/artifacts`],
    ['GET', `${v2}/1/artifacts${page('artifact', 0, 'a')}`],
    ['GET', `${v2}/1/tests`],
    ['GET', `${v2}/1/tests${page('test', '', 0)}`],
    ['GET', `${insights}/flaky-tests`],
    ['GET', `${insights}/workflows`],
    ['GET', `${insights}/workflows?all-branches=true`],
    ['GET', `${insights}/workflows/build-and-test${page('workflow-run', 9, 'x')}`],
    ...['users?filter[user_id]=me', 'orgs', 'projects?filter[following]=true', `projects?filter[slug]=${slug}`].map(v3),
    v3(`projects?filter[org_id]=${await organizationIdOf(world.project)}&filter[name]=web`),
    ...[`projects/${world.project.id}`, `pipelines?filter[project_id]=${world.project.id}`].map(v3),
    ...['', '&filter[phase]=ended&filter[from]=2020-01-01T00:00:00Z&filter[to]=2030-01-01T00:00:00Z'].map((more) =>
      v3(`runs?filter[user_id]=me${more}&page[cursor]=${pageTokenFor('v3-my-run', [9, 'x'])}`),
    ),
    v3(`runs/${pipeline.id}`),
    v3(`workflows?filter[run_id]=${pipeline.id}`),
    v3(`workflows/${workflow.id}`),
    v3(`jobs?filter[workflow_id]=${workflow.id}`),
    ...['', '/artifacts', '/tests', '/stdout?step_num=0', '/stdout/condensed?step_num=0', '/resource-usage'].map(
      (part) => v3(`jobs/${world.build.id}${part}`),
    ),
    v3(`jobs/${world.build.id}/artifacts?page[cursor]=${pageTokenFor('v3-artifact', [0, 'a'])}`),
    ...['', 'pipeline.git.branch == "main"', 'pipeline.git.revision == "a"', 'pipeline.status == "failed"'].map(
      (filter) =>
        ['POST', '/api/v3/runs/search', secrets.admin, { scope: { project_ids: [world.project.id] }, filter }] as const,
    ),
    // The branch is red, so that what failed is looked for.
    [
      'POST',
      '/mcp',
      secrets.all,
      { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'get_branch_status', arguments: {} } },
    ],
    ['POST', `${v1}/envvar`, secrets.admin, { name: 'A', value: 'x' }],
    ['GET', `${v1}/envvar`],
    ['GET', `${v1}/envvar/A`],
    ['DELETE', `${v1}/envvar/A`],
    [
      'PUT',
      `${own}/dispatch-target`,
      secrets.admin,
      { kind: 'webhook', url: 'https://a.example/', send_env_vars: true },
    ],
    ['GET', `${own}/dispatch-target`],
    ['POST', `${own}/listeners`, secrets.admin, { kind: 'webhook', url: 'https://a.example/' }],
    ['GET', `${own}/listeners`],
    ['POST', `${own}/builds`, secrets.member, { ...report('b3', 'p3'), ...FULL }],
    ['POST', `${v2}/pipeline`],
    ['POST', `${v1}/1/retry`],
    ['POST', `/api/v2/workflow/${workflow.id}/rerun`],
    ['POST', '/api/v3/runs', secrets.admin, { data: { references: { pipeline: { id: world.project.id } } } }],
    ['POST', `/api/v3/workflows/${workflow.id}/rerun`],
    ['POST', `/api/v3/workflows/${workflow.id}/cancel`],
    ['POST', `${v1}/1/cancel`],
    ['POST', `/api/v2/workflow/${workflow.id}/cancel`],
    ['GET', `${own}/deliveries/outbound`],
    ['GET', `${own}/shares?after=${pageTokenFor('share', [9, 'x'])}`],
    ['POST', `${own}/shares`, secrets.admin, { path: 'out/report.txt', latest: {} }],
  ])
  await openShared(app, world)
  const outside = await openOutside()
  for (const id of stores.queued) await sendMessage(stores, outside, id)
  await run([
    ['DELETE', `${own}/listeners/${ABSENT}`],
    ['DELETE', `${own}/dispatch-target`],
  ])
  await run([
    ['GET', `${own}/webhooks`],
    ['GET', `${own}/webhooks/deliveries`],
    ['GET', `${own}/publishers`],
    ['GET', `${own}/retention`],
    ['PUT', `${own}/retention`, secrets.admin, { artifact_days: 3, build_days: 100, keep_per_branch: 1 }],
  ])
  await deliverHooks(app, world)
  await deliverChild(app, world)
  await exchange(app, world)
  const listed = await (await app.ask(`${v1}/token`, { token: secrets.admin })).json<{ id: string }[]>()
  await run([['POST', `${v1}/token/${listed[0]?.id}/rotate`, secrets.admin]])
  const upload = await app.ask(`${own}/builds/2/artifacts/new.txt`, {
    method: 'PUT',
    token: secrets.member,
    body: 'x',
    headers: { 'Content-Length': '1', 'Content-Type': 'text/plain' },
  })
  expect(upload.status).toBe(201)
  const redirect = await app.ask(`${v1}/1/artifacts/0/out/report.txt`, { token: secrets.member })
  stores.clock.advance(30_000)
  await app.ask((redirect.headers.get('Location') ?? '').replace('https://builds.test', ''))
  await listMinted(stores.db, listed[0]?.id ?? '')
  await runUpkeepOf({ ...stores, now: () => stores.now() + 3 * 86_400_000 })
  await runUpkeepOf({ ...stores, now: () => stores.now() + 400 * 86_400_000 })
  await run([['DELETE', own]])
  await stores.settled()
  statements = [...new Map(stores.recorded.map((statement) => [statement.sql, statement])).values()]
  // As long as a test may take: the whole application is used.
})

/** A share link's life, and one download by it. */
async function openShared(app: TestApp, { slug, secrets: { admin } }: World): Promise<void> {
  const path = `/api/buildpass/v1/projects/${slug}/shares`
  const json = { path: 'out/report.txt', build: 1 }
  const made = await app.ask(path, { method: 'POST', token: admin, json })
  const { id, link } = await made.json<{ id: string; link: string }>()
  const { pathname } = new URL(link)
  expect((await app.ask(pathname)).status).toBe(200)
  const answer = await app.ask(pathname, { method: 'POST' })
  stores.clock.advance(30_000)
  await app.ask(new URL(answer.headers.get('Location') ?? '').pathname)
  expect((await app.ask(`${path}/${id}`, { method: 'DELETE', token: admin })).status).toBe(200)
  const secrets = [pathname.slice(3)]
  expect((await app.ask('/api/buildpass/v1/leaks', { method: 'POST', json: { secrets } })).status).toBe(202)
}

/** A webhook's life, and one delivery to it. */
async function deliverHooks(app: TestApp, { slug, secrets: { admin }, project }: World): Promise<void> {
  const path = `/api/buildpass/v1/projects/${slug}/webhooks`
  const made = await app.ask(path, { method: 'POST', token: admin, json: { source: 'github' } })
  const { id, secret } = await made.json<{ id: string; secret: string }>()
  const job = { id: 1, run_id: 1, head_sha: 'f00d', head_branch: 'main', name: 'test', status: 'in_progress' }
  const repository = { full_name: `${project.org}/${project.repo}` }
  for (const [event, payload] of [
    ['workflow_job', { workflow_job: job, repository }],
    ['workflow_run', { workflow_run: { id: 1, head_sha: 'f00d', head_branch: 'main' }, repository }],
  ] as const) {
    const body = JSON.stringify(payload)
    const headers = await signed('github', event, body, secret)
    const delivered = await app.ask(`/webhooks/${slug}/github`, { method: 'POST', body, headers })
    expect(delivered.status).toBe(200)
  }
  const rotated = await app.ask(`${path}/${id}/rotate`, { method: 'POST', token: admin })
  expect(rotated.status).toBe(201)
  expect((await app.ask(`${path}/${id}`, { method: 'DELETE', token: admin })).status).toBe(200)
}

/** A pipeline of GitLab and a child of it: these are placed. */
async function deliverChild(app: TestApp, { slug, secrets: { admin }, project }: World): Promise<void> {
  const path = `/api/buildpass/v1/projects/${slug}/webhooks`
  const made = await app.ask(path, { method: 'POST', token: admin, json: { source: 'gitlab' } })
  const { secret } = await made.json<{ secret: string }>()
  for (const delivery of [
    tellAs('gitlab', { push: 1, status: 'green' }),
    asChildOf(1, tellAs('gitlab', { push: 2, job: 1, status: 'red' }) ?? { event: '', payload: {} }),
  ]) {
    const body = JSON.stringify(delivery?.payload).replaceAll('acme/web', `${project.org}/${project.repo}`)
    const headers = await signed('gitlab', delivery?.event ?? '', body, secret)
    const delivered = await app.ask(`/webhooks/${slug}/gitlab`, { method: 'POST', body, headers })
    expect(delivered.status).toBe(200)
  }
}

/** A publisher's life, and one job that reports by its identity. */
async function exchange(app: TestApp, { slug, secrets: { admin } }: World): Promise<void> {
  const path = `/api/buildpass/v1/projects/${slug}/publishers`
  const json = { kind: 'gitlab', claims: { project_id: '1' } }
  const { id } = await (await app.ask(path, { method: 'POST', token: admin, json })).json<{ id: string }>()
  const key = await makeKey('k1')
  serve({ 'https://gitlab.com/oauth/discovery/keys': () => keySetOf(key) })
  const token = await issue(key, { iss: 'https://gitlab.com', project_id: '1' })
  const exchanged = await app.ask('/api/buildpass/v1/oidc/exchange', { method: 'POST', json: { token, project: slug } })
  expect(exchanged.status).toBe(201)
  const session = await exchanged.json<{ token: string }>()
  const renewed = await app.ask('/api/buildpass/v1/oidc/renew', { method: 'POST', token: session.token })
  expect(renewed.status).toBe(201)
  expect((await app.ask(`${path}/${id}`, { method: 'DELETE', token: admin })).status).toBe(200)
  vi.restoreAllMocks()
}

// What may read all of something, and why that is little.
const ALLOWED: readonly RegExp[] = [
  /^SCAN CONSTANT ROW/,
  /^SCAN \(/,
  /^SCAN (family|minted_by_none|crowd)$/, // The rows that a recursion has found so far.
  /^SCAN (candidate|newest|recent|page_subquery)$/, // The rows of a subquery that has a limit of its own.
  /^SCAN [bsf]$/, // The branches, pipelines or failures that the same statement found by index.
  /^SCAN row VIRTUAL TABLE/, // json_each over a parameter.
  /^SCAN (part|used)$/, // Its rows, made columns once.
]

// By an index, but most of the table.
const WIDE = /USING (?:COVERING )?INDEX tokens_kind_expiry \(kind=\?\)/

describe('every statement of the application', () => {
  it('is seen', () => {
    expect(statements.length).toBeGreaterThan(130)
    const tables =
      'artifacts audit builds deliveries dispatch_targets env_vars feed_state listeners members org_creators outbox pipelines projects publishers retention revocations shares sums sweeps test_failures test_mutes test_names test_packs test_reports test_results tokens used_identities users webhooks workflows'
    for (const table of tables.split(' '))
      expect(
        statements.some(({ sql }) => sql.includes(`"${table}"`)),
        table,
      ).toBe(true)
  })

  it('finds its rows by an index: none reads a whole table', async () => {
    const scans: string[] = []
    for (const statement of statements) {
      const plan = await queryPlanOf(stores.db, statement)
      for (const step of plan.split('\n'))
        if ((/^SCAN /.test(step) && !ALLOWED.some((allowed) => allowed.test(step))) || WIDE.test(step))
          scans.push(`${step} ← ${statement.sql}`)
    }
    expect(scans).toEqual([])
  })

  it('binds fewer values than D1 takes', () => {
    const most = Math.max(...statements.map(({ params }) => params.length))
    expect(most).toBeGreaterThan(50)
    expect(most).toBeLessThanOrEqual(100)
  })

  it('that lists builds newest first reads them in the order of an index, and sorts nothing', async () => {
    const lists = statements.filter(({ sql }) => /from "builds".*order by "builds"."build_num" desc limit/s.test(sql))
    expect(lists.length).toBe(15)
    for (const statement of lists)
      expect(await queryPlanOf(stores.db, statement), statement.sql).not.toContain('TEMP B-TREE')
  })
})
