import type { Result, Router } from 'hono/router'
import { PatternRouter } from 'hono/router/pattern-router'
import { TrieRouter } from 'hono/router/trie-router'

/**
 * Two routers: a short list of regular expressions for the badges, which are asked for most, and a trie that can hold
 * patterns that overlap, for the rest.
 */
export function createRouter<T>(isHot: (path: string) => boolean): Router<T> {
  const hot = new PatternRouter<T>()
  const rest = new TrieRouter<T>()
  return {
    name: 'HotRouter',
    add: (method, path, handler) => (isHot(path) ? hot : rest).add(method, path, handler),
    match: (method, path): Result<T> => {
      const found = hot.match(method, path)
      return found[0].length > 0 ? found : rest.match(method, path)
    },
  }
}
