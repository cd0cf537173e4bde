import { AppError, invalidInput } from '../../../domain/error.ts'

export const MAX_URL_LENGTH = 8_192
export const MAX_HEADERS_LENGTH = 32_768

/** Refuses what no handler should have to think about: an over-long URL, a broken or hostile path. */
export function requireSaneUrl(url: string): void {
  if (url.length > MAX_URL_LENGTH)
    throw new AppError('path_too_long', `The URL is longer than ${MAX_URL_LENGTH} characters.`)
  if (url.includes('%')) requireSanePath(url)
}

/** Refuses an over-long header block. */
export function requireSaneHeaders(request: Request): void {
  let length = 0
  for (const [name, value] of request.headers) length += name.length + value.length
  if (length > MAX_HEADERS_LENGTH)
    throw new AppError('headers_too_large', `The headers are longer than ${MAX_HEADERS_LENGTH} characters together.`)
}

/**
 * Refuses what a write would pass over in silence: a body that is packed, which would be kept or read as it came, and
 * the condition that something is as it was, which no write here can promise.
 */
export function requirePlainWrite({ headers }: Request, method: string): void {
  if (method === 'GET' || method === 'HEAD') return
  const coding = headers.get('Content-Encoding')
  if (coding !== null && !/^[\s,]*(?:identity[\s,]*)*$/i.test(coding))
    throw new AppError('unsupported_media_type', 'Content-Encoding: must be identity: send the bytes as they are', {
      headers: { 'Accept-Encoding': 'identity' },
    })
  for (const name of ['If-Match', 'If-Unmodified-Since'])
    if (headers.has(name))
      throw new AppError('precondition_failed', `${name}: this call cannot promise that, and did nothing`)
}

function requireSanePath(url: string): void {
  const path = decoded(url.split('?', 1)[0] ?? '')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is refused.
  if (/[\u0000-\u001f\u007f]/.test(path)) throw invalidInput('path', 'must not contain control characters')
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    throw invalidInput('path', 'has malformed percent-encoding')
  }
}
