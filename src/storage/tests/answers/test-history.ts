import { type SQL, sql } from 'drizzle-orm'
import { type Person, personOf } from '../../../domain/builds/build.ts'
import type { HistoryRun } from '../../../domain/tests/test-history.ts'
import { type RunOutcome, runsAmong, secondsOfLetter } from '../../../domain/tests/test-runs.ts'
import { builds, pipelines } from '../../schema/schema.ts'
import { testReports } from '../../schema/schema-tests.ts'
import { type Db, rawStatement } from '../../stores.ts'
import { outcomesQuery } from './past-reports.ts'
import { type MuteRow, muteOf, namedTestOf, type TestRow, type TestWithMute, testQuery } from './test-mutes.ts'

/** How many runs of a test are listed. */
export const MAX_RUNS = 100

export type TestHistory = TestWithMute & {
  /** The newest first, of the newest 1,000 reports of the project. */
  readonly runs: readonly HistoryRun[]
}

/** A test and its last runs; null where the project has no such test. */
export async function findTestHistory(
  db: Db,
  projectId: string,
  testId: number,
  now: number,
): Promise<TestHistory | null> {
  const [{ results: tests }, { results: reports }] = await db.batch([
    rawStatement(db, testQuery(projectId, testId, now)),
    rawStatement(db, outcomesQuery(projectId)),
  ])
  const [row] = tests as (TestRow & MuteRow)[]
  if (!row) return null
  const places: { id: number; place: number; outcome: RunOutcome }[] = []
  for (const { id, outcomes } of reports as { id: number; outcomes: string }[]) {
    const run = runsAmong(outcomes, [testId]).get(testId)
    if (run) places.push({ id, ...run })
    if (places.length === MAX_RUNS) break
  }
  const runs = places.length === 0 ? [] : await db.all<RunRow>(runsQuery(places))
  return { test: namedTestOf(row), mute: muteOf(row), runs: runs.map((run) => runOf(run, places)) }
}

/** The last runs of a test, the newest first. */
export async function listTestRuns(
  db: Db,
  projectId: string,
  testId: number,
  now: number,
): Promise<readonly HistoryRun[]> {
  return (await findTestHistory(db, projectId, testId, now))?.runs ?? []
}

type RunRow = {
  readonly place: number
  readonly buildNum: number
  readonly jobName: string
  readonly branch: string | null
  readonly revision: string
  readonly letter: string
  readonly at: number
  readonly people: string
}

/** Runs by their reports and their places in `times`. */
export function runsQuery(places: readonly { readonly id: number; readonly place: number }[]): SQL {
  const list = JSON.stringify(places.map(({ id, place }) => [id, place]))
  return sql`select row.key as place, b.build_num as buildNum, b.job_name as jobName, p.branch as branch, p.revision as revision,
      substr(r.times, (row.value ->> 1) + 1, 1) as letter, r.created_at as at,
      json_object('actor', json(p.actor), 'author', json(p.author), 'committer', json(p.committer)) as people
    from json_each(${list}) as row cross join ${testReports} as r on r.id = row.value ->> 0
    cross join ${builds} as b on b.id = r.build_id cross join ${pipelines} as p on p.id = b.pipeline_id order by row.key`
}

function runOf(
  { place, buildNum, jobName, branch, revision, letter, at, people }: RunRow,
  places: readonly { readonly outcome: RunOutcome }[],
): HistoryRun {
  const outcome = places[place]?.outcome
  if (!outcome) throw new Error(`no run was asked for at ${place}`)
  // The three columns of the pipeline.
  const person = personOf(JSON.parse(people) as Record<'actor' | 'author' | 'committer', Person | null>)
  return {
    buildNum,
    jobName,
    branch,
    revision,
    outcome,
    runTimeSeconds: secondsOfLetter(letter),
    at,
    actor: person?.login ?? person?.name ?? null,
  }
}
