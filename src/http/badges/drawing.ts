import { type Badge, type BadgeStyle, badgeJson, showableText } from '../../domain/badge.ts'
import type { Drawing, Lru } from '../../storage/memory.ts'
import { badgeSvg } from './badge-svg.ts'

/** A badge as it goes out, with `more` among its headers. A pure function of its key, so that it is drawn once and kept. */
export function drawBadge(
  drawings: Lru<Drawing>,
  badge: Badge,
  form: BadgeStyle | 'json',
  more: Readonly<Record<string, string>>,
): Drawing {
  const label = showableText(badge.label)
  const key = `${form} ${Object.values(more).join(' ')} ${badge.message} ${label}`
  const known = drawings.get(key)
  if (known) return known
  // Raise the number when the drawing changes.
  const etag = `"1-${form}-${badge.message.replaceAll(' ', '_')}-${encodeURIComponent(label)}"`
  const text = form === 'json' ? JSON.stringify(badgeJson(badge)) : badgeSvg(badge, form)
  const body = new TextEncoder().encode(text)
  const headers = new Headers({ ...(form === 'json' ? JSON_HEADERS : SVG_HEADERS), ...more, ETag: etag })
  const drawing = { body, etag, headers }
  drawings.set(key, drawing)
  return drawing
}

const SVG_HEADERS = {
  'Content-Type': 'image/svg+xml; charset=utf-8',
  'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
  'X-Content-Type-Options': 'nosniff',
  'Access-Control-Allow-Origin': '*',
}
const JSON_HEADERS = {
  'Content-Type': 'application/json; charset=utf-8',
  'X-Content-Type-Options': 'nosniff',
  'Access-Control-Allow-Origin': '*',
}
