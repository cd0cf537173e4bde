import { describe, expect, it } from 'vitest'
import { mintSecret } from '../../src/domain/secret.ts'
import { rotateToken } from '../../src/storage/token-ends.ts'
import { listTokens } from '../../src/storage/tokens.ts'
import { actsAs } from '../support/as-instance.ts'
import { seedProject, seedToken, seedUser } from '../support/seed.ts'
import { openTestStores } from '../support/stores.ts'

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
    await rotateToken(stores, first.id, mintSecret('project'), 60, maker, once)
    // The same form again, about another token.
    await expect(rotateToken(stores, second.id, mintSecret('project'), 60, maker, once)).rejects.toThrow('done_before')
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
})
