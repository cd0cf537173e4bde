/** Method and URL (RFC 9112 §3). */
export type RequestLine = { readonly method: string; readonly url: string }

let last: { readonly request: RequestLine; readonly line: RequestLine } | undefined

/** The platform makes these strings at every read, and they are read often: so those of the last request are kept. */
export function requestLineOf(request: RequestLine): RequestLine {
  if (last?.request !== request) last = { request, line: { method: request.method, url: request.url } }
  return last.line
}
