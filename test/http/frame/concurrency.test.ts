import { env } from 'cloudflare:workers'
import { asc, eq } from 'drizzle-orm'
import { expect, it } from 'vitest'
import { builds, pipelines, projects } from '../../../src/storage/schema/schema.ts'
import { openDb } from '../../../src/storage/stores.ts'
import { shareOf } from '../../prove/share.ts'
import { call, seedTenant } from '../../support/api/http.ts'

/** Of fifty pipelines. */
const COUNT = shareOf(200, 2)
const db = openDb(env.DB)

it(`${COUNT} reports at once get gapless, unique numbers, and none is lost`, async () => {
  const { project, path, member } = await seedTenant()
  const reportOf = (i: number, status: string) => ({
    external_id: `b${i}`,
    // Four jobs to a pipeline, so that pipelines too are made by several at once.
    pipeline: { external_id: `p${i % 50}`, branch: 'main', revision: 'f00d' },
    workflow: { external_id: 'w', name: 'ci' },
    job: { name: `job ${Math.floor(i / 50)}` },
    status,
    ...(status === 'running' ? { start_time: '2026-11-24T12:00:00Z' } : { stop_time: '2026-11-24T12:01:00Z' }),
  })
  const numbers = Array.from({ length: COUNT }, (_, i) => i)
  const created = await Promise.all(
    numbers.map((i) => call('POST', `${path}/builds`, { token: member, body: reportOf(i, 'running') })),
  )
  expect(created.map(({ status }) => status)).toEqual(numbers.map(() => 201))
  const given = created.map(({ body }) => (body as { build_num: number }).build_num)
  expect(given.toSorted((a, b) => a - b)).toEqual(numbers.map((i) => i + 1))

  // Each build's end and its start again, at once and in either order.
  const updates = numbers.flatMap((i) => [reportOf(i, i % 3 === 0 ? 'failed' : 'success'), reportOf(i, 'running')])
  const updated = await Promise.all(updates.map((body) => call('POST', `${path}/builds`, { token: member, body })))
  expect(new Set(updated.map(({ status }) => status))).toEqual(new Set([200]))

  const rows = await db.select().from(builds).where(eq(builds.projectId, project.id)).orderBy(asc(builds.num))
  expect(rows.map(({ num }) => num)).toEqual(numbers.map((i) => i + 1))
  for (const { externalId, status, startedAt, stoppedAt } of rows) {
    expect(status, externalId).toBe(Number(externalId.slice(1)) % 3 === 0 ? 'failed' : 'success')
    expect([startedAt, stoppedAt]).toEqual([Date.parse('2026-11-24T12:00:00Z'), Date.parse('2026-11-24T12:01:00Z')])
  }
  const told = await db
    .select()
    .from(pipelines)
    .where(eq(pipelines.projectId, project.id))
    .orderBy(asc(pipelines.number))
  expect(told.map(({ number }) => number)).toEqual(Array.from({ length: 50 }, (_, i) => i + 1))
  const [counted] = await db.select().from(projects).where(eq(projects.id, project.id))
  expect(counted).toMatchObject({ lastBuildNum: COUNT, lastPipelineNumber: 50 })
})
