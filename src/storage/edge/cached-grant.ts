import * as v from 'valibot'
import type { Fenced } from '../../domain/access/fence.ts'
import { subjectsOf } from '../../domain/access/grant.ts'
import { keptLimits } from '../tokens/kept-limits.ts'
import type { HeldGrant } from './grant-memory.ts'

const id = v.pipe(v.string(), v.minLength(1))
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
const project = v.strictObject({
  id,
  vcs: v.picklist(['gh', 'bb', 'gl']),
  org: id,
  repo: id,
  visibility: v.picklist(['private', 'public']),
  defaultBranch: id,
  repositoryUrl: v.nullable(id),
})

const shape = () =>
  v.strictObject({
    grant: v.variant('kind', [
      v.strictObject({
        kind: v.literal('personal'),
        tokenId: id,
        userId: id,
        instanceRole: v.picklist(['owner', 'user']),
        limits: v.nullable(keptLimits()),
      }),
      v.strictObject({
        kind: v.literal('project'),
        tokenId: id,
        scope: v.picklist(['status', 'view-builds', 'all']),
        project,
        limits: v.nullable(keptLimits()),
      }),
      v.strictObject({
        kind: v.literal('organization'),
        tokenId: id,
        userId: id,
        organization: v.strictObject({ vcs: v.picklist(['gh', 'bb', 'gl']), org: id }),
        scope: v.picklist(['status', 'view-builds', 'all']),
        limits: v.nullable(keptLimits()),
      }),
      v.strictObject({ kind: v.literal('reporting'), tokenId: id, project, publisherId: v.nullable(id) }),
    ]),
    expiresAt: v.nullable(count),
    pepper: id,
    epoch: id,
    seq: count,
    provedAt: count,
  })

let schema: ReturnType<typeof shape> | undefined

/** The KV value of a grant: see docs/storage.md. Neither the secret nor its hash is in it, but which pepper found it is. */
export function serializeGrant({ value, fence }: Fenced<HeldGrant>, pepperId: string): string {
  return JSON.stringify({ ...value, pepper: pepperId, ...fence })
}

/**
 * A KV value as a fenced grant; null, a miss, for anything else: a tombstone, another version, nonsense, the future, or
 * what was found by a pepper that has been taken away.
 */
export function parseCachedGrant(
  text: string,
  now: number,
  peppers: readonly { id: string }[],
): Fenced<HeldGrant> | null {
  schema ??= shape()
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return null // Not JSON, so not a grant: the same as a miss.
  }
  const parsed = v.safeParse(schema, value)
  if (!parsed.success || parsed.output.provedAt > now) return null
  const { grant, expiresAt, pepper, epoch, seq, provedAt } = parsed.output
  if (!peppers.some(({ id }) => id === pepper)) return null
  return { value: { grant, expiresAt }, fence: { epoch, seq, provedAt }, subjects: subjectsOf(grant) }
}
