import ipaddr from 'ipaddr.js'

/**
 * What a client's address is counted by. Whoever has one IPv6 address has the whole /64 (RFC 6177), so they count as
 * one; an IPv4 address inside of an IPv6 one counts as itself; what is no address counts together.
 */
export function clientKeyFor(address: string): string {
  if (isV4(address)) return address
  const groups = v6GroupsOf(address)
  if (!groups) return 'malformed'
  return v4Within(groups) ?? `${groups.slice(0, 4).map(hex).join(':')}::/64`
}

function isV4(text: string): boolean {
  return ipaddr.IPv4.isValidFourPartDecimal(text)
}

/** The eight groups of an IPv6 address, without its zone (RFC 4007 §11). */
function v6GroupsOf(text: string): readonly number[] | null {
  const [address = ''] = text.split('%', 1)
  return ipaddr.IPv6.isValid(address) ? ipaddr.IPv6.parse(address).parts : null
}

/** IPv4-mapped and -compatible (RFC 4291 §2.5.5), IPv4-translated (RFC 2765), NAT64 (RFC 6052) and 6to4 (RFC 3056). */
function v4Within(groups: readonly number[]): string | null {
  const prefix = groups.slice(0, 6).map(hex).join(':')
  if (V4_PREFIXES.has(prefix)) return v4Of(groups.slice(6))
  return groups[0] === 0x2002 ? v4Of(groups.slice(1, 3)) : null
}

const V4_PREFIXES: ReadonlySet<string> = new Set(['0:0:0:0:0:ffff', '0:0:0:0:0:0', '0:0:0:0:ffff:0', '64:ff9b:0:0:0:0'])

function v4Of([high = 0, low = 0]: readonly number[]): string {
  return [high >> 8, high & 255, low >> 8, low & 255].join('.')
}

function hex(group: number): string {
  return group.toString(16)
}
