import { beforeAll, describe, expect, it } from 'vitest'
import { findBuildId } from '../../../../src/storage/builds/builds.ts'
import { ask, askJson } from '../../../support/worker/client.ts'
import { openTestStores, type TestStores } from '../../../support/worker/stores.ts'
import { seedArtifact, seedWorld, type World } from '../../../support/worker/world.ts'

// From the upload of a report to what is seen of it: in the answer, in v1.1, in v2 and on the build's page.

let stores: TestStores
beforeAll(async () => {
  stores = await openTestStores()
})

type Seen = {
  /** What the upload answers but for zeros and `stored`. */
  readonly stored: Record<string, unknown>
  /** `class › name: result`. */
  readonly tests: readonly string[]
  readonly warnings?: readonly RegExp[]
  /** What the page says, and what the message of the last test is. */
  readonly page?: readonly string[]
  readonly message?: string
}

const bytesOf = (text: string, unit: 1 | 2 = 1, mark: readonly number[] = []) =>
  new Uint8Array([
    ...mark,
    ...[...text].flatMap((c) => (unit === 1 ? [c.charCodeAt(0)] : [c.charCodeAt(0) & 255, c.charCodeAt(0) >> 8])),
  ])

const ESC = '\x1b'
const PASSED = { tests: 1, passed: 1 }
const FAILED = { tests: 1, failed: 1 }
const SKIPPED = { tests: 1, skipped: 1 }
const BROKEN = { tests: 1, errors: 1 }
const cases = (inner: string, attributes = '') => `<testsuite name="s"${attributes}>${inner}</testsuite>`
const named = (name: string) => `<testcase classname="C" name="${name}"/>`

