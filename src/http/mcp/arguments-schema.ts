import { toJsonSchema } from '@valibot/to-json-schema'
import type * as v from 'valibot'

/** The arguments of a tool as the JSON Schema that its clients read. Rules that JSON Schema has no word for are left out. */
export function argumentsSchemaOf(input: v.GenericSchema): object {
  const { $schema: _, ...schema } = toJsonSchema(input, { typeMode: 'input', errorMode: 'ignore' })
  return { type: 'object', ...schema }
}
