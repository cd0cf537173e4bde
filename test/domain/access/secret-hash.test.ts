import { describe, expect, it } from 'vitest'
import { mintSecret } from '../../../src/domain/access/secret.ts'
import { bareHash, hashSecret, importPeppers, storedForms, storedHash } from '../../../src/domain/access/secret-hash.ts'
import { fromBase64Url, toBase64Url } from '../../../src/domain/formats/encoding.ts'

function randomKey(): string {
  return toBase64Url(crypto.getRandomValues(new Uint8Array(32)))
}

describe('the hash of a secret', () => {
  it('is the HMAC-SHA-256 under the pepper, with the id of the pepper in front', async () => {
    const key = randomKey()
    const secret = mintSecret('project')
    const [hash] = await hashSecret(await importPeppers(`p1:${key}`), secret)
    const raw = await crypto.subtle.importKey('raw', fromBase64Url(key), { name: 'HMAC', hash: 'SHA-256' }, false, [
      'verify',
    ])
    const [id, mac] = hash.split(':')
    expect(id).toBe('p1')
    expect(await crypto.subtle.verify('HMAC', raw, fromBase64Url(mac ?? ''), new TextEncoder().encode(secret))).toBe(
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

it('a hash is stored as it is without limits, and else so that a version without limits does not find it', async () => {
  const hashes = await hashSecret(await importPeppers(`p1:${randomKey()},p2:${randomKey()}`), mintSecret('project'))
  const [hash, older] = hashes
  const [plain, marked] = [storedHash(hash, false), storedHash(hash, true)]
  expect([plain, marked === hash, storedForms(hashes).includes(marked)]).toEqual([hash, false, true])
  expect(storedForms(hashes)).toEqual(expect.arrayContaining([hash, older]))
  expect([bareHash(plain), bareHash(marked)]).toEqual([hash, hash])
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

it('takes a key that somebody made by hand, whatever its last bits: a deployment goes on with it', async () => {
  for (const last of 'ABCDwxyz') await importPeppers(`p:${'a'.repeat(42)}${last}`)
})
