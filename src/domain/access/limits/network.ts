import ipaddr from 'ipaddr.js'

/** A network of IPv4 or IPv6 addresses, as its first address and the length of its prefix: `10.0.0.0/8`. */
export type Network = string

/**
 * The network that `text` writes, an address alone being one of its own; null for what is none, and for IPv4 that is
 * dressed as IPv6, which no client's address would be found in.
 */
export function parseNetwork(text: string): Network | null {
  const whole = text.includes('/') ? text : `${text}/${text.includes(':') ? 128 : 32}`
  const [address = ''] = whole.split('/')
  if (!isStrict(address) || !ipaddr.isValidCIDR(whole)) return null
  const [parsed, bits] = ipaddr.parseCIDR(whole)
  if (parsed.kind() === 'ipv4') return `${ipaddr.IPv4.networkAddressFromCIDR(whole)}/${bits}`
  if ((parsed as ipaddr.IPv6).isIPv4MappedAddress()) return null
  return `${ipaddr.IPv6.networkAddressFromCIDR(whole)}/${bits}`
}

/** Whether an address is in one of the networks; what is no address is in none. IPv4 within IPv6 counts as IPv4. */
export function isInNetworks(address: string, networks: readonly Network[]): boolean {
  // Of IPv4 in IPv6 only the mapped one is what a client has; the library takes others for it.
  if (!isStrict(address) || /^(?!::ffff:)[^.]*:.*\./i.test(address)) return false
  const client = ipaddr.process(address)
  return networks.some((network) => {
    const [of, bits] = ipaddr.parseCIDR(network)
    return client.kind() === of.kind() && client.match(of, bits)
  })
}

/** Whether all of one network is in the other. */
export function isNetworkWithin(inner: Network, outer: Network): boolean {
  const [[first, bits], [, outerBits]] = [ipaddr.parseCIDR(inner), ipaddr.parseCIDR(outer)]
  return bits >= outerBits && isInNetworks(first.toString(), [outer])
}

/** Four decimal parts or IPv6 without a zone: none of the older ways to write IPv4, of which `010.0.0.1` is one. */
function isStrict(address: string): boolean {
  return ipaddr.IPv4.isValidFourPartDecimal(address) || (ipaddr.IPv6.isValid(address) && !address.includes('%'))
}
