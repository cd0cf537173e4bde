/** A map of at most `size` entries, among them always the half of that which was set or read last. */
export type RecentMap<V> = {
  get(key: string): V | undefined
  set(key: string, value: V): void
  delete(key: string): void
}

/**
 * Two generations: moving an entry to the end of one map at each reading would have the map rebuilt over and over. With
 * `weightOf`, `size` is the weight of all entries together, and one that weighs more than half of that is not kept.
 */
export function createRecentMap<V>(size: number, weightOf: (value: V) => number = () => 1): RecentMap<V> {
  const half = Math.ceil(size / 2)
  let young = new Map<string, V>()
  let old = new Map<string, V>()
  let weight = 0
  const forget = (key: string) => {
    const value = young.get(key)
    if (value !== undefined) weight -= weightOf(value)
    young.delete(key)
  }
  const set = (key: string, value: V) => {
    forget(key)
    // What stood there is gone in any case.
    old.delete(key)
    if (weightOf(value) > half) return
    young.set(key, value)
    weight += weightOf(value)
    if (weight < half) return
    old = young
    young = new Map()
    weight = 0
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
      forget(key)
      old.delete(key)
    },
  }
}
