import type { ReportPlace } from '../access/tickets/report-ticket.ts'
import type { DownloadKey } from '../access/tickets/signed-text.ts'

/** Where reports have hosts of their own: `https://*.reports.example.com`. */
export type ReportsOrigin = {
  readonly scheme: 'https' | 'http'
  /** What follows the label: `reports.example.com`. */
  readonly base: string
  /** `:8787`, or empty. */
  readonly port: string
}

const SHAPE = /^(https?):\/\/\*\.([a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){0,20})(:[1-9][0-9]{0,4})?$/
const MAX_BASE_LENGTH = 190

/** Null for what is no such origin. Without TLS there are reports on this machine alone. */
export function parseReportsOrigin(text: string): ReportsOrigin | null {
  const [, scheme, base = '', port = ''] = SHAPE.exec(text) ?? []
  const isLocal = base === 'localhost' || base.endsWith('.localhost')
  if (base === '' || base.length > MAX_BASE_LENGTH || (scheme === 'http') !== isLocal) return null
  // The whole of a top-level domain, or an address written as a name.
  if (!isLocal && !/\.[a-z][a-z0-9-]*$/.test(base)) return null
  return { scheme: scheme === 'http' ? 'http' : 'https', base, port }
}

/** Whether a host is, or is below, the base; written in whatever way. */
export function isBelow({ base }: Pick<ReportsOrigin, 'base'>, hostname: string): boolean {
  return plainHost(hostname).endsWith(`.${base}`)
}

/** The one label that a report's host has before the base; null for a host that is written otherwise. */
export function labelIn({ base }: ReportsOrigin, hostname: string): string | null {
  const label = hostname.endsWith(`.${base}`) ? hostname.slice(0, -base.length - 1) : ''
  return LABEL.test(label) ? label : null
}

const LABEL_LENGTH = 26
const LABEL = /^[a-z2-7]{26}$/

/** The label of a build's files, or of what a share link opens of them, which nobody can compute: 130 bits, in the digits of base32 (RFC 4648 §6), lower case. */
export async function reportLabelFor(
  key: DownloadKey,
  { projectId, buildId, nodeIndex, shareId }: ReportPlace,
): Promise<string> {
  // What else this key signs has no slash.
  const place = `report-host/${projectId}/${buildId}/${nodeIndex}${shareId ? `/${shareId}` : ''}`
  const name = new TextEncoder().encode(place)
  const bits = [...new Uint8Array(await crypto.subtle.sign('HMAC', key, name))]
    .map((byte) => byte.toString(2).padStart(8, '0'))
    .join('')
  return Array.from({ length: LABEL_LENGTH }, (_, i) =>
    BASE32.charAt(Number.parseInt(bits.slice(5 * i, 5 * i + 5), 2)),
  ).join('')
}

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567'

/** A host without the dots at its end, with which it is the same one, in lower case. */
function plainHost(hostname: string): string {
  return hostname.toLowerCase().replace(/\.{1,9}$/, '')
}
