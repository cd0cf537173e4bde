import { describe, expect, it } from 'vitest'
import { slugText } from '../../../../src/domain/project.ts'
import { findBuildId } from '../../../../src/storage/builds/builds.ts'
import { listMuted, muteTest } from '../../../../src/storage/tests/answers/test-mutes.ts'
import { searchTests } from '../../../../src/storage/tests/answers/test-search.ts'
import { seedMember, seedProject, seedSession, seedUser } from '../../../support/seed/seed.ts'
import { type RunSeed, seedRun } from '../../../support/seed/seed-runs.ts'
import { browse } from '../../../support/server/browse.ts'
import { openTestApp } from '../../../support/worker/app.ts'
import { actsAs, type PlainTestResult, replaceTestResults } from '../../../support/worker/as-instance.ts'
import { openTestStores, type TestStores } from '../../../support/worker/stores.ts'
import { textOf, visit } from '../../../support/worker/visit.ts'

type Setup = { visibility?: 'private' | 'public'; role?: 'admin' | 'member' | 'none' }

async function open({ visibility = 'private', role = 'member' }: Setup = {}) {
  const stores = await openTestStores()
  const project = await seedProject(stores.db, { visibility, defaultBranch: 'main' })
  const user = await seedUser(stores.db)
  if (role !== 'none') await seedMember(stores.db, project, user, role)
  const session = await seedSession(stores, user)
  const path = `/${slugText(project)}`
  /** A build whose report has these tests; gives its number. */
  const run = async (tests: Record<string, Partial<PlainTestResult>>, seed: RunSeed = {}) => {
    const num = await seedRun(stores, project, { revision: crypto.randomUUID().replaceAll('-', ''), ...seed })
    const id = (await findBuildId(stores.db, project.id, num)) ?? ''
    const results = Object.entries(tests).map(([name, test]) => ({ ...PASSED, name, ...test }))
    await replaceTestResults(stores, id, '', results)
    return num
  }
  return { stores, project, user, session, cookie: session.cookie, path, run }
}

const PASSED = {
  classname: 'price',
  result: 'success',
  runTimeSeconds: 0.2,
  message: '',
  file: 'price.ts',
  source: 'unit',
} as const
const FAILED = { result: 'failure', message: 'expected 1 to be 2' } as const

/** The address of a test's page, as the list of all tests has it. */
async function addressOf(path: string, cookie: string, name: string): Promise<string> {
  const { links } = await visit(`${path}/tests?q=${encodeURIComponent(name)}`, cookie)
  const found = links.find((link) => /\/tests\/\d+$/.test(link))
  if (!found) throw new Error(`no test is called ${name}`)
  return found
}

function dayIn(stores: TestStores, days: number): string {
  return new Date(stores.now() + days * 86_400_000).toISOString().slice(0, 10)
}

