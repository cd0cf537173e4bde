import type { Life, Timeline } from './timeline.ts'

export type D1Weather = 'fine' | 'slow' | 'down' | 'hangs' | 'loses answers'

/** A data centre's way to the primary. */
export type D1Path = { d1Weather: D1Weather; readonly latencyMs: number }

/** What a request's use of D1 is told to */
export type D1Watch = {
  readonly request: Life & {
    /** How long the next question is held up before it is run. */
    lateMs: number
    /** How long its rows are kept from their reader. */
    holdMs: number
  }
  /** One round trip was sent. */
  sent(statements: readonly string[]): void
  /** The primary was not to be read during this time, as this isolate saw it. */
  troubled(from: number, until: number): void
  /** A batch was run by the primary; still before anything else can run there. */
  ran(statements: readonly string[], params: readonly unknown[]): Promise<void>
}

/** Beyond this an answer may count as none: a poll has a second, of which the data centre's cache may take a quarter. */
const LATE_MS = 750
const READ_BOX_MS = 2_000

// D1's sessions run statements that the database prepared.
const bounds = new WeakMap<object, Bound>()

type Bound = { readonly real: D1PreparedStatement; readonly sql: string; readonly params: readonly unknown[] }

type Network = { readonly timeline: Timeline; readonly random: () => number }

/** The primary behind a network; `near` opens what a session that begins at a bookmark asks. */
export function viewD1(
  d1: D1Database,
  path: D1Path,
  { near, ...network }: Network & { readonly near: (bookmark: string) => D1DatabaseSession },
  watch: D1Watch,
): D1Database {
  const withSession = (from = 'first-unconstrained') => {
    if (from !== 'first-primary') return near(from)
    const session = d1.withSession(from)
    return { ...viewTarget(session, path, network, watch), getBookmark: () => session.getBookmark() }
  }
  return { ...viewTarget(d1, path, network, watch), withSession } as D1Database
}

/** What D1 and a session of it have in common. */
type Target = Pick<D1Database, 'prepare' | 'batch'>

/** A database behind a network that is slow, parted, or loses answers. The order of arrival is the order of running. */
export function viewTarget(d1: Target, path: D1Path, { timeline, random }: Network, watch: D1Watch): Target {
  async function roundTrip<T>(statements: readonly Bound[], run: () => Promise<T>): Promise<T> {
    const { request: life } = watch
    const sql = statements.map((statement) => statement.sql)
    const sentAt = timeline.now
    const weather = path.d1Weather
    watch.sent(sql)
    const up = life.lateMs + Math.floor(random() * (weather === 'slow' ? 1_500 : path.latencyMs))
    const held = life.holdMs
    life.holdMs = 0
    life.lateMs = 0
    const down = held + Math.floor(random() * (weather === 'slow' ? 1_500 : path.latencyMs))
    if (up + down >= LATE_MS) watch.troubled(sentAt, sentAt + up + down)
    await timeline.sleep(up, life)
    if (weather === 'down') {
      watch.troubled(sentAt, timeline.now)
      throw new Error('D1_ERROR: Network connection lost.')
    }
    const isUnheard = weather === 'hangs' && random() < 0.5
    if (isUnheard) return never(sentAt)
    const result = await timeline.real(async () => {
      const rows = await run()
      await watch.ran(
        sql,
        statements.flatMap((statement) => statement.params),
      )
      return rows
    })
    if (weather === 'hangs') return never(sentAt)
    await timeline.sleep(down, life)
    if (weather === 'loses answers') {
      watch.troubled(sentAt, timeline.now)
      throw new Error('D1_ERROR: Network connection lost.')
    }
    return result
  }

  function never(sentAt: number): Promise<never> {
    watch.troubled(sentAt, sentAt + READ_BOX_MS)
    return new Promise(() => {})
  }

  function statementOf(bound: Bound): D1PreparedStatement {
    const once = (name: 'run' | 'all' | 'raw' | 'first') => () =>
      // Each of these without arguments, as Drizzle calls them.
      roundTrip([bound], () => (bound.real[name] as () => Promise<unknown>).call(bound.real))
    const statement = {
      bind: (...params: unknown[]) => statementOf({ ...bound, real: bound.real.bind(...params), params }),
      run: once('run'),
      all: once('all'),
      raw: once('raw'),
      first: once('first'),
    }
    bounds.set(statement, bound)
    return statement as unknown as D1PreparedStatement
  }

  return {
    prepare: (sql: string) => statementOf({ real: d1.prepare(sql), sql, params: [] }),
    batch<T>(statements: readonly D1PreparedStatement[]) {
      const all = statements.map((statement) => bounds.get(statement)).filter((bound) => bound !== undefined)
      if (all.length !== statements.length) throw new Error('a statement of another database')
      return roundTrip(all, () => d1.batch<T>(all.map(({ real }) => real)))
    },
  }
}
