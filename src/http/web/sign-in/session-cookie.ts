import type { Context } from 'hono'
import { getCookie } from 'hono/cookie'
import { parseSessionSecret, SESSION_IDLE_MS, type SessionSecret } from '../../../domain/people/session.ts'
import type { AppEnv } from '../../frame/open-request.ts'

// Browsers count http://localhost and http://127.0.0.1 as secure; Safari does not, and is told so where it signs in.
const COOKIE = '__Host-session'
const ATTRIBUTES = 'Path=/; Secure; HttpOnly; SameSite=Lax'

export function sessionSecretOf(c: Context<AppEnv>): SessionSecret | null {
  return parseSessionSecret(getCookie(c, COOKIE) ?? '')
}

export function sessionCookie(secret: SessionSecret): string {
  return `${COOKIE}=${secret}; Max-Age=${SESSION_IDLE_MS / 1000}; ${ATTRIBUTES}`
}

export const FORGET_SESSION = `${COOKIE}=; Max-Age=0; ${ATTRIBUTES}`
