import { type RequestLine, requestLineOf } from './request-line.ts'

// A project slug in one escaped segment, as v2 clients send it.
const ESCAPED_SLUG = /^(\/api\/(?:v2\/(?:project|insights)|buildpass\/v1\/projects)\/)([^/]+)/

/**
 * The path as it was sent, percent-encoding and all, so that parameters are decoded exactly once; a slug in one
 * escaped segment (`gh%2Facme%2Fweb`) is opened up.
 */
export function rawPathOf(request: RequestLine): string {
  const { url } = requestLineOf(request)
  const start = originLengthOf(url)
  const query = url.indexOf('?', start)
  const path = query < 0 ? url.slice(start) : url.slice(start, query)
  if (!path.includes('%') || !path.startsWith('/api/')) return path
  return path.replace(ESCAPED_SLUG, (_, before: string, slug: string) => before + slug.replace(/%2f/gi, '/'))
}

/** How much of a request's URL is its origin: the platform has brought it into shape, with a path. */
export function originLengthOf(url: string): number {
  return url.indexOf('/', url.indexOf('://') + 3)
}
