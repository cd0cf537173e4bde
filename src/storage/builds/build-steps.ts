import { sql } from 'drizzle-orm'
import type { Actor } from '../../domain/access/actor.ts'
import type { Step, StepAction } from '../../domain/builds/build.ts'
import { builds } from '../schema/schema.ts'
import { rawStatement, type WriteStores } from '../stores.ts'
import { commit } from '../tokens/rights.ts'

/** A step as its reporter tells of it; `key` is the reporter's own, so that the same step is found again. */
export type ReportedStep = { readonly key: string; readonly name: string } & Pick<
  StepAction,
  'status' | 'start_time' | 'end_time' | 'exit_code'
>

export type StepKept =
  /** Its place among the build's steps, from 0. */
  { readonly kind: 'kept'; readonly step: number } | { readonly kind: 'no_build' } | { readonly kind: 'too_many' }

export const MAX_STEPS = 500

/** Adds a step to a build, or brings the one of that key up to date, in one statement, so that none of two is lost. */
export async function keepStep(
  stores: WriteStores,
  buildId: string,
  step: ReportedStep,
  actor: Actor,
): Promise<StepKept> {
  const { db } = stores
  const place = sql`(select cast(one.key as integer) from json_each(${builds.steps}) as one where one.value ->> 'key' = ${step.key} limit 1)`
  const count = sql`coalesce(json_array_length(${builds.steps}), 0)`
  const kept = sql`coalesce(${place}, ${count})`
  const action = sql`json_set(${JSON.stringify(actionOf(step))}, '$.step', ${kept},
    '$.start_time', coalesce(${step.start_time}, ${builds.steps} ->> ('$[' || ${place} || '].actions[0].start_time')))`
  const value = sql`json_set(${JSON.stringify({ name: step.name, key: step.key, actions: [] } satisfies Step)}, '$.actions[0]', json(${action}))`
  const [updated, [row]] = await commit(stores, actor, [
    rawStatement(
      db,
      sql`update ${builds} set steps = json_set(coalesce(${builds.steps}, '[]'), '$[' || ${kept} || ']', json(${value}))
        where ${builds.id} = ${buildId} and ${kept} < ${MAX_STEPS}`,
    ),
    db
      .select({ step: sql<number | null>`${place}` })
      .from(builds)
      .where(sql`${builds.id} = ${buildId}`),
  ])
  if (!row) return { kind: 'no_build' }
  if (updated.meta.changes === 0 || row.step === null) return { kind: 'too_many' }
  return { kind: 'kept', step: row.step }
}

function actionOf({ name, status, start_time, end_time, exit_code }: ReportedStep): StepAction {
  const runTime = start_time && end_time ? Date.parse(end_time) - Date.parse(start_time) : null
  return {
    name,
    type: 'test',
    index: 0,
    step: 0,
    status,
    start_time,
    end_time,
    run_time_millis: runTime,
    bash_command: null,
    exit_code,
  }
}
