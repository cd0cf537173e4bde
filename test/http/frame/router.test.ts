import fc from 'fast-check'
import { PatternRouter } from 'hono/router/pattern-router'
import { expect, it } from 'vitest'
import { ACCESS, PAGES, type PageName, pagePathOf, pathsOf, type RouteName } from '../../../src/http/frame/access.ts'
import { createRouter } from '../../../src/http/frame/router.ts'
import { ask } from '../../support/worker/client.ts'

const PLACES = [
  ...(Object.keys(ACCESS) as RouteName[]).map(pathsOf).map(({ method, paths: [path = ''] }) => ({ method, path })),
  ...(Object.keys(PAGES) as PageName[]).map(pagePathOf),
].filter(({ path }) => path.startsWith('/:vcs{'))

const segment = fc.oneof(
  fc.constantFrom('gh', 'bitbucket', 'acme', 'web', 'web.svg', 'web.json', 'web.cc.xml', 'tree', 'settings', 'api'),
  fc.constantFrom('7', 'artifacts', 'members', 'new', 'delete', 'audit', '%20', 'a.svg.svg', ''),
)

it('finds what Hono’s own router of patterns finds first, with the same parameters', () => {
  const [ours, theirs] = [createRouter<string>(), new PatternRouter<string>()]
  for (const { method, path } of PLACES)
    for (const router of [ours, theirs]) router.add(method, path, `${method} ${path}`)
  let found = 0
  fc.assert(
    fc.property(fc.constantFrom('GET', 'POST', 'PUT'), fc.array(segment, { maxLength: 8 }), (method, segments) => {
      const path = `/${['gh', ...segments].join('/')}`
      const [[first], stash] = ours.match(method, path)
      const [[expected]] = theirs.match(method, path)
      if (expected) found += 1
      const params = Object.entries(first?.[1] ?? {}).map(([name, at]) => [name, stash?.[Number(at)]])
      expect([first?.[0], Object.fromEntries(params)]).toEqual([expected?.[0], { ...expected?.[1] }])
    }),
    { numRuns: 5_000 },
  )
  expect(found).toBeGreaterThan(100)
})

it.each(['/gh/acme/absent/', '/gh/acme/absent'])('takes %s for one place', async (path) => {
  const response = await ask(path, { headers: { Accept: 'text/html' } })
  expect([response.status, response.headers.get('Location')]).toEqual([
    303,
    `/sign-in?next=${encodeURIComponent(path)}`,
  ])
})
