// npm run scale [-- --write | --check [--quick]]: the tables of docs/scale.md, from the model that test/prove/scale.test.ts holds
// the code against, and that of docs/operations.md on the free plan; --quick leaves out the three largest loads, which take four fifths of the time.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseInvocation } from '../scripts/check/invocation.ts'
import { freePlanTable, TEAM } from './free-plan.ts'
import { type Load, type Operations, simulate } from './scale-model.ts'

/** Enough reads for the caches to settle, and not more than a moment's work. */
const [MIN_READS, MAX_READS, SIMULATED_SECONDS] = [100_000, 1_500_000, 900]

/** Dollars for a million: spec of the platform, checked 2026-11. */
const PRICE = {
  request: 0.3,
  cpuMs: 0.02,
  kvRead: 0.5,
  kvWrite: 5,
  rowRead: 0.001,
  rowWritten: 1,
  dataPoint: 0.25,
  logLine: 0.6,
}
const CPU_MS = 1
/** A log line in ten is kept: `head_sampling_rate` in wrangler.toml. */
const LOGGED = 0.1
/** Rows that D1 reads for each, counted by test/prove/growth.test.ts and test/storage/tokens/uses/uses.test.ts. */
const ROWS = { poll: 1, tokenRead: 4, statusRead: 14, use: 10 }

const BASE: Load = {
  perSecond: 100,
  centres: 20,
  isolates: 2,
  isolateLifeSeconds: 600,
  tokens: 1_000,
  hasCacheApi: true,
}
const LOADS: readonly (readonly [string, Load])[] = [
  ['a team', { ...BASE, perSecond: 1, centres: 3, tokens: 20 }],
  ['a company', { ...BASE, perSecond: 20, centres: 10, tokens: 300 }],
  ['many teams', BASE],
  ['a popular project', { ...BASE, perSecond: 1_000, centres: 100, isolates: 4, tokens: 1 }],
  ['a large host', { ...BASE, perSecond: 1_000, centres: 100, isolates: 4, tokens: 10_000 }],
  ['a very large host', { ...BASE, perSecond: 10_000, centres: 300, isolates: 8, tokens: 100_000 }],
]
const WORSE: readonly (readonly [string, Load])[] = [
  ['as above: "many teams"', BASE],
  ['isolates live 30 s', { ...BASE, isolateLifeSeconds: 30 }],
  ['8 isolates a centre', { ...BASE, isolates: 8 }],
  ['no Cache API (workers.dev)', { ...BASE, hasCacheApi: false }],
  ['all three', { ...BASE, isolateLifeSeconds: 30, isolates: 8, hasCacheApi: false }],
]

/** Of the free plan, where a badge is seldom asked for. */
const SMALL_TEAM: Load = { ...BASE, perSecond: TEAM.badges / 86_400, centres: 3, tokens: TEAM.tokens }

const { values } = parseInvocation('npm run scale [-- --write | --check [--quick]]', {
  write: { type: 'boolean' },
  check: { type: 'boolean' },
  quick: { type: 'boolean' },
})
const isQuick = values.check === true && values.quick === true
const loads = isQuick ? LOADS.filter(([, load]) => readsFor(load) === MIN_READS) : LOADS
const texts = {
  'docs/scale.md': [tableOf('load', loads), '', tableOf('what is worse', WORSE)].join('\n'),
  'docs/operations.md': freePlanTable(simulate(SMALL_TEAM, MIN_READS), rowsReadBy),
}
for (const [document, text] of Object.entries(texts))
  if (values.write || values.check) keep(document, text)
  else console.log(`${document}\n${text}\n`)

function tableOf(title: string, loads: readonly (readonly [string, Load])[]): string {
  const head = [
    ...[
      title,
      'reads/s',
      'centres',
      'tokens',
      'no I/O',
      'KV reads/s',
      'D1 queries/s',
      'of these polls',
      'tokens',
      'statuses',
    ],
    ...['batches of uses', 'rows written/s', 'data points/s', '$ per million reads', '$ a month'],
  ]
  const rows = loads.map(([name, load]) => rowOf(name, load, simulate(load, readsFor(load))))
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

function readsFor({ perSecond }: Load): number {
  return Math.min(MAX_READS, Math.max(MIN_READS, perSecond * SIMULATED_SECONDS))
}

function rowOf(name: string, load: Load, spent: Operations): readonly string[] {
  const perSecond = (count: number) => shown((count / spent.requests) * load.perSecond)
  const { polls, tokenReads, statusReads, useWrites } = spent
  const dollars = dollarsPerMillion(spent)
  return [
    ...[
      name,
      String(load.perSecond),
      String(load.centres),
      String(load.tokens),
      `${Math.round((100 * spent.free) / spent.requests)} %`,
    ],
    ...[
      spent.kvReads,
      polls + tokenReads + statusReads + useWrites,
      polls,
      tokenReads,
      statusReads,
      useWrites,
      spent.rowsWritten,
      spent.dataPoints,
    ].map(perSecond),
    `$${dollars.toFixed(2)}`,
    `$${shown((dollars * load.perSecond * 30 * 86_400) / 1e6)}`,
  ]
}

function rowsReadBy({ polls, tokenReads, statusReads, uses }: Operations): number {
  return polls * ROWS.poll + tokenReads * ROWS.tokenRead + statusReads * ROWS.statusRead + uses * ROWS.use
}

/** Of a paid account, past what the plan's five dollars include. */
function dollarsPerMillion(spent: Operations): number {
  const { requests, kvReads, kvWrites, rowsWritten, dataPoints } = spent
  const rowsRead = rowsReadBy(spent)
  const each = PRICE.request + CPU_MS * PRICE.cpuMs + LOGGED * PRICE.logLine
  const stored =
    kvReads * PRICE.kvRead + kvWrites * PRICE.kvWrite + rowsRead * PRICE.rowRead + rowsWritten * PRICE.rowWritten
  return each + (stored + dataPoints * PRICE.dataPoint) / requests
}

function shown(value: number): string {
  return value >= 100 ? String(Math.round(value)) : value >= 10 ? value.toFixed(1) : value.toFixed(2)
}

/** Puts the tables between the two marks of the document, or compares them with what stands there. */
function keep(document: string, tables: string): void {
  const file = join(import.meta.dirname, '..', document)
  const [before, after] = ['<!-- npm run scale -->\n', '<!-- end -->']
  const old = readFileSync(file, 'utf8')
  const from = old.indexOf(before) + before.length
  const to = old.indexOf(after, from)
  if (from < before.length || to < from)
    throw new Error(`${document} has lost the marks between which the tables stand`)
  const next = `${old.slice(0, from)}${tables}\n${old.slice(to)}`
  if (values.write) writeFileSync(file, next)
  else if (isQuick ? !hasEach(old.slice(from, to), tables) : next !== old) {
    console.error(`${document} is not what the model says: npm run scale -- --write`)
    process.exitCode = 1
  } else console.log(`${document} is what the model says.`)
}

function hasEach(text: string, tables: string): boolean {
  const lines = new Set(text.split('\n'))
  return tables.split('\n').every((line) => lines.has(line))
}
