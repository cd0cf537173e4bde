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
  const origin = url.slice(0, originLengthOf(url))
  const hostname = origin.slice(origin.indexOf('://') + 3).replace(/:\d+$/, '')
  return isLoopback(hostname) ? origin : null
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
