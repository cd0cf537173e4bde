import fc from 'fast-check'
import { PAGES, type PageName, type RouteName } from '../../../src/http/frame/access.ts'
import { filled, PAGE_ROUTES, pathsIn, patternsOf, ROUTES } from '../../support/api/route-paths.ts'
import { ASKERS, type World } from '../../support/worker/world.ts'

/** Somebody signed in: the cookie, and what their forms carry. */
export type Session = { readonly cookie: string; readonly formToken: string }

/** One request, as data: what it is made of shrinks well. */
export type Input = {
  readonly method: string
  readonly path: string
  readonly headers: readonly (readonly [string, string])[]
  readonly body: string | null
}

/** What has broken parsers before. */
const HOSTILE = [
  '',
  ' ',
  '.',
  '..',
  '../../../../etc/passwd',
  '..%2f..%2f',
  '%2e%2e/%2e%2e',
  '%',
  '%zz',
  '%00',
  '%0d%0aSet-Cookie:%20x=1',
  '%ff%fe',
  '%ed%a0%80',
  '\u202e\u0000',
  "' or 1=1 --",
  '";drop table tokens;--',
  '<script>alert(1)</script>',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: that is the point of it.
  '${jndi:ldap://x}',
  '{{7*7}}',
  'con.txt',
  'a.zip/../../b',
  'C:\\windows\\system32',
  '\\\\host\\share',
  'NaN',
  'Infinity',
  '-1',
  '0',
  '00',
  '1e309',
  '9007199254740993',
  '99999999999999999999',
  '1.5',
  '0x10',
  'null',
  'undefined',
  'true',
  '[]',
  '{}',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  'é',
  'e\u0301',
  '数字',
  '🙈'.repeat(20),
  'a'.repeat(300),
  'a'.repeat(5_000),
  'a/'.repeat(500),
  '(((((((((((a+)+)+)+)+)+)+)+)+)+)+$',
  ' '.repeat(1_000),
] as const

const BOMBS = [
  `<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><testsuite>&b;</testsuite>`,
  `<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]><testsuite><testcase name="&x;"/></testsuite>`,
  '<testsuite>'.repeat(5_000),
  `<testsuite><testcase ${'a="b" '.repeat(1_000)}/></testsuite>`,
  `<testsuite><testcase name="${'x'.repeat(100_000)}"/></testsuite>`,
  `<testsuite>${'<testcase name="a" classname="b" time="1e999"/>'.repeat(2_000)}</testsuite>`,
  '<testsuite><![CDATA[',
  '<testsuite>&#x0;&#xffffffff;</testsuite>',
  '\ufeff<testsuites/>',
  '['.repeat(50_000),
  `{"a":${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}}`,
  `{"__proto__":{"isAdmin":true},"constructor":{"prototype":{}}}`,
  `{"label":"\\ud800","scope":"all"}`,
  '{"label":1e400}',
  '{"secrets":["a","a"]}',
  '"\\u0000"',
  'null',
  '',
]

const jwtPart = fc.constantFrom(
  '{"alg":"none"}',
  '{"alg":"HS256","kid":"../../x"}',
  '{"sub":"a","exp":99999999999}',
  '{',
  '',
)
const jwt = fc
  .tuple(jwtPart, jwtPart, fc.constantFrom('', 'AAAA'))
  .map(([head, body, mac]) => `${btoa(head)}.${btoa(body)}.${mac}`)
const hostile = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(...HOSTILE) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  { weight: 1, arbitrary: fc.string({ maxLength: 60 }) },
  { weight: 1, arbitrary: jwt },
)
const segment = hostile.map((text) => (/^%[0-9a-f%]/i.test(text) ? text : encodeURIComponent(text.toWellFormed())))

/** Mostly null: what is wrong everywhere gets no further than the first check. */
function seldom<T>(arbitrary: fc.Arbitrary<T>, against: number): fc.Arbitrary<T | null> {
  return fc.oneof({ weight: against, arbitrary: fc.constant(null) }, { weight: 1, arbitrary })
}

