import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, it } from 'vitest'
import alertsYaml from '../../../docs/operations/alerts.yaml?raw'
import dashboardJson from '../../../docs/operations/grafana.json?raw'
import { firing, metricsIn, parseAlerts, parseExposition, type Series } from '../../../scripts/measure/alert-rules.ts'
import { planUpkeep, runUpkeep } from '../../../src/actions/run-daily-tasks.ts'
import { DAY_MS } from '../../../src/domain/day.ts'
import { UPKEEP_TASKS } from '../../../src/domain/upkeep.ts'
import { countRequest, createMetrics, type Metrics } from '../../../src/http/frame/metrics.ts'
import { startTrace } from '../../../src/http/frame/trace.ts'
import { routeKindOf } from '../../../src/http/instance/route-kind.ts'
import type { Db } from '../../../src/storage/stores.ts'
import { readFenced } from '../../../src/storage/tokens/revocations.ts'
import { MAX_COUNTED, readGauges } from '../../../src/storage/upkeep/instance-gauges.ts'
import { listDue } from '../../../src/storage/upkeep/retention-sweep.ts'
import { PAGE_ROUTES, ROUTES } from '../../support/api/route-paths.ts'
import { seedProject, seedToken, seedUser } from '../../support/seed/seed.ts'
import { openTestApp } from '../../support/worker/app.ts'
import { scansOf } from '../../support/worker/query-plan.ts'
import { openTestStores, type TestStores } from '../../support/worker/stores.ts'
import { runUpkeepOf } from '../../support/worker/upkeep.ts'
import { seedWorld } from '../../support/worker/world.ts'

const MINUTE_MS = 60_000
const ALERTS = parseAlerts(alertsYaml)

type Instance = { readonly stores: TestStores; readonly metrics: Metrics; readonly owner: string }
let instance: Instance

beforeEach(async () => {
  const stores = await openTestStores()
  for (const table of ['projects', 'revocations', 'users']) await env.DB.prepare(`delete from ${table}`).run()
  await env.DB.prepare('update upkeep_tasks set done_at = ?, failed_at = null, failures = 0, behind_ms = null')
    .bind(stores.now())
    .run()
  const user = await seedUser(stores.db, { instanceRole: 'owner' })
  const owner = (await seedToken(stores, { kind: 'personal', user })).secret
  instance = { stores, metrics: createMetrics(stores.now(), null), owner }
})

async function answered({ stores, metrics, owner }: Instance = instance): Promise<Response> {
  const app = await openTestApp({ stores, metrics })
  return app.ask('/metrics', { token: owner })
}

/** What Prometheus would have: the samples, and that there was an answer. */
async function scrape(from: Instance = instance): Promise<readonly Series[]> {
  const response = await answered(from)
  const up = { name: 'up', labels: { job: 'buildpass' }, value: response.ok ? 1 : 0 }
  return [up, ...(response.ok ? parseExposition(await response.text()) : [])]
}

const firesOn = async (series: readonly Series[], now = instance.stores.now()) => firing(ALERTS, series, now)

function count(
  requests: number,
  over: { route?: string; status?: number; tier?: 'memory' | 'd1' | 'grace' | null },
): void {
  const { route = 'GET /cc.xml', status = 200, tier = null } = over
  const { stores, metrics } = instance
  for (let i = 0; i < requests; i++) {
    const trace = { ...startTrace(stores.now(), 'x', route), tier }
    countRequest({ stores, metrics, trace } as unknown as Parameters<typeof countRequest>[0], 'GET', status)
  }
}

/** Messages to the outside, of a project with a build. */
async function seedOutbox(number: number, state: string, createdAt: number): Promise<void> {
  const { project } = await seedWorld(instance.stores, 'private')
  await env.DB.prepare(
    `with recursive n(i) as (select 1 union all select i + 1 from n where i < ${number})
     insert into outbox (id, project_id, workflow_id, event, state, created_at) select hex(randomblob(16)), ?, 'w', 'workflow.finished', ?, ? from n`,
  )
    .bind(project.id, state, createdAt)
    .run()
}

const numberOf = (series: readonly Series[], name: string, labels: Record<string, string> = {}) =>
  series.find((one) => one.name === name && Object.entries(labels).every(([key, value]) => one.labels[key] === value))
    ?.value

