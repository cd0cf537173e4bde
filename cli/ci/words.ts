import { wordTable } from '../../src/domain/formats/word-table.ts'
import { distinct } from '../../src/domain/reporting/payload.ts'
import { clipped } from '../../src/domain/tests/test-result.ts'
import type { Person } from './ci-job.ts'

/** The first value that is not empty. */
export function firstOf(...values: readonly (string | null | undefined)[]): string | null {
  return values.find((value) => value !== undefined && value !== null && value !== '') ?? null
}

const HOSTS = wordTable<string>({ 'github.com': 'gh', 'gitlab.com': 'gl', 'bitbucket.org': 'bb' })

/** The slug of a Git remote, `git@github.com:acme/web.git` or `https://github.com/acme/web`; null for other hosts. */
export function slugOfRemote(url: string | null | undefined, vcs: string | null = null): string | null {
  const [, host = '', org, repo] =
    /^(?:[a-z+]+:\/\/)?(?:[^@/]+@)?([^:/]+)(?::\d+)?[:/]+([^/:]+)\/([^/]+?)(?:\.git)?\/?$/i.exec(url?.trim() ?? '') ??
    []
  const found = vcs ?? HOSTS.get(host.toLowerCase()) ?? guessVcs(host)
  return org && repo && found ? `${found}/${org}/${repo}` : null
}

// An enterprise host usually has the product's name in it.
function guessVcs(host: string): string | null {
  return /github/i.test(host) ? 'gh' : /gitlab/i.test(host) ? 'gl' : /bitbucket/i.test(host) ? 'bb' : null
}

/** `Ada Lovelace <ada@example.com>`. */
export function personOf(text: string | null | undefined): Person | null {
  if (!text) return null
  const [, name, email] = /^\s*(.*?)\s*<([^<>]+)>\s*$/.exec(text) ?? []
  return email ? { ...(name ? { name } : {}), email } : { name: text.trim() }
}

/** A commit message's first line, and the rest. */
export function messageOf(text: string | null | undefined): { subject: string | null; body: string | null } {
  const [subject = '', ...rest] = (text ?? '').trim().split('\n')
  return { subject: subject || null, body: rest.join('\n').trim() || null }
}

export function indexOf(text: string | undefined, first = 0): number {
  return text !== undefined && /^\d{1,4}$/.test(text) ? Math.max(0, Number(text) - first) : 0
}

/** The attempt in a number of the CI, counted from 1; nothing where there is none. */
export function attemptOf(text: string | undefined, more = 0): { attempt?: number } {
  return text !== undefined && /^\d{1,12}$/.test(text) && Number(text) + more > 0
    ? { attempt: Number(text) + more }
    : {}
}

/** A text of the CI as one line of at most `maxLength` characters; two longer texts stay distinct. */
export function lineFor(text: string | null | undefined, maxLength: number): string | null {
  const line = (text ?? '')
    .toWellFormed()
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
  return line === '' ? null : distinct(line, maxLength)
}

/** As `lineFor`, for text with several lines. */
export function proseFor(text: string | null | undefined, maxLength: number): string | null {
  return text ? clipped(text.replace(/[^\P{Cc}\t\n\r]+/gu, ''), maxLength) : null
}

/** A web address; null for other text, or one longer than the server takes. */
export function addressFor(text: string | null | undefined): string | null {
  return text && text.length <= 2_048 && /^https?:\/\//.test(text) && URL.canParse(text) ? text : null
}
