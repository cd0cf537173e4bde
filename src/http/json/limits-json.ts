import * as v from 'valibot'
import { ACCESS_LEVELS, type AccessLevel, type Limits, MAX_NETWORKS } from '../../domain/access/limits.ts'
import { parseNetwork } from '../../domain/access/network.ts'
import type { TokenLimits } from '../../domain/access/token.ts'
import { isoOf } from './iso-time.ts'
import { time } from './schemas.ts'
import type { LimitsJson } from './token-shape.ts'

/** The limits of a personal token, as a request writes them; null where it writes none. */
export function personalLimits() {
  return limits({
    access: v.optional(v.picklist(Object.keys(ACCESS_LEVELS) as AccessLevel[], 'must be one of admin, write, read')),
  })
}

/** The limits of a project token. */
export function projectLimits() {
  return limits({ only: v.optional(v.literal('badges', 'must be "badges"')) })
}

function limits<Own extends v.ObjectEntries>(own: Own) {
  return v.pipe(
    v.strictObject({ ...own, cidrs: v.optional(networks()), not_before: v.optional(time()) }),
    v.transform((input): Limits | null => {
      const { not_before: notBefore, ...others } = input as LimitsInput
      const kept = { ...others, ...(notBefore === undefined ? {} : { notBefore }) }
      return Object.keys(kept).length > 0 ? kept : null
    }),
  )
}

type LimitsInput = Omit<Limits, 'notBefore'> & { readonly not_before?: number }

export const NETWORK_RULE = 'must be a network like 10.0.0.0/8 or 2001:db8::/32, or an address'

function networks() {
  const rule = `must be a list of 1 to ${MAX_NETWORKS} networks`
  return v.pipe(
    v.array(
      v.pipe(
        v.string(NETWORK_RULE),
        v.rawTransform<string, string>(({ dataset, addIssue, NEVER }) => {
          const network = parseNetwork(dataset.value)
          if (network) return network
          addIssue({ message: NETWORK_RULE })
          return NEVER
        }),
      ),
      rule,
    ),
    v.minLength(1, rule),
    v.maxLength(MAX_NETWORKS, rule),
  )
}

/** What a token opens less. */
export function limitsJson(limits: TokenLimits): LimitsJson {
  if (limits === null) return null
  if (limits === 'unreadable') return { unreadable: true }
  const { access, only, cidrs, notBefore } = limits
  return {
    ...(access ? { access } : {}),
    ...(only ? { only } : {}),
    ...(cidrs ? { cidrs } : {}),
    ...(notBefore === undefined ? {} : { not_before: isoOf(notBefore) }),
  }
}
