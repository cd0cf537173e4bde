import type { Page } from 'playwright-core'
import { expect, it, onTestFinished } from 'vitest'
import { describePages, expectNoSidewaysScroll, inspect, type Pages } from '../../../support/server/browser.ts'

describePages('the log of a step', (pages) => {
  it('looks right with little, with much, and where none is there', async () => {
    const page = await pages().openAs('demo')
    const { build, step, write } = await newBuild(pages(), 'few')
    await step('checkout', 'success')
    await step('npm test', 'running')
    await inspect(page, 'log-none', `${build}/steps/1/log`)
    await write(1, FEW, true)
    await step('npm test', 'failed')
    await inspect(page, 'log-few', `${build}/steps/1/log`)
    await inspect(page, 'log-build', build)
    await inspect(page, 'log-marked', `${build}/steps/1/log?line=7-9&times=on`)
    await inspect(page, 'log-unwrapped', `${build}/steps/1/log?wrap=off`)
    await inspect(page, 'log-found', `${build}/steps/1/log?q=test`)
    await inspect(page, 'log-not-found', `${build}/steps/1/log?q=absent`)
  })

  it('of a million lines is read, searched and gone through', async () => {
    const { build, step, write } = await newBuild(pages(), 'many')
    await step('make', 'running')
    await write(0, manyLines(1_000_000), true)
    await step('make', 'failed')
    const page = await pages().openAs('demo')
    const log = `${build}/steps/0/log`
    await inspect(page, 'log-many', log)
    await inspect(page, 'log-many-line', `${log}?line=900000#L900000`)
    await page.setViewportSize({ width: 1280, height: 900 })
    await page.goto(log)
    await page.getByRole('textbox', { name: 'Line' }).fill('123456')
    await page.keyboard.press('Enter')
    await page.locator('#L123456.marked').waitFor()
    expect(await page.locator('.log-line').count()).toBeLessThanOrEqual(1_000)
    await page.getByRole('searchbox').fill('STEP 777777:')
    await page.keyboard.press('Enter')
    await page.waitForURL(/q=/)
    while ((await page.locator('mark').count()) === 0) await page.getByRole('link', { name: /^Search on/ }).click()
    await page.getByRole('link', { name: 'Line 777777 in the log' }).click()
    await page.locator('#L777777.marked').waitFor()
    await expectInView(page, '#L777777')
  })

  it('is harmless and stays in its window, whatever a program printed', async () => {
    const { build, step, write } = await newBuild(pages(), 'hostile')
    await step('<b>\u202e make', 'running')
    await write(0, HOSTILE, true)
    await step('<b>\u202e make', 'failed')
    const page = await pages().openAs('demo')
    await inspect(page, 'log-hostile', `${build}/steps/0/log`)
    await inspect(page, 'log-hostile-unwrapped', `${build}/steps/0/log?wrap=off&times=on`)
    await inspect(page, 'log-hostile-build', build)
    await page.setViewportSize({ width: 360, height: 800 })
    await expectNoSidewaysScroll(page)
    expect(page.url()).toContain(build)
  })

  it('lets lines be pointed at, by one click and with shift by several, and the address leads back', async () => {
    const { build, step, write } = await newBuild(pages(), 'marked')
    await step('make', 'running')
    await write(0, manyLines(300), true)
    const page = await pages().openAs('demo')
    await page.goto(`${build}/steps/0/log`)
    await page.locator('#L120 .log-num').click()
    await page.locator('#L124 .log-num').click({ modifiers: ['Shift'] })
    expect(new URL(page.url()).search + new URL(page.url()).hash).toBe('?line=120-124#L120')
    expect(await page.locator('.log-line.marked').count()).toBe(5)
    await page.reload()
    expect(await page.locator('.log-line.marked').count()).toBe(5)
    await expectInView(page, '#L120')
    await page.goto(`${build}/steps/0/log#L200-L202`)
    await page.locator('#L202.marked').waitFor()
    expect(await page.locator('.log-line.marked').count()).toBe(3)
  })

  it('comes while it grows, is followed at its end, waits while it is paused, and ends with the reason', async () => {
    const { build, step, write, reportEnd } = await newBuild(pages(), 'live')
    await step('make', 'running')
    await write(0, manyLines(80))
    const page = await pages().openAs('demo', { viewport: { width: 1280, height: 700 } })
    await page.goto(`${build}/steps/0/log`)
    await inspect(page, 'log-live', `${build}/steps/0/log`)
    await page.setViewportSize({ width: 1280, height: 700 })
    await page.getByRole('link', { name: 'Follow the end' }).click()
    const before = Date.now()
    await write(0, 'a new line\n')
    await page.getByText('a new line').waitFor()
    expect(Date.now() - before).toBeLessThan(15_000)
    await expectInView(page, '#L81')

    await page.evaluate('scrollTo(0, 200)')
    await write(0, 'another\n')
    await page.locator('#L82').waitFor({ state: 'attached' })
    expect(await page.evaluate<number>('scrollY')).toBe(200)

    await page.getByRole('button', { name: 'Pause' }).click()
    await write(0, 'unseen\n')
    await new Promise((resolve) => setTimeout(resolve, 2_500))
    expect(await page.locator('#L83').count()).toBe(0)
    await page.getByRole('button', { name: 'Go on' }).click()
    await page.locator('#L83').waitFor({ state: 'attached' })

    await write(0, 'src/cart.ts(3,7): error TS2322: Type string is not a number.\n', true)
    await step('make', 'failed')
    await reportEnd()
    await page.getByRole('heading', { name: 'Why it failed' }).waitFor()
    expect(await page.locator('[data-live]').count()).toBe(0)
    expect(await page.title()).toContain('Failed: make')
  })

  it('is whole without scripts, a reload away from what came since', async () => {
    const { build, step, write } = await newBuild(pages(), 'plain')
    await step('make', 'running')
    await write(0, 'one\n')
    const page = await pages().openAs('demo', { javaScriptEnabled: false })
    await page.goto(build)
    await page.getByRole('link', { name: 'Log of make' }).click()
    await page.getByText('Still growing').waitFor()
    expect(await page.getByRole('button', { name: 'Pause' }).isVisible()).toBe(false)
    await write(0, '::group::More\ntwo\nthree\n', true)
    await page.getByRole('link', { name: 'Reload' }).click()
    await page.getByText('More').click()
    expect(await page.getByText('three').isVisible()).toBe(true)
    await page.locator('#L1 .log-num').click()
    await page.locator('#L1.marked').waitFor()
    expect(page.url()).toMatch(/\?line=1#L1$/)
  })
})

/** It comes into view once the page has moved there, which takes it a moment. */
async function expectInView(page: Page, selector: string): Promise<void> {
  const isInView = () =>
    page.evaluate<boolean>(
      `(() => { const { top, bottom } = document.querySelector('${selector}').getBoundingClientRect(); return top >= 0 && bottom <= innerHeight })()`,
    )
  await expect.poll(isInView).toBe(true)
}

const red = (text: string) => `\x1b[31m${text}\x1b[39m`
const green = (text: string) => `\x1b[32m${text}\x1b[39m`
const dim = (text: string) => `\x1b[2m${text}\x1b[22m`

const FEW = [
  '::group::npm ci',
  'npm warn deprecated inflight@1.0.6: This module is not supported, and leaks memory. Do not use it. Check out lru-cache if you want a good and tested way to coalesce async requests',
  'added 214 packages, and audited 215 packages in 4s',
  '::endgroup::',
  '> web@1.4.0 test',
  '> vitest run',
  '',
  ...['address', 'badge', 'basket', 'checkout', 'delivery'].map(
    (name) => ` ${green('✓')} test/${name}.test.ts > keeps its place ${dim('12ms')}`,
  ),
  ` ${red('×')} test/checkout.test.ts > rounds at the end ${dim('9ms')}`,
  '\x1b[41;97m FAIL \x1b[0m  test/checkout.test.ts > rounds at the end',
  red('AssertionError: expected 17.4 to be 12.5 // Object.is equality'),
  '',
  green('- Expected'),
  red('+ Received'),
  '',
  ` ${dim('❯')} test/checkout.test.ts:31:24`,
  '\x1b[33mwarning\x1b[0m \x1b[34mblue\x1b[0m \x1b[35mmagenta\x1b[0m \x1b[36mcyan\x1b[0m \x1b[90mgrey\x1b[0m \x1b[30;43m yellow \x1b[0m \x1b[42m green \x1b[0m \x1b[44m blue \x1b[0m \x1b[7m reversed \x1b[0m',
  `      Tests  ${red('1 failed')} | ${green('5 passed')} (6)`,
  '',
].join('\n')

const HOSTILE = [
  '<script>alert(1)</script><img src=x onerror=alert(1)>',
  '\u202egnp.exe\u200b \u2066x\u2069 \0\x07\x1b]0;title\x07\x1b[2J\x1b[9999;1Hhere',
  `error: ${'x'.repeat(1_000_000)}`,
  `${'wörter '.repeat(2_000)}`,
  ...Array.from({ length: 12 }, (_, i) => `::group::${i === 3 ? '' : `Group ${i} ${'long '.repeat(i * 8)}`}\nin ${i}`),
  '\x1b[31mred until the end of the log',
  'a\u0300\u0301\u0302'.repeat(200),
  '𓀀👩‍👩‍👧‍👦 テスト مرحبا',
  Array.from({ length: 100 }, (_, i) => `${i}%\r`).join(''),
  '\tTabs\tand   spaces',
  'error: the end',
  '',
].join('\n')

function manyLines(count: number): string {
  return Array.from({ length: count }, (_, i) =>
    i % 100 === 57
      ? `[${i}] src/part-${i % 999}.c:12:3: warning: unused variable 'x' [-Wunused-variable]`
      : `[${i}] step ${i + 1}: CC build/obj/part-${i % 999}.o`,
  )
    .concat('')
    .join('\n')
}

async function newBuild({ origin, demo }: Pages, name: string) {
  const slug = `gh/acme/logs-${name}-${Date.now().toString(36)}`
  const api = `${origin}/api/buildpass/v1/projects`
  const ask = async (method: string, url: string, body: string | Uint8Array<ArrayBuffer>) => {
    const headers = {
      'Circle-Token': demo.tokens.personal,
      'Content-Type': typeof body === 'string' ? 'application/json' : 'application/octet-stream',
    }
    const response = await fetch(url, { method, headers, body })
    expect(response.ok, response.ok ? '' : await response.text()).toBe(true)
    return (await response.json()) as { build_num: number; offset: number }
  }
  await ask('POST', api, JSON.stringify({ slug }))
  // Other tests look at what the same person's dashboard shows.
  onTestFinished(async () => {
    const gone = await fetch(`${api}/${slug}`, { method: 'DELETE', headers: { 'Circle-Token': demo.tokens.personal } })
    expect(gone.status).toBe(200)
  })
  const told = {
    external_id: 'one',
    job: { name: 'test' },
    workflow: { external_id: 'one', name: 'ci' },
    pipeline: { external_id: 'one', branch: 'main', revision: 'f00d', subject: 'Round at the end' },
    status: 'running',
  }
  const { build_num: num } = await ask('POST', `${api}/${slug}/builds`, JSON.stringify(told))
  const build = `${api}/${slug}/builds/${num}`
  const step = (key: string, status: string) =>
    ask(
      'POST',
      `${build}/steps`,
      JSON.stringify({ key, name: key, status, ...(status === 'failed' ? { exit_code: 2 } : {}) }),
    )
  const offsets = new Map<number, number>()
  /** Appends to the log of that step. */
  const write = async (of: number, text: string, isFinal = false) => {
    const bytes = Uint8Array.from(new TextEncoder().encode(text))
    for (let at = 0; at < bytes.length; at += 4 * 1024 * 1024) {
      const part = bytes.slice(at, at + 4 * 1024 * 1024)
      const isLast = isFinal && at + part.length === bytes.length
      const query = `offset=${offsets.get(of) ?? 0}${isLast ? '&final=true' : ''}`
      const { offset } = await ask('PUT', `${build}/steps/${of}/log?${query}`, part)
      offsets.set(of, offset)
    }
  }
  const reportEnd = () => ask('PATCH', build, JSON.stringify({ status: 'failed' }))
  return { build: `/${slug}/${num}`, step, write, reportEnd }
}
