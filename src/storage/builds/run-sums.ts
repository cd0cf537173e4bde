import { and, eq, lt, or, type SQL, sql } from 'drizzle-orm'
import { matchesAny } from '../../domain/access/limits/pattern.ts'
import { type RunSum, sumOfRuns, sumTogether } from '../../domain/builds/insights.ts'
import { DAY_MS } from '../../domain/day.ts'
import { sums } from '../schema/schema.ts'
import type { Db, Stores } from '../stores.ts'
import { isOpenName, ofBranch, type WhichBranch } from './branches/open-branches.ts'
import { isOfFormat, type KeptSum, makeSums, type Span, sumIn } from './sums.ts'
import { jobsOfWorkflowsQuery, type WorkflowRow, workflowRowsOf, workflowsQuery } from './workflows.ts'

const HOUR_MS = 3_600_000
const LENGTH_MS = { hour: HOUR_MS, day: DAY_MS }

/** The runs of workflows are summed up by the hour of their first report and, once it is over, by its day (UTC). */
type RunSpan = Span & { readonly kind: 'hour' | 'day' }
/** By the name of the workflow. */
type NamedSums = Readonly<Record<string, RunSum>>

/** So many runs are read at once, and so often for one answer: what is left is older, and summed up for the next one. */
const RUNS_AT_ONCE = 2_000
const MAX_READS = 10
/** Longer than the longest window of `REPORTING_WINDOW_DAYS`. */
const MAX_WINDOW_DAYS = 92
/** More of one hour or day are not looked at. */
const MAX_RUNS_OF_SPAN = 5_000

/** Sums by the name of the workflow; `isAll` is false where older runs are still left to be summed up. */
export type ListedSums = { readonly sums: ReadonlyMap<string, RunSum>; readonly isAll: boolean }

/** The runs of a project's workflows since that time, of some branches where these are given: a sum for each name. */
export async function listRunSums(
  stores: Pick<Stores, 'db' | 'waitUntil' | 'warn'>,
  projectId: string,
  { branch, since, until }: { readonly branch: WhichBranch; readonly since: number; readonly until: number },
): Promise<ListedSums> {
  const spans = spansBetween(since, until)
  const last = spans.at(-1)
  const [from, to] = [spans[0]?.since ?? until, last ? last.since + LENGTH_MS[last.kind] : until]
  // What is before the first whole hour, and behind the last one, is no sum.
  const edges = runsBetween(stores.db, projectId, [
    [since, from],
    [to, Number.MAX_SAFE_INTEGER],
  ])
  const [kept, ...ofEdges] = await stores.db.batch([runSumsQuery(stores.db, projectId, branch, spans), ...edges])
  const bySpan = Map.groupBy(kept, keyOf)
  const isWhole = (span: RunSpan) => bySpan.get(keyOf(span))?.some(({ isOfAll }) => isOfAll === 1)
  const missing = spans.filter((span) => !isWhole(span))
  const made = await makeMissing(stores, projectId, missing)
  const sumOfAsked = (runs: readonly WorkflowRow[]) => sumsByName(runs.filter(isOf(branch)))
  const atEdges = workflowRowsOf(...ofEdges)
  const parts: NamedSums[] = [
    sumOfAsked(atEdges.filter(({ createdAt }) => createdAt < from)),
    ...spans.flatMap((span): readonly NamedSums[] => {
      const runs = made.get(keyOf(span))
      if (runs) return [sumOfAsked(runs)]
      return (bySpan.get(keyOf(span)) ?? []).flatMap(({ value }) => {
        const sum = sumIn<NamedSums>(value)
        return sum ? [sum] : []
      })
    }),
    sumOfAsked(atEdges.filter(({ createdAt }) => createdAt >= to)),
  ]
  const named = Map.groupBy(
    parts.flatMap((part) => Object.entries(part)),
    ([name]) => name,
  )
  return {
    sums: new Map([...named].map(([name, those]) => [name, sumTogether(those.map(([, sum]) => sum))])),
    isAll: missing.every((span) => made.has(keyOf(span))),
  }
}

/** The whole days in that time and, before and behind those, its whole hours, in their order. */
function spansBetween(since: number, until: number): readonly RunSpan[] {
  const spans: RunSpan[] = []
  for (let at = Math.ceil(since / HOUR_MS) * HOUR_MS; at + HOUR_MS <= until; ) {
    const kind = at % DAY_MS === 0 && at + DAY_MS <= until ? 'day' : 'hour'
    spans.push({ kind, since: at })
    at += LENGTH_MS[kind]
  }
  return spans
}

function keyOf({ kind, since }: Span): string {
  return `${kind} ${since}`
}

function isOf(branch: WhichBranch): (run: WorkflowRow) => boolean {
  if (branch === null) return () => true
  if (typeof branch === 'string') return ({ pipeline }) => pipeline.branch === branch
  return ({ pipeline }) => pipeline.branch !== null && matchesAny(branch, pipeline.branch)
}

function sumsByName(runs: readonly WorkflowRow[]): NamedSums {
  const names = [...Map.groupBy(runs, ({ name }) => name)]
  return Object.fromEntries(names.map(([name, those]) => [name, sumOfRuns(those)]))
}

