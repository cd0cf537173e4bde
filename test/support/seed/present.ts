import { eq } from 'drizzle-orm'
import { INSTANCE } from '../../../src/domain/access/actor.ts'
import type { Secret } from '../../../src/domain/access/secret.ts'
import type { Slug } from '../../../src/domain/project.ts'
import { type ChargeUnknown, findGrant } from '../../../src/storage/edge/grants.ts'
import { tokens } from '../../../src/storage/schema/schema.ts'
import type { Stores } from '../../../src/storage/stores.ts'
import { commitEnding } from '../../../src/storage/tokens/revocations.ts'

/** A client address that may try as many unknown tokens as it likes. */
export const UNLIMITED: ChargeUnknown = { client: '192.0.2.1', spend: async () => true }

/** Presents a secret as a request would; the verdict in one word, and for a grant the tier that gave it. */
export async function present(
  stores: Stores,
  secret: Secret,
  { slug = null, charge = UNLIMITED }: { slug?: Slug | null; charge?: ChargeUnknown } = {},
): Promise<string> {
  const verdict = await findGrant(stores, secret, slug, charge)
  return verdict.kind === 'granted' ? `granted by ${verdict.tier}` : verdict.kind
}

/** Deletes a token as an isolate does that is asked to. */
export async function endToken(stores: Stores, { id }: { id: string }): Promise<void> {
  await commitEnding(stores, INSTANCE, [stores.db.delete(tokens).where(eq(tokens.id, id))])
}

/** Sets a token's end, as rotation does. */
export async function redateToken(stores: Stores, { id }: { id: string }, expiresAt: number): Promise<void> {
  await commitEnding(stores, INSTANCE, [stores.db.update(tokens).set({ expiresAt }).where(eq(tokens.id, id))])
}

/** A gate in an answer's way: `reached` when somebody stands before it, open after `open()`. */
export function barrier(): { pass: () => Promise<void>; reached: Promise<void>; open: () => void } {
  let open = () => {}
  let reach = () => {}
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  const reached = new Promise<void>((resolve) => {
    reach = resolve
  })
  return {
    pass: () => {
      reach()
      return opened
    },
    reached,
    open,
  }
}
