import { describe, expect, it } from 'vitest'
import type { Slot } from '../../../src/storage/edge/shared-work.ts'
import { shareWork, withinMs } from '../../../src/storage/edge/shared-work.ts'
import { barrier } from '../../support/seed/present.ts'
import { hang } from '../../support/worker/counted.ts'

function openHost() {
  const memory = { slots: new Map<string, Slot>() }
  const kept: Promise<unknown>[] = []
  const host = { time: 0, now: () => host.time, waitUntil: (work: Promise<unknown>) => void kept.push(work) }
  let runs = 0
  const shareSince = <T>(askedAt: number | undefined, work: () => Promise<T>) =>
    shareWork(memory, { ...host, now: host.now, ...(askedAt === undefined ? {} : { askedAt }) }, 'key', () => {
      runs += 1
      return work()
    })
  const share = <T>(work: () => Promise<T>) => shareSince(undefined, work)
  return { memory, host, share, shareSince, kept, runs: () => runs }
}

describe('work that several requests want at once', () => {
  it('runs once, and all get its value', async () => {
    const { share, runs, memory } = openHost()
    const gate = barrier()
    const work = async () => {
      await gate.pass()
      return 'value'
    }
    const all = Promise.all([share(work), share(work), share(work)])
    gate.open()
    expect(await all).toEqual(['value', 'value', 'value'])
    expect(runs()).toBe(1)
    expect(memory.slots.size).toBe(0)
  })

  it('is kept running past the answer of whoever began it, and fails nothing there', async () => {
    const { share, kept } = openHost()
    await Promise.all([share(async () => 1), share(async () => 2)])
    expect(kept).toHaveLength(1)
    await expect(share(() => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(await Promise.all(kept)).toHaveLength(2)
  })

  it('runs again for whoever comes after it is done', async () => {
    const { share, runs } = openHost()
    await share(async () => 1)
    expect(await share(async () => 2)).toBe(2)
    expect(runs()).toBe(2)
  })

  it('fails a little longer for those who asked before it began, and for nobody else', async () => {
    const { share, shareSince, runs, host } = openHost()
    host.time = 100
    await share(() => Promise.reject(new Error('no'))).catch(() => {})
    await expect(shareSince(100, async () => 'mine')).rejects.toThrow('no')
    expect(runs()).toBe(1)
    expect(await shareSince(101, async () => 'mine')).toBe('mine')
    expect(await share(async () => 'mine')).toBe('mine')
  })

  it('fails for all when it fails, and is tried again by whoever comes after that', async () => {
    const { share, runs, memory, kept } = openHost()
    const fail = async () => {
      throw new Error('no')
    }
    const results = await Promise.allSettled([share(fail), share(fail)])
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect(runs()).toBe(1)
    await Promise.all(kept)
    expect(memory.slots.size).toBe(0)
    expect(await share(async () => 'yes')).toBe('yes')
  })

  it('is done by a follower itself when the leader was cancelled, and the others follow that one', async () => {
    const { share, runs } = openHost()
    void share(hang)
    const gate = barrier()
    const work = async () => {
      await gate.pass()
      return 'value'
    }
    const followers = Promise.all([share(work), share(work), share(work)])
    await gate.reached
    // Long enough for all three to have given the leader up, short enough for nobody to give the second up.
    await new Promise((resolve) => setTimeout(resolve, 100))
    gate.open()
    expect(await followers).toEqual(['value', 'value', 'value'])
    expect(runs()).toBe(2)
  })

  it('is not waited for when it has been running for a second', async () => {
    const { share, host } = openHost()
    void share(hang)
    host.time = 1_000
    let isLate = false
    const timer = setTimeout(() => {
      isLate = true
    }, 200)
    expect(await share(async () => 'mine')).toBe('mine')
    clearTimeout(timer)
    expect(isLate).toBe(false)
  })
})

describe('a time-box', () => {
  it('gives the value that comes in time', async () => {
    expect(await withinMs(1_000, 'it', Promise.resolve(1))).toBe(1)
  })

  it('says what took too long', async () => {
    await expect(withinMs(10, 'KV', hang())).rejects.toThrow('KV took longer than 10 ms')
  })

  it('passes a failure on', async () => {
    await expect(withinMs(1_000, 'it', Promise.reject(new Error('no')))).rejects.toThrow('no')
  })
})
