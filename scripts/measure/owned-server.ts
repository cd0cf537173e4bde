import { startGrowthServers } from '../../bench/miniflare.ts'
import { createUser } from '../../src/actions/create-user.ts'
import { importPeppers } from '../../src/domain/access/secret-hash.ts'
import { openDb } from '../../src/storage/stores.ts'
import { applyMigrations } from '../start/local-database.ts'

/** The Worker on a new database in `folder`, with an owner and their personal token. */
export async function startOwnedServer(at: { readonly folder: string; readonly pepper: string }) {
  const { d1Of, originOf, bucketOf, stop } = await startGrowthServers(['ours'], at)
  try {
    const d1 = await d1Of('ours')
    await applyMigrations(d1)
    const owner = { login: 'bench', instanceRole: 'owner', tokenLabel: 'bench', tokenExpiresAt: null } as const
    const created = await createUser(openDb(d1), await importPeppers(at.pepper), Date.now(), owner)
    if (created === 'login_taken') throw new Error('the database is not empty')
    const server = { origin: await originOf('ours'), token: created.secret, d1 }
    return { server, userId: created.userId, bucket: () => bucketOf('ours'), stop }
  } catch (error) {
    await stop()
    throw error
  }
}
