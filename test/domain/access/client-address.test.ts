import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clientKeyFor } from '../../../src/domain/access/client-address.ts'

describe('what an address is counted by', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0DB8:0001:0002::', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['fe80::1%25eth0', 'fe80:0:0:0::/64'],
    // One client that reaches us by IPv4 in IPv6's clothes: mapped, compatible, NAT64, 6to4.
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['::ffff:cb00:7107', '203.0.113.7'],
    ['::ffff:0:203.0.113.7', '203.0.113.7'],
    ['::203.0.113.7', '203.0.113.7'],
    ['64:ff9b::203.0.113.7', '203.0.113.7'],
    ['2002:cb00:7107:5::1', '203.0.113.7'],
    // A prefix that looks like theirs and is not.
    ['64:ff9b:0:1::203.0.113.7', '64:ff9b:0:1::/64'],
  ])('of %s is %s', (address, key) => {
    expect(clientKeyFor(address)).toBe(key)
  })

  it.each([
    '',
    ' ',
    'unknown',
    '203.0.113',
    '203.0.113.256',
    '203.0.113.07',
    '203.0.113.7.5',
    '0xcb.0.113.7',
    '3405803783',
    '203.0.113.7:443',
    '203.0.113.7, 198.51.100.1',
    '::1::',
    '1:2:3:4:5:6:7:8:9',
    '[2001:db8::1]',
    '2001:db8::1]/x',
    'x]@[2001:db8::1',
    '2001:db8::g',
    '%eth0',
    '2001:db8::1/64',
  ])('of what is none (%j) is one and the same for all', (address) => {
    expect(clientKeyFor(address)).toBe('malformed')
  })

  it('is one for all addresses of a /64, however they are written, and another for any other', () => {
    fc.assert(
      fc.property(network(), fc.array(group(), { minLength: 8, maxLength: 8 }), fc.nat(3), (net, hosts, at) => {
        const one = [...net, ...hosts.slice(0, 4)]
        const two = [...net, ...hosts.slice(4)]
        expect(new Set([...spellings(one), ...spellings(two)].map(clientKeyFor)).size).toBe(1)
        const other = net.with(at, (net[at] ?? 0) ^ 1)
        if (isOrdinary(other))
          expect(clientKeyFor(spelled([...other, ...hosts.slice(0, 4)]))).not.toBe(clientKeyFor(spelled(one)))
      }),
    )
  })

  it('is the whole of an IPv4 address, also inside of an IPv6 one', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.ipV4(), (one, other) => {
        const key = clientKeyFor(one)
        expect(key).toBe(one)
        for (const prefix of ['::ffff:', '::', '64:ff9b::']) expect(clientKeyFor(prefix + one)).toBe(key)
        expect(clientKeyFor(other) === key).toBe(other === one)
      }),
    )
  })

  it('is short, whatever somebody sends', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.ipV6(), fc.ipV4()), (text) => {
        expect(clientKeyFor(text)).toMatch(
          /^(?:malformed|\d{1,3}(?:\.\d{1,3}){3}|[\da-f]{1,4}(?::[\da-f]{1,4}){3}::\/64)$/,
        )
      }),
    )
  })
})

const group = () => fc.integer({ min: 0, max: 0xffff })

/** The first four groups of an address that stands for no IPv4 one. */
const network = () => fc.array(group(), { minLength: 4, maxLength: 4 }).filter(isOrdinary)

function isOrdinary([a = 0, b = 0, c = 0, d = 0]: readonly number[]): boolean {
  return a !== 0x2002 && (a | b | c | d) !== 0 && !(a === 0x64 && b === 0xff9b)
}

function spelled(groups: readonly number[]): string {
  return groups.map((group) => group.toString(16)).join(':')
}

function spellings(groups: readonly number[]): readonly string[] {
  const padded = groups.map((group) => group.toString(16).padStart(4, '0')).join(':')
  const short = new URL(`http://[${padded}]`).hostname.slice(1, -1)
  return [spelled(groups), padded, padded.toUpperCase(), short, `${short}%en0`]
}
