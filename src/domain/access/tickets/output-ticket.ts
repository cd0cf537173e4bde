import type { Asker } from './asker.ts'
import { type DownloadKey, openText, signText } from './signed-text.ts'

/** The content of a signed `output_url`: what one step printed, while the asker's token and right exist. */
export type OutputTicket = Asker & {
  readonly num: number
  readonly step: number
  /** Epoch milliseconds. */
  readonly expiresAt: number
}

const OUTPUT_LIFE_MS = 60 * 60_000
const SAME_FOR_MS = 10 * 60_000

/** An hour from now, or some minutes more: within ten minutes the same, so that a build's JSON stays the same too. */
export function outputExpiryAt(now: number): number {
  return (Math.floor(now / SAME_FOR_MS) + 1) * SAME_FOR_MS + OUTPUT_LIFE_MS
}

export function signOutputTicket(key: DownloadKey, ticket: OutputTicket): Promise<string> {
  return signText(key, 'output', ticket)
}

/** The ticket in the text, or null unless we signed it and it has not expired. */
export async function openOutputTicket(key: DownloadKey, text: string, now: number): Promise<OutputTicket | null> {
  // Signed by signOutputTicket above, so it has its shape.
  return (await openText(key, 'output', text, now)) as OutputTicket | null
}
