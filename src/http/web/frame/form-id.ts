import { randomBase62 } from '../../../domain/access/secret.ts'
import { invalidInput } from '../../../domain/error.ts'
import type { Viewer } from '../../../domain/people/session.ts'

/** The field by which a form that was sent twice (a reload, a double click) is known. */
export const FORM_ID = 'once'

export function newFormId(): string {
  return randomBase62(22)
}

/**
 * The id of what this form makes: the same each time that the form is sent, and nobody's to choose, since the session
 * is hashed along.
 */
export async function idForForm(viewer: Viewer, form: URLSearchParams): Promise<string> {
  const once = form.get(FORM_ID) ?? ''
  if (!/^[0-9A-Za-z]{22}$/.test(once))
    throw invalidInput('', 'This form is incomplete: go back, reload the page and try again.')
  const bytes = new TextEncoder().encode(`once:${viewer.sessionId}:${once}`)
  const digest = [...new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)).subarray(0, 16)]
  // Version 8, variant 2 of RFC 9562: an id of our own making, in the shape of all the others.
  const uuid = digest.map((byte, index) =>
    index === 6 ? (byte & 0x0f) | 0x80 : index === 8 ? (byte & 0x3f) | 0x80 : byte,
  )
  const hex = uuid.map((byte) => byte.toString(16).padStart(2, '0')).join('')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}
