import { cacheControlFor } from '../answers.ts'
import type { JSX } from './jsx-runtime.ts'
import { visibleMarkup } from './visible-markup.ts'

/** A part of a page, as the answer to the script that keeps it up to date. */
export function renderFragment(content: JSX.Element): Response {
  return new Response(visibleMarkup(String(content)), {
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
