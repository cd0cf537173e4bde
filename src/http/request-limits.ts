import { AppError, invalidInput } from '../domain/error.ts'

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
