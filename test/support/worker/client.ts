import { SELF } from 'cloudflare:test'
import { documented } from '../api/documented.ts'

export const ORIGIN = 'https://builds.test'

/** One for all requests: so that what must not be told apart can be compared to the letter. */
export const TEST_RAY = '0123456789abcdef-TST'

export type Ask = {
  readonly method?: string
  readonly token?: string | null
  readonly json?: unknown
  readonly body?: BodyInit
  readonly headers?: Record<string, string>
}

/** Asks the Worker as a client does, without following redirects. */
export function ask(path: string, options: Ask = {}): Promise<Response> {
  return askUrl(`${ORIGIN}${path}`, requestInitOf(options))
}

/** As `fetch`. Every answer of the Worker is held against the API document. */
export async function askUrl(url: string, init: RequestInit = {}): Promise<Response> {
  const { method = 'GET' } = init
  // As it is sent: without dots in its path.
  return documented({ method, url: new URL(url).href }, await SELF.fetch(url, init))
}

/** The JSON of an answer. Typed loosely: what it holds is what the test is about. */
// biome-ignore lint/suspicious/noExplicitAny: tests read fields that the type cannot know.
export async function askJson(path: string, options: Ask = {}): Promise<any> {
  const response = await ask(path, options)
  return response.json()
}

export function requestInitOf({ method = 'GET', token = null, json, body, headers = {} }: Ask): RequestInit {
  return {
    method,
    redirect: 'manual',
    headers: {
      'CF-Ray': TEST_RAY,
      ...(token === null ? {} : { 'Circle-Token': token }),
      ...(json === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...headers,
    },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    ...(body === undefined ? {} : { body }),
  }
}
