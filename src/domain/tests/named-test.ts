/** A test of a project. Its number stays the same in all builds. */
export type NamedTest = {
  readonly id: number
  readonly classname: string
  readonly name: string
  readonly file: string | null
}

/** Until when failures of a test are expected, and by whom. Times are epoch milliseconds. */
export type Mute = {
  readonly reason: string
  readonly until: number
  /** Null where that person was removed from the instance. */
  readonly mutedBy: string | null
  readonly mutedAt: number
}

export const MAX_MUTES = 1_000
export const MAX_MUTE_DAYS = 90
export const MAX_MUTE_REASON_LENGTH = 500
