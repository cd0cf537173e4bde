/** Which tokens a list is of. */
export type TokenFilter = 'all' | 'expiring' | 'unused' | 'expired' | 'mine'

export const EXPIRING_DAYS = 30
export const UNUSED_DAYS = 90

/** Each filter, with what it says. */
export const TOKEN_FILTERS: Record<TokenFilter, { readonly name: string }> = {
  all: { name: 'All tokens' },
  expiring: { name: `Expiring within ${EXPIRING_DAYS} days` },
  unused: { name: `Unused for ${UNUSED_DAYS} days` },
  expired: { name: 'Expired' },
  mine: { name: 'Created by me' },
}

/** The filter that text names; null for none. */
export function parseTokenFilter(text: string): TokenFilter | null {
  return Object.hasOwn(TOKEN_FILTERS, text) ? (text as TokenFilter) : null
}

/** In which order a list is. */
export type TokenOrder = 'created' | 'expires' | 'used'

/** Each order, with what it says. */
export const TOKEN_ORDERS: Record<TokenOrder, { readonly name: string }> = {
  created: { name: 'By creation' },
  expires: { name: 'By expiry' },
  used: { name: 'By last use' },
}

export function parseTokenOrder(text: string): TokenOrder | null {
  return Object.hasOwn(TOKEN_ORDERS, text) ? (text as TokenOrder) : null
}
