import { describe, expect, it } from 'vitest'
import { INSTANCE } from '../../../../src/domain/access/actor.ts'
import type { LogStream } from '../../../../src/domain/logs/log.ts'
import { slugText } from '../../../../src/domain/project.ts'
import { appendToLog } from '../../../../src/storage/logs/append-log.ts'
import { packLog } from '../../../../src/storage/logs/pack-log.ts'
import { seedMember, seedProject, seedSession, seedUser } from '../../../support/seed/seed.ts'
import { openTestApp } from '../../../support/worker/app.ts'
import { reportBuild } from '../../../support/worker/as-instance.ts'
import { openTestStores } from '../../../support/worker/stores.ts'
import { textOf } from '../../../support/worker/visit.ts'
import { reportOf } from '../../../support/worker/world.ts'

const MIB = 1024 * 1024
const encoder = new TextEncoder()
type Status = 'running' | 'failed' | 'success'
type Append = {
  readonly offset?: number
  readonly isFinal?: boolean
  readonly stream?: LogStream
  readonly cutNewlines?: number
}

/** A build of two steps, of which the second prints, and a member who looks at it. */
async function open({ status = 'failed', name = 'npm test', buildUrl = null as string | null } = {}) {
  const stores = await openTestStores()
  const bucketCalls: string[] = []
  const artifacts = new Proxy(stores.artifacts, {
    get(target, member) {
      const value = Reflect.get(target, member)
      if (typeof value !== 'function') return value
      return (...args: unknown[]) => {
        bucketCalls.push(String(member))
        return value.apply(target, args)
      }
    },
  })
  const app = await openTestApp({ stores: { ...stores, artifacts } })
  const project = await seedProject(stores.db, { visibility: 'private' })
  const user = await seedUser(stores.db)
  await seedMember(stores.db, project, user, 'member')
  const { cookie } = await seedSession(stores, user)
  const report = async (now: Status) => {
    const action = { type: 'test', index: 0, start_time: null, end_time: null, run_time_millis: 5, bash_command: null }
    const steps = [
      { name: 'checkout', actions: [{ ...action, name: 'checkout', step: 0, status: 'success', exit_code: 0 }] },
      { name, actions: [{ ...action, name, step: 1, status: now, exit_code: now === 'failed' ? 1 : null }] },
    ]
    const reported = await reportBuild(
      stores,
      project.id,
      reportOf({ externalId: 'one', status: now, buildUrl, steps }),
    )
    if (!('build' in reported)) throw new Error('no build')
    return reported.build
  }
  const build = await report(status as Status)
  let size = 0
  const append = async (
    text: string | Uint8Array,
    { offset, isFinal = false, stream = 'stdout', cutNewlines }: Append = {},
  ) => {
    const bytes = Uint8Array.from(typeof text === 'string' ? encoder.encode(text) : text)
    const chunk = {
      offset: offset ?? (stream === 'stdout' ? size : 0),
      bytes,
      isFinal,
      cutNewlines: cutNewlines ?? null,
    }
    const appended = await appendToLog(stores, { buildId: build.id, step: 1, stream }, chunk, INSTANCE)
    if (!('log' in appended)) throw new Error(`not appended: ${appended.kind}`)
    if (stream === 'stdout') size = appended.offset
    return appended.log
  }
  /** Ends the log, and puts its parts together. */
  const end = async () => packLog(stores, (await append('', { isFinal: true })).id)
  const path = `/${slugText(project)}/${build.num}`
  const get = (rest: string, as: string | null = cookie) =>
    app.ask(`${rest}`, { headers: { Accept: 'text/html', ...(as ? { Cookie: as } : {}) } })
  /** The page of the log, and what it cost. */
  const see = async (query = '', base = `${path}/steps/1/log`) => {
    stores.resetCounts()
    bucketCalls.length = 0
    const response = await get(`${base}${query}`)
    const html = await response.text()
    return {
      status: response.status,
      headers: response.headers,
      html,
      text: textOf(html),
      d1: stores.counts.d1,
      r2: [...bucketCalls],
      rows: rowsIn(html),
      links: linksIn(html),
    }
  }
  return { stores, project, path, append, end, report, see, get }
}

function linksIn(html: string): Record<string, string> {
  const links = [...html.matchAll(/<a [^>]*?href="([^"]*)"[^>]*>(.*?)<\/a>/gs)]
  return Object.fromEntries(
    links.map(([, href = '', text = '']) => [text.replace(/<[^>]*>/g, '').trim(), href.replaceAll('&amp;', '&')]),
  )
}

