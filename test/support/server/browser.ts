import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import type { Browser, BrowserContext, BrowserContextOptions, CDPSession, Page } from 'playwright-core'
import { describe, expect, inject } from 'vitest'
import type { Demo } from '../../../scripts/start/demo.ts'
import { askSignInLink } from '../../../scripts/start/local-control.ts'
import type { BrowserRun } from './browser-run.ts'
import { launchChromium } from './chromium.ts'
import { keepPages } from './kept-pages.ts'

const PICTURES = resolve(import.meta.dirname, '../../../screenshots')
const ARE_PICTURES_ASKED = process.env.PICTURES === 'yes'
const AXE = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
/** In ASCII alone, which all that it goes through on its way into a page takes at half the cost. */
const axeSource = readFileSync(AXE, 'utf8').replace(
  /[^\0-\x7f]/g,
  (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
)

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

/** One browser for all files, which ends with the process that they run in. */
const browser = await launchChromium()

/** A suite in a real Chromium against `npm start`; skipped, loudly, where there is no Chromium. */
export function describePages(name: string, define: (pages: () => Pages) => void): void {
  describe.skipIf(!browser)(name, () => define(openedPages))
}

let opened: Pages | undefined
function openedPages(): Pages {
  if (!browser) throw new Error('there is no browser')
  opened ??= openPages(browser, inject('run'))
  return opened
}

function openPages(browser: Browser, { origin, stateDir }: BrowserRun): Pages {
  const demo: Demo = JSON.parse(readFileSync(join(stateDir, '.local/demo.json'), 'utf8'))
  const { controlKey } = JSON.parse(readFileSync(join(stateDir, '.local/server.json'), 'utf8'))
  const linkFor = async (login: string) => origin + (await askSignInLink(origin, controlKey, login)).path
  const open = keepPages(browser, origin)
  // A session of each person is enough: signing in is tested by itself.
  const cookies = new Map<string, Awaited<ReturnType<BrowserContext['cookies']>>>()
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
  return { origin, demo, stateDir, open, openAs, linkFor }
}

const RULES = {
  all: { rules: { 'target-size': { enabled: true } } },
  /** Those that another scheme can break, which has other colours and nothing else. */
  colours: { runOnly: ['color-contrast', 'link-in-text-block'] },
} as const

type AxeResult = { violations: { id: string; nodes: { target: unknown; failureSummary?: string }[] }[] }

/** Fails for whatever axe-core finds against WCAG 2.2 AA (sizes of targets, too, which it leaves out by itself), or its best practices, on the page as it is. */
export async function expectAccessible(page: Page, rules: keyof typeof RULES = 'all'): Promise<void> {
  // A click returns when its page has begun to come: of the half of one axe says that it has no title and no language.
  await page.waitForLoadState('domcontentloaded')
  const { violations } = await runAxe(page, RULES[rules])
  const said = violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id} ${JSON.stringify(target)}: ${failureSummary}`),
  )
  expect(said, `${page.url()} is accessible`).toEqual([])
}

/**
 * Takes out what is built alike, as the lines of a log, but for the first three and the last of each kind: axe takes as long for
 * each, and mostly says the same of it. Whether an attribute has a value counts, too. Gives what puts them back.
 */
const TAKE_ALIKE = `(() => {
  const shapes = new WeakMap()
  const shapeOf = (one) => {
    if (!shapes.has(one)) {
      const isWhole = (name) => ['class', 'role', 'style', 'type'].includes(name)
      const said = [...one.attributes].map(({ name, value }) => [name, isWhole(name) ? value : value.trim() !== ''])
      const hasText = [...one.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim() !== '')
      shapes.set(one, JSON.stringify([one.tagName, said, hasText, [...one.children].map(shapeOf)]))
    }
    return shapes.get(one)
  }
  const taken = []
  for (const parent of document.body.querySelectorAll('*')) {
    if (parent.childElementCount < 10) continue
    const kinds = Map.groupBy(parent.children, shapeOf)
    for (const one of [...kinds.values()].flatMap((alike) => alike.slice(3, -1))) {
      taken.push({ one, parent, next: one.nextSibling })
      one.remove()
    }
  }
  return () => {
    for (const { one, parent, next } of taken.reverse()) parent.insertBefore(one, next?.parentNode === parent ? next : null)
  }
})()`

const sessions = new WeakMap<Page, CDPSession>()

/** Evaluated past the page's policy, which allows no foreign script. */
async function runAxe(page: Page, rules: object): Promise<AxeResult> {
  const session = sessions.get(page) ?? (await page.context().newCDPSession(page))
  sessions.set(page, session)
  const options = { resultTypes: ['violations'], preload: false, iframes: false, ...rules }
  const found = (some: object) =>
    `await axe.run(document, ${JSON.stringify({ ...options, ...some })}).then(({ violations }) => violations)`
  // What scrolls may do so because of what is taken out.
  const run = `(async () => {
    const scrolling = ${'runOnly' in rules ? '[]' : found({ runOnly: ['scrollable-region-focusable'], rules: {} })}
    const putBack = ${TAKE_ALIKE}
    try {
      return JSON.stringify({ violations: [...scrolling, ...(${found({})})] })
    } finally {
      putBack()
    }
  })()`
  const evaluate = (expression: string) =>
    session.send('Runtime.evaluate', { expression, awaitPromise: true, returnByValue: true })
  const ran = await evaluate(`typeof axe === 'undefined' ? '' : ${run}`)
  if (ran.result.value) return JSON.parse(ran.result.value)
  await session.send('Runtime.evaluate', { expression: axeSource })
  return JSON.parse((await evaluate(run)).result.value)
}

/** Fails when the page, all of which has come, is wider than the window. */
export async function expectNoSidewaysScroll(page: Page): Promise<void> {
  await page.waitForLoadState()
  // As text, since the types of Node have no document.
  const [content, window] = await page.evaluate<[number, number]>(
    '[document.documentElement.scrollWidth, document.documentElement.clientWidth]',
  )
  expect(content, `${page.url()} fits a window of ${window} px`).toBeLessThanOrEqual(window)
}

/** A picture for people to look at, where they ask for it by PICTURES=yes: to draw one takes longer than all checks of the page. */
export async function takePicture(page: Page, name: string): Promise<void> {
  if (ARE_PICTURES_ASKED) await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: true })
}

/** The page at three widths and in both schemes, each checked for accessibility and for fitting; `reach` acts on it first. */
export async function inspect(page: Page, name: string, path: string, reach = async () => {}): Promise<void> {
  await page.goto(path)
  await reach()
  let schemes = [...SCHEMES]
  for (const [device, width] of Object.entries(WIDTHS)) {
    await page.setViewportSize({ width, height: 900 })
    await expectNoSidewaysScroll(page)
    // At the third width no colours are looked at but those of pictures.
    if (device === 'tablet' && !ARE_PICTURES_ASKED) continue
    for (const scheme of schemes) {
      await page.emulateMedia({ colorScheme: scheme })
      if (device !== 'tablet') await expectAccessible(page, scheme === 'dark' ? 'colours' : 'all')
      await takePicture(page, `${name}-${device}-${scheme}`)
    }
    // The next width begins with the scheme that the page has.
    schemes = schemes.toReversed()
  }
}
