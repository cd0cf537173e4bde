/** A message of JSON-RPC 2.0: a request has an id, a notification has none. */
export type Message = {
  readonly id: string | number | null
  readonly method: string
  readonly params: Readonly<Record<string, unknown>>
}

export type ReadMessage =
  | { readonly kind: 'message'; readonly message: Message }
  /** An answer to something that was asked of the client, which nothing here ever is. */
  | { readonly kind: 'answer' }
  | { readonly kind: 'bad'; readonly code: 'parse_error' | 'invalid_request'; readonly problem: string }

/** Reads the one message that a request holds; several at once have not been allowed since 2025-06-18. */
export function readMessage(text: string): ReadMessage {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return { kind: 'bad', code: 'parse_error', problem: 'The body is not JSON.' }
  }
  if (!isObject(value)) return invalid('The body must be one JSON-RPC message, an object.')
  const { jsonrpc, id, method, params = {} } = value
  if (jsonrpc !== '2.0') return invalid('jsonrpc: must be "2.0"')
  if (method === undefined && ('result' in value || 'error' in value)) return { kind: 'answer' }
  if (typeof method !== 'string') return invalid('method: must be a string')
  if (!isObject(params)) return invalid('params: must be an object')
  if (id === undefined) return { kind: 'message', message: { id: null, method, params } }
  if (typeof id !== 'string' && !Number.isSafeInteger(id)) return invalid('id: must be a string or a whole number')
  return { kind: 'message', message: { id: id as string | number, method, params } }
}

function invalid(problem: string): ReadMessage {
  return { kind: 'bad', code: 'invalid_request', problem }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
