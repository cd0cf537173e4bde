import { mediaTypeOf } from './media-type.ts'

/** The media type by a path's extension; text is taken for UTF-8. */
export function contentTypeFor(path: string): string {
  const type = mediaTypeOf(path) ?? 'application/octet-stream'
  return type.startsWith('text/') ? `${type}; charset=utf-8` : type
}
