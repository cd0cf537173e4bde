import type { Child } from 'hono/jsx'
import { cacheControlFor } from '../answers.ts'

/** A part of a page, as the answer to the script that keeps it up to date. */
export async function renderFragment(content: Child): Promise<Response> {
  return new Response(String(await content), {
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
      'Cache-Control': cacheControlFor('private'),
      'Cross-Origin-Resource-Policy': 'same-origin',
      'Referrer-Policy': 'same-origin',
      Vary: 'Cookie',
      'X-Content-Type-Options': 'nosniff',
    },
  })
}
