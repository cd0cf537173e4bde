import { fromBase64 } from '../../domain/formats/encoding.ts'
import type { Message } from './message.ts'

// The Model Context Protocol over HTTP, in both of its ways: up to 2025-11-25 a client opens with `initialize`; since
// 2026-07-28 each request says all by itself (modelcontextprotocol.io/specification).

/** The versions with a handshake, the newest first. */
export const HANDSHAKE_VERSIONS = ['2025-11-25', '2025-06-18', '2025-03-26'] as const
/** The versions in which each request stands alone. */
export const STATELESS_VERSIONS = ['2026-07-28'] as const
const VERSIONS: readonly string[] = [...STATELESS_VERSIONS, ...HANDSHAKE_VERSIONS]

/** The codes of JSON-RPC and of the protocol that are answered here. */
export const RPC_ERRORS = {
  parse_error: -32700,
  invalid_request: -32600,
  method_not_found: -32601,
  invalid_params: -32602,
  header_mismatch: -32020,
  unsupported_version: -32022,
} as const

export type RpcError = {
  readonly code: keyof typeof RPC_ERRORS
  readonly message: string
  readonly data?: unknown
}

/** In which of the two ways a message speaks, or why it cannot be answered. */
export type Era =
  | { readonly kind: 'handshake' }
  | { readonly kind: 'stateless' }
  | ({ readonly kind: 'bad' } & RpcError)

const VERSION_IN_META = 'io.modelcontextprotocol/protocolVersion'
export const SERVER_IN_META = 'io.modelcontextprotocol/serverInfo'

/** The way that a message speaks: one that names its version in its own `_meta` stands alone, and its headers say the same. */
export function eraOf(headers: Headers, { method, params }: Message): Era {
  const header = headers.get('MCP-Protocol-Version')
  const inBody = versionInMeta(params)
  if (header !== null && !VERSIONS.includes(header)) return unsupported(header)
  if (inBody !== null && !VERSIONS.includes(inBody)) return unsupported(inBody)
  const isStateless = [header, inBody].some((version) => STATELESS_VERSIONS.some((one) => one === version))
  if (!isStateless) return { kind: 'handshake' }
  if (header !== inBody) return mismatch('MCP-Protocol-Version', header, inBody)
  const named = headers.get('Mcp-Method')
  if (named !== method) return mismatch('Mcp-Method', named, method)
  if (method !== 'tools/call') return { kind: 'stateless' }
  const name = typeof params.name === 'string' ? params.name : ''
  const toolName = decodedHeader(headers.get('Mcp-Name'))
  return toolName === name ? { kind: 'stateless' } : mismatch('Mcp-Name', toolName, name)
}

/** The version that is spoken after `initialize`: the one that was asked for, or our newest with a handshake. */
export function negotiated(asked: unknown): string {
  return HANDSHAKE_VERSIONS.find((version) => version === asked) ?? HANDSHAKE_VERSIONS[0]
}

function versionInMeta({ _meta: meta }: Message['params']): string | null {
  const version = typeof meta === 'object' && meta !== null ? (meta as Record<string, unknown>)[VERSION_IN_META] : null
  return typeof version === 'string' ? version : null
}

function unsupported(requested: string): Era {
  const data = { supported: VERSIONS, requested: shortened(requested) }
  return { kind: 'bad', code: 'unsupported_version', message: 'Unsupported protocol version', data }
}

function mismatch(name: string, header: string | null, body: string | null): Era {
  const said = header === null ? 'is missing' : `says ${JSON.stringify(shortened(header))}`
  const wanted = body === null ? 'the body has none in its _meta' : `the body says ${JSON.stringify(shortened(body))}`
  return { kind: 'bad', code: 'header_mismatch', message: `Header mismatch: ${name} ${said}, ${wanted}` }
}

function shortened(text: string): string {
  return text.slice(0, 100)
}

const IN_BASE64 = /^=\?base64\?([A-Za-z0-9+/]{0,1024}={0,2})\?=$/

/** A header value that may be written in Base64, since it is not plain ASCII. */
function decodedHeader(value: string | null): string | null {
  const [, base64] = (value && IN_BASE64.exec(value)) || []
  if (base64 === undefined) return value
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(fromBase64(base64))
  } catch {
    return value // No Base64 of a text: it is compared as it came, and is not the same.
  }
}
