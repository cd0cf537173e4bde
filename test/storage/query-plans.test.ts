import { beforeAll, describe, expect, it } from 'vitest'
import { runDailyTasks } from '../../src/storage/daily-tasks.ts'
import { listDescendants } from '../../src/storage/token-ends.ts'
import { openTestApp } from '../support/app.ts'
import type { RecordedStatement } from '../support/counted.ts'
import { queryPlanOf } from '../support/query-plan.ts'
import { seedUser } from '../support/seed.ts'
import { openTestStores, type TestStores } from '../support/stores.ts'
import { seedWorld } from '../support/world.ts'

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
  await listDescendants(stores.db, listed[0]?.id ?? '')
  await runDailyTasks({ ...stores, now: () => stores.now() + 3 * 86_400_000 })
  await run([['DELETE', own]])
  await stores.settled()
  statements = [...new Map(stores.recorded.map((statement) => [statement.sql, statement])).values()]
})

// What may read all of something, and why that is little.
const ALLOWED: readonly RegExp[] = [
  /^SCAN CONSTANT ROW/,
  /^SCAN \(/,
  /^SCAN (family|minted_by_none)$/, // The rows that a recursion has found so far.
  /^SCAN row VIRTUAL TABLE/, // json_each over a parameter.
]

// By an index, but most of the table.
const WIDE = /USING (?:COVERING )?INDEX tokens_kind_expiry \(kind=\?\)/

describe('every statement of the application', () => {
  it('is seen', () => {
    expect(statements.length).toBeGreaterThan(80)
    const tables =
      'artifacts audit builds feed_state members org_creators pipelines projects revocations sweeps test_results tokens users workflows'
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
    expect(lists.length).toBe(8)
    for (const statement of lists)
      expect(await queryPlanOf(stores.db, statement), statement.sql).not.toContain('TEMP B-TREE')
  })
})
