/** Hosts that may be called although they are private, or without TLS: `host` or `host:port`, from the deployment only. */
export type AllowedHosts = readonly string[]

/** Reads `OUTBOUND_PRIVATE_HOSTS`: host or host:port, comma separated. */
export function parseAllowedHosts(text: string | undefined): AllowedHosts {
  const hosts = (text ?? '').split(',').map((host) => host.trim().toLowerCase())
  return hosts.filter((host) => host !== '')
}

/**
 * The rule that an address which we are told to call breaks, or null. An address typed by an admin must not reach what
 * only our own network does: https only, and no private, loopback, link-local or single-label host, unless the
 * deployment names it. (Workers cannot reach private addresses anyway, so a name that resolves to one leads nowhere.)
 */
export function outboundUrlProblem(text: string, allowed: AllowedHosts): string | null {
  if (text.length > 2_048) return 'must be at most 2048 characters long'
  if (!URL.canParse(text)) return 'must be a URL'
  // A part of a name that was put into the path must not lead out of it.
  if (DOT_SEGMENT.test(text)) return 'must not have a "." or ".." segment'
  const url = new URL(text)
  if (url.username !== '' || url.password !== '') return 'must not hold a user name or password'
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'must be an https URL'
  const hostname = url.hostname.toLowerCase().replace(/\.$/, '')
  const port = url.port || (url.protocol === 'https:' ? '443' : '80')
  if (allowed.includes(hostname) || allowed.includes(`${hostname}:${port}`)) return null
  if (url.protocol !== 'https:') return 'must be an https URL'
  return isPublicHost(hostname) ? null : 'must be on a public host'
}

/** `.` and `..` as URLs know them (WHATWG URL, "double-dot URL path segment"), before any query or fragment; many servers take `%2F` for a slash. */
const DOT_SEGMENT = /^[^?#]*(?:[/\\]|%2f|%5c)(?:\.|%2e){1,2}(?:[/\\?#]|%2f|%5c|$)/i

/**
 * Names that mean nothing on the public internet: IANA's "Special-Use Domain Names" (RFC 6761) but for those of
 * documentation, `internal` (ICANN 2024), RFC 6762 appendix G, ICANN's name collisions, and what routers, Docker,
 * Kubernetes and Consul call their own.
 */
const PRIVATE_SUFFIXES = [
  'alt',
  'arpa',
  'invalid',
  'local',
  'localhost',
  'onion',
  'test',
  'internal',
  'corp',
  'home',
  'intranet',
  'lan',
  'mail',
  'private',
  'consul',
  'dhcp',
  'docker',
  'domain',
  'fritz.box',
  'localdomain',
  'localnet',
  'loopback',
  'svc',
  'workgroup',
]

function isPublicHost(hostname: string): boolean {
  if (hostname.startsWith('[')) return isPublicV6(groupsOf(hostname.slice(1, -1)))
  // The URL parser has made every way of writing an IPv4 address into this one.
  const v4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(hostname)
  if (v4) return !SPECIAL_V4.some((block) => isIn(block, v4.slice(1).map(Number), 8))
  const labels = hostname.split('.')
  if (labels.length < 2 || labels.includes('')) return false
  return !PRIVATE_SUFFIXES.some((suffix) => hostname === suffix || hostname.endsWith(`.${suffix}`))
}

/** The first numbers of a block of addresses, and how many bits all of it has in common. */
type Block = readonly [start: readonly number[], bits: number]

/** IANA's "IPv4 Special-Purpose Address Registry", all of it, and multicast. */
const SPECIAL_V4: readonly Block[] = [
  [[0], 8],
  [[10], 8],
  [[100, 64], 10],
  [[127], 8],
  [[169, 254], 16],
  [[172, 16], 12],
  [[192, 0, 0], 24],
  [[192, 0, 2], 24],
  [[192, 31, 196], 24],
  [[192, 52, 193], 24],
  [[192, 88, 99], 24],
  [[192, 168], 16],
  [[192, 175, 48], 24],
  [[198, 18], 15],
  [[198, 51, 100], 24],
  [[203, 0, 113], 24],
  [[224], 4],
  [[240], 4],
]

/** Global unicast (RFC 4291): all else is special. */
const GLOBAL_V6: Block = [[0x2000], 3]

/** What of it is in IANA's "IPv6 Special-Purpose Address Registry"; 2001::/23 holds Teredo, ORCHID and the like. */
const SPECIAL_V6: readonly Block[] = [
  [[0x2001], 23],
  [[0x2001, 0xdb8], 32],
  [[0x2002], 16],
  [[0x2620, 0x4f, 0x8000], 48],
  [[0x3fff], 20],
]

function isPublicV6(groups: readonly number[]): boolean {
  return isIn(GLOBAL_V6, groups, 16) && !SPECIAL_V6.some((block) => isIn(block, groups, 16))
}

/** The eight groups of an IPv6 address, as the URL parser writes it. */
function groupsOf(address: string): readonly number[] {
  const [front = [], back = []] = address.split('::').map((part) =>
    part
      .split(':')
      .filter((group) => group !== '')
      .map((group) => Number.parseInt(group, 16)),
  )
  return [...front, ...new Array<number>(8 - front.length - back.length).fill(0), ...back]
}

/** Whether the address of parts of `width` bits begins as the block does. */
function isIn([start, bits]: Block, parts: readonly number[], width: number): boolean {
  return parts.every((part, index) => {
    const free = Math.min(width, Math.max(0, (index + 1) * width - bits))
    return part >> free === (start[index] ?? 0) >> free
  })
}
