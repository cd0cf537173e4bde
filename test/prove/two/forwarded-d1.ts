/** What goes over the wire: statements to run in one batch, or one whose rows are wanted as arrays. */
export type Forwarded = {
  readonly statements: readonly { readonly sql: string; readonly params: readonly unknown[] }[]
  readonly arrays: boolean
}

/** D1's interface over HTTP: two processes must not open one local database file. */
export function forwardedD1(url: string, key: string): D1Database {
  async function forward(body: Forwarded): Promise<unknown[]> {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'Forward-Key': key },
      body: JSON.stringify(body),
    })
    if (!response.ok) throw new Error(`D1_ERROR: ${await response.text()}`)
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
    batch: (statements: readonly { sql: string; params: readonly unknown[] }[]) =>
      forward({ statements: statements.map(({ sql, params }) => ({ sql, params })), arrays: false }),
  }
  // What Drizzle's driver calls is here; anything else would fail loudly.
  return { ...d1, withSession: () => ({ ...d1, getBookmark: () => null }) } as unknown as D1Database
}
