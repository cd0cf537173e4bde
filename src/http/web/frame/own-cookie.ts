import type { Context } from 'hono'
import { generateCookie, getCookie } from 'hono/cookie'
import type { AppEnv } from '../../frame/open-request.ts'

/**
 * The header that sets a cookie of this host alone, over https only, that no script reads; with 0 seconds it is gone.
 * Lax: a link from another site, as GitHub's way back is one, brings it along.
 */
export function ownCookie(name: string, value: string, maxAgeSeconds: number): string {
  return generateCookie(name, value, { prefix: 'host', httpOnly: true, sameSite: 'Lax', maxAge: maxAgeSeconds })
}

/** The cookie's value; empty where there is none. */
export function ownCookieOf(c: Context<AppEnv>, name: string): string {
  return getCookie(c, name, 'host') ?? ''
}
