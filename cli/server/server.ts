import type { Credential } from './credential.ts'

/** The server as one verb talks to it. */
export type Server = {
  readonly origin: string
  /** The project that the verb is about, as `vcs/org/repo`. */
  readonly slug: string | null
  readonly credential: Credential
  readonly userAgent: string
  /** How long one request may go on failing. */
  readonly retryMs: number
  /** Aborted when the person, or the CI, wants us to stop. */
  readonly signal: AbortSignal
  readonly warn: (text: string) => void
}
