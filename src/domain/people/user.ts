import type { InstanceRole } from '../access/grant.ts'

/** A person. Times are epoch milliseconds. */
export type User = {
  readonly id: string
  readonly login: string
  readonly name: string
  readonly avatarUrl: string | null
  readonly instanceRole: InstanceRole
  readonly createdAt: number
}

const LOGIN_SHAPE = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,37}[A-Za-z0-9])?$/
export const LOGIN_RULE = 'must be 1 to 39 letters, digits or inner hyphens'

/** The login in `text`, or null; letter case is kept, and ignored when logins are compared. */
export function parseLogin(text: string): string | null {
  return LOGIN_SHAPE.test(text) ? text : null
}
