import { SELF } from 'cloudflare:test'
import { mintSessionSecret } from '../../src/domain/session.ts'
import { insertSession } from '../../src/storage/sessions.ts'
import type { Stores } from '../../src/storage/stores.ts'
import { ORIGIN } from './client.ts'

/** Signs a browser in; gives its cookie. */
export async function seedSession(stores: Stores, user: { id: string }): Promise<string> {
  const secret = mintSessionSecret()
  await insertSession(stores, secret, { userId: user.id, method: 'link', userAgent: 'a test', from: null })
  return `__Host-session=${secret}`
}

export type Visit = {
  readonly status: number
  readonly headers: Headers
  readonly html: string
  /** What a person reads: no tags, entities decoded, white space as one space. */
  readonly text: string
  /** The addresses of all links. */
  readonly links: readonly string[]
}

/** Opens a page as a browser does, without following redirects. */
export async function visit(path: string, cookie: string | null = null): Promise<Visit> {
  const response = await SELF.fetch(`${ORIGIN}${path}`, {
    redirect: 'manual',
    headers: cookie === null ? {} : { Cookie: cookie },
  })
  const html = await response.text()
  const links = [...html.matchAll(/<a [^>]*?href="([^"]*)"/g)].map(([, href = '']) => decoded(href))
  return { status: response.status, headers: response.headers, html, text: textOf(html), links }
}

function textOf(html: string): string {
  const main = html.slice(html.indexOf('<main'))
  return decoded(main.replace(/<title>.*?<\/title>/gs, '').replace(/<[^>]*>/g, ' '))
    .replace(/\s+/g, ' ')
    .replace(/ (?=[.,:])/g, '')
    .trim()
}

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }

function decoded(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => ENTITIES[name] ?? '')
}
