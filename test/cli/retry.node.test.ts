import { describe, expect, it } from 'vitest'
import { delayFor, parseRetryAfter, TransientError, withRetries } from '../../cli/server/retry.ts'

const never = new AbortController().signal

describe('delays between attempts', () => {
  it('double up to 20 s, with jitter over all of it', () => {
    const most = [0, 1, 2, 3, 4, 5, 6, 20].map((retry) => delayFor(retry, null, () => 1))
    expect(most).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 20_000, 20_000])
    expect(delayFor(6, null, () => 0)).toBe(50)
    expect(delayFor(6, null, () => 0.5)).toBe(10_000)
  })

  it('are never shorter than the server asked for', () => {
    expect(delayFor(0, 7_000, () => 0)).toBe(7_000)
    expect(delayFor(0, 7_000, () => 1)).toBe(8_000)
  })

  it.each([
    ['7', 7_000],
    [' 0 ', 0],
    ['Tue, 24 Nov 2026 12:00:05 GMT', 5_000],
    ['Tue, 24 Nov 2026 11:00:00 GMT', 0],
    ['soon', null],
    [null, null],
  ])('read Retry-After %j as %j', (header, ms) => {
    expect(parseRetryAfter(header, Date.parse('2026-11-24T12:00:00Z'))).toBe(ms)
  })
})

describe('retries', () => {
  const options = { budgetMs: 1_000, signal: never, onRetry: () => {}, random: () => 0 }

  it('go on until it succeeds', async () => {
    let tries = 0
    const result = await withRetries(async () => {
      tries += 1
      if (tries < 4) throw new TransientError('busy')
      return tries
    }, options)
    expect(result).toBe(4)
  })

  it('stop at once for what is no use to repeat', async () => {
    let tries = 0
    const attempt = async () => {
      tries += 1
      throw new Error('no')
    }
    await expect(withRetries(attempt, options)).rejects.toThrow('no')
    expect(tries).toBe(1)
  })

  it('stop when the server asks for more time than there is', async () => {
    const attempt = async () => {
      throw new TransientError('busy', { retryAfterMs: 5_000 })
    }
    const startedAt = performance.now()
    await expect(withRetries(attempt, options)).rejects.toThrow('busy')
    expect(performance.now() - startedAt).toBeLessThan(4_000)
  })

  it('stop soon for a name that does not resolve', async () => {
    let tries = 0
    const attempt = async () => {
      tries += 1
      throw new TransientError('who?', { isDoubtful: true })
    }
    await expect(withRetries(attempt, options)).rejects.toThrow('who?')
    expect(tries).toBe(3)
  })

  it('have patience anew after progress', async () => {
    let tries = 0
    const startedAt = performance.now()
    await withRetries(
      async () => {
        tries += 1
        if (tries === 8) return
        await new Promise((resolve) => setTimeout(resolve, 40))
        throw Object.assign(new TransientError('cut'), { hadProgress: true })
      },
      { ...options, budgetMs: 120 },
    )
    expect(performance.now() - startedAt).toBeGreaterThan(300)
  })
})
