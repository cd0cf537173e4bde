/** A map of at most `size` entries, among them always the half of that which was set or read last. */
export type RecentMap<V> = {
  get(key: string): V | undefined
  set(key: string, value: V): void
  delete(key: string): void
}

/** Two generations: moving an entry to the end of one map at each reading would have the map rebuilt over and over. */
export function createRecentMap<V>(size: number): RecentMap<V> {
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
