import type { Fenced } from '../../domain/access/fence.ts'
import type { Grant } from '../../domain/access/grant.ts'
import { createRecentMap, type RecentMap } from '../../domain/formats/recent-map.ts'

/** A cached token: its grant, and when it stops by itself (epoch milliseconds). */
export type HeldGrant = { readonly grant: Grant; readonly expiresAt: number | null }

/** A fact in memory: it is worth 60 s from when it was put there, however often it is read. */
export type Remembered<T> = { readonly fact: Fenced<T>; readonly keptAt: number }

/** What one isolate knows of secrets. Never logged or stored. */
export type GrantMemory = {
  /** Keyed by the presented secret itself, which saves the hashing on a hit. */
  readonly held: RecentMap<Remembered<HeldGrant>>
  /** Secrets that D1 did not know, with the time until which it is not asked again. */
  readonly unknowns: RecentMap<number>
  /** Clients with secrets that do not count where they are, with the time until which they are not counted again. */
  readonly elsewhere: RecentMap<number>
  /** Secrets that this isolate minted, and when. */
  readonly minted: RecentMap<number>
  /** Client addresses that spent their unknown tokens, with the time until which they are refused. */
  readonly limited: RecentMap<number>
}

export function createGrantMemory(): GrantMemory {
  return {
    held: createRecentMap(2_000),
    unknowns: createRecentMap(2_000),
    elsewhere: createRecentMap(2_000),
    minted: createRecentMap(2_000),
    limited: createRecentMap(2_000),
  }
}
