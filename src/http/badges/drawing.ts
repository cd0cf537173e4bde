import {
  type BadgeRefusal,
  type BadgeStyle,
  type BranchStatus,
  badgeFor,
  showableText,
} from '../../domain/builds/badge.ts'
import { httpDate } from '../../domain/formats/precondition.ts'
import { createRecentMap } from '../../domain/formats/recent-map.ts'
import type { Drawing, Drawings } from '../frame/open-request.ts'
import { badgeJson } from './badge-json.ts'
import { badgeSvg } from './badge-svg.ts'

export function createDrawings(): Drawings {
  return createRecentMap(500)
}

/** What a badge shows, and as what it is drawn. */
type Drawn = {
  readonly status: BranchStatus | BadgeRefusal
  readonly label: string
  readonly form: BadgeStyle | 'json'
}

/** Headers that a badge has besides its own, and a key for them. */
export type MoreHeaders = {
  readonly name: string
  readonly headers: (etag: string) => Readonly<Record<string, string>>
}

/** A badge as it goes out. A pure function of what is given, so that it is drawn once and kept. */
export function drawBadge(drawings: Drawings, { status, label, form }: Drawn, more: MoreHeaders): Drawing {
  const key = `${form} ${more.name} ${status} ${label}`
  const known = drawings.get(key)
  if (known) return known
  const badge = badgeFor(status, label)
  // Raise the number when the drawing changes.
  const etag = `"1-${form}-${badge.message.replaceAll(' ', '_')}-${encodeURIComponent(showableText(label))}"`
  const text = form === 'json' ? JSON.stringify(badgeJson(badge)) : badgeSvg(badge, form)
  const body = new TextEncoder().encode(text)
  const headers = new Headers({ ...(form === 'json' ? JSON_HEADERS : SVG_HEADERS), ...more.headers(etag) })
  const drawing = { body, etag, headers, dated: null }
  drawings.set(key, drawing)
  return drawing
}

/** The headers of a badge that is given out now: made once a second, for that costs as much as all of its other headers. */
export function headersAt(drawing: Drawing, now: number): Headers {
  const second = Math.floor(now / 1000)
  if (drawing.dated?.second === second) return drawing.dated.headers
  const headers = new Headers(drawing.headers)
  headers.set('Last-Modified', httpDate(now))
  drawing.dated = { second, headers }
  return headers
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
