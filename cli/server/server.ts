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

/** How we show who we are. */
export type Credential = {
  /** Where the token came from, for a person who wonders why it is refused. */
  readonly source: string
  /** What to do when it does not permit something. */
  readonly hint: string | null
  /** Null: nobody, which does for the reads of public projects. */
  readonly token: () => Promise<string | null>
  /** Replaces a token that was refused; false when there is no other. */
  readonly renew: (refused: string) => Promise<boolean>
  /** Called now and then during a long job, so that the token is alive at its end. */
  readonly keepAlive?: () => Promise<void>
}
