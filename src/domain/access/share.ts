import type { ArtifactPlace } from '../artifacts/artifact.ts'
import { DAY_MS } from '../day.ts'

/** A file or a pack, whose name is its path, is downloaded; a report is shown, an index.html with all files of its folder. */
export const SHARED_KINDS = ['path', 'pack', 'report'] as const

/** The one thing that a share link opens. */
export type SharedThing = { readonly kind: (typeof SHARED_KINDS)[number] } & ArtifactPlace

/** Of which build: always the same one, or the newest of a branch that has it; null is the project's default branch. */
export type SharedOf =
  | { readonly kind: 'build'; readonly num: number }
  | { readonly kind: 'latest'; readonly branch: string | null }

/** A share link as the members of its project see it: never its secret. Times are epoch milliseconds. */
export type Share = {
  readonly id: string
  readonly thing: SharedThing
  readonly of: SharedOf
  readonly label: string | null
  readonly lastFour: string
  /** Whether its page tells what the file is called, also to programs that unfurl links. */
  readonly showsName: boolean
  readonly createdAt: number
  readonly expiresAt: number
  /** Null: as many as there are. */
  readonly maxUses: number | null
  readonly uses: number
  readonly lastUsedAt: number | null
  readonly lastUsedFrom: string | null
}

export const DEFAULT_SHARE_DAYS = 7
export const MAX_SHARE_DAYS = 90
export const MAX_SHARE_USES = 1_000_000

/** The rule that the end of a new share link breaks, or null when it is fine. */
export function shareEndProblem(expiresAt: number, now: number): string | null {
  if (expiresAt <= now) return 'must be in the future'
  // A minute more, for whoever counts the days by a clock of their own.
  return expiresAt <= now + MAX_SHARE_DAYS * DAY_MS + 60_000 ? null : `must be at most ${MAX_SHARE_DAYS} days from now`
}

export type ShareState = 'open' | 'expired' | 'used_up'

export function shareStateOf({ expiresAt, maxUses, uses }: Share, now: number): ShareState {
  if (expiresAt <= now) return 'expired'
  return maxUses !== null && uses >= maxUses ? 'used_up' : 'open'
}

/** Where a share link leads, below the server's origin. */
export function sharePath(secret: string): string {
  return `/s/${secret}`
}