const QUERY_NAMES = [
  'limit',
  'offset',
  'filter',
  'branch',
  'style',
  'circle-token',
  'page-token',
  'node_index',
  'overwrite',
  'report',
  'keep_minted',
  'job',
  'workflow',
  'reporting-window',
  'has_artifacts',
  'shallow',
  'before',
  'mine',
  '__proto__',
]
const HEADER_NAMES = [
  'Authorization',
  'Circle-Token',
  'Content-Type',
  'Accept',
  'Range',
  'If-None-Match',
  'If-Range',
  'Content-Digest',
  'Repr-Digest',
  'Content-Length',
  'Origin',
  'Cookie',
  'X-Forwarded-Host',
  'Github-Public-Key-Identifier',
  'Github-Public-Key-Signature',
  'X-Hub-Signature-256',
  'X-Github-Event',
  'X-Gitlab-Token',
  'Transfer-Encoding',
  'Idempotency-Key',
  'Upgrade',
]
const CONTENT_TYPES = [
  'application/json',
  'application/xml',
  'text/xml; charset=utf-8',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'text/plain',
  '',
  'a/b;c',
]

/** What each family of routes takes; one place in it is made wrong. */
const TEMPLATES: readonly (readonly [path: RegExp, body: unknown])[] = [
  [/\/rotate$/, { overlap_seconds: 5 }],
  [/\/token$/, { label: 'x', scope: 'all', expires_at: '2030-01-01T00:00:00Z' }],
  [/\/v1\/projects$/, { slug: 'gh/acme/fuzz', visibility: 'private', default_branch: 'main' }],
  [/\/members\//, { role: 'member' }],
  [/\/leaks$/, { secrets: ['bpp_x'] }],
  [/\/envvar$/, { name: 'A', value: 'b' }],
  [
    /\/builds\/\d+$/,
    {
      status: 'success',
      start_time: '2026-01-01T00:00:00Z',
      steps: [{ name: 's', actions: [{ name: 'a', status: 'success' }] }],
    },
  ],
  [
    /\/builds$/,
    {
      external_id: 'e',
      pipeline: { external_id: 'p', branch: 'main', revision: 'f00d', author: { name: 'a' } },
      workflow: { external_id: 'w', name: 'w' },
      job: { name: 'j' },
      status: 'running',
    },
  ],
  [/\/tests$/, { tests: [{ name: 'x', result: 'success', classname: 'c', run_time: 1 }] }],
  [/\/(?:listeners|dispatch-target)$/, { url: 'https://example.com/hook', events: ['build.finished'] }],
  [/\/projects\/[^/]+\/[^/]+\/[^/]+$/, { default_branch: 'main', visibility: 'private' }],
  [/./, { branch: 'main', parameters: { a: 1 } }],
]

/** How to make the right body for a path, and then one place of it wrong. */
const json = fc
  .tuple(fc.nat(30), fc.oneof(hostile, fc.jsonValue({ maxDepth: 3 }), fc.constant(undefined)))
  .map(([place, value]) => (path: string) => {
    const [, template] = TEMPLATES.find(([shape]) => shape.test(path)) ?? []
    return JSON.stringify(spoiled(template, place, value))
  })

/** The value with its `place`th part (counted in order) replaced, or left out when there is nothing to put there. */
function spoiled(value: unknown, place: number, by: unknown): unknown {
  let left = place
  const walk = (part: unknown): unknown => {
    if (left-- === 0) return by
    if (Array.isArray(part)) return part.map(walk)
    if (typeof part !== 'object' || part === null) return part
    return Object.fromEntries(Object.entries(part).map(([key, child]) => [key, walk(child)]))
  }
  return walk(value)
}

const anyBody = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom(...BOMBS) },
  { weight: 1, arbitrary: fc.json({ maxDepth: 4 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 200 }) },
  { weight: 1, arbitrary: fc.webQueryParameters() },
)
const body = fc.oneof({ weight: 3, arbitrary: json }, { weight: 1, arbitrary: anyBody.map((text) => () => text) })

// After these there is little left to ask for.
type AnyRoute = RouteName | PageName
const ENDING: readonly AnyRoute[] = [
  'POST /sign-out',
  'POST /:vcs/:org/:repo/settings/delete',

  'DELETE /api/buildpass/v1/token',
  'DELETE /api/buildpass/v1/projects/:vcs/:org/:repo',
]