/** The sums of these spans: those of the asked branches, and of each span that is summed up that it is. */
export function runSumsQuery(db: Db, projectId: string, branch: WhichBranch, spans: readonly RunSpan[]) {
  const isAsked =
    ofBranch(branch, {
      one: (name) => sql`${sums.branch} = ${name}`,
      some: (patterns) => sql`(${sums.branch} <> '' and ${isOpenName(sql`${sums.branch}`, patterns)})`,
    }) ?? sql`${sums.branch} = ''`
  return (
    db
      .select({
        kind: sums.kind,
        since: sums.since,
        isOfAll: sql<number>`${sums.branch} = ''`.as('is_of_all'),
        value: sql<string | null>`iif(${isAsked}, ${sums.value}, null)`.as('asked_value'),
      })
      .from(sql`json_each(${JSON.stringify(spans.map(({ kind, since }) => [kind, since]))}) as row`)
      // Each span is looked up: between them there are sums of many other branches.
      .crossJoin(sums)
      .where(
        and(
          eq(sums.projectId, projectId),
          sql`${sums.kind} = row.value ->> 0 and ${sums.since} = row.value ->> 1`,
          typeof branch === 'string' || branch === null ? sql`${sums.branch} in ('', ${branch ?? ''})` : undefined,
          sql`${sums.value} is not null`,
          isOfFormat(),
        ),
      )
  )
}

/** Reads the runs of these spans, the newest first, and keeps their sums: all of them, but for what is left for the next time. */
async function makeMissing(
  stores: Pick<Stores, 'db' | 'waitUntil' | 'warn'>,
  projectId: string,
  missing: readonly RunSpan[],
): Promise<ReadonlyMap<string, readonly WorkflowRow[]>> {
  if (missing.length === 0) return new Map()
  const counts = await stores.db.all<{ runs: number }>(runCountsQuery(projectId, missing.map(rangeOf)))
  const made = new Map<string, readonly WorkflowRow[]>()
  for (const some of readsOf(
    missing,
    counts.map(({ runs }) => runs),
  ).slice(0, MAX_READS)) {
    const wanted = some.map((span) => ({ ...span, projectId }))
    const read = runsBetween(stores.db, projectId, some.map(rangeOf))
    const runs = await makeSums(stores, wanted, read, (results) => {
      const rows = workflowRowsOf(...(results as Parameters<typeof workflowRowsOf>))
      const ofSpans = some.map((span) => ({ span, runs: rows.filter(isIn(span)) }))
      return { made: ofSpans, kept: ofSpans.flatMap(({ span, runs }) => keptSums(projectId, span, runs)) }
    })
    for (const { span, runs: ofSpan } of runs) made.set(keyOf(span), ofSpan)
  }
  const days = missing.flatMap(({ kind, since }) => (kind === 'day' ? since : []))
  if (days.length > 0)
    stores.waitUntil(dropOld(stores.db, projectId, days).catch((error) => stores.warn('sums_undroppable', error)))
  return made
}

/** Hours of days that are summed up, and what is so old that no window reaches it. */
async function dropOld(db: Db, projectId: string, days: readonly number[]): Promise<void> {
  const ofKind = (kind: 'hour' | 'day') => and(eq(sums.projectId, projectId), eq(sums.kind, kind))
  const isOld = lt(sums.since, Math.max(...days) - MAX_WINDOW_DAYS * DAY_MS)
  const isInDay = sql`${sums.since} - ${sums.since} % ${DAY_MS} in (select row.value from json_each(${JSON.stringify(days)}) as row)`
  await db.batch([
    db.delete(sums).where(and(ofKind('hour'), or(isOld, isInDay))),
    db.delete(sums).where(and(ofKind('day'), isOld)),
  ])
}

/** Which spans are read together, the newest first. */
function readsOf(spans: readonly RunSpan[], counts: readonly number[]): readonly (readonly RunSpan[])[] {
  const reads: RunSpan[][] = []
  let runs = RUNS_AT_ONCE
  for (const [i, span] of [...spans.entries()].toReversed()) {
    const count = counts[i] ?? 0
    if (runs + count > RUNS_AT_ONCE) {
      reads.push([])
      runs = 0
    }
    reads.at(-1)?.push(span)
    runs += count
  }
  return reads
}

type Range = readonly [from: number, to: number]

function rangeOf({ kind, since }: RunSpan): Range {
  return [since, since + LENGTH_MS[kind]]
}

function isIn(span: RunSpan): (run: WorkflowRow) => boolean {
  const [from, to] = rangeOf(span)
  return ({ createdAt }) => from <= createdAt && createdAt < to
}

/** That of all runs, which says that the span is summed up, and those of its branches. */
function keptSums(projectId: string, span: RunSpan, runs: readonly WorkflowRow[]): readonly KeptSum[] {
  const branches = [...Map.groupBy(runs, ({ pipeline }) => pipeline.branch ?? '')].filter(([branch]) => branch !== '')
  const kept = (branch: string, those: readonly WorkflowRow[]) => {
    return { ...span, projectId, branch, value: sumsByName(those) }
  }
  return [kept('', runs), ...branches.map(([branch, those]) => kept(branch, those))]
}

function runsBetween(db: Db, projectId: string, ranges: readonly Range[]) {
  const which = sql`workflows.id in (select w.id from json_each(${JSON.stringify(ranges)}) as row cross join workflows as w
    on w.project_id = ${projectId} and w.created_at >= row.value ->> 0 and w.created_at < row.value ->> 1)`
  return [workflowsQuery(db, which, MAX_RUNS_OF_SPAN), jobsOfWorkflowsQuery(db, which, MAX_RUNS_OF_SPAN)] as const
}

export function runCountsQuery(projectId: string, ranges: readonly Range[]): SQL {
  return sql`select (select count(*) from workflows as w where w.project_id = ${projectId}
      and w.created_at >= row.value ->> 0 and w.created_at < row.value ->> 1) as runs
    from json_each(${JSON.stringify(ranges)}) as row order by row.key`
}
