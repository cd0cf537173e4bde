import type { Context } from 'hono'
import { AppError } from '../../../domain/error.ts'
import type { Viewer } from '../../../domain/people/session.ts'
import type { AppEnv } from '../../frame/open-request.ts'
import { readText } from '../../frame/request/input.ts'
import { publicOriginOf } from '../../frame/request/origin.ts'

const MAX_FORM_BYTES = 65_536

/** What was filled in. */
export async function readForm(request: Request): Promise<URLSearchParams> {
  const type = request.headers.get('Content-Type')?.split(';', 1)[0]?.trim().toLowerCase()
  if (type !== 'application/x-www-form-urlencoded') throw new AppError('unsupported_media_type')
  return new URLSearchParams(await readText(request, MAX_FORM_BYTES))
}

/** The field with which a page shows that its form is ours. */
export const FORM_TOKEN = 'form_token'

/**
 * Lets only forms of our own pages through: the browser says that they come from this origin, and with a session they
 * carry its form token, which no other site can read.
 */
export function requireOwnForm(c: Context<AppEnv>, viewer: Viewer | null, form: URLSearchParams): void {
  if (!comesFromHere(c)) throw foreign()
  if (viewer && form.get(FORM_TOKEN) !== viewer.formToken) throw foreign()
}

function comesFromHere(c: Context<AppEnv>): boolean {
  const site = c.req.header('Sec-Fetch-Site')
  if (site !== undefined) return site === 'same-origin'
  // Older browsers, and plain http, send the origin alone.
  const origin = c.req.header('Origin')
  return origin === publicOriginOf(c)
}

function foreign(): AppError {
  return new AppError(
    'permission_denied',
    'This form did not come from a page of this session. Nothing was changed: go back, reload the page and try again.',
  )
}
