import type { SignedIn } from '../access/grant.ts'
import { randomBase62 } from '../access/secret.ts'
import { DAY_MS } from '../day.ts'
import { toBase64Url } from '../formats/encoding.ts'
import type { Identity, IdentityProvider } from './identity.ts'
import type { User } from './user.ts'

declare const sessionBrand: unique symbol
/** The opaque text in a browser's cookie. No token has its shape, and it has the shape of no token. */
export type SessionSecret = string & { readonly [sessionBrand]: 'SessionSecret' }

/** A session ends when it was not used for that long. */
export const SESSION_IDLE_MS = 30 * DAY_MS

/** How somebody came in. */
export type SignInMethod = 'link' | IdentityProvider

/** What somebody came in by: a link, which is used up by it, or an account elsewhere, which they may lose meanwhile. */
export type SignInProof =
  | { readonly method: 'link' }
  | { readonly method: IdentityProvider; readonly subject: Identity['subject'] }

/** A signed-in browser, as its person sees it. Times are epoch milliseconds. */
export type Session = {
  readonly id: string
  readonly method: SignInMethod
  readonly userAgent: string | null
  readonly from: string | null
  readonly createdAt: number
  readonly lastSeenAt: number
}

/** Who looks at a page. */
export type Viewer = SignedIn & {
  readonly user: User
  readonly session: Session
  /** How many notices they have not read, as far as one more than are shown. */
  readonly unread: number
  /** What each form of this session carries. */
  readonly formToken: string
}

const SHAPE = /^[0-9A-Za-z]{43}$/

/** 256 random bits. */
export function mintSessionSecret(): SessionSecret {
  return randomBase62(43) as SessionSecret
}

export function parseSessionSecret(text: string): SessionSecret | null {
  return SHAPE.test(text) ? (text as SessionSecret) : null
}

/** All that is stored of a session's secret. Of 256 random bits a plain SHA-256 gives nothing away. */
export function hashSession(secret: SessionSecret): Promise<string> {
  return digestOf('session', secret)
}

/** What every form of a session carries, so that no other site can send one. Tells nothing of the secret. */
export function formTokenFor(secret: SessionSecret): Promise<string> {
  return digestOf('form', secret)
}

/** The purpose is part of the hashed text, so that a form token in a page can never be used to look up a session. */
export async function digestOf(purpose: string, text: string): Promise<string> {
  const bytes = new TextEncoder().encode(`${purpose}:${text}`)
  return toBase64Url(await crypto.subtle.digest('SHA-256', bytes))
}
