import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { importPeppers, type Peppers } from '../../src/domain/access/secret-hash.ts'
import { type Db, openDb } from '../../src/storage/stores.ts'
import { getPlatformProxy } from '../deploy/wrangler.ts'
import { type LocalState, REPOSITORY, WRANGLER_CONFIG } from './local-state.ts'

export type LocalDatabase = {
  readonly d1: D1Database
  readonly db: Db
  readonly bucket: R2Bucket
  readonly peppers: Peppers
  readonly close: () => Promise<void>
}

/** The local D1, with every migration applied. Nothing else may have it open meanwhile. */
export async function openLocalDatabase(state: LocalState): Promise<LocalDatabase> {
  process.env.WRANGLER_REGISTRY_PATH = state.registryFolder
  const proxy = await getPlatformProxy<{ DB: D1Database; ARTIFACTS: R2Bucket; PEPPERS: string }>({
    configPath: WRANGLER_CONFIG,
    envFiles: [state.devVarsFile],
    persist: { path: join(state.dataFolder, 'v3') },
    remoteBindings: false,
  })
  try {
    await applyMigrations(proxy.env.DB)
    const peppers = await importPeppers(proxy.env.PEPPERS)
    const { DB: d1, ARTIFACTS: bucket } = proxy.env
    return { d1, db: openDb(d1), bucket, peppers, close: proxy.dispose }
  } catch (error) {
    await proxy.dispose()
    throw error
  }
}

/** As `wrangler d1 migrations apply --local` does it, into the same table, without another process. */
export async function applyMigrations(d1: D1Database): Promise<void> {
  await d1
    .prepare(
      'CREATE TABLE IF NOT EXISTS "d1_migrations"(id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT UNIQUE, applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL)',
    )
    .run()
  const { results } = await d1.prepare('SELECT name FROM d1_migrations').all<{ name: string }>()
  const applied = new Set(results.map(({ name }) => name))
  const folder = join(REPOSITORY, 'migrations')
  const files = readdirSync(folder).filter((file) => file.endsWith('.sql') && !applied.has(file))
  for (const file of files.sort()) {
    // A line each, which go in together: to prepare them one by one is a round trip to workerd for each.
    const lines = readFileSync(join(folder, file), 'utf8')
      .split('--> statement-breakpoint')
      .map((sql) =>
        sql
          .replace(/^\s*--.*$/gm, '')
          .replace(/\s+/g, ' ')
          .trim(),
      )
    await d1.exec([...lines.filter(Boolean), `INSERT INTO d1_migrations (name) VALUES ('${file}')`].join('\n'))
  }
}
