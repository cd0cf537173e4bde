import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { toBase64Url } from '../../../src/domain/formats/encoding.ts'
import { importDataKeys, seal, unseal } from '../../../src/domain/formats/sealed-text.ts'

const keyText = (id: string) => `${id}:${toBase64Url(crypto.getRandomValues(new Uint8Array(32)))}`

describe('a sealed text', () => {
  it('opens to what was sealed, for what it was sealed for', async () => {
    const keys = await importDataKeys(keyText('k1'))
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), fc.string(), async (text, context) => {
        fc.pre(text.isWellFormed())
        const sealed = await seal(keys, text, context)
        expect(sealed).toMatch(/^v1\.k1\.[\w-]{16}\.[\w-]{22,}$/)
        expect(await unseal(keys, sealed, context)).toBe(text)
        expect(await unseal(keys, sealed, `${context}.`)).toBeNull()
      }),
      { numRuns: 50 },
    )
  })

  it('of a hundred thousand characters is one too', async () => {
    const keys = await importDataKeys(keyText('k1'))
    const text = 'é'.repeat(50_000)
    expect(await unseal(keys, await seal(keys, text, ''), '')).toBe(text)
  })

  it('is another one each time', async () => {
    const keys = await importDataKeys(keyText('k1'))
    expect(await seal(keys, 'x', '')).not.toBe(await seal(keys, 'x', ''))
  })

  it('opens after its key was rolled, and no more once that key is gone', async () => {
    const old = keyText('k1')
    const fresh = keyText('k2')
    const sealed = await seal(await importDataKeys(old), 'x', 'c')
    const rolled = await importDataKeys(`${fresh},${old}`)
    expect(await unseal(rolled, sealed, 'c')).toBe('x')
    expect(await seal(rolled, 'x', 'c')).toMatch(/^v1\.k2\./)
    expect(await unseal(await importDataKeys(fresh), sealed, 'c')).toBeNull()
  })

  it('that was altered anywhere does not open', async () => {
    const keys = await importDataKeys(keyText('k1'))
    const sealed = await seal(keys, 'secret', 'c')
    for (let at = 0; at < sealed.length; at++) {
      const other = sealed[at] === 'A' ? 'B' : 'A'
      const altered = sealed.slice(0, at) + other + sealed.slice(at + 1)
      expect(await unseal(keys, altered, 'c'), altered).not.toBe('secret')
    }
    for (const last of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=')
      if (!sealed.endsWith(last)) expect(await unseal(keys, sealed.slice(0, -1) + last, 'c'), last).toBeNull()
    for (const garbage of ['', 'v1', 'v1.k1..', 'v1.k1.!.!', `${sealed}.x`])
      expect(await unseal(keys, garbage, 'c')).toBeNull()
  })
})

describe('DATA_KEY', () => {
  it.each([
    ['', 'must be a list'],
    ['k1:short', 'must be a list'],
    ['no-id', 'must be a list'],
  ])('%j is refused', async (text, message) => {
    await expect(importDataKeys(text)).rejects.toThrow(message)
  })

  it('with one id twice is refused', async () => {
    await expect(importDataKeys(`${keyText('a')},${keyText('a')}`)).rejects.toThrow('repeats')
  })
})
