import { env } from 'cloudflare:workers'

/** Tables that tell of refusals and of what cannot be helped, not of what somebody did. */
const LEFT_OUT = new Set(['d1_migrations', 'sqlite_sequence', '_cf_KV', '_cf_METADATA'])

async function tables(): Promise<readonly string[]> {
  const { results } = await env.DB.prepare("select name from sqlite_master where type = 'table' order by name").all<{
    name: string
  }>()
  return results.map(({ name }) => name).filter((name) => !LEFT_OUT.has(name))
}

/**
 * Every row of every table and every object of the bucket, but for the audit log's notes of refused scopes: these are
 * what a refusal is meant to leave.
 */
export async function snapshot(): Promise<Record<string, readonly string[]>> {
  const names = await tables()
  const rows = await env.DB.batch<Record<string, unknown>>(
    names.map((name) => env.DB.prepare(`select * from "${name}"`)),
  )
  const all: Record<string, readonly string[]> = {}
  names.forEach((name, i) => {
    all[name] = (rows[i]?.results ?? [])
      .filter(({ action }) => action !== 'token.refused_by_scope')
      .map((row) => JSON.stringify(row))
  })
  const { objects } = await env.ARTIFACTS.list()
  all.objects = objects.map(({ key, etag }) => `${key} ${etag}`)
  return all
}

type Row = Record<string, string | number | null>
type Held = { readonly key: string; readonly bytes: ArrayBuffer }

/** What there is, to be put back after each of many tests: quicker than making it anew. */
export type Snapshot = { readonly rows: ReadonlyMap<string, readonly Row[]>; readonly objects: readonly Held[] }

export async function keep(): Promise<Snapshot> {
  const names = await restored()
  const all = await env.DB.batch<Row>(names.map((name) => env.DB.prepare(`select * from "${name}"`)))
  const { objects } = await env.ARTIFACTS.list()
  const held = objects.map(async ({ key }) => ({
    key,
    bytes: (await (await env.ARTIFACTS.get(key))?.arrayBuffer()) as ArrayBuffer,
  }))
  return { rows: new Map(names.map((name, i) => [name, all[i]?.results ?? []])), objects: await Promise.all(held) }
}

export const EMPTY: Snapshot = { rows: new Map(), objects: [] }

export async function putBack({ rows, objects }: Snapshot): Promise<void> {
  const names = await restored()
  const inserts = [...rows].flatMap(([name, all]) =>
    all.map((row) => {
      const columns = Object.keys(row)
      const places = columns.map(() => '?').join(', ')
      const into = `insert into "${name}" (${columns.map((column) => `"${column}"`).join(', ')}) values (${places})`
      return env.DB.prepare(into).bind(...Object.values(row))
    }),
  )
  await env.DB.batch([
    env.DB.prepare('pragma defer_foreign_keys = on'),
    ...names.map((name) => env.DB.prepare(`delete from "${name}"`)),
    // As the upkeep prunes the feed: it goes on where it was, without making each look at all rows longer.
    env.DB.prepare('update feed_state set low_water = newest_seq'),
    env.DB.prepare('delete from revocations'),
    ...inserts,
  ])
  const { objects: there } = await env.ARTIFACTS.list()
  const wanted = new Set(objects.map(({ key }) => key))
  const surplus = there.map(({ key }) => key).filter((key) => !wanted.has(key))
  if (surplus.length > 0) await env.ARTIFACTS.delete(surplus)
  for (const { key, bytes } of objects)
    if (!there.some((object) => object.key === key)) await env.ARTIFACTS.put(key, bytes)
}

/** All but the feed, which only grows. */
async function restored(): Promise<readonly string[]> {
  return (await tables()).filter((name) => name !== 'feed_state' && name !== 'revocations')
}
