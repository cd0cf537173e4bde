// Stand-ins that take no time, for one question: what a Worker costs of its own. The real one is asked once; its answer is
// kept as text and read anew each time, as the platform reads what comes over the wire. What is written later goes nowhere.

/** D1 that answers at once what it was asked before. Statements that write are the same whatever they write. */
export function freeD1(d1: D1Database): D1Database {
  const answers = new Map<string, string>()
  const bound = new WeakMap<D1PreparedStatement, Question>()

  async function answer<T>(how: string, { sql, params }: Question, ask: () => Promise<T>): Promise<T> {
    const key = /^\s*(?:select|with)\b/i.test(sql) ? `${how} ${sql} ${JSON.stringify(params)}` : `${how} ${sql}`
    const known = answers.get(key)
    if (known !== undefined) return JSON.parse(known)
    const text = JSON.stringify(await ask())
    answers.set(key, text)
    return JSON.parse(text)
  }

  function statement(question: Question): D1PreparedStatement {
    const { sql } = question
    const real = () => realOf(d1, question)
    const free = {
      bind: (...params: unknown[]) => statement({ sql, params }),
      all: () => answer('all', question, () => real().all()),
      run: () => answer('run', question, () => real().run()),
      raw: () => answer('raw', question, () => real().raw()),
      first: (column: string) =>
        answer(`first ${column}`, question, () => (column === undefined ? real().first() : real().first(column))),
    } as D1PreparedStatement
    bound.set(free, question)
    return free
  }

  const free = {
    prepare: (sql: string) => statement({ sql, params: [] }),
    batch: (statements: readonly D1PreparedStatement[]) => {
      const questions = statements.map((one) => bound.get(one) as Question)
      const together = {
        sql: questions.map(({ sql }) => sql).join(';'),
        params: questions.flatMap(({ params }) => params),
      }
      return answer('batch', together, () => d1.batch(questions.map((question) => realOf(d1, question))))
    },
    exec: (sql: string) => d1.exec(sql),
    withSession: () => ({ ...free, getBookmark: () => null }),
  }
  return free as unknown as D1Database
}

type Question = { readonly sql: string; readonly params: readonly unknown[] }

function realOf(d1: D1Database, { sql, params }: Question): D1PreparedStatement {
  const prepared = d1.prepare(sql)
  return params.length === 0 ? prepared : prepared.bind(...params)
}

/** KV that answers at once what it was asked before, and takes what is put without keeping it. */
export function freeKv(kv: KVNamespace): KVNamespace {
  const texts = new Map<string, string | null>()
  const free = {
    async get(key: string, how?: string | { readonly type?: string }) {
      let text = texts.get(key)
      if (text === undefined) {
        text = await kv.get(key, 'text')
        texts.set(key, text)
      }
      const type = typeof how === 'string' ? how : how?.type
      return type === 'json' && text !== null ? JSON.parse(text) : text
    },
    put: async () => undefined,
  }
  return free as unknown as KVNamespace
}
