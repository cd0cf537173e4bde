import type { Life, Timeline } from './timeline.ts'

/**
 * The Cache API of one data centre by its documented rules (developers.cloudflare.com/workers/runtime-apis/cache/):
 * local to the data centre, free to forget at any time, never serving past `max-age`.
 */
export type CentreCache = {
  cacheWeather: CacheWeather
  readonly entries: Map<string, { readonly body: string; readonly headers: Headers; readonly until: number }>
}

export type CacheWeather = 'fine' | 'forgets' | 'slow' | 'throws' | 'hangs'

export function viewCache(centre: CentreCache, timeline: Timeline, life: Life, random: () => number): Cache {
  async function reach(): Promise<boolean> {
    switch (centre.cacheWeather) {
      case 'fine':
        await timeline.sleep(Math.floor(random() * 5), life)
        return true
      case 'slow':
        await timeline.sleep(Math.floor(random() * 500), life)
        return true
      case 'forgets':
        return random() < 0.3
      case 'throws':
        throw new Error('Internal error: the cache cannot be reached')
      case 'hangs':
        return new Promise(() => {})
    }
  }

  const view = {
    async match(key: string) {
      if (!(await reach())) return undefined
      const entry = centre.entries.get(key)
      if (!entry || entry.until <= timeline.now) return undefined
      const { body, headers } = entry
      return {
        headers,
        json: async () => JSON.parse(body),
        text: async () => body,
        arrayBuffer: async () => new TextEncoder().encode(body).buffer,
      }
    },
    async put(key: string, response: Response) {
      if (response.status === 206 || response.headers.get('Vary') === '*')
        throw new TypeError('Cannot cache response: 206 or Vary: *')
      const maxAge = Number(/max-age=(\d+)/.exec(response.headers.get('Cache-Control') ?? '')?.[1] ?? 0)
      const body = await timeline.real(() => response.text())
      if (await reach())
        centre.entries.set(key, { body, headers: response.headers, until: timeline.now + maxAge * 1_000 })
    },
    async delete(key: string) {
      await reach()
      return centre.entries.delete(key)
    },
  }
  // The production code uses these three; anything else would fail loudly.
  return view as unknown as Cache
}