describe('GET /metrics', () => {
  it('is the text format of Prometheus: each metric told of once, before its samples', async () => {
    const response = await answered()
    expect([response.status, response.headers.get('Content-Type'), response.headers.get('Cache-Control')]).toEqual([
      200,
      'text/plain; version=0.0.4; charset=utf-8',
      'no-store',
    ])
    const text = await response.text()
    expect(text.endsWith('\n')).toBe(true)
    let told = ''
    for (const line of text.trimEnd().split('\n')) {
      const help = /^# HELP ([a-z_]+) \S.*$/.exec(line)?.[1]
      const type = /^# TYPE ([a-z_]+) (?:gauge|counter)$/.exec(line)?.[1]
      if (help) told = help
      if (type) expect(type).toBe(told)
      if (!help && !type)
        expect(line).toMatch(new RegExp(`^${told}(?:\\{(?:[a-z_]+="[^"\\\\\\n]*",?)+\\})? [-+.e\\d]+$`))
    }
  })

  it('says what was asked for lately, and that this is what one isolate saw', async () => {
    count(3, { route: 'GET /cc.xml', tier: 'memory' })
    count(2, { route: 'GET /api/v2/me', status: 503 })
    const series = await scrape()
    expect(numberOf(series, 'buildpass_recent_source', { source: 'isolate' })).toBe(1)
    expect(numberOf(series, 'buildpass_recent_requests', { kind: 'feed', status: '2xx' })).toBe(3)
    expect(numberOf(series, 'buildpass_recent_requests', { kind: 'circleci', status: '5xx' })).toBe(2)
    expect(numberOf(series, 'buildpass_recent_verifications', { tier: 'memory' })).toBe(3)
    instance.stores.clock.advance(7 * MINUTE_MS)
    expect(numberOf(await scrape(), 'buildpass_recent_requests', { kind: 'feed' })).toBeUndefined()
  })

  it('says how the outbox, the deliveries, the feed and the upkeep stand', async () => {
    const now = instance.stores.now()
    await seedOutbox(2, 'pending', now - 90_000)
    await seedOutbox(1, 'failed', now - MINUTE_MS)
    await seedOutbox(5, 'delivered', now - 2 * 3_600_000)
    await env.DB.prepare('insert into revocations (subject, at) values (?, ?)')
      .bind('t', now - 5_000)
      .run()
    const series = await scrape()
    expect(numberOf(series, 'buildpass_outbox_pending')).toBe(2)
    expect(numberOf(series, 'buildpass_outbox_oldest_age_seconds')).toBe(90)
    expect(
      series
        .filter(({ name }) => name === 'buildpass_outbound_messages')
        .map(({ labels, value }) => [labels.state, value]),
    ).toEqual([
      ['pending', 2],
      ['delivered', 0],
      ['failed', 1],
      ['dropped', 0],
      ['refused', 0],
    ])
    expect(numberOf(series, 'buildpass_feed_oldest_entry_age_seconds')).toBe(5)
    expect(numberOf(series, 'buildpass_feed_age_seconds')).toBe(0)
    expect(numberOf(series, 'buildpass_database_bytes')).toBeGreaterThan(10_000)
    for (const task of UPKEEP_TASKS)
      expect(numberOf(series, 'buildpass_upkeep_done_timestamp_seconds', { task })).toBe(now / 1000)
  })

  it('costs one round trip and a read of each store, and no query reads a whole table', async () => {
    const { stores } = instance
    // At the beginning of a minute: that a token was used is written down once a minute.
    stores.clock.advance(60_000 - (stores.clock.now % 60_000))
    await scrape()
    stores.clock.advance(10_000)
    const before = stores.recorded.length
    let queries = 0
    let trips = 0
    stores.faults.beforeD1 = async (sqls) => {
      trips += 1
      queries += sqls.length
    }
    await scrape()
    // Those of the token and of the readiness are the other two.
    expect(trips).toBeLessThanOrEqual(3)
    expect(queries).toBeLessThanOrEqual(12)
    for (const statement of stores.recorded.slice(before))
      expect(await scansOf(stores.db, statement), statement.sql).toEqual([])
    expect(stores.recorded.length).toBeGreaterThan(before + 3)
  })

  it('counts a backlog no further than it is cheap', async () => {
    await seedOutbox(MAX_COUNTED + 500, 'pending', instance.stores.now())
    expect((await readGauges(instance.stores.db, instance.stores.now())).pending).toBe(MAX_COUNTED)
  })

  it('says to nobody else that it is there, whatever they ask with', async () => {
    const world = await seedWorld(instance.stores, 'private')
    const app = await openTestApp({ stores: instance.stores })
    const seen = async (path: string, token: string | null, method: string, accept: string) => {
      const response = await app.ask(path, { token, method, headers: { Accept: accept } })
      return {
        status: response.status,
        headers: [...response.headers],
        body: (await response.text()).replaceAll(path, 'PATH'),
      }
    }
    for (const [who, token] of Object.entries({ ...world.secrets, owner: null }))
      for (const method of ['GET', 'HEAD', 'POST', 'OPTIONS'])
        for (const accept of ['text/plain', 'text/html']) {
          const absent = await seen('/metricz', token, method, accept)
          expect(await seen('/metrics', token, method, accept), `${who} ${method} ${accept}`).toEqual(absent)
          expect(absent.status).toBe(404)
        }
  })

  it.each([...ROUTES, ...PAGE_ROUTES, '(none)'])('%s is of the kind that its path says', (name) => {
    const path = name.replace(/^\S+ /, '')
    const expected =
      name === '(none)'
        ? 'none'
        : path.startsWith('/status-badge/') || /svg|png/.test(path)
          ? 'badge'
          : path.includes('cc.xml') || path.includes('cc\\.xml')
            ? 'feed'
            : /^\/api\/(v1\.1|v2|v3|private)\//.test(path)
              ? 'circleci'
              : path === '/healthz' ||
                  path === '/readyz' ||
                  path === '/metrics' ||
                  path.startsWith('/local/') ||
                  path.includes('/v1/instance/')
                ? 'instance'
                : path.startsWith('/api/buildpass/') || path === '/mcp'
                  ? 'buildpass'
                  : /^\/(?:output|download|view|s)\//.test(path)
                    ? 'download'
                    : path.startsWith('/webhooks/')
                      ? 'webhook'
                      : 'page'
    expect(routeKindOf(name)).toBe(expected)
  })
})

