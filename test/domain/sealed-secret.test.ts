import { describe, expect, it } from 'vitest'
import { importDataKeys, openSecret, sealSecret } from '../../src/domain/sealed-secret.ts'
import { base64UrlEncode } from '../../src/domain/secret-hash.ts'

const key = () => base64UrlEncode(crypto.getRandomValues(new Uint8Array(32)))

describe('a sealed secret', () => {
  it('opens to what was sealed, and reads differently each time', async () => {
    const keys = await importDataKeys(`a:${key()}`)
    const [one, other] = [await sealSecret(keys, 'webhook:1', 'hush'), await sealSecret(keys, 'webhook:1', 'hush')]
    expect(one).toMatch(/^a:[\w-]{16}:[\w-]+$/)
    expect(one).not.toBe(other)
    expect(await openSecret(keys, 'webhook:1', one)).toBe('hush')
  })

  it('opens neither elsewhere, nor changed, nor under another key', async () => {
    const keys = await importDataKeys(`a:${key()}`)
    const sealed = await sealSecret(keys, 'webhook:1', 'hush')
    await expect(openSecret(keys, 'webhook:2', sealed)).rejects.toThrow()
    await expect(openSecret(keys, 'webhook:1', `${sealed.slice(0, -2)}AA`)).rejects.toThrow()
    await expect(openSecret(await importDataKeys(`a:${key()}`), 'webhook:1', sealed)).rejects.toThrow()
    await expect(openSecret(await importDataKeys(`b:${key()}`), 'webhook:1', sealed)).rejects.toThrow('no longer has')
  })

  it('goes on opening after a new key was put in front', async () => {
    const old = key()
    const sealed = await sealSecret(await importDataKeys(`a:${old}`), 'webhook:1', 'hush')
    const both = await importDataKeys(`b:${key()}, a:${old}`)
    expect(await openSecret(both, 'webhook:1', sealed)).toBe('hush')
    expect(await sealSecret(both, 'webhook:1', 'hush')).toMatch(/^b:/)
  })
})

describe('DATA_KEY', () => {
  it.each(['', 'a', `a:${'A'.repeat(42)}`, `a:${'A'.repeat(44)}`, `A:${'A'.repeat(43)}`])(
    '%j is refused',
    async (text) => {
      await expect(importDataKeys(text)).rejects.toThrow('DATA_KEY')
    },
  )

  it('must not repeat an id', async () => {
    await expect(importDataKeys(`a:${key()},a:${key()}`)).rejects.toThrow('repeats')
  })
})
