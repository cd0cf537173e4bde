import { toJsonSchema } from '@valibot/to-json-schema'
import * as v from 'valibot'
import type { Shape } from '../../src/http/json/shape.ts'

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

/** The shapes that have a name of their own, among these and all that they are made of. */
export function namedShapesIn(shapes: readonly Shape[]): ReadonlyMap<string, Shape> {
  const found = new Map<string, Shape>()
  for (const shape of shapes) collectNamed(shape, found)
  return found
}

function collectNamed(shape: Shape, found: Map<string, Shape>): void {
  const name = v.getTitle(shape)
  if (name !== undefined) {
    const known = found.get(name)
    if (known === shape) return
    if (known) throw new Error(`Two shapes are called ${name}`)
    found.set(name, shape)
  }
  for (const part of partsOf(shape)) collectNamed(part, found)
}

/** What a shape is made of, of whatever kind it is. */
type Composite = {
  readonly entries?: Readonly<Record<string, Shape>>
  readonly options?: readonly unknown[]
  readonly item?: Shape
  readonly wrapped?: Shape
  readonly value?: Shape
}

function partsOf(shape: Shape & Composite): readonly Shape[] {
  const { entries = {}, options = [], item, wrapped, value } = shape
  // A picklist has texts for options.
  return [...Object.values(entries), ...options, item, wrapped, value].filter(isShape)
}

function isShape(part: unknown): part is Shape {
  return typeof part === 'object' && part !== null && 'kind' in part && part.kind === 'schema'
}

/** The JSON Schema of a valibot schema. Rules that JSON Schema cannot express are descriptions, in the words of the refusal. */
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
  const definitions = Object.fromEntries([...namedShapesIn([shape])].filter(([name]) => name !== own))
  const schema = toJsonSchema(shape, {
    target: 'draft-2020-12',
    definitions,
    overrideRef: ({ referenceId }) => `#/components/schemas/${referenceId}`,
    // The name is where it is defined.
    overrideAction: ({ valibotAction, jsonSchema: { title: _, ...rest } }) =>
      valibotAction.type === 'title' ? rest : undefined,
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