describe('the upkeep', () => {
  it('has a row for each task before it ever ran', async () => {
    const { results } = await env.DB.prepare('select task from upkeep_tasks order by task').all<{ task: string }>()
    expect(results.map(({ task }) => task)).toEqual([...UPKEEP_TASKS].toSorted())
  })

  it('says when each task was done, and how long the longest overdue was over', async () => {
    const { stores } = instance
    const project = await seedProject(stores.db)
    await env.DB.prepare(
      'insert into retention (project_id, artifact_days, build_days, keep_per_branch) values (?, 30, 30, 0)',
    )
      .bind(project.id)
      .run()
    const old = stores.now() - 35 * DAY_MS
    await env.DB.prepare(
      "insert into pipelines (id, project_id, number, external_id, branch, revision, created_at) values ('old', ?, 1, 'p', 'main', 'f', ?)",
    )
      .bind(project.id, old)
      .run()
    expect((await listDue(stores.db, stores.now(), '', 5)).due).toHaveLength(1)
    stores.clock.advance(1_000)
    await runUpkeepOf(stores)
    const series = await scrape()
    expect(numberOf(series, 'buildpass_retention_behind_seconds')).toBe((5 * DAY_MS + 1_000) / 1000)
    for (const task of UPKEEP_TASKS)
      expect(numberOf(series, 'buildpass_upkeep_done_timestamp_seconds', { task })).toBe(stores.now() / 1000)
    await runUpkeepOf(stores)
    expect(numberOf(await scrape(), 'buildpass_retention_behind_seconds')).toBe(0)
  })

  it('counts the steps that failed', async () => {
    const { stores } = instance
    stores.faults.beforeD1 = async (sqls) => {
      if (sqls.some((sql) => sql.includes('"sessions"'))) throw new Error('D1_ERROR: overloaded')
    }
    for (let i = 0; i < 2; i++) expect(await runUpkeep(stores, { task: 'sessions' })).toBe(false)
    stores.faults.beforeD1 = undefined
    const series = await scrape()
    expect(numberOf(series, 'buildpass_upkeep_failures_total', { task: 'sessions' })).toBe(2)
    expect(numberOf(series, 'buildpass_upkeep_failures_total', { task: 'feed' })).toBe(0)
  })
})

