import { expect, it } from 'vitest'
import { describePages, expectNoSidewaysScroll, inspect, type Pages } from '../../../support/server/browser.ts'

const HOSTILE = `<b>x</b>"'&\u202Egnp.exe`
const LONG = 'x'.repeat(10_000)

type Case = { readonly name: string; readonly classname?: string; readonly seconds?: number; readonly ended?: string }
type Push = { readonly branch?: string; readonly revision?: string; readonly job?: string }

describePages('the pages of tests', (pages) => {
  it('say what to do while there is none, and look right with little', async () => {
    const page = await pages().openAs('demo')
    const { slug, report } = await newProject(pages(), 'few')
    await inspect(page, 'tests-none', `/${slug}/tests`)
    await report([{ name: 'adds' }, { name: 'rounds', ended: FAILURE }])
    await inspect(page, 'tests-few', `/${slug}/tests`)
    await page.getByRole('link', { name: 'rounds' }).first().click()
    await page.waitForURL(/tests\/\d+$/)
    await inspect(page, 'test-few', new URL(page.url()).pathname)
  })

  it('mute a test and end that, by keyboard and without script', async () => {
    const { slug, report } = await newProject(pages(), 'muted')
    const num = await report([{ name: 'adds' }, { name: 'rounds', ended: FAILURE }])
    const plain = await pages().openAs('demo', { javaScriptEnabled: false })
    await plain.goto(`/${slug}`)
    await plain.getByRole('link', { name: 'Tests', exact: true }).click()
    await plain.getByRole('searchbox').fill('ROUN')
    await plain.keyboard.press('Enter')
    await plain.getByRole('link', { name: /rounds/ }).click()
    await plain.getByRole('link', { name: 'Mute', exact: true }).focus()
    await plain.keyboard.press('Enter')
    await plain.getByLabel('Reason').fill('Waits for #42')
    await plain.keyboard.press('Enter')
    expect(await plain.locator('[role=status].flash').textContent()).toBe('The test is muted.')
    const page = await pages().openAs('demo')
    await inspect(page, 'test-muted', new URL(plain.url()).pathname)
    await inspect(page, 'build-muted', `/${slug}/${num}`)
    await plain.goto(`/${slug}/${num}`)
    expect(await plain.getByText(/^Muted until .*: Waits for #42$/).isVisible()).toBe(true)
    await plain.getByRole('link', { name: 'Its last runs, and its mute' }).click()
    await plain.getByRole('button', { name: 'Unmute' }).click()
    expect(await plain.getByRole('button', { name: 'Unmute' }).count()).toBe(0)
  })

  it('look right with 50,000 tests, and with 100 runs of one that ends in every way', async () => {
    const { slug, report } = await newProject(pages(), 'many')
    await report(Array.from({ length: 50_000 }, (_, i) => manyCase(i)))
    for (let i = 0; i < 110; i++) {
      const own = { name: 'rounds half up, away from zero', classname: 'shop.money.RoundingTest', seconds: i / 40 }
      const ended = [FAILURE, '<error message="no disk"/>', '<skipped/>', FLAKY, '', '', '', '', ''][i % 9] ?? ''
      const others = Array.from({ length: 8 }, (_, n) => ({ ...manyCase(n * 5_000), ended: n < i % 6 ? FAILURE : '' }))
      const branch = i % 4 === 1 ? `fix/rounding-of-prices-${i}` : 'main'
      await report([{ ...own, ended }, ...others], { branch, revision: `${i % 7}0ddc0ffee`, job: 'unit' })
    }
    const last = await report(
      Array.from({ length: 50_000 }, (_, i) => manyCase(i, i % 200 === 0 ? FAILURE : '')),
      {
        branch: 'fix/everything',
      },
    )
    const page = await pages().openAs('demo')
    await inspect(page, 'tests-many', `/${slug}/tests`)
    await inspect(page, 'tests-list', `/${slug}/tests?list=mostFailing`)
    await inspect(page, 'tests-found', `/${slug}/tests?q=case+4999`)
    await page.getByRole('link', { name: /case 4999\b/ }).click()
    await page.goto(`/${slug}/tests?q=half+up`)
    await page.getByRole('link', { name: /rounds half up/ }).click()
    await expect.poll(() => page.getByRole('heading', { name: 'Last 100 runs' }).count()).toBe(1)
    await inspect(page, 'test-many', new URL(page.url()).pathname)
    await inspect(page, 'build-many', `/${slug}/${last}`)
  }, 400_000)

  it('are not fooled by names that mean harm, or have no end', async () => {
    const { slug, report } = await newProject(pages(), 'hostile')
    const cases = [
      { name: HOSTILE, classname: HOSTILE },
      { name: LONG, classname: LONG },
    ]
    await report(cases, { branch: HOSTILE })
    const num = await report(
      cases.map((one) => ({ ...one, ended: FAILURE })),
      { branch: LONG.slice(0, 900), job: HOSTILE, revision: 'f00d' },
    )
    const page = await pages().openAs('demo')
    await inspect(page, 'tests-hostile', `/${slug}/tests`)
    await inspect(page, 'tests-hostile-branch', `/${slug}/tests?branch=${encodeURIComponent(HOSTILE)}`)
    await inspect(page, 'build-hostile', `/${slug}/${num}`)
    for (const [shot, part] of [
      ['test-hostile', 'gnp'],
      ['test-long', 'xxxx'],
    ]) {
      await page.goto(`/${slug}/tests?q=${part}`)
      await page.locator('.test-list a').first().click()
      await page.waitForURL(/tests\/\d+$/)
      await inspect(page, `${shot}`, new URL(page.url()).pathname)
    }
    await page.setViewportSize({ width: 360, height: 800 })
    await expectNoSidewaysScroll(page)
  })

  it('copy a name as it is, also where the page writes characters of it out', async () => {
    const { slug, report } = await newProject(pages(), 'copied')
    await report([{ name: HOSTILE }])
    const page = await pages().openAs('demo', { permissions: ['clipboard-read', 'clipboard-write'] })
    await page.goto(`/${slug}/tests?q=gnp`)
    await page.locator('.test-list a').click()
    await page.getByRole('button', { name: 'Copy Name' }).click()
    await page.getByRole('button', { name: 'Copied Name' }).waitFor()
    expect(await page.evaluate<string>('navigator.clipboard.readText()')).toBe(HOSTILE)
  })
})

const FAILURE = '<failure message="expected 12.30 to be 12.31">at price.test.ts:12</failure>'
const FLAKY = '<flakyFailure message="timed out"/>'

function manyCase(i: number, ended = ''): Case {
  const classname = `shop.${['cart', 'money', 'search', 'users.accounts.settings'][i % 4]}.Suite${Math.floor(i / 100)}Test`
  return {
    name: `case ${i}: ${i % 3 === 0 ? 'keeps the order of lines' : 'adds up'}`,
    classname,
    seconds: (i % 97) / 50,
    ended,
  }
}

async function newProject({ origin, demo }: Pages, name: string) {
  const slug = `gh/acme/tests-${name}-${Date.now().toString(36)}`
  const ask = async (method: string, path: string, type: string, body: string) => {
    const headers = { 'Circle-Token': demo.tokens.personal, 'Content-Type': type }
    const response = await fetch(`${origin}/api/buildpass/v1/projects${path}`, { method, headers, body })
    expect(response.ok, response.ok ? '' : await response.text()).toBe(true)
    return (await response.json()) as { build_num: number }
  }
  await ask('POST', '', 'application/json', JSON.stringify({ slug }))
  /** A build and its report; gives its number. */
  const report = async (cases: readonly Case[], { branch = 'main', revision, job = 'test' }: Push = {}) => {
    const push = crypto.randomUUID()
    const isRed = cases.some(({ ended = '' }) => /<failure|<error/.test(ended))
    const told = {
      external_id: push,
      job: { name: job },
      workflow: { external_id: push, name: 'ci' },
      pipeline: { external_id: push, branch, revision: revision ?? push.replaceAll('-', ''), author: { name: 'Ada' } },
      status: isRed ? 'failed' : 'success',
    }
    const { build_num: num } = await ask('POST', `/${slug}/builds`, 'application/json', JSON.stringify(told))
    await ask('PUT', `/${slug}/builds/${num}/tests`, 'application/xml', junit(cases))
    return num
  }
  return { slug, report }
}

function junit(cases: readonly Case[]): string {
  const rows = cases.map(
    ({ name, classname = '', seconds = 0.1, ended = '' }) =>
      `<testcase classname="${escaped(classname)}" name="${escaped(name)}" time="${seconds}">${ended}</testcase>`,
  )
  return `<testsuite name="unit">${rows.join('\n')}</testsuite>`
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`)
}
