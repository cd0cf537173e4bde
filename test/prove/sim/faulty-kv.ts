import type { Life, Timeline } from './timeline.ts'

/**
 * Workers KV as its documentation allows it to behave (developers.cloudflare.com/kv/concepts/how-kv-works and
 * /kv/api/): eventually consistent, with no bound that anything may rest on.
 */
export type KvRules = {
  /** How long a write may take until the central stores show it: "60 seconds or more". */
  readonly visibleAfterMs: number
  /** Of two writes the one that was made first may be the one that stays. */
  readonly reorders: boolean
  /** The share of puts that are acknowledged and never seen again. */
  readonly lost: number
}

export type KvWeather = 'fine' | 'slow' | 'throws' | 'hangs' | 'malformed' | 'old version'

export type FaultyKv = {
  /** The namespace as one request of a data centre sees it. */
  viewOf(centre: KvCentre, life: Life): KVNamespace
  /** Every key and value that was ever written. */
  readonly written: readonly string[]
}

export type KvCentre = {
  kvWeather: KvWeather
  /** What this data centre has read lately: values and misses alike. */
  readonly kvCache: Map<string, { readonly value: string | null; readonly readAt: number }>
}

const MIN_CACHE_TTL_SECONDS = 30
const DEFAULT_CACHE_TTL_SECONDS = 60
const MIN_EXPIRATION_TTL_SECONDS = 60
const MAX_KEY_BYTES = 512
const SAME_KEY_MS = 1_000

type Version = { readonly value: string | null; readonly expiresAt: number; readonly shownAt: number }

export function createFaultyKv(timeline: Timeline, rules: KvRules, random: () => number): FaultyKv {
  const central = new Map<string, Version[]>()
  const lastPutAt = new Map<string, number>()
  const written: string[] = []

  function shownCentrally(key: string): string | null {
    const shown = (central.get(key) ?? []).filter((version) => version.shownAt <= timeline.now)
    // Without reordering the last write wins; with it, whichever came through last.
    const newest = rules.reorders ? shown.toSorted((a, b) => a.shownAt - b.shownAt).at(-1) : shown.at(-1)
    return newest && newest.expiresAt > timeline.now ? newest.value : null
  }

  async function get(centre: KvCentre, life: Life, key: string, options?: { cacheTtl?: number }) {
    const ttl = options?.cacheTtl ?? DEFAULT_CACHE_TTL_SECONDS
    if (ttl < MIN_CACHE_TTL_SECONDS) throw new Error(`Invalid cache_ttl of ${ttl}. Cache TTL must be at least 30.`)
    switch (centre.kvWeather) {
      case 'fine':
        await timeline.sleep(Math.floor(random() * 20), life)
        break
      case 'slow':
        await timeline.sleep(Math.floor(random() * 500), life)
        break
      case 'throws':
        throw new Error('KV GET failed: 503 Service Unavailable')
      case 'hangs':
        return new Promise<null>(() => {})
      case 'malformed':
        return ['', 'ended', 'null', '{"grant":', '[]', '"bpp"', '{"grant":{"kind":"personal"}}'][
          Math.floor(random() * 7)
        ]
      case 'old version': {
        const value = shownCentrally(key)
        return value?.startsWith('{') ? JSON.stringify({ ...JSON.parse(value), seq: undefined, v: 0 }) : value
      }
    }
    const cached = centre.kvCache.get(key)
    if (cached && timeline.now - cached.readAt < ttl * 1_000) return cached.value
    const value = shownCentrally(key)
    centre.kvCache.set(key, { value, readAt: timeline.now })
    return value
  }

  async function put(centre: KvCentre, life: Life, { key, value, ttl }: { key: string; value: string; ttl?: number }) {
    if (new TextEncoder().encode(key).length > MAX_KEY_BYTES) throw new Error('KV PUT failed: 414 UTF-8 encoded length')
    if (ttl !== undefined && ttl < MIN_EXPIRATION_TTL_SECONDS)
      throw new Error(`Invalid expiration_ttl of ${ttl}. Expiration TTL must be at least 60.`)
    written.push(key, value)
    if (centre.kvWeather === 'hangs') return new Promise<void>(() => {})
    if (centre.kvWeather === 'throws') throw new Error('KV PUT failed: 503 Service Unavailable')
    await timeline.sleep(Math.floor(random() * 50), life)
    if (timeline.now - (lastPutAt.get(key) ?? Number.NEGATIVE_INFINITY) < SAME_KEY_MS)
      throw new Error('KV PUT failed: 429 Too Many Requests')
    lastPutAt.set(key, timeline.now)
    if (random() < rules.lost) return
    const delay = rules.reorders ? random() * rules.visibleAfterMs : rules.visibleAfterMs
    const expiresAt = ttl === undefined ? Number.POSITIVE_INFINITY : timeline.now + ttl * 1_000
    const versions = central.get(key) ?? []
    versions.push({ value, expiresAt, shownAt: timeline.now + Math.floor(delay) })
    central.set(key, versions)
  }

  return {
    written,
    viewOf(centre, life) {
      const view = {
        get: (key: string, options?: { cacheTtl?: number }) => get(centre, life, key, options),
        put: (key: string, value: string, options?: { expirationTtl?: number }) =>
          put(centre, life, { key, value, ttl: options?.expirationTtl }),
      }
      // The verifier uses these two; anything else would fail loudly.
      return view as unknown as KVNamespace
    },
  }
}
