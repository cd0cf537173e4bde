import fc from 'fast-check'
import { BUILD_STATUS, type ReportedStatus } from '../../../src/domain/builds/build.ts'
import type { PipelineParts } from '../../../src/domain/builds/pipeline-status.ts'

const STATUSES = Object.keys(BUILD_STATUS).filter((status): status is ReportedStatus => status !== 'fixed')
// What was skipped often enough to meet what it leaves standing.
const anyStatus = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...STATUSES) }, fc.constant('not_run' as const))
const anyWorkflow = fc.record({
  attemptOf: fc.constantFrom('ci', 'nightly'),
  reportedStatus: fc.option(anyStatus),
  reportedAt: fc.nat(9),
})
const anyBuild = fc.record({
  of: fc.nat(3),
  jobName: fc.constantFrom('test', 'lint'),
  attempt: fc.nat(3),
  status: anyStatus,
  eventAt: fc.nat(9),
})

/** Any pipeline: attempts at two workflows, with jobs that ran again in any of them. */
export const anyPipeline: fc.Arbitrary<PipelineParts> = fc
  .record({
    told: fc.array(anyWorkflow, { minLength: 1, maxLength: 4 }),
    ran: fc.array(anyBuild, { maxLength: 7 }),
  })
  .map(({ told, ran }) => ({
    workflows: told.map((one, i) => ({ ...one, id: `w${i}`, attempt: i + 1 })),
    builds: ran.map(({ of, attempt, ...one }) => {
      const index = of % told.length
      return { ...one, workflowId: `w${index}`, attempt: attempt === 0 ? 0 : index * 10 + attempt }
    }),
  }))
