/** How many operations a request cost; a D1 batch is one round trip. */
export type Counts = {
  d1: number
  kvGets: number
  kvPuts: number
  cacheMatches: number
  cachePuts: number
}

/** What a test lets go wrong. Each is awaited where its name says, and may throw, be slow or never come back. */
export type Faults = {
  /** Told what is about to run. */
  beforeD1?: ((sqls: readonly string[]) => Promise<void>) | undefined
  /** The rows are read, the caller does not have them yet. */
  afterD1?: (() => Promise<void>) | undefined
  kvGet?: (() => Promise<string | null>) | undefined
  kvPut?: (() => Promise<void>) | undefined
  cacheMatch?: (() => Promise<Response | undefined>) | undefined
}

export type RecordedStatement = { readonly sql: string; readonly params: readonly unknown[] }

/** Nothing comes back any more: what a cancelled request or a lost connection looks like. */
export function hang(): Promise<never> {
  return new Promise(() => {})
}

/** The real D1, counted, with its statements recorded. */
export function countD1(d1: D1Database, counts: Counts, faults: Faults, recorded: RecordedStatement[]): D1Database {
  const originals = new WeakMap<D1PreparedStatement, { statement: D1PreparedStatement; sql: string }>()

  async function roundTrip<T>(sqls: readonly string[], work: () => Promise<T>): Promise<T> {
    counts.d1 += 1
    await faults.beforeD1?.(sqls)
    const result = await work()
    await faults.afterD1?.()
    return result
  }

  function countStatement(statement: D1PreparedStatement, sql: string): D1PreparedStatement {
    const counted = new Proxy(statement, {
      get(target, name) {
        const member = Reflect.get(target, name)
        if (typeof member !== 'function') return member
        if (name === 'bind')
          return (...params: unknown[]) => {
            recorded.push({ sql, params })
            return countStatement(target.bind(...params), sql)
          }
        if (name === 'run' || name === 'all' || name === 'raw' || name === 'first')
          return (...args: unknown[]) => roundTrip([sql], () => member.apply(target, args))
        return member.bind(target)
      },
    })
    originals.set(counted, { statement, sql })
    return counted
  }

  /** A database, or a session of it. */
  const view = <T extends D1Database | D1DatabaseSession>(database: T): T =>
    new Proxy(database, {
      get(target, name) {
        if (name === 'withSession') return (from: string) => view((target as D1Database).withSession(from))
        if (name === 'prepare') return (sql: string) => countStatement(target.prepare(sql), sql)
        if (name === 'batch')
          return (statements: D1PreparedStatement[]) => {
            const real = statements.map((statement) => originals.get(statement) ?? { statement, sql: '' })
            return roundTrip(
              real.map(({ sql }) => sql),
              async () => {
                for (const { statement, sql } of real) await refuseDoubleColumns(statement, sql)
                return target.batch(real.map(({ statement }) => statement))
              },
            )
          }
        const member = Reflect.get(target, name)
        return typeof member === 'function' ? member.bind(target) : member
      },
    })
  return view(d1)
}

const checked = new Set<string>()

/** D1 gives a batch's rows as objects: of two columns with one name one is lost, and Drizzle then shifts all the others. */
async function refuseDoubleColumns(statement: D1PreparedStatement, sql: string): Promise<void> {
  if (!sql.startsWith('select') || checked.has(sql)) return
  checked.add(sql)
  const [names = []] = await statement.raw({ columnNames: true })
  const doubled = names.filter((name, i) => names.indexOf(name) !== i)
  if (doubled.length > 0) throw new Error(`a batch selects several columns called ${doubled.join(', ')}: ${sql}`)
}

/** The real KV, counted. */
export function countKv(kv: KVNamespace, counts: Counts, faults: Faults): KVNamespace {
  return new Proxy(kv, {
    get(target, name) {
      const member = Reflect.get(target, name)
      if (typeof member !== 'function') return member
      return (...args: unknown[]) => {
        if (name === 'get') counts.kvGets += 1
        if (name === 'put') counts.kvPuts += 1
        if (name === 'get' && faults.kvGet) return faults.kvGet()
        if (name === 'put' && faults.kvPut) return faults.kvPut()
        return member.apply(target, args)
      }
    },
  })
}

/** The real Cache API, counted. */
export function countCache(cache: Cache, counts: Counts, faults: Faults): Cache {
  return new Proxy(cache, {
    get(target, name) {
      const member = Reflect.get(target, name)
      if (typeof member !== 'function') return member
      return (...args: unknown[]) => {
        if (name === 'match') counts.cacheMatches += 1
        if (name === 'put') counts.cachePuts += 1
        if (name === 'match' && faults.cacheMatch) return faults.cacheMatch()
        return member.apply(target, args)
      }
    },
  })
}