/** The numbers of the lines of the log that are on the page. */
function rowsIn(html: string): number[] {
  return [...html.matchAll(/ id="L(\d+)"/g)].map(([, number]) => Number(number))
}

const lines = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, i) => `line ${from + i}\n`).join('')
const FAILURE = 'src/cart.ts(3,7): error TS2322: Type string is not a number.\n'

describe('the page of a failed step’s log', () => {
  it('says why it failed before all else, and then shows the whole log', async () => {
    const { append, end, see } = await open()
    await append(`${lines(1, 300)}${FAILURE}${lines(302, 400)}`)
    await end()
    const { status, text, html, rows, links } = await see()
    expect(status).toBe(200)
    expect(text.indexOf('Why it failed')).toBeLessThan(text.indexOf('The whole log'))
    expect(text).toMatch(/Why it failed .*301 src\/cart\.ts\(3,7\): error TS2322.*The whole log .* 1 line 1 2 line 2/)
    expect(text).toContain('400 lines, ')
    expect(rows).toEqual(Array.from({ length: 400 }, (_, i) => i + 1))
    expect(html).toContain('<li class="log-line error" id="L301">')
    expect(links['301']).toMatch(/\/steps\/1\/log\?line=301#L301$/)
  })

  it('says so where no line looks like a reason', async () => {
    const { append, end, see } = await open()
    await append(lines(1, 101))
    await end()
    expect((await see()).text).toContain('No line looks like a reason: these are the last ones.')
  })

  it('is led to by its build, which says why at once, before its facts and steps', async () => {
    const { append, end, see, path } = await open()
    await append(`${lines(1, 300)}${FAILURE}${lines(302, 400)}`)
    await end()
    const { text, links, html } = await see('', path)
    expect(text).toMatch(/Why npm test failed Whole log 301 src\/cart\.ts\(3,7\): error TS2322.*Workflow.*Steps/)
    expect(text).not.toContain('line 390 ')
    expect(text).toContain('line 391 ')
    expect(links['Whole log']).toBe(`${path}/steps/1/log`)
    expect(links['Log of npm test']).toBe(`${path}/steps/1/log`)
    expect(html).not.toContain('Log<span class="unseen"> of checkout')
  })

  it('is for those who may read the project, and leads others to sign in', async () => {
    const { append, get, path } = await open()
    await append('x\n')
    for (const place of [`${path}/steps/1/log`, `${path}/steps/1/log/raw`, `/live${path}/steps/1/log`]) {
      const response = await get(place, null)
      expect([response.status, response.headers.get('Location')]).toEqual([303, expect.stringContaining('/sign-in')])
    }
  })
})

describe('a line of a log', () => {
  it('is pointed at by an address, and so are several', async () => {
    const { append, end, see } = await open()
    await append(lines(1, 5_000))
    await end()
    const marked = (html: string) =>
      [...html.matchAll(/class="log-line marked" id="L(\d+)"/g)].map(([, n]) => Number(n))
    const one = await see('?line=2500')
    expect([marked(one.html), one.rows.length, one.rows[0]]).toEqual([[2_500], 1_000, 2_480])
    expect(one.text).not.toContain('Why it failed')
    expect(marked((await see('?line=2502-2500')).html)).toEqual([2_500, 2_501, 2_502])
    expect((await see('?line=5001')).text).toContain('There is no line 5,001: the log has 5,000 lines.')
    expect((await see('?line=x')).status).toBe(400)
    expect((await see('?from=0')).status).toBe(400)
  })

  it('of a million is reached by one request to each store, with a thousand lines around it at most', async () => {
    const { append, end, see } = await open({ status: 'success' })
    for (let i = 0; i < 4; i++) await append(lines(i * 250_000 + 1, (i + 1) * 250_000))
    await end()
    await see()
    const first = await see('?line=900000')
    // D1 is asked who is signed in, as on any page, and for the log.
    expect([first.d1, first.r2]).toEqual([2, ['get']])
    expect(first.html).toContain('<li class="log-line marked" id="L900000">')
    expect(first.rows.length).toBe(1_000)
    expect(first.html.length).toBeLessThan(400_000)
    const start = await see('', first.links.First)
    expect([start.rows[0], start.rows.length]).toEqual([1, 1_000])
    const second = await see('', start.links.Next)
    expect([second.rows[0], second.rows.length, second.r2]).toEqual([1_001, 1_000, ['get']])
    expect((await see('', second.links.Previous)).rows[0]).toBe(1)
    const last = await see('', second.links.Last?.replace('#log', ''))
    expect([last.rows[0], last.rows.at(-1)]).toEqual([999_501, 1_000_000])
    expect(last.text).toContain('Lines 999,501–1,000,000 of 1,000,000')

    const hits = await see('?q=LINE+99999')
    expect(hits.text).toMatch(/Found in 11 lines: all 1,000,000 lines were searched/)
    expect(hits.links['999999']).toMatch(/\?line=999999#L999999$/)
    expect(hits.r2.length).toBeLessThanOrEqual(16)
    const many = await see('?q=line')
    expect(many.text).toContain('Found in 100 lines: lines 1–100 of 1,000,000 were searched')
    const on = await see('', many.links['Search on from line 101'])
    expect(on.text).toContain('lines 101–200 of 1,000,000 were searched')
  })

  it('of a megabyte is shown by its start, and takes neither the page nor the lines behind it away', async () => {
    const { append, end, see } = await open({ status: 'success' })
    for (let i = 0; i < 10; i++) await append(`${'x'.repeat(MIB)}\n`)
    await append('short\n')
    await end()
    const { text, html, rows, links } = await see()
    expect(text).toContain('… 1,046,576 more characters')
    expect(html.length).toBeLessThan(200_000)
    expect(rows.length).toBeLessThan(11)
    expect(text).toContain('These lines are so long that fewer are on this page than usual.')
    expect((await see('', links.Next)).rows.at(-1)).toBe(11)
    expect((await see('?line=11')).html).toContain('class="log-line marked" id="L11"')
  })

  it('has the time at which it came, where that is asked for', async () => {
    const { stores, append, see } = await open({ status: 'running' })
    stores.clock.now = Date.UTC(2026, 10, 29, 9, 0, 0)
    await append('one\ntwo\n')
    stores.clock.advance(61_000)
    await append('three\n')
    expect((await see()).html).not.toContain('log-time')
    const { text, links } = await see('?times=on')
    expect(text).toMatch(/1 09:00:00 one 2 two 3 09:01:01 three/)
    expect(links['Hide times']).not.toContain('times')
    expect(links['1']).toContain('times=on')
  })
})

describe('what a log shows', () => {
  it('are colours by classes, as far as they go, and never a style', async () => {
    const { append, see } = await open({ status: 'running' })
    await append(
      '\x1b[31mred\nstill\x1b[0m plain\n\x1b[38;5;196mpalette\x1b[0m\n\x1b[38;2;0;200;0mtrue\x1b[0m\n\x1b[41;97m FAIL \x1b[0m x\n\x1b[1;2mboth\x1b[22m\n',
    )
    const { html } = await see()
    expect(html).toContain('<span class="ansi-red">red</span>')
    expect(html).toContain('<span class="ansi-red">still</span> plain')
    expect(html).toContain('<span class="ansi-red">palette</span>')
    expect(html).toContain('<span class="ansi-green">true</span>')
    expect(html).toContain('<span class="ansi-on on-red"> FAIL </span> x')
    expect(html).toContain('<span class="ansi-bold ansi-dim">both</span>')
    expect(html).not.toMatch(/ style=|<style|<script>/)
  })

  it('is of a progress bar its last state', async () => {
    const { append, see } = await open({ status: 'running' })
    await append('10%\r\x1b[K50%\r\x1b[K\x1b[32m100%\x1b[0m\r\n12345\rab\nwindows\r\n')
    const { text, html } = await see()
    expect(text).toMatch(/1 100% 2 ab345 3 windows/)
    expect(html).toContain('<span class="ansi-green">100%</span>')
  })

  it('is neither markup nor hidden, whatever a program printed', async () => {
    const { append, see } = await open({ name: '<b>\u202e' })
    const nasty = [
      ...encoder.encode(
        '<script>alert(1)</script> "&amp;\n\u202egnp.exe\u200b\n\0\x07\x1b]0;title\x07\x1b[2J\x1b[9999;1Hx\n',
      ),
      0xff,
      0xfe,
      0x41,
      10,
    ]
    await append(Uint8Array.from(nasty))
    const { html, text } = await see()
    expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt; &quot;&amp;amp;')
    expect(html).toContain('␣U+202Egnp.exe␣U+200B')
    expect(html).toContain('␣U+0000')
    for (const hidden of ['\0', '\x07', '\x1b', '\u202e', '\u200b']) expect(html).not.toContain(hidden)
    expect(text).toContain('\ufffd\ufffdA')
    expect(text).not.toContain('title')
  })

  it('are groups that fold, but for those with the reason', async () => {
    const { append, end, see } = await open()
    await append(
      `::group::Install\nadded 3\n::endgroup::\n##[group]Compile\n${FAILURE}##[endgroup]\n` +
        '\x1b[0Ksection_start:1:a[collapsed=true]\r\x1b[0K\x1b[36mOuter\x1b[0m\n' +
        'in\n\x1b[0Ksection_start:2:b\r\x1b[0KInner\ndeep\n\x1b[0Ksection_end:3:b\r\x1b[0K\n' +
        '\x1b[0Ksection_end:4:a\r\x1b[0Kbehind\n--- a/cart.ts\n',
    )
    await end()
    const { html, text } = await see()
    const groups = [...html.matchAll(/<details class="log-group" id="(G\d+)"( open="")?>/g)].map(([, id, open]) => [
      id,
      !!open,
    ])
    expect(groups).toEqual([
      ['G1', false],
      ['G4', true],
      ['G7', false],
      ['G9', false],
    ])
    expect(text).toMatch(/1 Install 1 line 2 added 3 4 Compile 1 line 5 src\/cart/)
    expect(text).toMatch(/7 Outer 3 lines 8 in 9 Inner 1 line 10 deep 12 behind 13 --- a\/cart.ts/)
  })

  it('are groups of Buildkite where it is Buildkite’s', async () => {
    const { append, see } = await open({ status: 'success', buildUrl: 'https://buildkite.com/acme/web/builds/1' })
    await append('--- Install\nadded 3\n+++ Test\nok\n')
    expect((await see()).text).toMatch(/1 Install 1 line 2 added 3 3 Test 1 line 4 ok/)
  })

  it('is nothing where nothing was printed, or no log is there, and a step that is not there is not found', async () => {
    const { append, see, path } = await open({ status: 'running' })
    expect((await see()).text).toContain('Nothing printed yet')
    await append('', { isFinal: true })
    const none = await see()
    expect([none.status, none.text.includes('No log')]).toEqual([200, true])
    expect((await see('', `${path}/steps/0/log`)).status).toBe(200)
    expect((await see('', `${path}/steps/2/log`)).status).toBe(404)
    expect((await see('', `${path}/steps/0/log/raw`)).status).toBe(404)
  })

  it('is the stream that is asked for', async () => {
    const { append, see, path } = await open({ status: 'success' })
    await append('out\n')
    await append('err\n', { stream: 'stderr' })
    const out = await see()
    expect(out.text).toMatch(/stdout stderr .*1 out/)
    const err = await see('', out.links.stderr)
    expect(err.text).toMatch(/1 err/)
    expect((await see('', path)).links['Log of npm test']).toBe(`${path}/steps/1/log`)
    expect(err.links.Times).toContain('stream=stderr')
    expect(err.links['Plain text']).toMatch(/raw\?stream=stderr$/)
  })

  it('says where bytes are left out, and pages lead around them', async () => {
    const { append, end, see } = await open({ status: 'success' })
    const head = lines(1, 400_000).padEnd(4 * MIB, '.')
    for (let i = 0; i < 4; i++) await append(`${head.slice(0, 4 * MIB - 1)}\n`)
    const known = (await append('tail 1\n', { offset: 100 * MIB, cutNewlines: 1_000_000 })).newlines
    await append(lines(1, 20))
    await end()
    const end_ = await see()
    expect(end_.text).toContain('88 MB of the log are left out here')
    expect(end_.text).toMatch(new RegExp(`${known} tail 1`))
    const before = await see('', end_.links.Previous)
    expect(before.text).toContain('88 MB of the log are left out here')
    const around = await see('', before.links.Next)
    expect(around.rows[0]).toBe(known)
    const inside = await see(`?line=${known - 10}`)
    expect(inside.text).toMatch(/is among those that are left out/)
    const head_ = await see('?q=TAIL+1')
    expect(head_.text).toContain('What is left out of the log cannot be searched.')
    const on = Object.entries(head_.links).find(([text]) => text.startsWith('Search on'))?.[1]
    expect((await see('', on)).links[`${known}`]).toMatch(new RegExp(`line=${known}#L${known}$`))
  })
})

describe('a search', () => {
  it('finds text whatever its case and colours, and says what it searched', async () => {
    const { append, end, see } = await open({ status: 'success' })
    await append('nothing\nExpec\x1b[31mted\x1b[0m <b> 1\nİ expected\n')
    await end()
    const { text, html } = await see('?q=eXpected')
    expect(text).toContain('Found in 2 lines: all 3 lines were searched')
    expect(html).toContain('<mark>Expected</mark> &lt;b&gt; 1')
    expect((await see('?q=absent')).text).toContain('Not found: all 3 lines were searched')
    expect((await see(`?q=${'x'.repeat(201)}`)).status).toBe(400)
  })

  it('finds what lies across the parts of a log that grows', async () => {
    const { append, see } = await open({ status: 'running' })
    await append('one nee')
    await append('dle two\nneed')
    await append('le\n')
    expect((await see('?q=needle')).text).toContain('Found in 2 lines: all 2 lines were searched')
  })

  it('of a long log goes on where it ended, and never says more than it did', async () => {
    const { append, end, see } = await open({ status: 'success' })
    const line = `${'y'.repeat(99)}\n`
    for (let i = 0; i < 9; i++) await append(line.repeat(40_000))
    await append('needle\n')
    await end()
    let page = await see('?q=needle')
    const seen: string[] = []
    for (let i = 0; i < 9 && !page.text.includes('Found in 1 line'); i++) {
      const [, from, to] = /Not found: lines ([\d,]+)–([\d,]+) of 360,001 were searched/.exec(page.text) ?? []
      seen.push(`${from}-${to}`)
      expect(page.r2.length).toBeLessThanOrEqual(20)
      page = await see('', Object.entries(page.links).find(([text]) => text.startsWith('Search on'))?.[1])
    }
    expect(seen.length).toBeGreaterThan(1)
    expect(page.text).toMatch(/Found in 1 line: lines [\d,]+–360,001 of 360,001 were searched/)
  })
})

describe('the page of a log that grows', () => {
  it('asks for more by itself, and no longer once it has ended', async () => {
    const { append, end, see, report } = await open({ status: 'running' })
    await append('one\ntw')
    const first = await see()
    expect(first.text).not.toContain('Why it failed')
    const live = /data-live="([^"]+)"/.exec(first.html)?.[1]?.replaceAll('&amp;', '&') ?? ''
    expect(live).toContain('offset=6&wait=15')
    const answer = see('', live)
    await new Promise((resolve) => setTimeout(resolve, 300))
    await append(`o\n${FAILURE}`)
    const more = await answer
    expect(more.text).toMatch(/1 one 2 two 3 src/)
    expect(more.html).toContain('data-live=')
    await end()
    expect((await report('failed')).num).toBe(1)
    const over = await see('', live)
    expect(over.html).not.toContain('data-live=')
    expect(over.text).toContain('Why it failed')
  })

  it('is asked for behind more bytes than are kept, too', async () => {
    const { append, see } = await open({ status: 'running' })
    for (let i = 0; i < 4; i++) await append(`${'.'.repeat(4 * MIB - 1)}\n`)
    await append('far\n', { offset: 9_000_000_000, cutNewlines: 3_000_000_000 })
    const { html } = await see()
    expect(html).toContain('id="L3000000005"')
    const live = /data-live="([^"]+)"/.exec(html)?.[1]?.replaceAll('&amp;', '&') ?? ''
    expect((await see('', live.replace('wait=15', 'wait=1'))).status).toBe(200)
    expect((await see('?line=3000000005')).html).toContain('class="log-line marked" id="L3000000005"')
    expect((await see('?from=3000000005')).rows).toEqual([3_000_000_005])
  })

  it('of a page in its middle does not jump', async () => {
    const { append, see } = await open({ status: 'running' })
    await append(lines(1, 3_000))
    expect((await see()).rows.length).toBe(500)
    expect((await see('?from=1')).html).not.toContain('data-live=')
  })
})

describe('the plain text', () => {
  it('is the log byte for byte, closed in, and saved under a name', async () => {
    const { append, get, path, project } = await open({ status: 'success' })
    const bytes = Uint8Array.from([0x1b, 0x5b, 0x33, 0x31, 0x6d, 0xff, 10])
    await append(bytes)
    const raw = await get(`${path}/steps/1/log/raw`)
    expect(new Uint8Array(await raw.arrayBuffer())).toEqual(bytes)
    expect(raw.headers.get('Content-Type')).toBe('text/plain; charset=utf-8')
    expect(raw.headers.get('Content-Security-Policy')).toBe('sandbox')
    expect(raw.headers.get('Access-Control-Allow-Origin')).toBeNull()
    expect(raw.headers.get('Cache-Control')).toBe('private, no-cache')
    const saved = await get(`${path}/steps/1/log/raw?download=yes`)
    expect(saved.headers.get('Content-Disposition')).toContain(`attachment; filename="${project.repo}-1-step-1.log"`)
  })
})
