import type { ParamIndexMap, Result, Router } from 'hono/router'
import { TrieRouter } from 'hono/router/trie-router'
import { Hono } from 'hono/tiny'
import type { AppEnv } from '../../env.ts'
import { rawPathOf } from './raw-path.ts'
import type { App } from './route.ts'

/** The application, without routes yet. */
export function createRouting(): App {
  const app: App = new Hono<AppEnv>({ getPath: rawPathOf })
  // Hono's smallest form has one router and looks at no option for another.
  app.router = createRouter()
  return app
}

type Pattern<T> = {
  readonly method: string
  readonly regExp: RegExp
  /** Where each parameter stands in what is found: cheaper than groups with names. */
  readonly params: ParamIndexMap
  readonly handler: T
}

/** What is asked for most begins like this: badges, and the links that artifact lists hold. */
const HOT = ['/:vcs{', '/output/']

/**
 * Two routers: a short list of regular expressions for what is hot, and a trie that can hold patterns that overlap, for
 * the rest. A slash at the end is as none, unless a pattern takes it for its own: see `branchOf` and `artifactPathOf`.
 */
export function createRouter<T>(): Router<T> {
  const hot: Pattern<T>[] = []
  const rest = new TrieRouter<T>()
  return {
    name: 'HotFirstRouter',
    add: (method, path, handler) => {
      if (HOT.some((start) => path.startsWith(start))) hot.push({ method, handler, ...compiled(path) })
      else rest.add(method, path, handler)
    },
    match: (method, path): Result<T> => {
      for (const { method: itsMethod, regExp, params, handler } of hot) {
        const found = itsMethod === method ? regExp.exec(path) : null
        if (found) return [[[handler, params]], found]
      }
      const matched = rest.match(method, path)
      const isSlashed = matched[0].length === 0 && path.length > 1 && path.endsWith('/')
      return isSlashed ? rest.match(method, path.slice(0, -1)) : matched
    },
  }
}

/** A path of plain text and `:name{pattern}`, where patterns have no capturing groups of their own. A slash at the end is as none. */
function compiled(path: string): { readonly regExp: RegExp; readonly params: ParamIndexMap } {
  const params: ParamIndexMap = {}
  let count = 0
  const source = path.replace(/:(\w+)(?:\{((?:[^{}]|\{[\d,]+\})+)\})?/g, (_, name: string, pattern = '[^/]+') => {
    count += 1
    params[name] = count
    return `(${pattern})`
  })
  return { regExp: new RegExp(`^${source}/?$`), params }
}
