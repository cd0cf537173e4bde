import { describe, expect, it } from 'vitest'
import { ACCESS, PAGES, type PageName, pagePathOf, pathsOf, type RouteName } from '../../../src/http/frame/access.ts'
import { ask } from '../../support/worker/client.ts'

const PATHS = [
  ...(Object.keys(ACCESS) as RouteName[]).flatMap((name) => pathsOf(name).paths),
  ...(Object.keys(PAGES) as PageName[]).map((name) => pagePathOf(name).path),
]

describe('a part of a path with a pattern', () => {
  // Hono writes ^ before a pattern and $ behind it, or the part that follows: an open alternative would fit anywhere.
  it('has its alternatives in a group', () => {
    const patterns = PATHS.flatMap((path) =>
      [...path.matchAll(/:\w+\{((?:[^{}]|\{[^{}]*\})+)\}/g)].map(([, one]) => one),
    )
    expect(patterns.some((pattern) => pattern?.includes('|'))).toBe(true)
    const open = patterns.filter((pattern) => pattern?.replace(/\((?:[^()]|\([^()]*\))*\)/g, '').includes('|'))
    expect(open).toEqual([])
  })

  it.each(['/download/xbbx/a.json', '/download/glx/a.svg', '/download/x-github/a.png', '/download/xghx/a.cc.xml'])(
    'does not take %s for a badge: a ticket may have any letters in it',
    async (path) => {
      const response = await ask(path, { token: null })
      expect([response.status, response.headers.get('Content-Type')]).toEqual([403, expect.stringContaining('json')])
    },
  )
})
