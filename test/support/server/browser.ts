import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, inject, onTestFinished } from 'vitest'
import type { Demo } from '../../../scripts/start/demo.ts'
import { askSignInLink } from '../../../scripts/start/local-control.ts'
import { freshAddress } from '../sign/addresses.ts'
import type { BrowserRun } from './browser-run.ts'

const PICTURES = resolve(import.meta.dirname, '../../../screenshots')
const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

export const WIDTHS = { desktop: 1280, tablet: 768, phone: 360 } as const
export const SCHEMES = ['light', 'dark'] as const

/** What a suite of page tests works with. */
export type Pages = {
  readonly origin: string
  readonly demo: Demo
  readonly stateDir: string
  /** A browser that nobody is signed in to. */
  readonly open: (options?: BrowserContextOptions) => Promise<Page>
  /** A browser in which that person is signed in; who is not there yet is made. */
  readonly openAs: (login: string, options?: BrowserContextOptions) => Promise<Page>
  /** A one-time sign-in link. */
  readonly linkFor: (login: string) => Promise<string>
}

/** A suite in a real Chromium against `npm start`; skipped, loudly, where there is no Chromium. */
export function describePages(name: string, define: (pages: () => Pages) => void): void {
  const run = inject('run')
  describe.skipIf(!run)(name, () => {
    let opened: { browser: Browser; pages: Pages } | undefined
    beforeAll(async () => {
      if (run) opened = await openPages(run)
    })
    afterAll(() => opened?.browser.close())
    define(() => {
      if (!opened) throw new Error('the browser is not open yet: use it inside a test')
      return opened.pages
    })
  })
}

async function openPages({ origin, stateDir, browserUrl }: BrowserRun): Promise<{ browser: Browser; pages: Pages }> {
  const browser = await chromium.connect(browserUrl)
  const demo: Demo = JSON.parse(readFileSync(join(stateDir, '.local/demo.json'), 'utf8'))
  const { controlKey } = JSON.parse(readFileSync(join(stateDir, '.local/server.json'), 'utf8'))
  const linkFor = async (login: string) => origin + (await askSignInLink(origin, controlKey, login)).path
  // A session of each person is enough: signing in is tested by itself.
  const cookies = new Map<string, Awaited<ReturnType<BrowserContext['cookies']>>>()
  const open = async (options: BrowserContextOptions = {}) => {
    // An address each, as people have: twenty attempts to sign in a minute are all that one address has.
    const extraHTTPHeaders = { 'CF-Connecting-IP': freshAddress() }
    const context = await browser.newContext({ baseURL: origin, extraHTTPHeaders, ...options })
    // What a page does by itself, as following a build, ends with its test.
    onTestFinished(() => context.close())
    return context.newPage()
  }
  const openAs = async (login: string, options: BrowserContextOptions = {}) => {
    const page = await open(options)
    const known = cookies.get(login)
    if (known) {
      await page.context().addCookies(known)
      return page
    }
    await page.goto(await linkFor(login))
    await page.getByRole('button', { name: /^Sign in as/ }).click()
    await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'))
    cookies.set(login, await page.context().cookies())
    return page
  }
  return { browser, pages: { origin, demo, stateDir, open, openAs, linkFor } }
}

const RULES = {
  all: { rules: { 'target-size': { enabled: true } } },
  /** Those that another scheme can break, which has other colours and nothing else. */
  colours: { runOnly: ['color-contrast', 'link-in-text-block'] },
} as const

type AxeResult = { violations: { id: string; nodes: { target: unknown; failureSummary?: string }[] }[] }

/** Fails for whatever axe-core finds against WCAG 2.2 AA (sizes of targets, too, which it leaves out by itself), or its best practices, on the page as it is. */
export async function expectAccessible(page: Page, rules: keyof typeof RULES = 'all'): Promise<void> {
  const { violations } = await runAxe(page, RULES[rules])
  const said = violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} ${JSON.stringify(target)}: ${failureSummary}`),
  )
  expect(said, `${page.url()} is accessible`).toEqual([])
}

/** Evaluated past the page's policy, which allows no foreign script. */
async function runAxe(page: Page, rules: object): Promise<AxeResult> {
  const session = await page.context().newCDPSession(page)
  const { result: loaded } = await session.send('Runtime.evaluate', { expression: 'typeof axe' })
  if (loaded.value === 'undefined') await session.send('Runtime.evaluate', { expression: readFileSync(AXE, 'utf8') })
  const { result } = await session.send('Runtime.evaluate', {
    expression: `axe.run(document, ${JSON.stringify({ resultTypes: ['violations'], preload: false, iframes: false, ...rules })}).then(({ violations }) => JSON.stringify({ violations }))`,
    awaitPromise: true,
    returnByValue: true,
  })
  await session.detach()
  return JSON.parse(result.value)
}

/** Fails when the page is wider than the window. */
export async function expectNoSidewaysScroll(page: Page): Promise<void> {
  // As text, since the types of Node have no document.
  const [content, window] = await page.evaluate<[number, number]>(
    '[document.documentElement.scrollWidth, document.documentElement.clientWidth]',
  )
  expect(content, `${page.url()} fits a window of ${window} px`).toBeLessThanOrEqual(window)
}

/** A picture for people to look at, where they ask for it by PICTURES=yes: to draw one takes longer than all checks of the page. */
export async function takePicture(page: Page, name: string): Promise<void> {
  if (process.env.PICTURES === 'yes') await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true })
}

/** The page at three widths and in both schemes, each checked for accessibility and for fitting; `reach` acts on it first. */
export async function inspect(page: Page, name: string, path: string, reach = async () => {}): Promise<void> {
  await page.goto(path)
  await reach()
  for (const [device, width] of Object.entries(WIDTHS)) {
    await page.setViewportSize({ width, height: 900 })
    await expectNoSidewaysScroll(page)
    for (const scheme of SCHEMES) {
      await page.emulateMedia({ colorScheme: scheme })
      if (device !== 'tablet') await expectAccessible(page, scheme === 'dark' ? 'colours' : 'all')
      await takePicture(page, `${name}-${device}-${scheme}`)
    }
  }
}
