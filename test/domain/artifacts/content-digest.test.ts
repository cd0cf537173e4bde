import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseContentDigest } from '../../../src/domain/artifacts/content-digest.ts'

const BASE64 = '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='
const HEX = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

describe('a digest field', () => {
  it.each([
    [`sha-256=:${BASE64}:`, HEX],
    [` sha-256=:${BASE64}: `, HEX],
    [`sha-512=:AAAA:, sha-256=:${BASE64}:`, HEX],
    [`md5=:AAAA:,sha-256=:${BASE64}:`, HEX],
    ['sha-512=:AAAA:', 'other_algorithm'],
    ['md5=::', 'other_algorithm'],
  ])('%s gives %s', (header, expected) => expect(parseContentDigest(header)).toBe(expected))

  it.each([
    '',
    'sha-256',
    `sha-256=${BASE64}`,
    `sha-256=:${BASE64}`,
    `SHA-256=:${BASE64}:`,
    `sha-256=:${BASE64.slice(0, -1)}:`,
    `sha-256=:${BASE64.slice(0, -2)}==:`,
    // Its last two bits belong to no byte.
    `sha-256=:${BASE64.slice(0, -2)}V=:`,
    'sha-256=:AAAA:',
    'sha-256=::',
    `sha-256=:${HEX}:`,
    `sha-256=:${BASE64}:;q=1`,
    `sha-256=:${BASE64}:,`,
    ',',
  ])('%j is malformed', (header) => expect(parseContentDigest(header)).toBe('malformed'))

  it('of any 32 bytes gives them in hex, and no text makes it throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), fc.string(), (bytes, text) => {
        const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
        expect(parseContentDigest(`sha-256=:${btoa(String.fromCharCode(...bytes))}:`)).toBe(hex)
        expect(parseContentDigest(text)).toMatch(/^(malformed|other_algorithm)$/)
      }),
    )
  })
})