describe('the page of a project’s tests', () => {
  it('says how to report tests while there is none', async () => {
    const { cookie, path } = await open()
    const { status, text } = await visit(`${path}/tests`, cookie)
    expect(status).toBe(200)
    expect(text).toContain('No test report yet')
    expect(text).toContain(`buildpass run \\ --tests 'reports/**/*.xml' \\ -- npm test`)
    expect((await visit(path, cookie)).links).toContain(`${path}/tests`)
  })

  it('lists what is flaky, failing, slow, new and gone, each with its figure and a page', async () => {
    const { cookie, path, run } = await open()
    await run({ adds: {}, rounds: {}, leaves: {} })
    await run({ adds: { runTimeSeconds: 3 }, rounds: FAILED, comes: {} }, { revision: 'f00d' })
    await run({ adds: { runTimeSeconds: 3 }, rounds: {}, comes: {} }, { revision: 'f00d' })
    const { text, links } = await visit(`${path}/tests`, cookie)
    expect(text).toMatch(/Flaky 1 .* price › rounds failed 1 of 3 runs \(33%\)/)
    expect(text).toMatch(/Most failing 1 .* price › rounds failed 1 of 3 runs/)
    expect(text).toMatch(/Slowest 4 By their mean time, which is within 14%\. price › adds \d\.\ds/)
    expect(text).toMatch(/New 1 .* price › comes since #2/)
    expect(text).toMatch(/Vanished 1 .* price › leaves last in #1/)
    expect(text).toContain('No test is muted.')
    expect(links).toEqual(expect.arrayContaining([await addressOf(path, cookie, 'comes'), `${path}/2`]))
  })

  it('shows one list as a whole, and another branch', async () => {
    const { cookie, path, run } = await open()
    const many = Object.fromEntries(Array.from({ length: 60 }, (_, i) => [`case ${i}`, { runTimeSeconds: i }]))
    await run(many)
    await run({ 'only here': {} }, { branch: 'topic' })
    const overview = await visit(`${path}/tests`, cookie)
    expect(overview.text).toContain('First 50')
    expect(overview.text).not.toContain('case 40')
    expect(overview.text).not.toContain('only here')
    expect(overview.links).toContain(`${path}/tests?list=slowest`)
    expect((await visit(`${path}/tests?list=slowest`, cookie)).text).toContain('case 40')
    const topic = await visit(`${path}/tests?branch=topic&list=vanished`, cookie)
    expect(topic.text).toContain('case 40')
    expect((await visit(`${path}/tests?branch=topic`, cookie)).text).toContain('only here')
  })

  it('pages through all that are muted, the one that ends first at the head', async () => {
    const { stores, project, user, cookie, path, run } = await open()
    await run(Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`case ${i}`, {}])))
    const { tests } = await searchTests(stores.db, project.id, '', { limit: 100 })
    for (const { id, name } of tests) {
      const until = stores.now() + 86_400_000 * (name === 'case 7' ? 1 : 2)
      await muteTest(stores, project.id, { testId: id, reason: 'Waits', until }, actsAs(user.id))
    }
    const overview = await visit(`${path}/tests`, cookie)
    expect(overview.text).toMatch(/Muted 51 .* All 51/)
    const first = await visit(`${path}/tests?list=muted`, cookie)
    expect(first.text).toMatch(/on all branches\. price › case 7 until/)
    const next = first.links.find((link) => link.includes('page=2')) ?? ''
    const names = [first, await visit(next, cookie)].flatMap(({ text }) => text.match(/case \d+/g) ?? [])
    expect(new Set(names).size).toBe(51)
    expect(names).toHaveLength(51)
  })

  it('says so where a branch has no tests, though the project has', async () => {
    const { cookie, path, run } = await open()
    await run({ adds: {} }, { branch: 'topic' })
    const { text } = await visit(`${path}/tests`, cookie)
    expect(text).toContain('No test ran on main of late')
    expect(text).not.toContain('No test report yet')
  })

  it('finds a test by a part of its name, class or file, and pages through all', async () => {
    const { cookie, path, run } = await open()
    await run(Object.fromEntries(Array.from({ length: 51 }, (_, i) => [`case ${i}`, {}])))
    await run({ 'rounds half up': { classname: 'Money', file: 'src/money.ts' } })
    for (const part of ['HALF', 'money', 'src/mon']) {
      const { text } = await visit(`${path}/tests?q=${part}`, cookie)
      expect(text).toContain('Money › rounds half up')
      expect(text).not.toContain('case 1')
    }
    const none = await visit(`${path}/tests?q=nowhere`, cookie)
    expect(none.text).toContain('No such test')
    const all = await visit(`${path}/tests?q=`, cookie)
    const next = all.links.find((link) => link.includes('after=')) ?? ''
    const rest = await visit(next, cookie)
    const names = [all, rest].flatMap(({ text }) => text.match(/case \d+|rounds half up/g) ?? [])
    expect(new Set(names).size).toBe(52)
    expect((await visit(`${path}/tests?q=${'x'.repeat(1_001)}`, cookie)).status).toBe(400)
  })
})

