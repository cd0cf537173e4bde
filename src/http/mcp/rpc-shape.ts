import * as v from 'valibot'
import { byName, exactly, maybe, object, orNull, text, whole } from '../json/shape.ts'

/** An answer of JSON-RPC; what is in `result` the Model Context Protocol says. */
export const rpcShape = object({
  jsonrpc: exactly('2.0'),
  id: orNull(v.union([whole(1), text('1')])),
  result: maybe(byName(v.unknown())),
  error: maybe(
    object({ code: v.number(), message: text('Unsupported protocol version'), data: v.optional(v.unknown()) }),
  ),
})
