import type { Context } from 'hono'
import type { AppError } from '../../domain/error.ts'
import { messageOf, refusalHeaders, statusOf } from '../frame/answers/errors.ts'
import { escapeMarkup } from '../frame/answers/markup.ts'
import type { AppEnv } from '../frame/open-request.ts'
import { isOfOther } from '../frame/request/own-reader.ts'
import type { Refusals } from '../frame/route.ts'
import { ON_HOST } from './report-headers.ts'

/** How the host of a report refuses: with a page that has nothing of it. */
export const PLAIN_REFUSALS: Refusals = {
  refuse: (c, error) => refuseWithPlainPage(c, error),
  fail: (c) => plainPage(c, 500, 'This is our fault, and it was logged. Try again in a moment.', null),
}

/** That somebody has no right here, or none any more; `way` is where they may ask again. */
export function endedPage(c: Context<AppEnv>, way: string | null): Response {
  const response = plainPage(c, 403, 'Your right to see this has ended, or you never had it.', way)
  response.headers.set('Cache-Control', 'no-store')
  // What a script of the report left behind must not go on answering; but another's page must not empty it.
  if (!isOfOther(c)) response.headers.set('Clear-Site-Data', '"storage"')
  return response
}

function refuseWithPlainPage(c: Context<AppEnv>, error: AppError): Response {
  const response = plainPage(c, statusOf(error.code), messageOf(error), null)
  for (const [name, value] of Object.entries(refusalHeaders(error))) response.headers.set(name, value)
  return response
}

function plainPage(c: Context<AppEnv>, status: number, text: string, way: string | null): Response {
  const leadsTo = way ?? c.env.settings.publicOrigin
  const link = leadsTo && `<p><a href="${escapeMarkup(leadsTo)}">${way ? 'Ask again' : 'Go to Buildpass'}</a></p>`
  const html = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${status}</title>
<p>${escapeMarkup(text)}</p>
${link ?? ''}
<p>Request id: ${escapeMarkup(c.env.trace.id)}</p>
</html>
`
  return new Response(html, {
    status,
    headers: {
      ...ON_HOST,
      'Cache-Control': 'no-store',
      'Content-Security-Policy': "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
      'Content-Type': 'text/html; charset=utf-8',
      'X-Content-Type-Options': 'nosniff',
    },
  })
}