describe('the page of one test', () => {
  it('shows its names, its last runs and what they say together', async () => {
    const { cookie, path, run } = await open()
    await run({ rounds: {} }, { author: 'Ada' })
    await run({ rounds: FAILED }, { job: 'unit', revision: 'c0ffee123456' })
    await run({ rounds: { result: 'skipped' } }, { branch: 'topic' })
    const { status, text, html, links } = await visit(await addressOf(path, cookie, 'rounds'), cookie)
    expect(status).toBe(200)
    expect(text).toContain('price › rounds')
    expect(text).toMatch(/Failed 1 of 2 runs \(50%\) Median time 190ms 95th percentile 190ms On main fails since #2/)
    expect(text).toContain('Last 3 runs')
    expect(html).toMatch(
      new RegExp(
        `<a class="run failure" href="${path}/2" title="#2 unit: failed · main @ c0ffee123456 · 190ms · [^"]* UTC · Ada"`,
      ),
    )
    expect(html).toMatch(/<a class="run skipped"/)
    expect(text).toMatch(/Name rounds .* Class price .* File price\.ts/)
    expect(links).toEqual(expect.arrayContaining([`${path}/tests`, `${path}?branch=topic`]))
  })

  it('is 404 where the project has no such test', async () => {
    const { cookie, path, run } = await open()
    const other = await open()
    await other.run({ theirs: {} })
    await run({ adds: {} })
    const id = (await addressOf(other.path, other.cookie, 'theirs')).split('/').at(-1)
    for (const rest of [id, '0', 'x', '99999999999'])
      expect((await visit(`${path}/tests/${rest}`, cookie)).status).toBe(404)
  })

  it('lets a member mute it with a reason and an end, and unmute it', async () => {
    const { stores, project, user, session, cookie, path, run } = await open()
    await run({ rounds: FAILED })
    const address = await addressOf(path, cookie, 'rounds')
    const form = { reason: 'Waits for #42', until: dayIn(stores, 7) }
    const muted = await browse(`${address}/mute`, { session, form })
    expect([muted.status, muted.headers.get('Location')]).toEqual([303, address])
    const [entry] = await listMuted(stores.db, project.id, stores.now())
    expect(entry?.mute).toMatchObject({ reason: 'Waits for #42', mutedBy: user.login })
    expect(new Date(entry?.mute.until ?? 0).toISOString()).toBe(`${form.until}T23:59:59.999Z`)
    expect((await visit(address, cookie)).text).toMatch(/Muted until \w+ \d+, \d{4} by \S+: Waits for #42 Unmute/)
    expect((await visit(`${path}/tests`, cookie)).text).toMatch(/Muted 1 .* price › rounds until .*: Waits for #42/)
    expect((await browse(`${address}/unmute`, { session, form: {} })).status).toBe(303)
    expect(await listMuted(stores.db, project.id, stores.now())).toEqual([])
    expect((await visit(address, cookie)).text).not.toContain('Unmute')
    // A second click, and a test that is gone.
    expect((await browse(`${address}/unmute`, { session, form: {} })).status).toBe(303)
    expect((await browse(`${path}/tests/999999/unmute`, { session, form: {} })).status).toBe(404)
  })

  it.each([
    ['no reason', { reason: ' ' }, 'Say why'],
    ['too long a reason', { reason: 'x'.repeat(501) }, 'at most 500 characters'],
    ['a reason of two lines', { reason: 'one\ntwo' }, 'in one line'],
    ['no day', { until: '' }, 'Choose the day'],
    ['a day that does not exist', { until: '2027-02-30' }, 'Choose the day'],
    ['a day that is over', { until: '2020-01-01' }, 'still to come'],
    ['a day too far away', { until: '2099-01-01' }, '90 days at most'],
  ])('refuses to mute with %s, in words beside the field', async (_, wrong, words) => {
    const { stores, project, session, cookie, path, run } = await open()
    await run({ rounds: FAILED })
    const form = { reason: 'Waits', until: dayIn(stores, 7), ...wrong }
    const refused = await browse(`${await addressOf(path, cookie, 'rounds')}/mute`, { session, form })
    expect(refused.status).toBe(422)
    expect(textOf(await refused.text())).toContain(words)
    expect(await listMuted(stores.db, project.id, stores.now())).toEqual([])
  })

  it('takes the last day that it offers, and today', async () => {
    const { session, cookie, path, run } = await open()
    await run({ rounds: FAILED })
    const address = await addressOf(path, cookie, 'rounds')
    const { html } = await visit(address, cookie)
    const [, min = '', max = ''] = /min="([^"]+)" max="([^"]+)"/.exec(html) ?? []
    for (const until of [min, max])
      expect((await browse(`${address}/mute`, { session, form: { reason: 'Waits', until } })).status).toBe(303)
  })

  it('offers no form to those who may only read', async () => {
    const { cookie, path, run } = await open({ visibility: 'public', role: 'none' })
    await run({ rounds: FAILED })
    const address = await addressOf(path, cookie, 'rounds')
    for (const reader of [cookie, null]) {
      const { status, html } = await visit(address, reader)
      expect(status).toBe(200)
      expect(html).not.toContain('/mute')
    }
  })
})

describe('the page of a build', () => {
  it('says of each failure whether it is new, and all in one line above', async () => {
    const { cookie, path, run } = await open()
    await run({ fresh: {}, stale: FAILED, wobbly: {} })
    await run({ wobbly: FAILED }, { branch: 'topic', revision: 'f00d' })
    await run({ wobbly: {} }, { branch: 'topic', revision: 'f00d' })
    const num = await run({ stale: FAILED, wobbly: FAILED, unseen: FAILED, fresh: FAILED }, { branch: 'fix' })
    const { text, links } = await visit(`${path}/${num}`, cookie)
    expect(text).toContain(
      '1 new failure, 1 flaky, 1 also red on main, 1 not known on main compared with pipeline #1 on main',
    )
    expect(text).toMatch(/price › fresh New Failed .* New: it passes on main\./)
    expect(text).toMatch(/price › stale Also red on main since #1 Failed/)
    expect(text).toMatch(/price › wobbly Flaky, 2 of 4 runs Failed/)
    expect(text).toMatch(/price › unseen Not known on main Failed/)
    // What the change may have broken comes first.
    expect(text).toMatch(/› fresh New .*› unseen Not known on main .*› wobbly Flaky.*› stale Also red/)
    for (const name of ['fresh', 'stale', 'wobbly', 'unseen'])
      expect(links).toContain(await addressOf(path, cookie, name))
  })

  it('leads from a test that passed to its page, and has no line where nothing failed', async () => {
    const { cookie, path, run } = await open()
    const num = await run({ adds: {} })
    const { text, links } = await visit(`${path}/${num}`, cookie)
    expect(links).toEqual(expect.arrayContaining([await addressOf(path, cookie, 'adds'), `${path}/tests`]))
    expect(text).not.toMatch(/new failure|compared with/)
  })

  it('shows a muted failure as such, with who, why and until when', async () => {
    const { stores, session, cookie, path, run, user } = await open()
    const num = await run({ rounds: FAILED })
    const form = { reason: 'Waits for #42', until: dayIn(stores, 7) }
    await browse(`${await addressOf(path, cookie, 'rounds')}/mute`, { session, form })
    const { text } = await visit(`${path}/${num}`, cookie)
    expect(text).toMatch(/rounds Not known on main Muted until \w+ \d+, \d{4} Failed/)
    expect(text).toContain(`by ${user.login}: Waits for #42`)
    expect(text).toContain('of them muted')
  })
})

describe('names from outside', () => {
  const HOSTILE = `<b onclick=x>"'&\u202egnp.exe\u200b`

  it('are only ever text, however long, and are copied as they are', async () => {
    const { stores, session, cookie, path, run } = await open()
    const long = 'x'.repeat(1_000)
    const names = {
      [HOSTILE]: { ...FAILED, classname: HOSTILE, file: HOSTILE },
      [long]: { ...FAILED, classname: long },
    }
    const num = await run(names, { branch: HOSTILE, revision: HOSTILE, job: HOSTILE, author: HOSTILE })
    const address = await addressOf(path, cookie, 'gnp')
    await browse(`${address}/mute`, { session, form: { reason: HOSTILE, until: dayIn(stores, 3) } })
    const encoded = encodeURIComponent(HOSTILE)
    const lists = ['', '?list=muted', `?q=${encoded}`, `?branch=${encoded}`].map((query) => `${path}/tests${query}`)
    for (const page of [...lists, address, `${path}/${num}`]) {
      const { status, html } = await visit(page, cookie)
      expect(status, page).toBe(200)
      expect(html, page).toContain('&lt;b onclick=x&gt;')
      expect(html, page).toContain('␣U+202E')
      expect(html.replace(/ (?:value|href|action)="[^"]*"/g, ''), page).not.toMatch(/[\u202e\u200b]/)
      expect(html.replace(/="[^"]*"/g, '='), page).not.toMatch(/<[^>]+ (on\w+|style)=/)
    }
    expect((await visit(address, cookie)).html).toMatch(/id="test-name" value="[^"]*\u202egnp\.exe\u200b"/)
  })
})

describe('what the pages cost', () => {
  it('asks D1 a fixed number of times, whatever failed and however much there is', async () => {
    const { stores, cookie, path, run } = await open()
    const first = await run({ adds: {} })
    const failures = Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`case ${i}`, FAILED]))
    const last = await run({ ...failures, adds: {} })
    const test = await addressOf(path, cookie, 'adds')
    const app = await openTestApp({ stores })
    const costOf = async (address: string) => {
      await app.ask(address, { headers: { Cookie: cookie } })
      stores.resetCounts()
      expect((await app.ask(address, { headers: { Cookie: cookie } })).status).toBe(200)
      return stores.counts.d1
    }
    const costs = {
      'a build that passed': await costOf(`${path}/${first}`),
      'a build with 200 failures': await costOf(`${path}/${last}`),
      'what stands out': await costOf(`${path}/tests`),
      'a search': await costOf(`${path}/tests?q=case`),
      'one test': await costOf(test),
    }
    // The session is one of each.
    expect(costs).toEqual({
      'a build that passed': 6,
      'a build with 200 failures': 7,
      'what stands out': 5,
      'a search': 2,
      'one test': 3,
    })
  })
})
