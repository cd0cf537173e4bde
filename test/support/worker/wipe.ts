import { env } from 'cloudflare:workers'
import { openRequest } from '../../../src/app.ts'
import { createRequestCounts } from '../../../src/domain/request-counts.ts'

// What the files before left behind goes, in the database, KV, the bucket and the isolate's counts: each of these files
// counts all that there is, or turns the clock, and a workerd of its own would take three seconds for each.

const { results } = await env.DB.prepare(
  `select name from sqlite_master where type = 'table' and name not like 'sqlite_%' and name not like '_cf_%' and name not in ('d1_migrations', 'feed_state', 'upkeep_tasks')`,
).all<{ name: string }>()
await env.DB.batch([
  env.DB.prepare('pragma defer_foreign_keys = on'),
  ...results.map(({ name }) => env.DB.prepare(`delete from "${name}"`)),
  env.DB.prepare('delete from revocations'),
  env.DB.prepare('delete from sqlite_sequence'),
  env.DB.prepare('update feed_state set epoch = lower(hex(randomblob(16))), newest_seq = 0, low_water = 0'),
  env.DB.prepare(
    'update upkeep_tasks set done_at = unixepoch() * 1000, failed_at = null, failures = 0, behind_ms = null',
  ),
])
for (;;) {
  const { keys } = await env.KV.list()
  if (keys.length === 0) break
  await Promise.all(keys.map(({ name }) => env.KV.delete(name)))
}
for (;;) {
  const { objects } = await env.ARTIFACTS.list({ limit: 1000 })
  if (objects.length === 0) break
  await env.ARTIFACTS.delete(objects.map(({ key }) => key))
}
const { metrics } = await openRequest(env, { waitUntil: () => {} })
Object.assign(metrics.counts, createRequestCounts(Date.now()))
