import type { Fence } from '../fence.ts'
import type { Asker } from './asker.ts'
import { type DownloadKey, openExpired, openText, signText } from './signed-text.ts'

/** The files that share one origin: those of one node of one build, and apart from them what a share link opens of it. */
export type ReportPlace = {
  readonly projectId: string
  readonly buildId: string
  readonly nodeIndex: number
  readonly shareId: string | null
}

/** Who asked for the files of a build, while the asker's token or session and right exist. */
export type ReportRight = Asker &
  Fence &
  ReportPlace & {
    /** The one file that may be read, or those below this folder, which ends in a slash; null or empty: all. */
    readonly only: string | null
    /** The address on our own origin that leads here again: a file's path follows. A share link has none that could be signed. */
    readonly way: string | null
    /** Epoch milliseconds. */
    readonly expiresAt: number
  }

/** What lets a browser in to a report's host, once. */
export type ReportTicket = Omit<ReportRight, 'expiresAt'> & {
  readonly id: string
  /** Where on that host it leads: a path with its query, encoded. */
  readonly leadsTo: string
  /** When the right ends that it is taken for. */
  readonly rightEndsAt: number
  readonly expiresAt: number
}

/** Where a browser whose right has ended asks again. It opens nothing. */
export type ReportWay = ReportPlace & { readonly way: string; readonly expiresAt: number }

export const REPORT_TICKET_LIFE_MS = 60_000
export const REPORT_RIGHT_LIFE_MS = 60 * 60_000
export const REPORT_VIEW_LIFE_MS = 15 * 60_000
export const REPORT_WAY_LIFE_MS = 30 * 24 * 60 * 60_000

/** The types of what is signed, each for one use. */
type Signed = {
  readonly 'report-ticket': ReportTicket
  readonly 'report-right': ReportRight
  readonly 'report-view': ReportRight
  readonly 'report-way': ReportWay
}

export function signReport<P extends keyof Signed>(key: DownloadKey, purpose: P, value: Signed[P]): Promise<string> {
  return signText(key, purpose, value)
}

/** What was signed for this and has not expired; else null. */
export async function openReport<P extends keyof Signed>(
  key: DownloadKey,
  purpose: P,
  text: string,
  now: number,
): Promise<Signed[P] | null> {
  // Signed by signReport above, so it has its shape.
  return (await openText(key, purpose, text, now)) as Signed[P] | null
}

/** As `openReport`, where only the way back is wanted of what has expired. */
export async function openReportWay(
  key: DownloadKey,
  purpose: keyof Signed,
  text: string,
): Promise<Pick<ReportRight, 'way' | keyof ReportPlace> | null> {
  // Signed by signReport above, so it has its shape.
  return (await openExpired(key, purpose, text)) as ReportRight | null
}
