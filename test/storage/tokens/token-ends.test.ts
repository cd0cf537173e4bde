import { env } from 'cloudflare:workers'
import { describe, expect, it } from 'vitest'
import { INSTANCE } from '../../../src/domain/access/actor.ts'
import { mintSecret, type Secret } from '../../../src/domain/access/secret.ts'
import { hashSecret } from '../../../src/domain/access/secret-hash.ts'
import { findGrant, kvKeyFor } from '../../../src/storage/edge/grants.ts'
import { deleteToken, rotateToken } from '../../../src/storage/tokens/token-ends.ts'
import { listTokens } from '../../../src/storage/tokens/tokens.ts'
import { seedProject, seedToken, seedUser } from '../../support/seed/seed.ts'
import { actsAs } from '../../support/worker/as-instance.ts'
import { openTestStores } from '../../support/worker/stores.ts'

describe('rotating a token', () => {
  it('leaves the old one as it was where no new one was stored', async () => {
    const stores = await openTestStores()
    const project = await seedProject(stores.db)
    const maker = actsAs((await seedUser(stores.db)).id)
    const [first, second] = [
      await seedToken(stores, { kind: 'project', project, scope: 'all' }),
      await seedToken(stores, { kind: 'project', project, scope: 'all' }),
    ]
    const once = crypto.randomUUID()
    await rotateToken(stores, first.id, { successor: mintSecret('project'), overlapSeconds: 60, onceId: once }, maker)
    // The same form again, about another token.
    const again = await rotateToken(
      stores,
      second.id,
      { successor: mintSecret('project'), overlapSeconds: 60, onceId: once },
      maker,
    )
    expect(again).toEqual({ kind: 'done_before' })
    const ends = (await listTokens(stores.db, { kind: 'project', projectId: project.id })).map((token) => [
      token.id,
      token.expiresAt === null,
    ])
    expect(ends).toEqual(
      expect.arrayContaining([
        [first.id, false],
        [second.id, true],
      ]),
    )
  })

  it('makes no new one of one that is not there, or that ends at that moment', async () => {
    const stores = await openTestStores()
    const project = await seedProject(stores.db)
    const old = await seedToken(stores, { kind: 'project', project, scope: 'all' })
    const rotate = (id: string) =>
      rotateToken(stores, id, { successor: mintSecret('project'), overlapSeconds: 60 }, INSTANCE)
    expect(await rotate(crypto.randomUUID())).toEqual({ kind: 'unknown' })
    stores.faults.beforeD1 = async (sqls) => {
      if (sqls.some((sql) => sql.startsWith('insert into "tokens"')))
        await env.DB.prepare('delete from tokens where id = ?').bind(old.id).run()
    }
    expect(await rotate(old.id)).toEqual({ kind: 'unknown' })
    expect(await listTokens(stores.db, { kind: 'project', projectId: project.id })).toEqual([])
  })

  it('gives one that works here at once, also for a client that tried too many unknown ones', async () => {
    const stores = await openTestStores()
    const old = await seedToken(stores, { kind: 'project', project: await seedProject(stores.db), scope: 'all' })
    const spent = { client: 'one', spend: async () => false }
    const kindOf = async (secret: Secret) => (await findGrant(stores, secret, null, spent)).kind
    const successor = mintSecret('project')
    const kinds = [await kindOf(mintSecret('project')), await kindOf(mintSecret('project'))]
    await rotateToken(stores, old.id, { successor, overlapSeconds: 60 }, INSTANCE)
    expect([...kinds, await kindOf(successor)]).toEqual(['unknown', 'limited', 'granted'])
  })

  it('is refused to a holder of a thousand, who has no room for one more', async () => {
    const stores = await openTestStores()
    const project = await seedProject(stores.db)
    const old = await seedToken(stores, { kind: 'project', project, scope: 'all' })
    await seedMore(old.id, 999, null)
    const rotation = await rotateToken(
      stores,
      old.id,
      { successor: mintSecret('project'), overlapSeconds: 60 },
      INSTANCE,
    )
    expect(rotation).toEqual({ kind: 'full' })
  })

  it('is too late at its end, to the millisecond', async () => {
    const stores = await openTestStores()
    const project = await seedProject(stores.db)
    const expiresAt = stores.now() + 1_000
    const kindAt = async (now: number) => {
      const old = await seedToken(stores, { kind: 'project', project, scope: 'all', expiresAt })
      return (
        await rotateToken(
          { ...stores, now: () => now },
          old.id,
          { successor: mintSecret('project'), overlapSeconds: 60 },
          INSTANCE,
        )
      ).kind
    }
    expect([await kindAt(expiresAt - 1), await kindAt(expiresAt)]).toEqual(['rotated', 'expired'])
  })
})

describe('the end of a token', () => {
  const LEAKED = { action: 'token.leaked', keepMinted: false, actor: INSTANCE } as const

  async function seedFamily(minted: number) {
    const stores = await openTestStores()
    const root = await seedToken(stores, { kind: 'project', project: await seedProject(stores.db), scope: 'all' })
    await seedMore(root.id, minted, root.id)
    stores.resetCounts()
    return { stores, root }
  }

  it('is told to KV for an hour, for the first hundred that end with it', async () => {
    const { stores, root } = await seedFamily(105)
    expect(await deleteToken(stores, root.id, LEAKED)).toHaveLength(106)
    await stores.settled()
    expect(stores.counts.kvPuts).toBe(100)
    const [hash] = await hashSecret(stores.peppers, root.secret)
    expect(await env.KV.get(kvKeyFor(hash))).toBe('ended')
    const { keys } = await env.KV.list({ prefix: kvKeyFor(hash) })
    const lifeSeconds = (keys[0]?.expiration ?? 0) - Date.now() / 1_000
    expect(Math.round(lifeSeconds / 60)).toBe(60)
  })

  it('is one although KV takes nothing, which is in the log', async () => {
    const { stores, root } = await seedFamily(0)
    stores.faults.kvPut = async () => {
      throw new Error('KV PUT failed: 429')
    }
    expect(await deleteToken(stores, root.id, LEAKED)).toEqual([root.id])
    await stores.settled()
    expect(stores.warnings).toEqual(['tombstone_unwritable'])
  })
})

/** So many tokens like that one, minted by another. */
async function seedMore(id: string, count: number, mintedBy: string | null): Promise<void> {
  await env.DB.prepare(
    `with recursive n(n) as (select 1 union all select n + 1 from n where n < ?2)
      insert into tokens (id, hash, kind, label, project_id, scope, prefix, last_four, created_at, minted_by)
      select id || n, hash || n, kind, label, project_id, scope, prefix, last_four, created_at, ?3
      from tokens, n where id = ?1 and ?2 > 0`,
  )
    .bind(id, count, mintedBy)
    .run()
}
