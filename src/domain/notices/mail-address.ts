import { hasHidden } from '../formats/visible-text.ts'
import type { MailText } from './notice-requests.ts'

/** The longest address that a mail server takes (RFC 5321, 4.5.3.1.3, without the brackets). */
export const MAX_MAIL_ADDRESS_LENGTH = 254

/** An address as people write it, trimmed; null where mail cannot go there. Whether it does is seen when it is confirmed. */
export function parseMailAddress(text: string): string | null {
  const address = text.trim()
  const isShort = address.length <= MAX_MAIL_ADDRESS_LENGTH && address.indexOf('@') <= 64
  return isShort && SHAPE.test(address) && address.isWellFormed() && !hasHidden(address) ? address : null
}

// One address alone: none of the signs by which a list of them, or a name beside one, is written.
const SHAPE = /^[^\s@<>()[\]\\,;:"\p{C}]+@[^\s@<>()[\]\\,;:"\p{C}.]+(?:\.[^\s@<>()[\]\\,;:"\p{C}.]+)+$/u

/** The mail with the code by which somebody shows that they read what comes to an address. */
export function codeMailFor({
  code,
  login,
  origin,
}: {
  readonly code: string
  readonly login: string
  readonly origin: string
}): MailText {
  return {
    subject: 'Your code for notices of Buildpass',
    text: [
      `${login} wants notices of ${origin} to be sent to this address.`,
      `If that is you, type this code at ${origin}/account/notices within 15 minutes:`,
      `    ${code}`,
      'If it is not, there is nothing to do: without the code no other mail comes.',
      '',
    ].join('\n\n'),
  }
}
