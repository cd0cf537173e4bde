import { DAY_MS } from '../day.ts'
import type { Token } from './token.ts'

/** Which tokens a list is of. */
export type TokenFilter = 'all' | 'expiring' | 'unused' | 'expired' | 'mine'

const EXPIRING_MS = 30 * DAY_MS
const UNUSED_MS = 90 * DAY_MS

type Fits = (token: Token, asked: { readonly now: number; readonly isMine: boolean }) => boolean

/** Each filter, with what it says, and whether a token is one of those. */
export const TOKEN_FILTERS: Record<TokenFilter, { readonly name: string; readonly fits: Fits }> = {
  all: { name: 'All tokens', fits: () => true },
  expiring: {
    name: 'Expiring within 30 days',
    fits: ({ expiresAt }, { now }) => expiresAt !== null && expiresAt > now && expiresAt - now <= EXPIRING_MS,
  },
  unused: {
    name: 'Unused for 90 days',
    fits: ({ lastUsedAt, createdAt }, { now }) => now - (lastUsedAt ?? createdAt) > UNUSED_MS,
  },
  expired: { name: 'Expired', fits: ({ expiresAt }, { now }) => expiresAt !== null && expiresAt <= now },
  mine: { name: 'Created by me', fits: (_, { isMine }) => isMine },
}

/** The filter that text names; null for none. */
export function parseTokenFilter(text: string): TokenFilter | null {
  return Object.hasOwn(TOKEN_FILTERS, text) ? (text as TokenFilter) : null
}

/** In which order a list is. */
export type TokenOrder = 'created' | 'expires' | 'used'

/** Each order, with what it says, and the number by which tokens follow each other, the smallest first. */
export const TOKEN_ORDERS: Record<TokenOrder, { readonly name: string; readonly place: (token: Token) => number }> = {
  created: { name: 'By creation', place: ({ createdAt }) => createdAt },
  expires: { name: 'By expiry', place: ({ expiresAt }) => expiresAt ?? Number.POSITIVE_INFINITY },
  used: { name: 'By last use', place: ({ lastUsedAt, createdAt }) => lastUsedAt ?? createdAt },
}

export function parseTokenOrder(text: string): TokenOrder | null {
  return Object.hasOwn(TOKEN_ORDERS, text) ? (text as TokenOrder) : null
}
