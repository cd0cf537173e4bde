import { afterEach, describe, expect, it, vi } from 'vitest'
import { findIssuerKeys } from '../../src/storage/issuer-keys.ts'
import { serve } from '../support/issuer.ts'
import { openTestStores } from '../support/stores.ts'

const URL_ = 'https://ci.example.com/.well-known/jwks'
const SECOND = 1_000
const MINUTE = 60_000

const setOf = (...kids: string[]) => Response.json({ keys: kids.map((kid) => ({ kid, kty: 'RSA' })) })
const kidsIn = ({ keys }: { keys: readonly Record<string, unknown>[] }) => keys.map(({ kid }) => kid)

afterEach(() => {
  vi.restoreAllMocks()
})

describe("an issuer's keys", () => {
  it('are asked for once while they are fresh', async () => {
    const stores = await openTestStores()
    const asked = serve({ [URL_]: () => setOf('a') })
    await findIssuerKeys(stores, URL_, 'a')
    stores.clock.advance(9 * MINUTE)
    await findIssuerKeys(stores, URL_, 'a')
    expect(asked).toHaveBeenCalledTimes(1)
    stores.clock.advance(2 * MINUTE)
    await findIssuerKeys(stores, URL_, 'a')
    expect(asked).toHaveBeenCalledTimes(2)
  })

  it('are asked for anew when a key is not among them, but for made-up ids not more than twice a minute', async () => {
    const stores = await openTestStores()
    let kids = ['a']
    const asked = serve({ [URL_]: () => setOf(...kids) })
    await findIssuerKeys(stores, URL_, 'a')
    kids = ['b']
    stores.clock.advance(31 * SECOND)
    expect(kidsIn(await findIssuerKeys(stores, URL_, 'b'))).toEqual(['b'])
    for (let i = 0; i < 20; i++) await findIssuerKeys(stores, URL_, `made up ${i}`)
    expect(asked).toHaveBeenCalledTimes(2)
  })

  it('go on for an hour while the issuer cannot be asked, and then no longer', async () => {
    const stores = await openTestStores()
    const answers = { [URL_]: () => setOf('a') }
    serve(answers)
    await findIssuerKeys(stores, URL_, 'a')
    answers[URL_] = () => new Response('down', { status: 503 })
    stores.clock.advance(59 * MINUTE)
    expect(kidsIn(await findIssuerKeys(stores, URL_, 'a'))).toEqual(['a'])
    await expect(findIssuerKeys(stores, URL_, 'b')).rejects.toThrow('503')
    stores.clock.advance(2 * MINUTE)
    await expect(findIssuerKeys(stores, URL_, 'a')).rejects.toThrow('503')
  })

  it('are given up after three seconds, with what was under way', async () => {
    const stores = await openTestStores()
    const asked = serve({ [URL_]: () => new Promise<Response>(() => {}) })
    await expect(findIssuerKeys(stores, URL_, 'a')).rejects.toThrow('3000 ms')
    expect(asked.mock.calls[0]?.[1]?.signal?.aborted).toBe(true)
  })

  it('are refused when they drip, are huge, are no key set or lie behind a redirect', async () => {
    const stores = await openTestStores()
    const dripping = new ReadableStream({
      async pull(controller) {
        await new Promise((resolve) => setTimeout(resolve, 200))
        controller.enqueue(new Uint8Array([0x20]))
      },
    })
    const endless = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(65_536)) })
    const answers = [
      () => new Response(dripping),
      () => new Response(endless),
      () => new Response('<html>'),
      () => Response.json({ keys: 'none' }),
      () => Response.json({ keys: Array.from({ length: 101 }, () => ({})) }),
      () => new Response(null, { status: 302, headers: { Location: 'https://elsewhere.example.com' } }),
    ]
    for (const answer of answers) {
      serve({ [URL_]: answer })
      await expect(findIssuerKeys(stores, URL_, 'a')).rejects.toThrow()
      vi.restoreAllMocks()
    }
  })
})
