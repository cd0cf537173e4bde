import { env } from 'cloudflare:workers'
import { expect, it } from 'vitest'
import { planUpkeep, runUpkeep } from '../../src/actions/run-daily-tasks.ts'
import { DAY_MS } from '../../src/domain/day.ts'
import { MAX_OPERATIONS_A_STEP } from '../../src/domain/upkeep.ts'
import { retention } from '../../src/storage/schema/schema-reporting.ts'
import { listDue } from '../../src/storage/upkeep/retention-sweep.ts'
import { shareOf } from '../prove/share.ts'
import { seedProject } from '../support/seed/seed.ts'
import { openTestStores } from '../support/worker/stores.ts'

const YEARS_AGO = Date.now() - 800 * DAY_MS
const BACKLOG = shareOf(200_000, 40)
// More than one query looks for.
const OTHERS = shareOf(300)
const CHUNK = 20_000

/** Builds that are long over, each the only one of its pipeline. */
async function seedOld(projectId: string, count: number): Promise<void> {
  for (let from = 0; from < count; from += CHUNK) {
    const n = Math.min(CHUNK, count - from)
    const numbers = `with recursive n(i) as (select ${from + 1} union all select i + 1 from n where i < ${from + n})`
    const insert = (sql: string) => env.DB.prepare(sql)
    await env.DB.batch([
      insert(`insert into pipelines (id, project_id, number, external_id, branch, revision, created_at) ${numbers}
        select '${projectId} p' || i, '${projectId}', i, 'p' || i, 'main', 'f00d', ${YEARS_AGO} + i from n`),
      insert(`insert into workflows (id, project_id, pipeline_id, external_id, name, created_at) ${numbers}
        select '${projectId} w' || i, '${projectId}', '${projectId} p' || i, 'w', 'ci', ${YEARS_AGO} + i from n`),
      insert(`insert into builds (id, project_id, pipeline_id, workflow_id, build_num, external_id, job_name, branch, status,
          class, stage, event_at, rank, created_at) ${numbers}
        select '${projectId} b' || i, '${projectId}', '${projectId} p' || i, '${projectId} w' || i, i, 'b' || i, 'test',
          'main', 'success', 'green', 2, ${YEARS_AGO} + i, 1, ${YEARS_AGO} + i from n`),
    ])
  }
}

it(`a backlog of ${BACKLOG} builds goes within a day, and ${OTHERS} other projects need not wait for it`, async () => {
  const stores = await openTestStores()
  const forgetful = async () => {
    const project = await seedProject(stores.db)
    await stores.db
      .insert(retention)
      .values({ projectId: project.id, artifactDays: 30, buildDays: 365, keepPerBranch: 0 })
    return project.id
  }
  const large = await forgetful()
  await seedOld(large, BACKLOG)
  const others: string[] = []
  for (let i = 0; i < OTHERS; i++) others.push(await forgetful())
  for (const id of others) await seedOld(id, 2)
  // Nothing of these is due: what is old is kept for its branch.
  for (let i = 0; i < OTHERS; i++) await seedOld((await seedProject(stores.db)).id, 1)

  const behind = await listDue(stores.db, stores.now(), '', 100)
  expect(behind.due).toHaveLength(OTHERS + 1)
  expect(Math.max(...behind.due.map(({ since }) => Math.round((stores.now() - since) / DAY_MS)))).toBe(800 - 365)

  let operations = 0
  stores.faults.beforeD1 = async (sqls) => {
    operations += sqls.length
  }
  await planUpkeep(stores)
  const longest: number[] = []
  const order: (string | undefined)[] = []
  for (let step = stores.steps.shift(); step; step = stores.steps.shift()) {
    operations = 0
    expect(await runUpkeep(stores, step)).toBe(true)
    longest.push(operations)
    order.push(step.project)
  }
  stores.faults.beforeD1 = undefined
  expect(Math.max(...longest)).toBeLessThanOrEqual(MAX_OPERATIONS_A_STEP)
  const left = await env.DB.prepare(
    'select count(*) as builds, count(distinct project_id) as projects from builds',
  ).first()
  expect(left).toEqual({ builds: OTHERS, projects: OTHERS })
  expect((await listDue(stores.db, stores.now(), '', 100)).due).toEqual([])
  // The others are through after two rounds at most, long before the backlog is.
  const rounds = order.filter((project, i) => project === large && i < order.lastIndexOf(others.at(-1))).length
  expect(rounds).toBeLessThanOrEqual(2)
  // One step after the other, a second each, would be done in minutes.
  console.log(
    `${longest.length} steps, ${longest.reduce((sum, n) => sum + n, 0)} queries, at most ${Math.max(...longest)} a step`,
  )
  expect(longest.length).toBeLessThan(2 * OTHERS + BACKLOG / 500)
})
