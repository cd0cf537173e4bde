import { toJsonSchema } from '@valibot/to-json-schema'
import type * as v from 'valibot'
import { BUILDPASS_SHAPES } from './answers-buildpass.ts'
import { V1_SHAPES } from './answers-v1.ts'
import { V2_SHAPES } from './answers-v2.ts'
import { SHARED_SHAPES, type Shape } from './shapes.ts'

/** As much of JSON Schema as our schemas use. */
export type JsonSchema = {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly format?: string
  readonly default?: unknown
  readonly minLength?: number
  readonly maxLength?: number
  readonly minimum?: number
  readonly maximum?: number
  readonly description?: string
  readonly examples?: readonly unknown[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly anyOf?: readonly JsonSchema[]
  readonly oneOf?: readonly JsonSchema[]
  readonly items?: JsonSchema
  readonly maxItems?: number
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: JsonSchema | boolean
}

/** The shapes that have a name of their own in the document. */
export const SHAPES: Readonly<Record<string, Shape>> = {
  ...SHARED_SHAPES,
  ...V1_SHAPES,
  ...V2_SHAPES,
  ...BUILDPASS_SHAPES,
}

/** What the schema takes. Rules that JSON Schema has no word for are told in words: those of the refusal. */
export function jsonSchemaOf(schema: v.GenericSchema): JsonSchema {
  const { $schema: _, ...rest } = toJsonSchema(schema, {
    target: 'draft-2020-12',
    typeMode: 'input',
    errorMode: 'ignore',
    overrideAction: ({ valibotAction, jsonSchema }) => {
      const message = 'message' in valibotAction ? valibotAction.message : undefined
      return valibotAction.type === 'check' && typeof message === 'string'
        ? { ...jsonSchema, description: jsonSchema.description ? `${jsonSchema.description}; ${message}` : message }
        : undefined
    },
  })
  return nullable(rest as JsonSchema)
}

/** The JSON Schema of a shape, with those that have a name by reference; `own` is the name that it is defined under. */
export function shapeSchemaOf(shape: Shape, own?: string): JsonSchema {
  const definitions = Object.fromEntries(Object.entries(SHAPES).filter(([name]) => name !== own))
  const schema = toJsonSchema(shape, {
    target: 'draft-2020-12',
    definitions: definitions as Record<string, v.GenericSchema>,
    overrideRef: ({ referenceId }) => `#/components/schemas/${referenceId}`,
  })
  const { $schema: _, $defs: __, ...rest } = schema
  return nullable(rest as JsonSchema)
}

/** `type: ["string", "null"]` for `anyOf: [{type: "string"}, {type: "null"}]`, all the way down. */
function nullable(value: JsonSchema): JsonSchema {
  const inner = Object.fromEntries(
    Object.entries(value).map(([key, part]) => [key, key === 'examples' ? part : nullableIn(part)]),
  )
  const [one, none, ...more] = Array.isArray(inner.anyOf) ? inner.anyOf : []
  return none?.type === 'null' && more.length === 0 && typeof one?.type === 'string' && !one.enum && !('const' in one)
    ? { ...one, type: [one.type, 'null'] }
    : inner
}

function nullableIn(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(nullableIn)
  return typeof part === 'object' && part !== null ? nullable(part as JsonSchema) : part
}
