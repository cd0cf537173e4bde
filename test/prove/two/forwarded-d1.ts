import type { Entry, Statement } from '../replicas/replicated-d1.ts'

/** What goes over the wire: statements to run in one batch, or one whose rows are wanted as arrays. */
export type Forwarded = { readonly statements: readonly Statement[]; readonly arrays: boolean }
/** The writes after a bookmark. */
export type Logged = readonly Entry[]

/** D1's interface over HTTP: two processes must not open one local database file. `near` opens a session of a replica. */
export function forwardedD1(url: string, key: string, near: (bookmark: string) => unknown): D1Database {
  let bookmark: string | null = null

  async function forward(body: Forwarded): Promise<unknown[]> {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'Forward-Key': key },
      body: JSON.stringify(body),
    })
    if (!response.ok) throw new Error(`D1_ERROR: ${await response.text()}`)
    bookmark = response.headers.get('Bookmark')
    return response.json()
  }

  function statement(sql: string, params: readonly unknown[] = []) {
    const own = { sql, params }
    const one = async () => (await forward({ statements: [own], arrays: false }))[0]
    return {
      ...own,
      bind: (...bound: unknown[]) => statement(sql, bound),
      run: one,
      all: one,
      raw: () => forward({ statements: [own], arrays: true }),
    }
  }

  const d1 = {
    prepare: (sql: string) => statement(sql),
    batch: (statements: readonly Statement[]) =>
      forward({ statements: statements.map(({ sql, params }) => ({ sql, params })), arrays: false }),
    getBookmark: () => bookmark,
    withSession: (from: string) => (from === 'first-primary' ? forwardedD1(url, key, near) : near(from)),
  }
  // What Drizzle's driver calls is here; anything else would fail loudly.
  return d1 as unknown as D1Database
}
