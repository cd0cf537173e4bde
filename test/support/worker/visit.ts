import { askUrl, ORIGIN, TEST_RAY } from './client.ts'

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
  const response = await askUrl(`${ORIGIN}${path}`, {
    redirect: 'manual',
    headers: { 'CF-Ray': TEST_RAY, ...(cookie === null ? {} : { Cookie: cookie }) },
  })
  const html = await response.text()
  const links = [...html.matchAll(/<a [^>]*?href="([^"]*)"/g)].map(([, href = '']) => decoded(href))
  return { status: response.status, headers: response.headers, html, text: textOf(html), links }
}

/** What a person reads of a page, or of a part of one. */
export function textOf(html: string): string {
  const main = html.slice(Math.max(0, html.indexOf('<main')))
  return decoded(main.replace(/<title>.*?<\/title>/gs, '').replace(/<[^>]*>/g, ' '))
    .replace(/\s+/g, ' ')
    .replace(/ (?=[.,:])/g, '')
    .trim()
}

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }

function decoded(text: string): string {
  return text.replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => ENTITIES[name] ?? '')
}
