import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mintSecret } from '../../../src/domain/access/secret.ts'
import { base64UrlDecode, base64UrlEncode, hashSecret, importPeppers } from '../../../src/domain/access/secret-hash.ts'

function randomKey(): string {
  return base64UrlEncode(crypto.getRandomValues(new Uint8Array(32)))
}

describe('the hash of a secret', () => {
  it('is the HMAC-SHA-256 under the pepper, with the id of the pepper in front', async () => {
    const key = randomKey()
    const secret = mintSecret('project')
    const [hash] = await hashSecret(await importPeppers(`p1:${key}`), secret)
    const raw = await crypto.subtle.importKey('raw', base64UrlDecode(key), { name: 'HMAC', hash: 'SHA-256' }, false, [
      'verify',
    ])
    const [id, mac] = hash.split(':')
    expect(id).toBe('p1')
    expect(await crypto.subtle.verify('HMAC', raw, base64UrlDecode(mac ?? ''), new TextEncoder().encode(secret))).toBe(
      true,
    )
  })

  it('comes once for each live pepper, the current one first', async () => {
    const [older, newer] = [randomKey(), randomKey()]
    const secret = mintSecret('personal')
    const [before] = await hashSecret(await importPeppers(`old:${older}`), secret)
    const hashes = await hashSecret(await importPeppers(`new:${newer}, old:${older}`), secret)
    expect(hashes.map((hash) => hash.split(':')[0])).toEqual(['new', 'old'])
    expect(hashes[1]).toBe(before)
  })

  it('does not hold the secret', async () => {
    const secret = mintSecret('personal')
    const [hash] = await hashSecret(await importPeppers(`a:${randomKey()}`), secret)
    expect(hash).not.toContain(secret.slice(4, 20))
  })
})

describe('PEPPERS', () => {
  const key = randomKey()
  it.each([
    ['nothing', ''],
    ['no id', key],
    ['an empty id', `:${key}`],
    ['a short key', `a:${key.slice(0, 42)}`],
    ['a key of no possible length', `a:${key}ab`],
    ['other letters', `a:${key.slice(0, -1)}+`],
    ['the same id twice', `a:${key},a:${randomKey()}`],
    ['an empty entry', `a:${key},`],
  ])('with %s is refused by name, and the key is not told', async (_, text) => {
    const error = await importPeppers(text).then(
      () => null,
      (error: Error) => error,
    )
    expect(error?.message).toContain('PEPPERS')
    expect(error?.message).not.toContain(key.slice(0, 20))
  })
})

describe('base64url', () => {
  it('gives back the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        const text = base64UrlEncode(bytes)
        expect(text).toMatch(/^[A-Za-z0-9_-]*$/)
        expect(base64UrlDecode(text)).toEqual(new Uint8Array(bytes))
      }),
    )
  })
})

describe('base64url', () => {
  it('has one way to write each bytes, and no other is read', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 70 }),
        fc.string({ unit: fc.constantFrom(...LETTERS, '=', '+', '/', ' ') }),
        (bytes, text) => {
          expect(base64UrlDecode(base64UrlEncode(bytes))).toEqual(bytes)
          let read: Uint8Array | null = null
          try {
            read = base64UrlDecode(text)
          } catch (error) {
            expect(error).toBeInstanceOf(TypeError)
          }
          if (read) expect(base64UrlEncode(read)).toBe(text)
        },
      ),
      { numRuns: 2_000 },
    )
  })

  it('of a key that somebody made by hand may have any last bits: a deployment goes on with it', async () => {
    for (const last of 'ABCDwxyz') await importPeppers(`p:${'a'.repeat(42)}${last}`)
  })
})

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
