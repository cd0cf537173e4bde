import { describe, expect, it, vi } from 'vitest'
import { IS_SIGNED, spendCheck } from '../../../src/domain/reporting/webhook-signature.ts'
import { WEBHOOK_SOURCES, type WebhookSource } from '../../../src/domain/reporting/webhook-source.ts'
import { hmacHex, signed } from '../../support/sign/signed.ts'

const SECRET = 'a secret of this project'
const RAW = '{"build":{"number":1}}'
const SOURCES = Object.keys(WEBHOOK_SOURCES) as WebhookSource[]

function callOf(headers: Record<string, string>, raw = RAW, now = Date.now()) {
  return { headers: new Headers(headers), body: Uint8Array.from(new TextEncoder().encode(raw)), now }
}
const isSigned = (source: WebhookSource, headers: Record<string, string>, raw?: string) =>
  IS_SIGNED[source](callOf(headers, raw), SECRET)

describe.each(SOURCES)('a delivery of %s', (source) => {
  it('passes with the secret, and not with another, none, or what is nearly it', async () => {
    const headersFor = (secret: string) => signed(source, 'x', RAW, secret)
    expect(await isSigned(source, await headersFor(SECRET))).toBe(true)
    for (const wrong of [`${SECRET}x`, SECRET.slice(1), SECRET.slice(0, -1), SECRET.toUpperCase(), ' '])
      expect(await isSigned(source, await headersFor(wrong)), wrong).toBe(false)
    expect(await isSigned(source, {})).toBe(false)
    const empty = Object.fromEntries(Object.keys(await headersFor(SECRET)).map((name) => [name, '']))
    expect(await isSigned(source, empty)).toBe(false)
  })

  it('costs one comparison, whether there is a secret to compare with or not', async () => {
    const count = async (check: () => Promise<unknown>) => {
      const spy = vi.spyOn(crypto.subtle, 'verify')
      try {
        await check()
        return spy.mock.calls.length
      } finally {
        spy.mockRestore()
      }
    }
    const call = callOf(await signed(source, 'x', RAW, 'wrong'))
    expect(await count(() => IS_SIGNED[source](call, SECRET))).toBe(1)
    expect(await count(() => spendCheck(source, call))).toBe(1)
    expect(await count(() => spendCheck(null, call))).toBe(1)
  })
})

describe.each(['github', 'circleci', 'buildkite'] as const)('the signature of %s', (source) => {
  it('is over every byte of the body', async () => {
    const headers = await signed(source, 'x', RAW, SECRET)
    for (const other of [`${RAW} `, RAW.slice(1), RAW.replace('1', '2'), ''])
      expect(await isSigned(source, headers, other), other).toBe(false)
  })
})

// Of these the secret itself is sent, where of the others it is a key.
const NEARLY: readonly (readonly [what: string, of: (secret: string) => string])[] = [
  ['a NUL after it', (secret) => `${secret}\0`],
  ['so many NULs that an HMAC’s key is full', (secret) => secret.padEnd(64, '\0')],
  ['a NUL before it', (secret) => `\0${secret}`],
  ['a NUL in it', (secret) => `${secret.slice(0, 4)}\0${secret.slice(4)}`],
  ['nothing but NULs', () => '\0'],
  ['a character after it', (secret) => `${secret}=`],
  ['nothing', () => ''],
]
const SENT = (['gitlab', 'jenkins'] as const).flatMap((source) =>
  // No header can hold a NUL, but base64 in it.
  NEARLY.filter(([, of]) => source === 'jenkins' || !of('').includes('\0')).map(([what, of]) => ({ source, what, of })),
)

it.each(SENT)('the secret that $source sends is not the same with $what', async ({ source, of }) => {
  expect(await isSigned(source, await signed(source, 'x', RAW, SECRET))).toBe(true)
  expect(await isSigned(source, await signed(source, 'x', RAW, of(SECRET)))).toBe(false)
})

it('a long secret is not its own hash, which an HMAC takes in place of a long key', async () => {
  const long = 'l'.repeat(65)
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(long)))
  const passes = async (given: string) => IS_SIGNED.jenkins(callOf(await signed('jenkins', 'x', RAW, given)), long)
  expect([await passes(long), await passes(String.fromCharCode(...hash))]).toEqual([true, false])
})

it('of CircleCI may be one of a list', async () => {
  const mac = await hmacHex(SECRET, RAW)
  const of = (text: string) => isSigned('circleci', { 'circleci-signature': text })
  expect(await of(`v0=abc,v1=${mac},v2=def`)).toBe(true)
  expect(await of(`v2=${mac}`)).toBe(false)
  expect(await of(`xv1=${mac}`)).toBe(false)
})

it('of Buildkite holds for five minutes before and after its time, which is signed along', async () => {
  const at = async (seconds: number, signedSeconds = seconds) => {
    const signature = await hmacHex(SECRET, `${signedSeconds}.${RAW}`)
    const headers = { 'X-Buildkite-Signature': `timestamp=${seconds},signature=${signature}` }
    return IS_SIGNED.buildkite(callOf(headers, RAW, 1_800_000_000_000), SECRET)
  }
  const now = 1_800_000_000
  expect([await at(now - 300), await at(now), await at(now + 300)]).toEqual([true, true, true])
  expect([await at(now - 301), await at(now + 301), await at(now, now - 301)]).toEqual([false, false, false])
})

it('of Jenkins is the password, whatever the user is called', async () => {
  const of = (userPass: string) => isSigned('jenkins', { Authorization: `Basic ${btoa(userPass)}` })
  expect([await of(`:${SECRET}`), await of(`anybody:${SECRET}`)]).toEqual([true, true])
  expect([await of(SECRET.slice(1)), await of(`${SECRET}:`), await of(`a:b:${SECRET}`)]).toEqual([false, false, false])
  expect(await isSigned('jenkins', { Authorization: `Bearer ${btoa(`x:${SECRET}`)}` })).toBe(false)
})