const ROWS: readonly (readonly [what: string, report: string | Uint8Array<ArrayBuffer>, seen: Seen])[] = [
  [
    'result="skipped"',
    cases('<testcase name="a" status="run" result="skipped"/>'),
    { stored: SKIPPED, tests: ['s › a: skipped'] },
  ],
  [
    'status="disabled"',
    cases('<testcase name="a" status="disabled"/>'),
    { stored: SKIPPED, tests: ['s › a: skipped'] },
  ],
  ['status="notrun"', cases('<testcase name="a" status="notrun"/>'), { stored: SKIPPED, tests: ['s › a: skipped'] }],
  ['<disabled/>', cases('<testcase name="a"><disabled/></testcase>'), { stored: SKIPPED, tests: ['s › a: skipped'] }],
  [
    'status="failed" alone',
    cases('<testcase name="a" status="failed"/>'),
    { stored: FAILED, tests: ['s › a: failure'], page: ['1 failed'] },
  ],
  [
    'status="errored" alone',
    cases('<testcase name="a" status="errored"/>'),
    { stored: BROKEN, tests: ['s › a: error'], page: ['1 broke'] },
  ],
  [
    'an error of a suite',
    cases(`${named('a')}<error message="did not build"/>`),
    { stored: { tests: 2, passed: 1, errors: 1 }, tests: ['C › a: success', 's › s: error'], message: 'did not build' },
  ],
  [
    'failures counted and not shown',
    cases(
      '<testcase classname="C" name="a"><failure/></testcase><testcase classname="C" name="b"><failure/></testcase>',
      ' failures="3"',
    ),
    {
      stored: { tests: 2, failed: 2 },
      tests: ['C › a: failure', 'C › b: failure'],
      warnings: [/^the report counts 3 failures, its cases show 2$/],
    },
  ],
  ['an empty suite', cases(''), { stored: {}, tests: [], page: ['0 tests. The build failed'] }],
  [
    'a case without a name',
    cases(`<testcase classname="C"/>${named('b')}`),
    { stored: { tests: 2, passed: 2 }, tests: ['C › C #1: success', 'C › b: success'], warnings: [/has no name/] },
  ],
  ['a raw control character', cases(named('a\u0008b')), { stored: PASSED, tests: ['C › a\ufffdb: success'] }],
  ['a reference to one', cases(named('a&#8;b')), { stored: PASSED, tests: ['C › a\ufffdb: success'] }],
  ['a reference to half a character', cases(named('a&#xD800;b')), { stored: PASSED, tests: ['C › a\ufffdb: success'] }],
  ['a byte that is not UTF-8', bytesOf(cases(named('a\xffb'))), { stored: PASSED, tests: ['C › a\ufffdb: success'] }],
  [
    'ISO-8859-1',
    bytesOf(`<?xml version="1.0" encoding="ISO-8859-1"?>${cases(named('\xe4'))}`),
    { stored: PASSED, tests: ['C › ä: success'] },
  ],
  [
    'windows-1252',
    bytesOf(`<?xml version="1.0" encoding="windows-1252"?>${cases(named('\x80'))}`),
    { stored: PASSED, tests: ['C › €: success'] },
  ],
  [
    'UTF-16 with a byte order mark',
    bytesOf(`<?xml version="1.0" encoding="UTF-16"?>${cases(named('ж'))}`, 2, [0xff, 0xfe]),
    { stored: PASSED, tests: ['C › ж: success'] },
  ],
  [
    'UTF-16 without one',
    bytesOf(`<?xml version="1.0" encoding="UTF-16"?>${cases(named('ж'))}`, 2),
    { stored: PASSED, tests: ['C › ж: success'] },
  ],
  [
    'white space before the declaration',
    `\n  <?xml version="1.0"?>${cases(named('a'))}`,
    { stored: PASSED, tests: ['C › a: success'] },
  ],
  [
    'a byte order mark',
    `\ufeff<?xml version="1.0"?>${cases(named('a'))}`,
    { stored: PASSED, tests: ['C › a: success'] },
  ],
  [
    'a document type',
    `<!DOCTYPE testsuite SYSTEM "x.dtd">${cases(named('a'))}`,
    { stored: PASSED, tests: ['C › a: success'] },
  ],
  [
    'prefixes',
    `<j:testsuite xmlns:j="urn:j" name="s"><j:testcase classname="C" name="a"/></j:testsuite>`,
    { stored: PASSED, tests: ['C › a: success'] },
  ],
  [
    'several roots',
    cases(named('a')) + cases(named('b')),
    { stored: { tests: 2, passed: 2 }, tests: ['C › a: success', 'C › b: success'] },
  ],
  [
    'a processing instruction',
    `<?xml-stylesheet href="x"?>${cases(named('a'))}`,
    { stored: PASSED, tests: ['C › a: success'] },
  ],
  [
    'a file that ends early',
    `<testsuite name="s">${named('a')}<testcase classname="C" name="b"><fail`,
    { stored: PASSED, tests: ['C › a: success'], warnings: [/^the report ends early, at 1:\d+, in "b"/] },
  ],
  [
    'colours in JSON',
    JSON.stringify({
      tests: [{ classname: 'C', name: 'a', result: 'failure', message: `${ESC}[31mred${ESC}[39m plain` }],
    }),
    {
      stored: FAILED,
      tests: ['C › a: failure'],
      message: `${ESC}[31mred${ESC}[39m plain`,
      page: ['<span class="ansi-red">red</span> plain'],
    },
  ],
  [
    'colours in XML, which cannot hold them',
    cases(`<testcase classname="C" name="a"><failure>${ESC}[32mgreen&#27;[0m plain</failure></testcase>`),
    {
      stored: FAILED,
      tests: ['C › a: failure'],
      message: '\ufffd[32mgreen\ufffd[0m plain',
      page: ['<span class="ansi-green">green</span> plain'],
    },
  ],
  [
    'a flaky rerun',
    cases('<testcase classname="C" name="a"><flakyFailure message="no network"/></testcase>'),
    {
      stored: { ...PASSED, flaky: 1 },
      tests: ['C › a: success'],
      page: ['; 1 flaky', 'Attempt 1 failed', 'no network'],
    },
  ],
  [
    'a test that failed in each attempt',
    cases('<testcase classname="C" name="a"><failure message="one"/><rerunFailure message="two"/></testcase>'),
    { stored: FAILED, tests: ['C › a: failure'], message: 'one', page: ['Attempt 1 failed', 'two'] },
  ],
  [
    'the same case twice',
    cases(`${named('a')}<testcase classname="C" name="a"><error/></testcase>`),
    { stored: { tests: 2, passed: 1, errors: 1 }, tests: ['C › a: success', 'C › a (2): error'] },
  ],
  [
    'suites within each other',
    '<testsuites><testsuite name="outer"><testsuite name="inner"><testcase name="a"/></testsuite></testsuite></testsuites>',
    { stored: PASSED, tests: ['outer > inner › a: success'] },
  ],
  [
    'attachments',
    cases(
      '<testcase classname="C" name="a"><system-out>[[ATTACHMENT|/home/ci/web/out/report.txt]] [[ATTACHMENT|gone.png]]</system-out></testcase>',
    ),
    {
      stored: PASSED,
      tests: ['C › a: success'],
      page: ['/2/artifacts/0/out/report.txt">/home/ci/web/out/report.txt</a>', '>gone.png</li>'],
    },
  ],
  [
    'NUnit',
    '<test-run><test-case classname="C" name="a" result="Failed"/></test-run>',
    { stored: FAILED, tests: ['C › a: failure'] },
  ],
  [
    'TRX',
    '<TestRun><Results><UnitTestResult testName="a" outcome="NotExecuted"/></Results></TestRun>',
    { stored: SKIPPED, tests: [' › a: skipped'] },
  ],
  [
    'xUnit.net',
    '<assemblies><assembly name="x" total="1"><collection><test type="C" name="a" result="Pass"/></collection></assembly></assemblies>',
    { stored: PASSED, tests: ['C › a: success'] },
  ],
  [
    'TestNG',
    '<testng-results><suite name="s"><test><class name="C"><test-method name="a" status="FAIL"/></class></test></suite></testng-results>',
    { stored: FAILED, tests: ['C › a: failure'] },
  ],
  [
    'CTRF',
    '{"results":{"tests":[{"name":"a","suite":"C","status":"passed","flaky":true}]}}',
    { stored: { ...PASSED, flaky: 1 }, tests: ['C › a: success'] },
  ],
]

type Opened = { readonly world: World; readonly num: number; readonly api: string }

