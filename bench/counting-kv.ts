/** How often KV and the Cache API were asked. */
export type Asked = { kvReads: number; kvWrites: number; cacheReads: number; cacheWrites: number }

export function nothingAsked(): Asked {
  return { kvReads: 0, kvWrites: 0, cacheReads: 0, cacheWrites: 0 }
}

const KV_OPERATIONS: Readonly<Record<string, 'kvReads' | 'kvWrites'>> = {
  get: 'kvReads',
  getWithMetadata: 'kvReads',
  list: 'kvReads',
  put: 'kvWrites',
  delete: 'kvWrites',
}

/** The same namespace, counting what it is asked. */
export function countingKv(kv: KVNamespace, asked: Asked): KVNamespace {
  return new Proxy(kv, {
    get(target, name) {
      const member = Reflect.get(target, name)
      if (typeof member !== 'function') return member
      const operation = KV_OPERATIONS[String(name)]
      return (...args: unknown[]) => {
        if (operation) asked[operation] += 1
        return member.apply(target, args)
      }
    },
  })
}

/** Counts what any Cache of this isolate is asked from now on. */
export function countCaches(asked: Asked): void {
  for (const [name, operation] of [
    ['match', 'cacheReads'],
    ['put', 'cacheWrites'],
    ['delete', 'cacheWrites'],
  ] as const) {
    const original: (...args: never[]) => unknown = Cache.prototype[name]
    Object.defineProperty(Cache.prototype, name, {
      value(...args: never[]) {
        asked[operation] += 1
        return original.apply(this, args)
      },
    })
  }
}
