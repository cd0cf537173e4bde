import type { ArtifactDigest } from '../../artifacts/artifact-digest.ts'
import type { PackedAt } from '../../artifacts/packed-at.ts'
import type { Asker } from './asker.ts'
import { type DownloadKey, openText, signText } from './signed-text.ts'

/** The content of a signed download URL: one object, for a minute, while the asker's token or session and right exist. */
export type DownloadTicket = Asker & {
  readonly artifactId: string
  readonly objectKey: string
  readonly sizeBytes: number
  readonly digest: ArtifactDigest
  readonly contentType: string
  /** Where in the object its bytes are, of a file in a pack. */
  readonly packed?: PackedAt
  /** When the object was uploaded, for `Last-Modified`; null where other bytes may replace it at the same address. */
  readonly modifiedAt: number | null
  readonly disposition: 'attachment' | 'inline'
  readonly fileName: string
  /** Epoch milliseconds. */
  readonly expiresAt: number
  /** The newest entry of the revocation feed, and its time, when the asker was last verified. */
  readonly epoch: string
  readonly seq: number
  readonly provedAt: number
}

export const DOWNLOAD_LIFE_MS = 60_000

export function signTicket(key: DownloadKey, ticket: DownloadTicket): Promise<string> {
  return signText(key, 'download', ticket)
}

/** The ticket in the text, or null unless we signed it and it has not expired. */
export async function openTicket(key: DownloadKey, text: string, now: number): Promise<DownloadTicket | null> {
  // Signed by signTicket above, so it has its shape.
  return (await openText(key, 'download', text, now)) as DownloadTicket | null
}
