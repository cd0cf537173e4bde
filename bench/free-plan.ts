import type { Operations } from './scale-model.ts'

/** What something costs of that of which Workers Free gives so much a day. */
export type Cost = {
  readonly requests: number
  readonly rowsRead: number
  readonly rowsWritten: number
  readonly kvWrites: number
  readonly messages: number
  readonly bucketCalls: number
}

/** A red build reads so many rows for each report before it, of which the newest 300 are looked at. */
export const ROWS_A_REPORT = 45
const REPORTS_LOOKED_AT = 300
const ROWS_BESIDES = 1_000

export function rowsReadByBuild(reportsBefore: number): number {
  return ROWS_BESIDES + ROWS_A_REPORT * Math.min(reportsBefore, REPORTS_LOOKED_AT)
}

/** Bytes in D1 of a build with 200 tests, two files and a log. */
export const BYTES_A_BUILD = 6_000

/** At most; test/prove/free-plan.test.ts holds the code against them. */
export const COSTS = {
  build: {
    requests: 16,
    rowsRead: rowsReadByBuild(Number.POSITIVE_INFINITY),
    rowsWritten: 220,
    kvWrites: 1,
    messages: 2,
    bucketCalls: 30,
  },
  page: { requests: 1, rowsRead: 100, rowsWritten: 4, kvWrites: 0, messages: 0, bucketCalls: 2 },
  upkeep: { requests: 0, rowsRead: 1_000, rowsWritten: 60, kvWrites: 0, messages: 30, bucketCalls: 5 },
} as const satisfies Record<string, Cost>

/** What an invocation asks of D1 at most, by test/http/frame/free-plan.test.ts and the walks over what writes. */
export const MOST_QUERIES = { read: 25, write: 40, other: 50 } as const

/** A small team's day. */
export const TEAM = { projects: 5, tokens: 20, builds: 100, badges: 5_000, pages: 300 } as const

/** A day of Workers Free, spec of the platform, checked 2026-11; of D1 the bytes of one database. */
const FREE = {
  requests: 100_000,
  rowsRead: 5_000_000,
  rowsWritten: 100_000,
  kvReads: 100_000,
  kvWrites: 1_000,
  queueOperations: 10_000,
  bytes: 500_000_000,
} as const

/** The table of a team's day; `badges` is what the model spends on reads of badges, `rowsReadBy` what rows these read. */
export function freePlanTable(badges: Operations, rowsReadBy: (spent: Operations) => number): string {
  const share = TEAM.badges / badges.requests
  const { build, page, upkeep } = COSTS
  const sum = (name: keyof Cost) => TEAM.builds * build[name] + TEAM.pages * page[name] + upkeep[name]
  const rows: readonly (readonly [string, number, number])[] = [
    ['requests a day', TEAM.badges + sum('requests'), FREE.requests],
    ['rows read in D1 a day', share * rowsReadBy(badges) + sum('rowsRead'), FREE.rowsRead],
    ['rows written in D1 a day', share * badges.rowsWritten + sum('rowsWritten'), FREE.rowsWritten],
    ['KV reads a day', share * badges.kvReads, FREE.kvReads],
    ['KV writes a day', share * badges.kvWrites + sum('kvWrites'), FREE.kvWrites],
    // Each is written, read and deleted.
    ['operations of queues a day', 3 * sum('messages'), FREE.queueOperations],
    ['bytes in D1 after a year', 365 * TEAM.builds * BYTES_A_BUILD, FREE.bytes],
    ['queries of D1 in a request that reads', MOST_QUERIES.read, MOST_QUERIES.other],
    ['queries of D1 in a request that writes', MOST_QUERIES.write, MOST_QUERIES.other],
  ]
  const cells = rows.map(([what, used, free]) => [
    ...[what, shownCount(used), shownCount(free), `${Math.ceil((100 * used) / free)} %`],
  ])
  return [['of', 'at most', 'free', 'share'], ['---', '---', '---', '---'], ...cells]
    .map((row) => `| ${row.join(' | ')} |`)
    .join('\n')
}

function shownCount(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}
