import type { TestApp } from './app.ts'
import { requestInitOf } from './client.ts'

/** The header that a browser's window sends, to be let in. */
export const WINDOW = { 'Sec-Fetch-Dest': 'document', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Site': 'none' }

/** The cookies that an answer sets, as a browser sends them back. */
export function cookiesOf(response: Response): string {
  return response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';', 1)[0])
    .join('; ')
}

/** Asks for a path on a host of a report; the name of the host is the test's own. */
export async function askHost(
  app: Pick<TestApp, 'askUrl'>,
  url: string,
  headers: Record<string, string> = {},
  method = 'GET',
): Promise<Response> {
  return app.askUrl(url, requestInitOf({ headers, method }))
}

/** Follows the way in to a report's host: gives the host's origin, the cookies and where they lead. */
export async function enterReport(app: TestApp, wayIn: string, token: string | null) {
  const led = await app.ask(wayIn, { token })
  const entry = led.headers.get('Location') ?? ''
  const { origin } = new URL(entry)
  const entered = await askHost(app, entry, WINDOW)
  return { led, entry, origin, entered, cookie: cookiesOf(entered), path: entered.headers.get('Location') ?? '' }
}