/** A fault for each alert. Gives what Prometheus has then, and the time. */
const FAULTS: Record<string, () => Promise<readonly Series[]>> = {
  BuildpassDown: async () => {
    instance.stores.faults.beforeD1 = away
    return scrape()
  },
  BuildpassStoreDown: async () => {
    instance.stores.faults.kvGet = away
    instance.stores.clock.advance(10_000)
    return scrape()
  },
  BuildpassFaults: async () => {
    count(98, {})
    count(2, { status: 500 })
    return scrape()
  },
  BuildpassGrace: async () => {
    count(1, { tier: 'grace' })
    return scrape()
  },
  BuildpassColdTokens: async () => {
    count(400, { tier: 'd1' })
    count(100, { tier: 'memory' })
    return scrape()
  },
  BuildpassFeedOld: async () => {
    const { stores } = instance
    await scrape()
    await readFenced(stores, [])
    stores.faults.beforeD1 = away
    stores.clock.advance(40_000)
    return scrape()
  },
  BuildpassOutboxLong: async () => {
    await seedOutbox(1_001, 'pending', instance.stores.now())
    return scrape()
  },
  BuildpassOutboxLost: async () => {
    await seedOutbox(1, 'pending', instance.stores.now() - 3 * DAY_MS)
    return scrape()
  },
  BuildpassDeliveriesFail: async () => {
    await seedOutbox(20, 'failed', instance.stores.now() - MINUTE_MS)
    await seedOutbox(10, 'delivered', instance.stores.now() - MINUTE_MS)
    return scrape()
  },
  BuildpassUpkeepLate: async () => {
    instance.stores.clock.advance(3 * DAY_MS)
    return scrape()
  },
  BuildpassUpkeepFails: async () => {
    const { stores } = instance
    stores.clock.advance(1_000)
    const fault = async (sqls: readonly string[]) => {
      if (sqls.some((sql) => sql.includes('"used_identities"'))) throw new Error('D1_ERROR: overloaded')
    }
    stores.faults.beforeD1 = fault
    await planUpkeep(stores)
    for (let step = stores.steps.shift(); step; step = stores.steps.shift()) await runUpkeep(stores, step)
    stores.faults.beforeD1 = undefined
    return scrape()
  },
  BuildpassRetentionBehind: async () => {
    const { stores } = instance
    const project = await seedProject(stores.db)
    await env.DB.prepare(
      'insert into retention (project_id, artifact_days, build_days, keep_per_branch) values (?, 30, 30, 0)',
    )
      .bind(project.id)
      .run()
    await env.DB.prepare(
      "insert into pipelines (id, project_id, number, external_id, branch, revision, created_at) values ('old', ?, 1, 'p', 'main', 'f', ?)",
    )
      .bind(project.id, stores.now() - 40 * DAY_MS)
      .run()
    await runUpkeepOf(stores)
    return scrape()
  },
  BuildpassDatabaseLarge: async () =>
    scrape({ ...instance, stores: { ...instance.stores, db: enlarged(instance.stores.db) } }),
}

const away = async () => {
  throw new Error('D1_ERROR: Network connection lost.')
}

/** A database that says that it is as large as D1 lets it be. */
function enlarged<T extends Db>(db: T): T {
  return new Proxy(db, {
    get(target, name) {
      if (name !== 'batch') return Reflect.get(target, name)
      return async (statements: Parameters<Db['batch']>[0]) => {
        const results: readonly unknown[] = await target.batch(statements)
        for (const result of results)
          if (typeof result === 'object' && result !== null && 'meta' in result)
            Object.assign((result as D1Result).meta, { size_after: 9.5e9 })
        return results
      }
    },
  })
}

describe('the alert rules', () => {
  it.each(ALERTS.map(({ name }) => name))('%s fires on its fault', async (name) => {
    const fault = FAULTS[name]
    expect(fault, 'a new alert needs its fault').toBeDefined()
    expect(await firesOn((await fault?.()) ?? [])).toContain(name)
  })

  it('fire on nothing while all goes well', async () => {
    const { stores } = instance
    await seedOutbox(30, 'delivered', stores.now() - MINUTE_MS)
    await seedOutbox(3, 'pending', stores.now() - MINUTE_MS)
    count(1_000, { tier: 'memory' })
    count(60, { tier: 'd1' })
    count(50, { status: 404 })
    count(20, { status: 401 })
    count(5, { status: 499 })
    count(1, { status: 503 })
    await runUpkeepOf(stores)
    stores.clock.advance(23 * 3_600_000)
    count(1_000, { tier: 'memory' })
    const series = await scrape()
    expect(await firesOn(series)).toEqual([])
    expect(series.length).toBeGreaterThan(40)
  })

  it('and the dashboard ask for metrics that there are', async () => {
    const { stores } = instance
    count(1, { tier: 'memory' })
    await seedOutbox(1, 'pending', stores.now())
    await runUpkeepOf(stores)
    await env.DB.prepare("update upkeep_tasks set failed_at = 1 where task = 'feed'").run()
    const text = await (await answered()).text()
    const there = new Set(['up', ...[...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name)])
    const dashboard = JSON.parse(dashboardJson) as { panels: { title: string; targets: { expr: string }[] }[] }
    const shown = dashboard.panels.flatMap(({ targets }) =>
      targets.map(({ expr }) => expr.replaceAll('$job', 'buildpass')),
    )
    expect(shown.length).toBeGreaterThan(10)
    for (const expr of [...ALERTS.map(({ expr }) => expr), ...shown]) {
      const names = metricsIn(expr)
      expect(names.length, expr).toBeGreaterThan(0)
      for (const name of names) expect(there, expr).toContain(name)
    }
    // And all that there is can be seen there.
    const seen = new Set([...ALERTS.map(({ expr }) => expr), ...shown].flatMap(metricsIn))
    const hidden = [...there].filter((name) => name !== undefined && !seen.has(name))
    expect(hidden).toEqual(['buildpass_build_info', 'buildpass_recent_source'])
  })
})
