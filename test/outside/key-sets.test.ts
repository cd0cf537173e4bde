import { afterEach, describe, expect, it, vi } from 'vitest'
import { findKeys, type KeySource } from '../../src/outside/key-sets.ts'
import { serve } from '../support/sign/issuer.ts'
import { outsideOf } from '../support/worker/outside.ts'
import { openTestStores } from '../support/worker/stores.ts'

const URL_ = 'https://ci.example.com/.well-known/jwks'
const SECOND = 1_000
const MINUTE = 60_000
const TIMERS = { toFake: ['setTimeout', 'clearTimeout'] as ('setTimeout' | 'clearTimeout')[] }

/** The same keys in each of the forms that we read. */
const LISTS: Record<KeySource['form'], (...kids: string[]) => Response> = {
  jwks: (...kids) => Response.json({ keys: kids.map((kid) => ({ kid, kty: 'RSA' })) }),
  github: (...kids) => Response.json({ public_keys: kids.map((kid) => ({ key_identifier: kid, key: 'pem' })) }),
}

afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

describe.each(Object.keys(LISTS) as KeySource['form'][])('keys in the form of %s', (form) => {
  const setOf = LISTS[form]
  const down = () => new Response('down', { status: 503 })

  async function open(answer: () => Response | Promise<Response>) {
    const stores = await openTestStores()
    const answers = { [URL_]: answer }
    const asked = serve(answers)
    const outside = outsideOf(stores)
    return {
      stores,
      asked,
      answerWith(next: () => Response | Promise<Response>) {
        answers[URL_] = next
      },
      find: (kid: string | null) => findKeys(outside, { url: URL_, form }, kid),
      async kids(kid: string | null) {
        return (await findKeys(outside, { url: URL_, form }, kid)).map((key) => key.kid)
      },
    }
  }

  it('are asked for once while they are fresh', async () => {
    const { stores, asked, find } = await open(() => setOf('a'))
    await find('a')
    stores.clock.advance(9 * MINUTE)
    await find('a')
    expect(asked).toHaveBeenCalledTimes(1)
    stores.clock.advance(2 * MINUTE)
    await find('a')
    expect(asked).toHaveBeenCalledTimes(2)
  })

  it('are asked for anew when one is not among them, but for made-up ids not more than twice a minute', async () => {
    const { stores, asked, kids, answerWith } = await open(() => setOf('a'))
    await kids('a')
    answerWith(() => setOf('b'))
    stores.clock.advance(31 * SECOND)
    expect(await kids('b')).toEqual(['b'])
    for (let i = 0; i < 1_200; i++) await kids(`made up ${i}`)
    expect(asked).toHaveBeenCalledTimes(2)
  })

  it.each<[string, () => Response | Promise<Response>]>([
    ['is down', () => new Response('down', { status: 503 })],
    ['is away', () => Promise.reject(new TypeError('connection refused'))],
    ['redirects', () => new Response(null, { status: 302, headers: { Location: 'https://elsewhere.example.com' } })],
    ['has something else', () => new Response('<html>')],
    ['has no keys', () => setOf()],
    ['has a list that is none', () => Response.json({ keys: 'none', public_keys: 'none' })],
    ['has more keys than can be', () => setOf(...Array.from({ length: 101 }, (_, i) => `k${i}`))],
  ])('are asked for twice a minute at most while their owner %s', async (_, answer) => {
    const { stores, asked, find, kids, answerWith } = await open(answer)
    for (let i = 0; i < 400; i++) await expect(find(`k${i}`)).rejects.toThrow('ci.example.com cannot be read')
    expect(asked).toHaveBeenCalledTimes(1)
    stores.clock.advance(31 * SECOND)
    answerWith(() => setOf('a'))
    expect(await kids('a')).toEqual(['a'])
    expect(asked).toHaveBeenCalledTimes(2)
  })

  it('are asked for once by all who want them at the same time, however slow their owner is', async () => {
    const slow = async () => {
      await new Promise((resolve) => setTimeout(resolve, 150))
      return setOf('a')
    }
    const { asked, find } = await open(slow)
    const found = await Promise.all(Array.from({ length: 50 }, () => find('a')))
    expect(new Set(found.map((keys) => JSON.stringify(keys))).size).toBe(1)
    expect(asked).toHaveBeenCalledTimes(1)
  })

  it('go on for an hour while no newer ones can be read, and then no longer', async () => {
    const { stores, kids, find, answerWith } = await open(() => setOf('a'))
    await kids('a')
    answerWith(down)
    for (let minutes = 0; minutes < 58; minutes += 2) {
      stores.clock.advance(2 * MINUTE)
      expect(await kids('a')).toEqual(['a'])
    }
    // One that is not among them may be new: nothing is known of it.
    await expect(find('b')).rejects.toThrow('cannot be read')
    stores.clock.advance(3 * MINUTE)
    await expect(find('a')).rejects.toThrow('cannot be read')
  })

  it('end with the next list that lacks them', async () => {
    const { stores, kids, answerWith } = await open(() => setOf('a', 'b'))
    await kids('a')
    answerWith(() => setOf('b'))
    stores.clock.advance(11 * MINUTE)
    expect(await kids('b')).toEqual(['b'])
    expect(await kids('a')).toEqual(['b'])
  })

  it('are asked for again when the request that asked went down, its promise with it', async () => {
    const { stores, asked, find, answerWith } = await open(() => new Promise<Response>(() => {}))
    vi.useFakeTimers(TIMERS)
    // What was begun and never ends, as in workerd when a client is gone.
    void find('a').catch(() => {})
    expect(asked).toHaveBeenCalledTimes(1)
    answerWith(() => setOf('a'))
    stores.clock.advance(7 * SECOND)
    expect(await find('a')).toHaveLength(1)
    expect(asked).toHaveBeenCalledTimes(2)
    // What the first one comes to in the end is old news.
    await vi.advanceTimersByTimeAsync(3 * SECOND)
    await stores.settled()
    expect(await find('a')).toHaveLength(1)
  })

  it('are given up after three seconds, with what was under way', async () => {
    const { asked, find } = await open(() => new Promise<Response>(() => {}))
    vi.useFakeTimers(TIMERS)
    const found = find('a').catch(String)
    await vi.advanceTimersByTimeAsync(2.9 * SECOND)
    expect(asked.mock.calls[0]?.[1]?.signal?.aborted).toBe(false)
    await vi.advanceTimersByTimeAsync(0.1 * SECOND)
    expect(await found).toContain('cannot be read')
    expect(asked.mock.calls[0]?.[1]?.signal?.aborted).toBe(true)
  })
})
