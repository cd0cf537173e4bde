import { type SQL, sql } from 'drizzle-orm'
import { FAILURES } from '../../domain/builds/pipeline-status.ts'

// The rules of domain/builds/pipeline-status.ts in SQL, as far as the database needs them to choose a pipeline: whether it is
// more than skipped, complete, or failed. A property test holds the two equal. Each function takes the name that the
// pipeline's row has in the statement. Nothing in them is a value of a request, so each is one text: Drizzle would put them
// together from hundreds of parts for each report.

/** Whether anything in a pipeline is not skipped. */
export function hasUnskippedPart(pipeline: string): SQL {
  return sql.raw(`(exists (select 1 from builds as any_build where any_build.pipeline_id = ${pipeline}.id and any_build.status <> 'not_run')
    or exists (select 1 from workflows as any_workflow where any_workflow.pipeline_id = ${pipeline}.id and any_workflow.told_status <> 'not_run'))`)
}

/** A pipeline's place in the order of its branch: of two pipelines the one with the greater place is the newer. */
export function rankOf(pipeline: string): SQL {
  return sql.raw(`(${pipeline}.began_at, ${pipeline}.ci_number, ${pipeline}.number)`)
}

/** `order by` those places, the oldest pipeline first. */
export function oldestFirst(pipeline: string): SQL {
  return sql.raw(`${pipeline}.began_at, ${pipeline}.ci_number, ${pipeline}.number`)
}

/** Whether all that counts of a pipeline is over. */
export function isComplete(pipeline: string): SQL {
  return sql.raw(nothingOpen(pipeline))
}

/** Whether a pipeline has a result of its own, leaving aside the one from before a rerun (`resultOf` in the domain). */
export function hasResult(pipeline: string): SQL {
  return sql.raw(`(${nothingOpen(pipeline)} or ${anyEndedAs(pipeline, failed)})`)
}

/** Whether anything that counts of a pipeline is a failure, whatever else is open. */
export function hasFailed(pipeline: string): SQL {
  return sql.raw(anyEndedAs(pipeline, failed))
}

/** Whether anything that counts of a pipeline has failed or was canceled, whatever else is open. */
export function hasEndedBadly(pipeline: string): SQL {
  return sql.raw(anyEndedAs(pipeline, (status) => `(${failed(status)} or ${status} = 'canceled')`))
}

/** Whether a pipeline has a result, or may have had one before parts of it ran again. */
export function mayHaveResult(pipeline: string): SQL {
  const earlier = `exists (select 1 from workflows as earlier where earlier.pipeline_id = w.pipeline_id
    and earlier.attempt_of = w.attempt_of and earlier.attempt < w.attempt)`
  const earlierRun = `exists (select 1 from builds as run where run.workflow_id = b.workflow_id
    and run.job_name = b.job_name and run.attempt > 0 and run.attempt < b.attempt)`
  const onlyRunsAgain = nothingOpen(pipeline, `and not ${earlier} and not ${earlierRun}`, `and not ${earlier}`)
  return sql.raw(`(${onlyRunsAgain} or ${anyEndedAs(pipeline, failed)})`)
}

type StatusColumn = 'b.status' | 'same.status' | 'w.told_status'

/** Whether a status is one of the domain's `FAILURES`. */
export function isFailure(status: StatusColumn): SQL {
  return sql.raw(failed(status))
}

function failed(status: StatusColumn): string {
  return `(${status} in (${FAILURES.map((failure) => `'${failure}'`).join(', ')}))`
}

function anyEndedAs(pipeline: string, isSuch: (status: StatusColumn) => string): string {
  return `(exists (select 1 from builds as b join workflows as w on w.id = b.workflow_id
      where b.pipeline_id = ${pipeline}.id and b.stage = 2 and ${isSuch('b.status')} and b.attempt > 0
      and not exists (select 1 from workflows as later where ${IS_LATER} and later.told_status <> 'not_run' and not ${isOpen('later')})
      and ${unreplaced(isSuch('same.status'))})
    or exists (select 1 from workflows as w where w.pipeline_id = ${pipeline}.id and ${isSuch('w.told_status')}
      and not exists (select 1 from workflows as later where ${IS_LATER} and later.told_status <> 'not_run')))`
}

/** Whether no build `b` that fits `ofBuilds`, and no workflow `w` that fits `ofWorkflows`, is open. */
function nothingOpen(pipeline: string, ofBuilds = '', ofWorkflows = ''): string {
  return `(not exists (select 1 from builds as b join workflows as w on w.id = b.workflow_id
      where b.pipeline_id = ${pipeline}.id and b.stage < 2 and b.attempt > 0
      and (w.told_status is null or ${isOpen('w')} or b.event_at > w.told_at)
      and not exists (select 1 from workflows as later where ${IS_LATER} and later.told_status <> 'not_run' and not ${isOpen('later')})
      and ${unreplaced(`(same.class <> 'green')`)} ${ofBuilds})
    and not exists (select 1 from workflows as w where w.pipeline_id = ${pipeline}.id and ${isOpen('w')}
      and not exists (select 1 from workflows as later where ${IS_LATER} and later.told_status <> 'not_run')
      and not exists (select 1 from builds as b where b.workflow_id = w.id and b.class = 'red' and b.attempt > 0
        and ${unreplaced(`(same.class = 'red')`)}) ${ofWorkflows}))`
}

function isOpen(workflow: 'w' | 'later'): string {
  return `(${workflow}.told_class in ('waiting', 'blue'))`
}

/** Whether workflow `later` is a later attempt at the same thing as workflow `w`. */
const IS_LATER = 'later.pipeline_id = w.pipeline_id and later.attempt_of = w.attempt_of and later.attempt > w.attempt'

/**
 * Whether no later attempt replaces build `b`: an attempt replaces as many builds of the job as it has itself, and those
 * for which `isReplacedAsEarly` holds are replaced before `b`, or as early.
 */
function unreplaced(isReplacedAsEarly: string): string {
  const sameName = 'same.pipeline_id = b.pipeline_id and same.job_name = b.job_name'
  const runs = `from builds as same join workflows as its on its.id = same.workflow_id
    where ${sameName} and its.attempt_of = w.attempt_of`
  // The first condition is cheap, and nearly always true: mostly nothing ran again.
  return `(not exists (select 1 from builds as same where ${sameName} and same.attempt > b.attempt)
    or (select count(*) ${runs} and same.attempt = b.attempt and ${isReplacedAsEarly})
      > coalesce((select max(again) from (select count(*) as again ${runs} and same.attempt > b.attempt
        and (same.status <> 'not_run' or its.told_status is not 'not_run') group by same.attempt)), 0))`
}
