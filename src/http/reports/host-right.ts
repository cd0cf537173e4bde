import type { Context } from 'hono'
import { generateCookie, getCookie } from 'hono/cookie'
import {
  openReport,
  openReportWay,
  REPORT_WAY_LIFE_MS,
  type ReportPlace,
  type ReportRight,
  type ReportTicket,
  signReport,
} from '../../domain/access/tickets/report-ticket.ts'
import { reportLabelFor } from '../../domain/artifacts/report-host.ts'
import { AppError } from '../../domain/error.ts'
import { useReportTicket } from '../../storage/artifacts/report-tickets.ts'
import { ticketState } from '../../storage/edge/download-proof.ts'
import type { AppEnv } from '../frame/open-request.ts'
import { isOfOther } from '../frame/request/own-reader.ts'
import { rawPathOf } from '../frame/request/raw-path.ts'
import { endedPage } from './plain-page.ts'
import { seeOther } from './way-in.ts'

/** Takes a ticket, once: sets the right as a cookie of this host, and leads on to where nothing of it is seen. */
export async function enterHost(c: Context<AppEnv>, label: string, text: string): Promise<Response> {
  const { settings, stores } = c.env
  const { downloadKey } = settings
  const now = stores.now()
  const ticket = await openReport(downloadKey, 'report-ticket', text, now)
  if (!ticket || !(await isLabelOf(c, label, ticket))) return endedPage(c, await wayOf(c, label, 'report-ticket', text))
  const way = ticket.way && ticket.way + ticket.leadsTo
  // Only a window is led in: in a frame of somebody else's page there would be nothing to see.
  if (!isForWindow(c) || !(await holds(c, ticket)) || !(await useReportTicket(stores.db, ticket)))
    return endedPage(c, way)
  const { id: _, leadsTo, rightEndsAt, ...asker } = ticket
  const { projectId, buildId, nodeIndex, shareId } = ticket
  const response = seeOther(`/${leadsTo}`)
  const right = await signReport(downloadKey, 'report-right', { ...asker, expiresAt: rightEndsAt })
  response.headers.append('Set-Cookie', ownCookie(c, 'report', right, rightEndsAt - now))
  if (ticket.way === null) return response
  const wayBack = { projectId, buildId, nodeIndex, shareId, way: ticket.way, expiresAt: now + REPORT_WAY_LIFE_MS }
  const signedWay = await signReport(downloadKey, 'report-way', wayBack)
  response.headers.append('Set-Cookie', ownCookie(c, 'report-way', signedWay, REPORT_WAY_LIFE_MS))
  return response
}

/** The right that the request's cookie holds for this host; or how it is refused: where one has expired, a window is led to ask again. */
export async function rightOnHost(c: Context<AppEnv>, label: string): Promise<ReportRight | Response> {
  const { settings, stores } = c.env
  if (isOfOther(c) && !isForWindow(c)) return endedPage(c, null)
  const text = cookieOf(c, 'report')
  const rest = rawPathOf(c.req.raw).slice(1) + new URL(c.req.url).search
  const right = await openReport(settings.downloadKey, 'report-right', text, stores.now())
  if (right && (await isLabelOf(c, label, right)))
    return (await holds(c, right)) ? right : endedPage(c, right.way && right.way + rest)
  const way =
    (await wayOf(c, label, 'report-right', text)) ?? (await wayOf(c, label, 'report-way', cookieOf(c, 'report-way')))
  // Whoever is led there comes back with a new right, or not at all.
  if (way !== null && c.req.header('Sec-Fetch-Dest') === 'document') return seeOther(way + rest)
  return endedPage(c, way && way + rest)
}

async function holds(c: Context<AppEnv>, right: ReportRight | ReportTicket): Promise<boolean> {
  const state = await ticketState(c.env.stores, right)
  if (state === 'unavailable') throw new AppError('unavailable')
  c.env.trace.projectId = right.projectId
  return state === 'valid'
}

/** Also by a report's own service worker, which asks for a window with no destination; in a frame `frame-ancestors` holds. */
function isForWindow(c: Context<AppEnv>): boolean {
  const destination = c.req.header('Sec-Fetch-Dest')
  if (destination === 'empty') return c.req.header('Sec-Fetch-Mode') === 'navigate'
  return destination === undefined || destination === 'document'
}

async function isLabelOf(c: Context<AppEnv>, label: string, place: ReportPlace): Promise<boolean> {
  return (await reportLabelFor(c.env.settings.downloadKey, place)) === label
}

/** Where somebody asks again who has something that we signed for this host, though it has expired. */
async function wayOf(
  c: Context<AppEnv>,
  label: string,
  purpose: 'report-ticket' | 'report-right' | 'report-way',
  text: string,
): Promise<string | null> {
  const signed = await openReportWay(c.env.settings.downloadKey, purpose, text)
  return signed && (await isLabelOf(c, label, signed)) ? signed.way : null
}

/** With TLS the browser itself sees to it that no other host set it. */
function prefixOf(c: Context<AppEnv>): { readonly prefix?: 'host'; readonly secure: boolean } {
  return c.env.settings.reportsOrigin?.scheme === 'https' ? { prefix: 'host', secure: true } : { secure: false }
}

function ownCookie(c: Context<AppEnv>, name: 'report' | 'report-way', value: string, lifeMs: number): string {
  const maxAge = Math.max(0, Math.floor(lifeMs / 1000))
  return generateCookie(name, value, { ...prefixOf(c), httpOnly: true, sameSite: 'Lax', path: '/', maxAge })
}

function cookieOf(c: Context<AppEnv>, name: 'report' | 'report-way'): string {
  return getCookie(c, name, prefixOf(c).prefix) ?? ''
}
