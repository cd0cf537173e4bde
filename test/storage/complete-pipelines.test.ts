import { sql } from 'drizzle-orm'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { BUILD_STATUS, isOver, stageOf } from '../../src/domain/build.ts'
import { countingStatuses, endedStatusOf, type PipelineParts, saysSomething } from '../../src/domain/pipeline-status.ts'
import * as chosen from '../../src/storage/complete-pipelines.ts'
import { builds, pipelines, workflows } from '../../src/storage/schema.ts'
import { anyPipeline } from '../support/any-pipeline.ts'
import { seedProject } from '../support/seed.ts'
import { openTestStores, type TestStores } from '../support/stores.ts'

it('the database and the rule agree on which pipelines are over, and which say anything', {
  timeout: 120_000,
}, async () => {
  const stores = await openTestStores()
  await fc.assert(
    fc.asyncProperty(fc.array(anyPipeline, { minLength: 20, maxLength: 20 }), async (some) => {
      const project = await seedProject(stores.db)
      for (const [number, parts] of some.entries()) await seedParts(stores, project.id, number, parts)
      const rows = await stores.db.all<{ number: number; complete: number; ended: number; says: number }>(
        sql`select number, ${chosen.isComplete('p')} as complete, ${chosen.mayHaveEnded('p')} as ended, ${chosen.saysSomething('p')} as says
          from ${pipelines} as p where project_id = ${project.id} order by number`,
      )
      const told = rows.map(({ complete, says }) => ({ complete: complete === 1, says: says === 1 }))
      const ruled = some.map((parts) => ({
        complete: countingStatuses(parts).every(isOver),
        says: saysSomething(parts),
      }))
      expect(told).toEqual(ruled)
      for (const [i, parts] of some.entries()) if (endedStatusOf(parts) !== null) expect(rows[i]?.ended).toBe(1)
    }),
    { numRuns: 25 },
  )
})

async function seedParts({ db }: TestStores, projectId: string, number: number, parts: PipelineParts): Promise<void> {
  const id = crypto.randomUUID()
  const idOf = (workflow: string) => `${id} ${workflow}`
  const common = { projectId, pipelineId: id, createdAt: 0 }
  const workflowRows = parts.workflows.map(({ id: name, toldStatus, ...told }) => ({
    ...common,
    ...told,
    id: idOf(name),
    externalId: name,
    name,
    toldStatus,
    toldAt: toldStatus === null ? null : told.toldAt,
    toldClass: toldStatus && BUILD_STATUS[toldStatus].class,
  }))
  const buildRows = parts.builds.map((build, i) => ({
    ...common,
    ...build,
    id: `${id} ${i}`,
    externalId: `${id} ${i}`,
    workflowId: idOf(build.workflowId),
    num: number * 100 + i,
    class: BUILD_STATUS[build.status].class,
    stage: stageOf(build.status),
    rank: BUILD_STATUS[build.status].rank,
  }))
  await db.batch([
    db.insert(pipelines).values({ id, projectId, number, externalId: id, revision: 'c0ffee', createdAt: 0 }),
    ...workflowRows.map((row) => db.insert(workflows).values(row)),
    ...buildRows.map((row) => db.insert(builds).values(row)),
  ])
}
