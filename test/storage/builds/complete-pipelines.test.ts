import { sql } from 'drizzle-orm'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { BUILD_STATUS, isOver, stageOf } from '../../../src/domain/builds/build.ts'
import {
  countingStatuses,
  failureOf,
  type PipelineParts,
  resultOf,
  saysAnything,
} from '../../../src/domain/builds/pipeline-status.ts'
import * as chosen from '../../../src/storage/builds/complete-pipelines.ts'
import { builds, pipelines, workflows } from '../../../src/storage/schema/schema.ts'
import { anyPipeline } from '../../support/seed/any-pipeline.ts'
import { seedProject } from '../../support/seed/seed.ts'
import { openTestStores, type TestStores } from '../../support/worker/stores.ts'

it('the database and the rule agree on which pipelines are over, which have failed, and which say anything', async () => {
  const stores = await openTestStores()
  await fc.assert(
    fc.asyncProperty(fc.array(anyPipeline, { minLength: 20, maxLength: 20 }), async (some) => {
      const project = await seedProject(stores.db)
      for (const [number, parts] of some.entries()) await seedParts(stores, project.id, number, parts)
      const rows = await stores.db.all<{
        number: number
        complete: number
        failed: number
        result: number
        may: number
        says: number
      }>(
        sql`select number, ${chosen.isComplete('p')} as complete, ${chosen.hasFailed('p')} as failed, ${chosen.hasResult('p')} as result,
          ${chosen.mayHaveResult('p')} as may, ${chosen.hasUnskippedPart('p')} as says
          from ${pipelines} as p where project_id = ${project.id} order by number`,
      )
      const told = rows.map(({ complete, failed, result, says }) => ({ complete, failed, result, says }))
      const ruled = some.map((parts) => {
        const complete = Number(countingStatuses(parts).every(isOver))
        const failed = Number(failureOf(parts) !== null)
        return { complete, failed, result: complete | failed, says: Number(saysAnything(parts)) }
      })
      expect(told).toEqual(ruled)
      for (const [i, parts] of some.entries()) if (resultOf(parts) !== null) expect(rows[i]?.may).toBe(1)
      for (const [i, parts] of some.entries()) if (rows[i]?.result === 1) expect(resultOf(parts)).not.toBeNull()
    }),
    { numRuns: 25 },
  )
})

async function seedParts({ db }: TestStores, projectId: string, number: number, parts: PipelineParts): Promise<void> {
  const id = crypto.randomUUID()
  const idOf = (workflow: string) => `${id} ${workflow}`
  const common = { projectId, pipelineId: id, createdAt: 0 }
  const workflowRows = parts.workflows.map(({ id: name, reportedStatus, reportedAt, ...workflow }) => ({
    ...common,
    ...workflow,
    id: idOf(name),
    externalId: name,
    name,
    reportedStatus: reportedStatus,
    reportedAt: reportedStatus === null ? null : reportedAt,
    reportedClass: reportedStatus && BUILD_STATUS[reportedStatus].class,
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
