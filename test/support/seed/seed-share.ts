import { makeShare, type WantedShare } from '../../../src/actions/make-share.ts'
import { DAY_MS } from '../../../src/domain/day.ts'
import { actsAs } from '../worker/as-instance.ts'
import type { TestStores } from '../worker/stores.ts'
import type { World } from '../worker/world.ts'

/** A link to the world's one file that a member made in a browser. */
export async function seedShare(
  stores: TestStores,
  { project, users }: World,
  over: Partial<WantedShare> & { readonly madeBy?: { readonly id: string } } = {},
): Promise<{ readonly id: string; readonly secret: string; readonly path: string }> {
  const { madeBy = users.member, ...wanted } = over
  const made = await makeShare(
    stores,
    project,
    {
      thing: { kind: 'path', nodeIndex: 0, path: 'out/report.txt' },
      of: { kind: 'build', num: 1 },
      label: null,
      showsName: false,
      expiresAt: stores.now() + 7 * DAY_MS,
      maxUses: null,
      ...wanted,
    },
    actsAs(madeBy.id),
  )
  if (made.kind !== 'made') throw new Error(`the share link was not made: ${made.kind}`)
  return { id: made.share.id, secret: made.secret, path: `/s/${made.secret}` }
}
