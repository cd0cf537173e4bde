import { afterEach, describe, expect, it, vi } from 'vitest'
import { pepperText, withNewPepper } from '../../scripts/deploy/pepper-list.ts'
import { openWranglerDb } from '../../scripts/deploy/wrangler-database.ts'
import { openLocalDatabase } from '../../scripts/start/local-database.ts'
import { ensureDevVars, openLocalState } from '../../scripts/start/local-state.ts'
import { createUser } from '../../src/actions/create-user.ts'
import { importPeppers } from '../../src/domain/access/secret-hash.ts'
import { startNewLife } from '../../src/storage/edge/new-life.ts'
import { makeStateDir } from '../support/server/local-server.ts'

describe('the database that wrangler reaches', () => {
  afterEach(() => vi.unstubAllEnvs())

  it('takes a new user, and a new epoch that ends the tokens', async () => {
    vi.stubEnv('BUILDPASS_STATE', makeStateDir())
    const local = openLocalState()
    ensureDevVars(local)
    /** As a script sees it, which makes the database and applies the migrations. */
    const stateHere = async () => {
      const { db, close } = await openLocalDatabase(local)
      const [seen] = await db.all<{ epoch: string; tokens: number }>(
        'select epoch, (select count(*) from tokens) as tokens from feed_state',
      )
      await close()
      return seen
    }
    const empty = await stateHere()
    const db = openWranglerDb(['--local', '--persist-to', local.dataFolder])
    const peppers = await importPeppers(pepperText(withNewPepper([])))
    const user = { login: 'ada', instanceRole: 'owner', tokenLabel: "Ada's", tokenExpiresAt: null } as const
    await createUser(db, peppers, Date.now(), user)
    expect(await stateHere()).toEqual({ epoch: empty?.epoch, tokens: 1 })
    await startNewLife(db, { keepTokens: false })
    const after = await stateHere()
    expect(after?.tokens).toBe(0)
    expect(after?.epoch).not.toBe(empty?.epoch)
  })
})
