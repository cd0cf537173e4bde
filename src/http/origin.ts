import type { Context } from 'hono'
import type { AppEnv } from '../env.ts'
import { originLengthOf } from './raw-path.ts'
import { requestLineOf } from './request-line.ts'

/** The origin in the URLs that we give out: the configured one, else that of the request. */
export function publicOriginOf(c: Context<AppEnv>): string {
  const { publicOrigin } = c.env.settings
  if (publicOrigin) return publicOrigin
  const { url } = requestLineOf(c.req.raw)
  return url.slice(0, originLengthOf(url))
}

export function downloadOriginOf(c: Context<AppEnv>): string {
  return c.env.settings.downloadOrigin ?? publicOriginOf(c)
}

/**
 * Whether downloads live on a site of their own, so that somebody's HTML cannot act as ours. Without the public suffix
 * list this errs on the safe side: hosts that share their last two labels count as one site.
 */
export function downloadsAreForeign(c: Context<AppEnv>): boolean {
  if (!c.env.settings.downloadOrigin) return false
  return siteOf(publicOriginOf(c)) !== siteOf(downloadOriginOf(c))
}

function siteOf(origin: string): string {
  return new URL(origin).hostname.split('.').slice(-2).join('.')
}
