import type { Feed, Fenced } from '../../domain/access/fence.ts'
import type { Grant } from '../../domain/access/grant.ts'
import type { BranchStatus } from '../../domain/builds/badge.ts'
import type { Project, Role } from '../../domain/project.ts'
import type { ArtifactLink } from '../artifacts/artifact-links.ts'
import type { Readiness } from '../upkeep/readiness.ts'

/** A map of at most `size` entries, among them always the half of that which was set or read last. */
export type Lru<V> = {
  get(key: string): V | undefined
  set(key: string, value: V): void
  delete(key: string): void
}

/** Two generations: moving an entry to the end of one map at each reading would have the map rebuilt over and over. */
export function createLru<V>(size: number): Lru<V> {
  const half = Math.ceil(size / 2)
  let young = new Map<string, V>()
  let old = new Map<string, V>()
  const set = (key: string, value: V) => {
    young.set(key, value)
    if (young.size < half) return
    old = young
    young = new Map()
  }
  return {
    set,
    get(key) {
      const value = young.get(key)
      if (value !== undefined) return value
      const older = old.get(key)
      if (older !== undefined) set(key, older)
      return older
    },
    delete(key) {
      young.delete(key)
      old.delete(key)
    },
  }
}

/** A cached token: its grant, and when it stops by itself (epoch milliseconds). */
export type HeldGrant = { readonly grant: Grant; readonly expiresAt: number | null }

/** What a fact is worth in memory: 60 s from insertion, however often it is read. */
export type Kept<T> = { readonly fact: Fenced<T>; readonly keptAt: number }

/** Work that several requests may share; see shared-work.ts. */
export type Slot = { readonly startedAt: number; readonly result: Promise<unknown> }

/** A badge's bytes and headers. */
export type Drawing = {
  readonly body: Uint8Array
  readonly etag: string
  readonly headers: Headers
  /** The headers with the second in which they were last given out. */
  dated: { readonly second: number; readonly headers: Headers } | null
}

/** All that outlives a request in one isolate. Plain data and promises; nothing here is logged or stored. */
export type EdgeMemory = {
  /** Keyed by the presented secret itself, which saves the hashing on a hit. */
  readonly grants: Lru<Kept<HeldGrant>>
  /** Secrets that D1 did not know, with the time until which it is not asked again. */
  readonly unknowns: Lru<number>
  /** Secrets that this isolate minted, and when. */
  readonly minted: Lru<number>
  readonly projects: Lru<Kept<Project>>
  /** Slugs of what not everybody sees, or is not there, with the time until which that holds. */
  readonly hidden: Lru<number>
  /** Keyed by `user:project`. */
  readonly roles: Lru<Kept<Role>>
  readonly statuses: Lru<{ readonly status: BranchStatus; readonly checkedAt: number }>
  /** Badges as they were drawn, by all that they show. */
  readonly drawings: Lru<Drawing>
  /** By the path that was asked for. */
  readonly artifactLinks: Lru<{ readonly link: ArtifactLink; readonly checkedAt: number }>
  /** The headers that lead to signed download addresses, by whom and what they are for. */
  readonly downloads: Lru<{ readonly headers: Headers; readonly signedAt: number }>
  /** When a token's last use was written. */
  readonly uses: Lru<number>
  /** Client addresses that spent their unknown tokens, with the time until which they are refused. */
  readonly limited: Lru<number>
  readonly slots: Map<string, Slot>
  /** What the stores answered when they were last asked how they are. */
  readiness: Readiness | null
  feed: Feed | null
  /** When this isolate last put other bytes in an artifact's place. */
  artifactsReplacedAt: number
  polledAt: number
}

export function createEdgeMemory(): EdgeMemory {
  return {
    grants: createLru(2_000),
    unknowns: createLru(2_000),
    minted: createLru(2_000),
    projects: createLru(1_000),
    hidden: createLru(2_000),
    roles: createLru(2_000),
    statuses: createLru(2_000),
    drawings: createLru(500),
    artifactLinks: createLru(1_000),
    downloads: createLru(1_000),
    uses: createLru(2_000),
    limited: createLru(2_000),
    slots: new Map(),
    readiness: null,
    feed: null,
    artifactsReplacedAt: Number.NEGATIVE_INFINITY,
    polledAt: Number.NEGATIVE_INFINITY,
  }
}
