import { isBelow, labelIn } from '../../../domain/artifacts/report-host.ts'
import { AppError } from '../../../domain/error.ts'
import { isLoopback } from '../../../domain/notices/loopback.ts'
import type { Settings } from '../../../settings.ts'
import type { Asked } from '../open-request.ts'
import { originLengthOf } from './raw-path.ts'
import { requestLineOf } from './request-line.ts'

/**
 * The origin in all that we give out, sign or keep, and the audience of what is made out to us: the configured one. What
 * a client says in `Host` is no more than a claim: it is taken only where it names the machine itself, on which nobody
 * else can be meant.
 */
export function publicOriginOf(c: Asked): string {
  return ownOriginOf(c.env.settings, c.req.raw) ?? unknownOrigin()
}

/** Refuses, before anything else, to answer as somebody whom we do not know ourselves to be. */
export function requireOwnOrigin({ env, req }: Asked): void {
  if (env.settings.publicOrigin === null && ownOriginOf(env.settings, req.raw) === null) unknownOrigin()
}

/** Null where only somebody's word says who we are. */
export function ownOriginOf({ publicOrigin }: Settings, request: Request): string | null {
  if (publicOrigin !== null) return publicOrigin
  const { url } = requestLineOf(request)
  return isLoopback(hostnameOf(url)) ? url.slice(0, originLengthOf(url)) : null
}

function hostnameOf(url: string): string {
  return url.slice(url.indexOf('://') + 3, originLengthOf(url)).replace(/:\d+$/, '')
}

/** Whether the request is for the domain of reports, on which nothing else of ours answers, however its host is written. */
export function isForReports({ reportsOrigin }: Settings, request: Request): boolean {
  return reportsOrigin !== null && isBelow(reportsOrigin, hostnameOf(requestLineOf(request).url))
}

/** The label of the report's host that is asked; null for a host that is none of them, though below their domain. */
export function reportLabelOf({ reportsOrigin }: Settings, request: Request): string | null {
  if (reportsOrigin === null) return null
  const { url } = requestLineOf(request)
  const { scheme, port } = reportsOrigin
  const [, askedScheme, askedPort = ''] = /^(https?):\/\/[^/]*?(:\d+)?$/.exec(url.slice(0, originLengthOf(url))) ?? []
  // On this machine the port may be whichever we listen on.
  const isPort = askedPort === port || (scheme === 'http' && port === '')
  if (askedScheme !== scheme || !isPort) return null
  return labelIn(reportsOrigin, hostnameOf(url))
}

/** The origin of a report's host. Where no port is named, it is that of our own origin. */
export function reportOriginOf(c: Asked, label: string): string | null {
  const { reportsOrigin } = c.env.settings
  if (reportsOrigin === null) return null
  const { scheme, base, port } = reportsOrigin
  const ownPort = scheme === 'http' ? /:\d+$/.exec(publicOriginOf(c))?.[0] : ''
  return `${scheme}://${label}.${base}${port || (ownPort ?? '')}`
}

function unknownOrigin(): never {
  throw new AppError('not_configured', UNKNOWN_ORIGIN)
}

export const UNKNOWN_ORIGIN =
  'PUBLIC_ORIGIN is not set on this server, so it does not know its own address: set it to the address that people use. Without it only a loopback address is answered.'

export function downloadOriginOf(c: Asked): string {
  return c.env.settings.downloadOrigin ?? publicOriginOf(c)
}

/**
 * Whether downloads live on a site of their own, so that somebody's HTML cannot act as ours. Without the public suffix
 * list this errs on the safe side: hosts that share their last two labels count as one site.
 */
export function downloadsAreForeign(c: Asked): boolean {
  if (!c.env.settings.downloadOrigin) return false
  return siteOf(publicOriginOf(c)) !== siteOf(downloadOriginOf(c))
}

function siteOf(origin: string): string {
  return new URL(origin).hostname.split('.').slice(-2).join('.')
}
