import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type ArtifactDigest,
  digestOfParts,
  digestText,
  etagFor,
  parseArtifactDigest,
  reprDigestFor,
} from '../../../src/domain/artifacts/artifact-digest.ts'
import { missingParts, partCountOf, sizeOfPart } from '../../../src/domain/artifacts/upload.ts'
import { fromHex, toHex } from '../../../src/domain/formats/encoding.ts'

const hex = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => toHex(bytes))
const digest: fc.Arbitrary<ArtifactDigest> = fc.oneof(
  hex.map((hex) => ({ kind: 'sha256', hex }) as const),
  fc
    .tuple(fc.integer({ min: 1, max: 5 * 1024 ** 3 }), hex)
    .map(([partSizeBytes, hex]) => ({ kind: 'sha256-parts', partSizeBytes, hex }) as const),
)

describe('an artifact digest', () => {
  it('is what its text says', () => {
    fc.assert(
      fc.property(digest, (one) => {
        expect(parseArtifactDigest(digestText(one))).toEqual(one)
      }),
    )
  })

  it('has a tag of its own', () => {
    fc.assert(
      fc.property(
        digest,
        digest,
        (one, other) => (digestText(one) === digestText(other)) === (etagFor(one) === etagFor(other)),
      ),
    )
  })

  it.each(['', 'sha256:', `sha256:${'A'.repeat(64)}`, `sha256-parts:0:${'a'.repeat(64)}`, `md5:${'a'.repeat(64)}`])(
    'is not %j',
    (text) => {
      expect(parseArtifactDigest(text)).toBeNull()
    },
  )

  it('of parts is the SHA-256 of their SHA-256s, and is no Repr-Digest', async () => {
    // printf hello | split -b 3 --filter='openssl dgst -sha256 -binary' | openssl dgst -sha256
    const parts = await Promise.all(
      ['hel', 'lo'].map(async (text) => toHex(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)))),
    )
    const found = await digestOfParts(3, parts)
    expect(digestText(found)).toBe('sha256-parts:3:ef45e81154f5007c1aae0bd0c169f00486cafdcbb1e6e55cac32084367305099')
    expect(reprDigestFor(found)).toBeNull()
  })

  it('of the whole is a Repr-Digest in base64', () => {
    const hello = '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824'
    expect(reprDigestFor({ kind: 'sha256', hex: hello })).toBe('sha-256=:LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=:')
    expect(toHex(fromHex(hello))).toBe(hello)
  })
})

describe('the parts of an upload', () => {
  it('have sizes that add up to the file, all equal but the last', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 100_000 }),
        fc.integer({ min: 1, max: 1_000 }),
        (sizeBytes, partSizeBytes) => {
          const upload = { sizeBytes, partSizeBytes }
          const numbers = missingParts(upload, [])
          expect(numbers).toHaveLength(partCountOf(upload))
          const sizes = numbers.map((number) => sizeOfPart(upload, number) ?? Number.NaN)
          expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(sizeBytes)
          expect(sizes.slice(0, -1).every((size) => size === partSizeBytes)).toBe(true)
          expect([sizeOfPart(upload, 0), sizeOfPart(upload, numbers.length + 1), sizeOfPart(upload, 1.5)]).toEqual([
            null,
            null,
            null,
          ])
        },
      ),
    )
  })
})
