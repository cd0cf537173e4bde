import type { Context } from 'hono'
import { getCookie } from 'hono/cookie'
import type { AppEnv } from '../../env.ts'

export type Flash = { readonly tone: 'good' | 'bad'; readonly text: string }

/** What a page may say about the form that led to it: a closed list, so that nobody can put words into our mouth. */
const FLASHES = {
  'signed-out': { tone: 'good', text: 'You are signed out.' },
  'signed-out-meanwhile': { tone: 'bad', text: 'You were signed out meanwhile, so nothing was changed.' },
  'session-ended': { tone: 'good', text: 'The session is ended.' },
  'sessions-ended': { tone: 'good', text: 'All other sessions are ended.' },
  'identity-linked': { tone: 'good', text: 'The account is linked.' },
  'identity-taken': {
    tone: 'bad',
    text: 'That account belongs to another person here: sign in by it and unlink it there first.',
  },
  'identity-unlinked': { tone: 'good', text: 'The account is unlinked, and other sessions that it began are ended.' },
  'settings-saved': { tone: 'good', text: 'Saved.' },
  'member-saved': { tone: 'good', text: 'The member’s role is saved.' },
  'member-removed': { tone: 'good', text: 'The member is removed.' },
  'project-created': { tone: 'good', text: 'The project is created.' },
  'project-public': { tone: 'good', text: 'The project is public now.' },
  'project-private': { tone: 'good', text: 'The project is private now.' },
  'project-deleted': { tone: 'good', text: 'The project is deleted.' },
  'user-saved': { tone: 'good', text: 'Saved.' },
  'user-removed': { tone: 'good', text: 'The person is removed.' },
  'token-deleted': { tone: 'good', text: 'The token is deleted.' },
  'token-expired': { tone: 'bad', text: 'That token has expired already: create a new one.' },
  'webhook-deleted': { tone: 'good', text: 'The webhook’s secret is deleted.' },
  'webhook-rotated-before': { tone: 'bad', text: 'That secret was rotated or deleted already.' },
  'publisher-added': { tone: 'good', text: 'The publisher is trusted from now on.' },
  'publisher-deleted': { tone: 'good', text: 'The publisher is deleted, and the tokens of its jobs are ended.' },
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
