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
  const url = new URL(text)
  if (url.username !== '' || url.password !== '') return 'must not hold a user name or password'
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'must be an https URL'
  const hostname = url.hostname.toLowerCase().replace(/\.$/, '')
  const port = url.port || (url.protocol === 'https:' ? '443' : '80')
  if (allowed.includes(hostname) || allowed.includes(`${hostname}:${port}`)) return null
  if (url.protocol !== 'https:') return 'must be an https URL'
  return isPublicHost(hostname) ? null : 'must be on a public host'
}

const PRIVATE_SUFFIXES = [
  'localhost',
  'local',
  'internal',
  'intranet',
  'lan',
  'home',
  'corp',
  'home.arpa',
  'arpa',
  'onion',
  'test',
  'invalid',
]

function isPublicHost(hostname: string): boolean {
  if (hostname.startsWith('[')) return isPublicV6(hostname.slice(1, -1))
  // The URL parser has made every way of writing an IPv4 address into this one.
  const v4 = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(hostname)
  if (v4) return isPublicV4(v4.slice(1).map(Number))
  if (!hostname.includes('.')) return false
  return !PRIVATE_SUFFIXES.some((suffix) => hostname === suffix || hostname.endsWith(`.${suffix}`))
}

/** Not in one of the special-purpose blocks (RFC 6890 and its registry). */
function isPublicV4([a = 0, b = 0, c = 0]: readonly number[]): boolean {
  if (a === 0 || a === 10 || a === 127 || a >= 224) return false
  if (a === 100 && b >= 64 && b <= 127) return false
  if (a === 169 && b === 254) return false
  if (a === 172 && b >= 16 && b <= 31) return false
  if (a === 192 && (b === 168 || (b === 0 && (c === 0 || c === 2)) || (b === 88 && c === 99))) return false
  if (a === 198 && (b === 18 || b === 19 || (b === 51 && c === 100))) return false
  return !(a === 203 && b === 0 && c === 113)
}

/** Global unicast (2000::/3) only, without what tunnels to, or documents, something else. */
function isPublicV6(address: string): boolean {
  const [first = '', second = ''] = address.split(':')
  const head = Number.parseInt(first, 16)
  if (!(head >= 0x2000 && head <= 0x3fff)) return false
  const next = second === '' ? 0 : Number.parseInt(second, 16)
  const isTeredoOrDocumentation = head === 0x2001 && (next === 0 || next === 0xdb8)
  return !isTeredoOrDocumentation && head !== 0x2002 && head !== 0x3fff
}
