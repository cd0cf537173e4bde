import { visibleText } from '../../domain/formats/visible-text.ts'
import type { SentNotice } from '../../domain/notices/notice-requests.ts'
import { noticeText } from '../../domain/notices/notice-text.ts'
import { escapeMarkup } from '../frame/answers/markup.ts'

/** What a feed is of: `path` is its own, `page` that of the page with the same. */
export type AtomFeed = {
  readonly title: string
  readonly path: string
  readonly page: string
  readonly origin: string
  readonly notices: readonly SentNotice[]
  /** It tells that something happened and when, as a badge does, and neither why nor by whom. */
  readonly isPlain?: boolean
}

/** Notices as an Atom feed (RFC 4287), the newest first. A notice keeps its id, so that readers know it again. */
export function atomXml({ title, path, page, origin, notices, isPlain = false }: AtomFeed): string {
  const entries = notices.map((notice) => {
    const text = noticeText(notice.facts, notice.slug)
    const { title, lines, path } = isPlain ? { ...text, lines: [], path: page } : text
    return `  <entry>
    <id>urn:uuid:${notice.id}</id>
    <title>${escaped(title)}</title>
    <updated>${timeOf(notice.createdAt)}</updated>
    <category term="${escaped(notice.facts.kind)}"/>
    <link rel="alternate" type="text/html" href="${escaped(origin + path)}"/>
    <content type="text">${escaped(lines.join('\n'))}</content>
  </entry>
`
  })
  return `<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
  <id>${escaped(origin + path)}</id>
  <title>${escaped(title)}</title>
  <updated>${timeOf(notices[0]?.createdAt ?? 0)}</updated>
  <author><name>Buildpass</name></author>
  <link rel="self" type="application/atom+xml" href="${escaped(origin + path)}"/>
  <link rel="alternate" type="text/html" href="${escaped(origin + page)}"/>
${entries.join('')}</feed>
`
}

function timeOf(at: number): string {
  return new Date(at).toISOString()
}

/** What XML 1.0 §2.2 has no way to write is among what is written out. */
function escaped(text: string): string {
  return escapeMarkup(visibleText(text))
}
