import { parseBasicCredentials } from '../../../domain/access/basic-credentials.ts'
import { parseSecret, type Secret } from '../../../domain/access/secret.ts'
import type { QueryTokens } from '../../../settings.ts'
import { requestLineOf } from './request-line.ts'

/** What a request brought along to show who asks. Reading it costs no I/O. */
export type Credential =
  | { readonly kind: 'none' }
  | { readonly kind: 'malformed' }
  /** A well-formed token in the URL where the settings or the method forbid it. */
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'secret'; readonly secret: Secret }

const MAX_HEADER_LENGTH = 1_000

/**
 * The first credential present counts, in this order, and a bad one is not passed over: `Authorization: Bearer`,
 * `Circle-Token`, Basic with the token as user name, `?circle-token=`.
 */
export function readCredential(request: Request, queryTokens: QueryTokens): Credential {
  const { headers } = request
  const authorization = headers.get('Authorization')
  const bearer = authorization === null ? null : /^bearer(?:[ \t]+(.*))?$/is.exec(authorization)
  if (bearer) return parsed(bearer[1] ?? '')
  const circleToken = headers.get('Circle-Token')
  if (circleToken !== null) return parsed(circleToken)
  if (authorization !== null) return parsed(parseBasicCredentials(authorization)?.user ?? '')
  const { method, url } = requestLineOf(request)
  const query = queryTokenOf(url)
  if (query === null) return NONE
  return readQueryToken(query, method, takesNoQueryToken(url) ? 'never' : queryTokens)
}

/** CircleCI's clients of v3 and those of MCP send a header, and its server and MCP refuse a token in the URL. */
function takesNoQueryToken(url: string): boolean {
  const path = url.indexOf('/', url.indexOf('://') + 3)
  return url.startsWith('/api/v3/', path) || url.startsWith('/mcp', path)
}

/** Whether the token that counts is that of the URL. */
export function isFromQuery({ headers, url }: Request): boolean {
  return hasQueryToken(url) && !headers.has('Authorization') && !headers.has('Circle-Token')
}

/** Whether the URL holds a token: the answer must then stay out of shared caches and referrers. */
export function hasQueryToken(url: string): boolean {
  return url.includes('circle-token=')
}

const NONE: Credential = { kind: 'none' }
const MALFORMED: Credential = { kind: 'malformed' }

function parsed(text: string): Credential {
  const secret = text.length > MAX_HEADER_LENGTH ? null : parseSecret(text)
  return secret ? { kind: 'secret', secret } : MALFORMED
}

// The first of that name in the query, not decoded: a token has no character that would be encoded.
const QUERY_TOKEN = /^[^?#]*\?(?:[^#]*?&)??circle-token=([^&#]*)/

function queryTokenOf(url: string): string | null {
  return hasQueryToken(url) ? (QUERY_TOKEN.exec(url)?.[1] ?? null) : null
}

function readQueryToken(text: string, method: string, queryTokens: QueryTokens | 'never'): Credential {
  const credential = parsed(text)
  if (credential.kind !== 'secret') return credential
  if (queryTokens === 'never') return refused('This API takes no token in the URL: use the Authorization header.')
  if (queryTokens === 'off') return refused('Tokens in the URL are turned off here: use the Circle-Token header.')
  const isRead = method === 'GET' || method === 'HEAD'
  if (!isRead && queryTokens !== 'all-methods')
    return refused('A token in the URL can only read: use the Circle-Token header.')
  if (queryTokens === 'project' && !credential.secret.startsWith('bpp_')) {
    return refused('Only project tokens may stand in the URL here: use the Circle-Token header.')
  }
  return credential
}

function refused(reason: string): Credential {
  return { kind: 'refused', reason }
}