/** Requests to every route of the table and beside them, most of them wrong in one or two places. */
export function inputsFor(world: World, session: Session): fc.Arbitrary<Input> {
  const route = fc.oneof(
    { weight: 60, arbitrary: fc.constantFrom<AnyRoute>(...ROUTES.filter((name) => !ENDING.includes(name))) },
    { weight: 20, arbitrary: fc.constantFrom<AnyRoute>(...PAGE_ROUTES.filter((name) => !ENDING.includes(name))) },
    { weight: 1, arbitrary: fc.constantFrom<AnyRoute>(...ENDING) },
  )
  const routed = fc
    .tuple(route, fc.nat(1), fc.array(seldom(segment, 7), { minLength: 8, maxLength: 8 }))
    .map(([name, alias, fillings]: [AnyRoute, number, (string | null)[]]) => {
      const { paths } = patternsOf(name)
      const good = pathsIn(world, name)
      const which = alias % paths.length
      // Some holes get something hostile; a path without any hole so filled is the good one.
      let hole = 0
      const bad = filled(
        paths[which] ?? '',
        (_, shape) => fillings[hole++ % 8] ?? goodHole(paths[which] ?? '', good.paths[which] ?? '', hole - 1, shape),
      )
      return { method: good.method, path: bad, isPage: name in PAGES }
    })
  const wild = fc
    .tuple(
      fc.constantFrom('GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'),
      fc.array(
        fc.oneof(segment, fc.constantFrom('api', 'v1.1', 'v2', 'project', 'gh', 'download', 'hooks', 'cc.xml')),
        { maxLength: 8 },
      ),
    )
    .map(([method, parts]) => ({ method, path: `/${parts.join('/')}`, isPage: false }))
  const token = fc
    .oneof(
      { weight: 3, arbitrary: fc.constantFrom('admin' as const) },
      { weight: 2, arbitrary: fc.constantFrom(...ASKERS) },
    )
    .map((asker) => world.secrets[asker])
  const query = fc
    .array(fc.tuple(fc.constantFrom(...QUERY_NAMES), segment), { maxLength: 3 })
    .map((pairs) => pairs.map(([name, value]) => `${name}=${value}`).join('&'))
  const header = fc.tuple(fc.constantFrom(...HEADER_NAMES), hostile.map(headerSafe))
  return fc
    .record({
      target: fc.oneof({ weight: 8, arbitrary: routed }, { weight: 1, arbitrary: wild }),
      method: seldom(fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'HEAD', 'OPTIONS'), 15),
      token,
      isInQuery: fc.constantFrom(false, false, false, true),
      query,
      headers: seldom(fc.array(header, { maxLength: 3 }), 3).map((list) => list ?? []),
      type: fc.constantFrom(...CONTENT_TYPES, 'application/json', 'application/json', 'application/json'),
      body: fc.option(body, { freq: 6 }),
    })
    .map(({ target, method: other, token, isInQuery, query, headers, type, body: bodyFor }) => {
      const method = other ?? target.method
      const pairs = [query, isInQuery && token ? `circle-token=${token}` : ''].filter((text) => text !== '')
      const form = `form_token=${session.formToken}&label=x&scope=all&role=member&login=a&visibility=private&value=${encodeURIComponent(bodyFor?.('') ?? '')}`
      const body = target.isPage ? form : (bodyFor?.(target.path) ?? null)
      const withBody = body !== null && !['GET', 'HEAD'].includes(method)
      return {
        method,
        path: target.path + (pairs.length > 0 ? `?${pairs.join('&')}` : ''),
        headers: [
          ...(target.isPage
            ? ([
                ['Cookie', session.cookie],
                ['Origin', 'https://builds.test'],
                ['Sec-Fetch-Site', 'same-origin'],
              ] as const)
            : []),
          ...(token && !isInQuery && !target.isPage ? ([['Circle-Token', token]] as const) : []),
          ...(withBody && type
            ? ([['Content-Type', target.isPage ? 'application/x-www-form-urlencoded' : type]] as const)
            : []),
          ...(withBody ? ([['Content-Length', String(new TextEncoder().encode(body).length)]] as const) : []),
          ...headers,
        ],
        body: withBody ? body : null,
      }
    })
}

/** The good path's own part for a hole: paths are filled left to right, segment for segment. */
function goodHole(pattern: string, good: string, hole: number, shape: string): string {
  const holes = [...pattern.matchAll(/:(\w+)(\{(?:[^{}]|\{[^{}]*\})*\})?/g)]
  const before = pattern.slice(0, holes[hole]?.index ?? 0).split('/').length - 1
  const parts = good.split('/')
  return shape.includes('.+') ? parts.slice(before).join('/') : (parts[before] ?? 'x')
}

/** What a header can hold at all. */
function headerSafe(text: string): string {
  return text.replace(/[^\t\x20-\x7e]/g, '?').trim()
}
