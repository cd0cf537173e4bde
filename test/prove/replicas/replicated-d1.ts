export type Statement = { readonly sql: string; readonly params: readonly unknown[] }
export type Entry = { readonly at: number; readonly statements: readonly Statement[] }
/** What D1 and a session of it have in common. */
type Target = Pick<D1Database, 'prepare' | 'batch'>

/** A database that numbers its writes: the number of the last one is its bookmark. */
export type Primary = Target & {
  /** The writes after that one, oldest first. */
  since(bookmark: string): readonly Entry[]
  bookmark(): string
  /** Forgets the writes so far: whoever follows has them. */
  forget(): void
}

export function numberWrites(d1: D1Database, now: () => number): Primary {
  const log: Entry[] = []
  let forgotten = 0
  const primary = viewOf(async (statements, run) => {
    const result = await run(d1)
    if (statements.some(({ sql }) => !/^\s*select\b/i.test(sql))) log.push({ at: now(), statements })
    return result
  })
  return {
    ...primary,
    since: (bookmark) => log.slice(Number(bookmark) - forgotten),
    // They sort as texts, as D1's do.
    bookmark: () => String(forgotten + log.length).padStart(12, '0'),
    forget() {
      forgotten += log.length
      log.length = 0
    },
  }
}

/** A second database to which the writes of the primary come late, whole and in their order. */
export type Replica = {
  lagMs: number
  /** A session that begins at the bookmark: it never shows less than that, nor less than it showed before. */
  open(bookmark: string): Target & { readonly getBookmark: () => string }
  catchUp(): Promise<void>
}

export function followPrimary(primary: Primary, d1: D1Database, now: () => number): Replica {
  let applied = primary.bookmark()

  async function applyTo(bookmark: string, lagMs: number): Promise<void> {
    for (const { at, statements } of primary.since(applied)) {
      if (applied >= bookmark && at + lagMs > now()) return
      await d1.batch(statements.map(({ sql, params }) => d1.prepare(sql).bind(...params)))
      applied = String(Number(applied) + 1).padStart(12, '0')
    }
  }

  const replica: Replica = {
    lagMs: 0,
    open(bookmark) {
      // What is no bookmark asks for nothing.
      let seen = /^\d+$/.test(bookmark) ? bookmark : ''
      const target = viewOf(async (statements, run) => {
        if (statements.some(({ sql }) => !/^\s*select\b/i.test(sql))) throw new Error('a replica is read only')
        await applyTo(seen, replica.lagMs)
        seen = applied
        return run(d1)
      })
      return { ...target, getBookmark: () => seen }
    },
    catchUp: () => applyTo(primary.bookmark(), 0),
  }
  return replica
}

/** The primary as a Worker is given it: a session of it tells the bookmark of what it saw last. */
export function sessionsOf(primary: Primary): D1Database {
  const withSession = () => {
    let seen: string | null = null
    const batch = async (statements: D1PreparedStatement[]) => {
      const results = await primary.batch(statements)
      seen = primary.bookmark()
      return results
    }
    return { ...primary, batch, getBookmark: () => seen }
  }
  return { ...primary, withSession } as unknown as D1Database
}

/** D1's interface, each use of which goes through `around`. */
export function viewOf(
  around: <T>(statements: readonly Statement[], run: (d1: Target) => Promise<T>) => Promise<T>,
): Target {
  const bound = (d1: Target, { sql, params }: Statement) => d1.prepare(sql).bind(...params)
  const statementOf = (sql: string, params: readonly unknown[] = []): unknown => {
    const own = { sql, params }
    return {
      ...own,
      bind: (...values: unknown[]) => statementOf(sql, values),
      all: () => around([own], (d1) => bound(d1, own).all()),
      run: () => around([own], (d1) => bound(d1, own).run()),
      raw: () => around([own], (d1) => bound(d1, own).raw()),
    }
  }
  const target = {
    prepare: (sql: string) => statementOf(sql),
    batch: (statements: readonly Statement[]) =>
      around(statements, (d1) => d1.batch(statements.map((statement) => bound(d1, statement)))),
  }
  // What Drizzle's driver for D1 calls is here; anything else would fail loudly.
  return target as unknown as Target
}
