import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isInNetworks, isNetworkWithin, parseNetwork } from '../../../../src/domain/access/limits/network.ts'

describe('a network', () => {
  it.each([
    ['10.0.0.0/8', '10.0.0.0/8'],
    ['10.1.2.3/8', '10.0.0.0/8'],
    ['192.0.2.7', '192.0.2.7/32'],
    ['0.0.0.0/0', '0.0.0.0/0'],
    ['2001:DB8::/32', '2001:db8::/32'],
    ['2001:db8:0:0::1/64', '2001:db8::/64'],
    ['2001:db8::1', '2001:db8::1/128'],
    ['::/0', '::/0'],
  ])('%s is %s, and is read again as it is', (text, network) => {
    expect(parseNetwork(text)).toBe(network)
    expect(parseNetwork(network)).toBe(network)
    expect(isNetworkWithin(network, network)).toBe(true)
  })

  it.each([
    '',
    '/',
    '10.0.0.0/',
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0.0/8/8',
    '10.0.0/8',
    '010.0.0.1/8',
    '0x0a.0.0.1',
    '167772161',
    '2001:db8::/129',
    '2001:db8::1%eth0',
    '::ffff:10.0.0.0/104',
    '[2001:db8::]/32',
    'example.com/8',
    ' 10.0.0.0/8',
    '10.0.0.0/8x',
  ])('is not %j', (text) => {
    expect(parseNetwork(text)).toBeNull()
  })

  it.each([
    ['10.0.0.0/8', '10.0.0.0/16', false],
    ['10.0.0.0/16', '10.0.0.0/8', true],
    ['10.0.0.0/8', '10.0.0.0/8', true],
    ['11.0.0.0/16', '10.0.0.0/8', false],
    ['2001:db8::/32', '2001:db8::/48', false],
    ['2001:db8::/48', '2001:db8::/32', true],
    ['10.0.0.0/8', '::/0', false],
  ])('%s is within %s: %s', (inner, outer, is) => {
    expect(isNetworkWithin(inner, outer)).toBe(is)
  })

  it('holds the addresses of its prefix, and no others', () => {
    const part = fc.nat(255)
    fc.assert(
      fc.property(
        fc.tuple(part, part, part, part),
        fc.integer({ min: 1, max: 32 }),
        fc.nat(31),
        (parts, bits, flipped) => {
          const number = parts.reduce((sum, one) => sum * 256 + one, 0)
          const network = parseNetwork(`${parts.join('.')}/${bits}`) ?? ''
          const other = (number ^ (2 ** (31 - flipped))) >>> 0
          const address = [24, 16, 8, 0].map((shift) => (other >>> shift) & 255).join('.')
          expect(isInNetworks(parts.join('.'), [network])).toBe(true)
          expect(isInNetworks(address, [network])).toBe(flipped >= bits)
          expect(isInNetworks(`::ffff:${address}`, [network])).toBe(flipped >= bits)
        },
      ),
    )
  })

  it.each([
    ['2001:db8::1', ['2001:db8::/32'], true],
    ['2001:db9::1', ['2001:db8::/32'], false],
    ['10.0.0.1', ['::/0'], false],
    ['2001:db8::1', ['0.0.0.0/0'], false],
    ['10.0.0.1', ['192.0.2.0/24', '10.0.0.0/8'], true],
    ['local', ['0.0.0.0/0', '::/0'], false],
    ['', ['0.0.0.0/0'], false],
    ['10.0.0.1, 8.8.8.8', ['10.0.0.0/8'], false],
    ['012.0.0.1', ['10.0.0.0/8'], false],
    ['::10.1.2.3', ['10.0.0.0/8'], false],
    ['::ffff:10.1.2.3', ['10.0.0.0/8'], true],
    ['::FFFF:10.1.2.3', ['10.0.0.0/8'], true],
    ['64:ff9b::10.1.2.3', ['10.0.0.0/8'], false],
    ['10.1', ['10.0.0.0/8'], false],
  ])('%s in %j: %s', (address, networks, is) => {
    expect(isInNetworks(address, networks)).toBe(is)
  })
})
