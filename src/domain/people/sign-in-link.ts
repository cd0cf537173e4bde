import { randomBase62 } from '../access/secret.ts'
import { digestOf } from './session.ts'

declare const linkBrand: unique symbol
/** The secret part of a one-time sign-in link. */
export type LinkSecret = string & { readonly [linkBrand]: 'LinkSecret' }

export const LINK_LIFE_MS = 15 * 60_000
/** Somebody else has to send it, and somebody else to read it. */
export const INVITATION_LIFE_MS = 72 * 3_600_000

const SHAPE = /^[0-9A-Za-z]{43}$/

/** 256 random bits. */
export function mintLinkSecret(): LinkSecret {
  return randomBase62(43) as LinkSecret
}

export function parseLinkSecret(text: string): LinkSecret | null {
  return SHAPE.test(text) ? (text as LinkSecret) : null
}

/**
 * All that is stored of a link. Not an HMAC with the pepper, as tokens have it: whoever controls the database only,
 * and not the Worker's secrets, must be able to make one, and of 256 random bits a plain SHA-256 gives nothing away.
 */
export function hashLink(secret: LinkSecret): Promise<string> {
  return digestOf('sign-in link', secret)
}

export function linkPathFor(secret: LinkSecret): string {
  return `/sign-in/link/${secret}`
}
