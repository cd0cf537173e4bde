import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { onTestFinished } from 'vitest'
import { freshAddress } from '../sign/addresses.ts'

const VIEWPORT = { width: 1280, height: 720 }
/** Longer than anything takes on a slow machine, shorter than a test may. */
const WAIT_MS = 90_000
/** Of the same server, so that Chromium keeps the process, and nothing goes on in it by itself. */
const AT_REST = '/assets/icon.svg'

/**
 * Opens pages that are as new, each for one test after the other: what Chromium has started, read and compiled for one test
 * serves the next. No test is given a page that another one has, or one whose test failed.
 */
export function keepPages(browser: Browser, origin: string): (options?: BrowserContextOptions) => Promise<Page> {
  const free = new Map<string, Page[]>()
  return async ({ viewport = VIEWPORT, ...options }: BrowserContextOptions = {}) => {
    const own = { javaScriptEnabled: true, acceptDownloads: true, ...options }
    const kind = JSON.stringify(own)
    const kept = free.get(kind) ?? []
    free.set(kind, kept)
    const page = kept.pop() ?? (await (await browser.newContext({ baseURL: origin, viewport, ...own })).newPage())
    page.setDefaultTimeout(WAIT_MS)
    onTestFinished(async ({ task }) => {
      if (task.result?.state === 'pass' && (await isMadeNew(page))) kept.push(page)
      else await page.context().close()
    })
    if (viewport) await page.setViewportSize(viewport)
    // An address each, as people have: twenty attempts to sign in a minute are all that one address has.
    await page.context().setExtraHTTPHeaders({ 'CF-Connecting-IP': freshAddress() })
    return page
  }
}

/** Leaves nothing of the test but history and cache: what a page does by itself, as following a build, ends with it. */
async function isMadeNew(page: Page): Promise<boolean> {
  if (page.isClosed()) return false
  const context = page.context()
  for (const other of context.pages()) if (other !== page) await other.close()
  page.removeAllListeners()
  await context.unrouteAll()
  await context.setOffline(false)
  // Chromium refuses while a form of the test is still on its way: there will be another page.
  const isAtRest = await page.goto(AT_REST).then(Boolean, () => false)
  await context.clearCookies()
  await page.emulateMedia({ colorScheme: null })
  return isAtRest
}
