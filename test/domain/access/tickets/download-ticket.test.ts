import { beforeAll, describe, expect, it } from 'vitest'
import { importHmacKey } from '../../../../src/domain/access/secret-hash.ts'
import { type DownloadTicket, openTicket, signTicket } from '../../../../src/domain/access/tickets/download-ticket.ts'
import type { DownloadKey } from '../../../../src/domain/access/tickets/signed-text.ts'
import { toBase64Url } from '../../../../src/domain/formats/encoding.ts'

const NOW = 1_800_000_000_000
const ticket: DownloadTicket = {
  artifactId: 'a',
  objectKey: 'artifacts/p/b/x',
  sizeBytes: 5,
  digest: { kind: 'sha256', hex: '00' },
  contentType: 'text/plain',
  modifiedAt: NOW - 1_500,
  disposition: 'attachment',
  fileName: '数.txt',
  expiresAt: NOW + 60_000,
  tokenId: 't',
  sessionId: null,
  shareId: null,
  userId: null,
  projectId: 'p',
  epoch: 'e',
  seq: 1,
  provedAt: NOW,
}
const newKey = async () => (await importHmacKey(toBase64Url(crypto.getRandomValues(new Uint8Array(32))))) as DownloadKey

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

let key: DownloadKey
beforeAll(async () => {
  key = await newKey()
})

describe('a signed ticket', () => {
  it('opens until it expires, and no millisecond longer', async () => {
    const text = await signTicket(key, ticket)
    expect(text).toMatch(/^[\w-]+\.[\w-]{43}$/)
    expect(await openTicket(key, text, NOW)).toEqual(ticket)
    expect(await openTicket(key, text, NOW + 59_999)).toEqual(ticket)
    expect(await openTicket(key, text, NOW + 60_000)).toBeNull()
  })

  it('does not open with another key', async () => {
    expect(await openTicket(await newKey(), await signTicket(key, ticket), NOW)).toBeNull()
  })

  it('does not open with any one character changed', async () => {
    const text = await signTicket(key, ticket)
    for (let i = 0; i < text.length; i++) {
      const changed = text.slice(0, i) + (text[i] === 'A' ? 'B' : 'A') + text.slice(i + 1)
      expect(await openTicket(key, changed, NOW), `character ${i}`).toBeNull()
    }
    // Of these, three write the same bytes as the signature's own last one.
    for (const last of LETTERS)
      if (!text.endsWith(last)) expect(await openTicket(key, text.slice(0, -1) + last, NOW), last).toBeNull()
  })

  it.each(['', '.', 'a.b', 'a', `${'A'.repeat(43)}`, `.${'A'.repeat(43)}`, `x.${'A'.repeat(43)}.y`])(
    '%j is none',
    async (text) => expect(await openTicket(key, text, NOW)).toBeNull(),
  )

  it('does not open with anything before or after it', async () => {
    const text = await signTicket(key, ticket)
    for (const other of [`!${text}`, `a.${text}`, `${text}!`, `${text}.a`, ` ${text}`])
      expect(await openTicket(key, other, NOW), other.slice(0, 3)).toBeNull()
  })
})
