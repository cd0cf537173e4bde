import type { Context } from 'hono'
import type { AppEnv } from '../open-request.ts'

/** Whether a page of another origin asks, or leads a window there. Whoever is no browser does not say. */
export function isOfOther(c: Context<AppEnv>): boolean {
  const site = c.req.header('Sec-Fetch-Site')
  return site === 'cross-site' || site === 'same-site'
}

/**
 * Whether a browser asks for one of its own pages or for a window. What a page of another origin asks for in its reader's name,
 * a script, style or picture, is not: to cookies all hosts of one domain are one site.
 */
export function isOwnReader(c: Context<AppEnv>): boolean {
  return !isOfOther(c) || c.req.header('Sec-Fetch-Dest') === 'document'
}
