import type { Context } from 'hono'
import { parseSessionSecret, SESSION_IDLE_MS, type SessionSecret } from '../../../domain/people/session.ts'
import type { AppEnv } from '../../frame/open-request.ts'
import { ownCookie, ownCookieOf } from '../frame/own-cookie.ts'

// Browsers count http://localhost and http://127.0.0.1 as secure; Safari does not, and the page after signing in says so.
const COOKIE = 'session'

export function sessionSecretOf(c: Context<AppEnv>): SessionSecret | null {
  return parseSessionSecret(ownCookieOf(c, COOKIE))
}

export function sessionCookie(secret: SessionSecret): string {
  return ownCookie(COOKIE, secret, SESSION_IDLE_MS / 1000)
}

export const FORGET_SESSION = ownCookie(COOKIE, '', 0)
