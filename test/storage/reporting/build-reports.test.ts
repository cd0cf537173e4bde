import { env } from 'cloudflare:workers'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BUILD_STATUS, type BuildReport, type ReportedStatus, stageOf } from '../../../src/domain/builds/build.ts'
import { seedProject } from '../../support/seed/seed.ts'
import { reportBuild } from '../../support/worker/as-instance.ts'
import { openTestStores } from '../../support/worker/stores.ts'
import { reportOf } from '../../support/worker/world.ts'

const STATUSES = Object.keys(BUILD_STATUS).filter((status) => status !== 'fixed') as ReportedStatus[]
const PERSON = { name: 'Ada', login: 'ada' }

// What a CI knows of a pipeline it tells in each report, or leaves out. Few values, so that times tie.
const time = fc.integer({ min: -2, max: 4 }).map((second) => second * 1_000)
const maybe = <T>(value: T) => fc.constantFrom(value, null)
const event: fc.Arbitrary<BuildReport> = fc
  .record({
    build: fc.integer({ min: 0, max: 3 }),
    status: fc.constantFrom(...STATUSES),
    at: time,
    queuedAt: fc.option(time),
    startedAt: fc.option(time),
    stoppedAt: fc.option(time),
    isOfCi: fc.boolean(),
    mayBeLeft: fc.boolean(),
    buildUrl: fc.constantFrom(null, 'https://ci.example.com/1', 'https://ci.example.com/2'),
    steps: fc.constantFrom(null, [], [{ name: 'a', actions: [] }], [{ name: 'b', actions: [] }]),
    subject: maybe('Add x'),
    author: maybe(PERSON),
    pullRequests: fc.constantFrom([], [{ head_sha: 'f00d', url: 'https://github.com/a/b/pull/1' }]),
  })
  .map(({ build, status, at, queuedAt, startedAt, stoppedAt, isOfCi, mayBeLeft, buildUrl, steps, ...pipeline }) => {
    const mayStillStart = mayBeLeft && status === 'not_run'
    // The time that the event is about is always told; for one that is not, the arrival stands in.
    const ofStage = [{ queuedAt: at }, { startedAt: at }, { stoppedAt: at }][stageOf(status)]
    const told = mayStillStart ? { queuedAt: at, stoppedAt: null } : ofStage
    return reportOf({
      externalId: `b${build}`,
      jobName: `job ${build}`,
      status,
      queuedAt,
      startedAt,
      stoppedAt,
      buildUrl,
      steps,
      ...told,
      isOfCi,
      mayStillStart,
      workflow: { externalId: `w${build % 2}`, name: `workflow ${build % 2}` },
      pipeline: { externalId: `p${build >> 1}`, branch: `branch-${build >> 1}`, ...pipeline },
    })
  })

/** All that is stored of the builds and pipelines but our own numbers, ids and times of arrival. */
async function rowsAfter(reports: readonly BuildReport[]) {
  const stores = await openTestStores()
  const project = await seedProject(stores.db)
  for (const report of reports) {
    stores.clock.advance(60_000)
    await reportBuild(stores, project.id, report)
  }
  const { results } = await env.DB.prepare(
    `select b.external_id, b.job_name, b.branch, b.status, b.class, b.stage, b.weight, b.event_at, b.rank, b.queued_at, b.started_at,
       b.stopped_at, b.build_url, b.url_order, b.steps, b.steps_order, w.external_id as workflow, w.name,
       p.external_id as pipeline, p.branch as pipeline_branch, p.subject, p.author, p.pull_requests
     from builds b join workflows w on w.id = b.workflow_id join pipelines p on p.id = b.pipeline_id
     where b.project_id = ? order by b.external_id`,
  )
    .bind(project.id)
    .all()
  return results
}

describe('reported events', () => {
  it('leave the same rows in whatever order, and however often, they arrive', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc
          .array(event, { minLength: 1, maxLength: 6 })
          .chain((events) =>
            fc.tuple(
              fc.constant(events),
              fc.shuffledSubarray(events, { minLength: events.length }),
              fc.shuffledSubarray(events),
            ),
          ),
        async ([events, shuffled, again]) => {
          expect(await rowsAfter([...shuffled, ...again])).toEqual(await rowsAfter(events))
        },
      ),
      { numRuns: 40 },
    )
    // About a thousand reports: more than five seconds on a machine that has other work.
  })

  it('that contradict each other at the very same time leave the same rows too', async () => {
    const at = { externalId: 'b', status: 'failed', stoppedAt: 1_000 } as const
    const one = reportOf({ ...at, buildUrl: 'https://ci.example.com/1', steps: [{ name: 'b', actions: [] }] })
    const two = reportOf({ ...at, buildUrl: 'https://ci.example.com/2', steps: [{ name: 'a', actions: [] }] })
    expect(await rowsAfter([one, two])).toEqual(await rowsAfter([two, one]))
  })

  it('take a build to the furthest stage that any of them tells, and never back', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(event, { minLength: 2, maxLength: 8 }), async (events) => {
        const stores = await openTestStores()
        const project = await seedProject(stores.db)
        for (const [index, report] of events.entries()) {
          const reported = await reportBuild(stores, project.id, report)
          if (!('build' in reported)) throw new Error(reported.kind)
          const told = events.slice(0, index + 1).filter(({ externalId }) => externalId === report.externalId)
          const furthest = Math.max(...told.map(({ status, mayStillStart }) => (mayStillStart ? 0 : stageOf(status))))
          // What was only left for now reads as not run for as long as nobody starts it.
          const mayStillStart = furthest === 0 && told.some((one) => one.mayStillStart)
          expect(stageOf(reported.build.status)).toBe(mayStillStart ? stageOf('not_run') : furthest)
        }
      }),
      { numRuns: 20 },
    )
  })
})
