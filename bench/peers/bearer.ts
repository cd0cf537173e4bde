/** The token that stands in the header of a request, or nothing. */
export function bearerOf(request: Request): string {
  return /^Bearer (\S+)$/.exec(request.headers.get('Authorization') ?? '')?.[1] ?? ''
}
