import type { Child } from 'hono/jsx'
import { cacheControlFor } from '../../frame/answers/answers.ts'
import { escapeMarkup } from '../../frame/answers/markup.ts'
import { windowTitleFor } from './layout.tsx'
import { visibleMarkup } from './visible-markup.ts'

/** A part of a page, with the title that the page has by now, as the answer to the script that keeps it up to date. */
export function renderFragment(title: string, content: Child): Response {
  return new Response(visibleMarkup(`<title>${escapeMarkup(windowTitleFor(title))}</title>${content}`), {
    headers: {
      'Content-Type': 'text/html; charset=utf-8',
      'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
      'Cache-Control': cacheControlFor('private'),
      'Referrer-Policy': 'same-origin',
      Vary: 'Cookie',
      'X-Content-Type-Options': 'nosniff',
    },
  })
}