/** A build without tests and with an artifact, `out/report.txt`. */
async function openBuild(status = 'failed'): Promise<Opened> {
  const world = await seedWorld(stores, 'public')
  const api = `/api/buildpass/v1/projects/${world.slug}/builds`
  const report = {
    external_id: 'b2',
    pipeline: { external_id: 'p2', branch: 'main', revision: 'f00d' },
    workflow: { external_id: 'w', name: 'ci' },
    job: { name: 'test' },
    status,
  }
  const { build_num: num } = await askJson(api, { token: world.secrets.member, method: 'POST', json: report })
  await attach({ world, num }, 'out/report.txt')
  return { world, num, api: `${api}/${num}` }
}

async function attach({ world, num }: Pick<Opened, 'world' | 'num'>, path: string, nodeIndex = 0) {
  const id = (await findBuildId(stores.db, world.project.id, num)) ?? ''
  await seedArtifact(stores, world.project, { id, num }, path, 'x', nodeIndex)
}

const put = async ({ world, api }: Opened, body: string | Uint8Array<ArrayBuffer>, query = '') => {
  const headers = { 'Content-Type': 'application/octet-stream' }
  const response = await ask(`${api}/tests${query}`, { token: world.secrets.member, method: 'PUT', body, headers })
  expect(response.status, await response.clone().text()).toBe(200)
  return response.json<Record<string, unknown>>()
}

const pageOf = async ({ world, num }: Opened) => (await ask(`/${world.slug}/${num}`)).text()

type Listed = { classname: string; name: string; result: string; message: string }
const linesOf = (tests: readonly Listed[]) =>
  tests.map(({ classname, name, result }) => `${classname} › ${name}: ${result}`)

describe('a report with', () => {
  it.each(ROWS)('%s is stored and shown as it was meant', async (_, report, seen) => {
    const opened = await openBuild()
    const { warnings, stored: _stored, ...counts } = await put(opened, report)
    const none = { tests: 0, passed: 0, failed: 0, errors: 0, skipped: 0, flaky: 0 }
    expect(counts).toEqual({ ...none, ...seen.stored })
    expect(warnings).toEqual((seen.warnings ?? []).map((warning) => expect.stringMatching(warning)))

    const by = { token: opened.world.secrets.member }
    const v1: { tests: Listed[] } = await askJson(`/api/v1.1/project/${opened.world.slug}/${opened.num}/tests`, by)
    const v2: { items: Listed[] } = await askJson(`/api/v2/project/${opened.world.slug}/${opened.num}/tests`, by)
    expect(linesOf(v1.tests)).toEqual(seen.tests)
    expect(linesOf(v2.items)).toEqual(seen.tests)
    if (seen.message !== undefined)
      expect([v1.tests.at(-1)?.message, v2.items.at(-1)?.message]).toEqual([seen.message, seen.message])

    const html = await pageOf(opened)
    const text = html.replaceAll(/<\/?(?:strong|code)>/g, '')
    for (const part of seen.page ?? []) expect(text).toContain(part)
    for (const warning of warnings as string[]) expect(text).toContain(warning.replaceAll('"', '&quot;'))
    expect(text.includes('The build failed, and there is no test')).toBe(seen.tests.length === 0)
  })
})

describe('several reports of a build', () => {
  it('add up, say which of them is in doubt, and the same one again changes nothing', async () => {
    const opened = await openBuild()
    const odd = `${cases(named('a'), ' errors="1"')}`
    const first = await put(opened, odd, '?report=unit')
    await put(opened, cases(`${named('a')}${named('b')}`), '?report=web')
    const before = await pageOf(opened)
    expect(before).toContain('3 tests: 3 passed')
    expect(before).toContain('unit: the report counts 1 failure, its cases show 0')
    const rows = () => stores.db.$client.prepare('select id, report, created_at from test_reports order by id').all()
    const { results } = await rows()
    expect(await put(opened, odd, '?report=unit')).toEqual(first)
    expect((await rows()).results).toEqual(results)
    expect(await pageOf(opened)).toEqual(before)
  })

  it('are told of as 0 tests only where the build failed and none has any', async () => {
    const opened = await openBuild('success')
    await put(opened, cases(''))
    const loud = 'The build failed, and there is no test'
    expect(await pageOf(opened)).not.toContain(loud)
    const patched = await ask(opened.api, {
      token: opened.world.secrets.member,
      method: 'PATCH',
      json: { status: 'failed' },
    })
    expect(patched.status).toBe(200)
    expect(await pageOf(opened)).toContain(loud)
    await put(opened, cases(named('a')), '?report=web')
    expect(await pageOf(opened)).not.toContain(loud)
  })
})

it('attachments of a build with very many files lead to them too', async () => {
  const opened = await openBuild()
  for (let i = 0; i < 201; i++) await attach(opened, `a/${i}.txt`, i % 3)
  await put(opened, cases('<testcase name="a"><system-out>[[ATTACHMENT|a/200.txt]]</system-out></testcase>'))
  expect(await pageOf(opened)).toContain('/2/artifacts/2/a/200.txt">a/200.txt</a>')
})
