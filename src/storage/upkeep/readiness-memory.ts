export type Check = { readonly state: 'ok' | 'failed'; readonly ms: number }

/** Which stores answer, as of `checkedAt`. */
export type Readiness = {
  readonly checkedAt: number
  readonly checks: Readonly<Record<'d1' | 'kv' | 'r2', Check>>
  /** How old this isolate's view of the revocation feed is; null while it has none. */
  readonly feedAgeMs: number | null
}

/** What the stores answered when one isolate last asked them how they are. */
export type ReadinessMemory = { last: Readiness | null }

export function createReadinessMemory(): ReadinessMemory {
  return { last: null }
}
