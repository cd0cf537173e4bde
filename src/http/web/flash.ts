import type { Context } from 'hono'
import { getCookie } from 'hono/cookie'
import type { AppEnv } from '../../env.ts'

export type Flash = { readonly tone: 'good' | 'bad'; readonly text: string }

/** What a page may say about the form that led to it: a closed list, so that nobody can put words into our mouth. */
const FLASHES = {
  'signed-out': { tone: 'good', text: 'You are signed out.' },
  'signed-out-meanwhile': { tone: 'bad', text: 'You were signed out meanwhile, so nothing was changed.' },
} as const satisfies Record<string, Flash>

export type FlashCode = keyof typeof FLASHES

const COOKIE = '__Host-flash'
const ATTRIBUTES = 'Path=/; Secure; HttpOnly; SameSite=Lax'

/** 303 to a page of ours, which then says this once. */
export function redirectTo(path: string, flash?: FlashCode): Response {
  const headers = new Headers({ Location: path, 'Cache-Control': 'no-store' })
  if (flash) headers.append('Set-Cookie', `${COOKIE}=${flash}; Max-Age=60; ${ATTRIBUTES}`)
  return new Response(null, { status: 303, headers })
}

/** What is to be said on this page, if anything. */
export function flashOf(c: Context<AppEnv>): Flash | null {
  const code = getCookie(c, COOKIE)
  return code !== undefined && Object.hasOwn(FLASHES, code) ? FLASHES[code as FlashCode] : null
}

/** The header that makes sure it is said once. */
export const FORGET_FLASH = `${COOKIE}=; Max-Age=0; ${ATTRIBUTES}`
