import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import {
  crc32,
  maskSecrets,
  mintSecret,
  mintShareSecret,
  parseSecret,
  parseShareSecret,
  randomBase62,
  type TokenKind,
  visiblePartsOf,
} from '../../../src/domain/access/secret.ts'

const KINDS: readonly TokenKind[] = ['personal', 'project', 'reporting']
const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const kind = fc.constantFrom(...KINDS)

describe('a minted secret', () => {
  it.each([
    ['personal', /^bpu_[0-9A-Za-z]{42}$/],
    ['project', /^bpp_[0-9A-Za-z]{42}$/],
    ['reporting', /^bpr_[0-9A-Za-z]{42}$/],
  ] as const)('of the kind %s has the shape that scanners look for', (kind, shape) => {
    expect(mintSecret(kind)).toMatch(shape)
  })

  it('is read back as itself', () => {
    fc.assert(
      fc.property(kind, (kind) => {
        const secret = mintSecret(kind)
        expect(parseSecret(secret)).toBe(secret)
      }),
    )
  })

  it('is refused with any one character changed', () => {
    fc.assert(
      fc.property(kind, fc.nat(45), fc.constantFrom(...BASE62), (kind, at, char) => {
        const secret = mintSecret(kind)
        fc.pre(secret[at] !== char)
        expect(parseSecret(secret.slice(0, at) + char + secret.slice(at + 1))).toBeNull()
      }),
    )
  })

  it('is refused as another kind, although the random part is the same', () => {
    expect(parseSecret(mintSecret('project').replace('bpp_', 'bpu_'))).toBeNull()
  })

  it('of a share link is made alike, and is no token, nor is a token one', () => {
    const secret = mintShareSecret()
    expect(secret).toMatch(/^bps_[0-9A-Za-z]{42}$/)
    expect([parseShareSecret(secret), parseSecret(secret)]).toEqual([secret, null])
    for (const kind of KINDS) expect(parseShareSecret(mintSecret(kind))).toBeNull()
    for (const kind of ['bpu_', 'bpp_', 'bpr_']) expect(parseSecret(secret.replace('bps_', kind))).toBeNull()
  })

  it('is cut to its visible prefix where it stands in a message', () => {
    for (const secret of [...KINDS.map(mintSecret), mintShareSecret()])
      expect(maskSecrets(`field ${secret}: no`)).toBe(`field ${secret.slice(0, 8)}…: no`)
  })

  it('shows its prefix and its last four characters, and no more, later', () => {
    const secret = mintSecret('project')
    const { prefix, lastFour } = visiblePartsOf(secret)
    expect(prefix).toBe(secret.slice(0, 8))
    expect(lastFour).toBe(secret.slice(42))
    expect(prefix).toMatch(/^bpp_.{4}$/)
  })

  it('never comes twice', () => {
    expect(new Set(Array.from({ length: 500 }, () => mintSecret('personal'))).size).toBe(500)
  })
})

describe('what is no secret', () => {
  it.each([
    '',
    'bpp_',
    'Bearer bpp_x',
    `bpx_${'a'.repeat(42)}`,
    `${mintSecret('project')}\n`,
    ` ${mintSecret('project')}`,
    mintSecret('project').slice(0, -1),
    mintSecret('project').toUpperCase(),
    `bpp_${'é'.repeat(42)}`,
  ])('is refused without a look anywhere: %j', (text) => {
    expect(parseSecret(text)).toBeNull()
  })

  it('is any text at all', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => parseSecret(text) === null))
  })
})

describe('random base62', () => {
  it('takes each character equally often from all byte values', () => {
    // Feeds each byte value once, those to be rejected first: what is left must hold every character equally often.
    const given = vi.spyOn(crypto, 'getRandomValues').mockImplementation((array) => {
      const bytes = array as unknown as Uint8Array
      for (let i = 0; i < bytes.length; i++) bytes[i] = 255 - (i % 256)
      return array
    })
    const text = randomBase62(248)
    given.mockRestore()
    for (const char of BASE62) expect(text.split(char).length - 1, char).toBe(4)
  })

  it('throws away the bytes that would make some characters likelier', () => {
    const bytes = [248, 255, 247]
    const given = vi.spyOn(crypto, 'getRandomValues').mockImplementation((array) => {
      ;(array as unknown as Uint8Array).fill(bytes.shift() ?? 247)
      return array
    })
    const text = randomBase62(20)
    given.mockRestore()
    expect(text).toBe('z'.repeat(20))
  })

  it('has the length asked for', () => {
    fc.assert(fc.property(fc.nat(200), (length) => randomBase62(length).length === length))
  })
})

describe('the checksum', () => {
  it.each([
    ['', 0],
    ['123456789', 0xcbf43926],
    ['The quick brown fox jumps over the lazy dog', 0x414fa339],
  ])('is the CRC-32 of zlib for %j', (text, crc) => {
    expect(crc32(text)).toBe(crc)
  })
})

describe('what only ends or begins like a token', () => {
  /** A text with the checksum that it would need. */
  function withChecksum(body: string): string {
    let rest = crc32(body)
    let digits = ''
    for (let i = 0; i < 6; i++) {
      digits = BASE62.charAt(rest % 62) + digits
      rest = Math.floor(rest / 62)
    }
    return body + digits
  }

  it.each([
    ['something stands before it', `x${'bpp_'}${'a'.repeat(36)}`],
    ['it is longer', `bpp_${'a'.repeat(37)}`],
    ['it is shorter', `bpp_${'a'.repeat(35)}`],
    ['it is of no kind', `bpx_${'a'.repeat(36)}`],
    ['it holds another character', `bpp_${'a'.repeat(35)}-`],
  ])('is none, with the right checksum too, when %s', (_, body) => {
    expect(parseSecret(withChecksum(body))).toBeNull()
    expect(parseSecret(withChecksum(`bpp_${'a'.repeat(36)}`))).not.toBeNull()
  })
})
