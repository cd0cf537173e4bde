/** Where to go after signing in: a path of this site, or the start page for anything that could lead elsewhere. */
export function sitePathOf(text: string | null | undefined): string {
  // Browsers take `//`, `/\` and backslashes for other hosts, and drop tabs and line ends before they look.
  if (!text?.startsWith('/') || /^\/[/\\]|[\\\p{Cc}]/u.test(text) || text.length > 2_000) return '/'
  const base = 'https://site.invalid'
  if (!URL.canParse(text, base)) return '/'
  const { origin, pathname, search } = new URL(text, base)
  // The path may have become `//…` once its dots were worked out.
  return origin === base && !pathname.startsWith('//') ? pathname + withoutToken(search) : '/'
}

/** Takes tokens out of an address: no address that we make has one. */
function withoutToken(search: string): string {
  if (!search.includes('circle-token=')) return search
  const kept = search
    .slice(1)
    .split('&')
    .filter((pair) => !pair.startsWith('circle-token='))
  return kept.length > 0 ? `?${kept.join('&')}` : ''
}

/** The sign-in page, to come back from. */
export function signInPathFor(next: string): string {
  return next === '/' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(next)}`
}
