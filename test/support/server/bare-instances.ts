import { convertV4MiniflareOptions, Miniflare } from 'miniflare'
import { afterAll, beforeAll } from 'vitest'
import type { Instance } from '../../../scripts/start/instance.ts'
import { applyMigrations } from '../../../scripts/start/local-database.ts'

/** Instances of an empty database and an empty bucket each, by name: one workerd for all of them, until the file's end. */
export function bareInstances<Name extends string>(names: readonly Name[]): (name: Name) => Promise<Instance> {
  let miniflare: Miniflare
  beforeAll(() => {
    const [d1Databases, r2Buckets] = ['db', 'bucket'].map((kind) => names.map((name) => `${kind}-${name}`))
    const bare = { modules: true, script: 'export default {}', d1Databases, r2Buckets }
    miniflare = new Miniflare(convertV4MiniflareOptions({ ...bare, compatibilityDate: '2026-10-20' }))
  })
  afterAll(() => miniflare.dispose())
  return async (name) => {
    // Miniflare's types of D1 and R2 are its own copies of the same interfaces.
    const d1: D1Database = (await miniflare.getD1Database(`db-${name}`)) as never
    await applyMigrations(d1)
    return { d1, bucket: (await miniflare.getR2Bucket(`bucket-${name}`)) as never, close: async () => {} }
  }
}
