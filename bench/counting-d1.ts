/** What D1 said of the statements of one request, and how often R2 was asked. */
export type Spent = {
  queries: number
  roundTrips: number
  rowsRead: number
  rowsWritten: number
  sqlMs: number
  bucketCalls: number
}

export function nothingSpent(): Spent {
  return { queries: 0, roundTrips: 0, rowsRead: 0, rowsWritten: 0, sqlMs: 0, bucketCalls: 0 }
}

/** The same D1, adding up what its `meta` says. What is asked for as raw rows, which come without it, is asked twice. */
export function countingD1(d1: D1Database, spent: Spent): D1Database {
  const originals = new WeakMap<D1PreparedStatement, D1PreparedStatement>()

  function add({ meta }: D1Result<unknown>): void {
    spent.queries += 1
    spent.rowsRead += meta.rows_read
    spent.rowsWritten += meta.rows_written
    spent.sqlMs += meta.duration
  }

  function counted(statement: D1PreparedStatement): D1PreparedStatement {
    const proxy = new Proxy(statement, {
      get(target, name) {
        const member = Reflect.get(target, name)
        if (typeof member !== 'function') return member
        if (name === 'bind') return (...params: unknown[]) => counted(target.bind(...params))
        if (name === 'raw' || name === 'first')
          return async (...args: unknown[]) => {
            spent.roundTrips += 1
            add(await target.all())
            return member.apply(target, args)
          }
        if (name === 'run' || name === 'all')
          return async () => {
            spent.roundTrips += 1
            const result = await target.all()
            add(result)
            return result
          }
        return member.bind(target)
      },
    })
    originals.set(proxy, statement)
    return proxy
  }

  /** The database, or a session of it. */
  const view = <T extends D1Database | D1DatabaseSession>(database: T): T =>
    new Proxy(database, {
      get(target, name) {
        if (name === 'withSession') return (from: string) => view((target as D1Database).withSession(from))
        if (name === 'prepare') return (sql: string) => counted(target.prepare(sql))
        if (name === 'batch')
          return async (statements: D1PreparedStatement[]) => {
            spent.roundTrips += 1
            const results = await target.batch(statements.map((statement) => originals.get(statement) ?? statement))
            results.forEach(add)
            return results
          }
        const member = Reflect.get(target, name)
        return typeof member === 'function' ? member.bind(target) : member
      },
    })
  return view(d1)
}

/** The same bucket, counting what it is asked. */
export function countingBucket(bucket: R2Bucket, spent: Spent): R2Bucket {
  return new Proxy(bucket, {
    get(target, name) {
      const member = Reflect.get(target, name)
      if (typeof member !== 'function') return member
      return (...args: unknown[]) => {
        spent.bucketCalls += 1
        return member.apply(target, args)
      }
    },
  })
}
