import type { JsonSchema } from './json-schema.ts'

/**
 * A schema as people read one: `{ name: string, size?: integer }`, with rules and an example behind each field. HTML,
 * since what has a name of its own is a link to it.
 */
export function notation(schema: JsonSchema, indent = ''): string {
  const { $ref, type, anyOf, oneOf, items, properties, additionalProperties } = schema
  const choices = anyOf ?? oneOf
  if ($ref) return linkTo($ref.split('/').at(-1) ?? '')
  if (schema.enum) return schema.enum.map(literal).join(' | ')
  if (schema.const !== undefined) return literal(schema.const)
  if (choices) return choices.map((one) => notation(one, indent)).join(' | ')
  if (Array.isArray(type))
    return type.map((one) => notation(one === 'null' ? { type: one } : { ...schema, type: one }, indent)).join(' | ')
  if (type === 'array') return schema.maxItems === 0 ? '[]' : listOf(notation(items ?? {}, indent))
  if (type !== 'object') return FORMATS[schema.format ?? ''] ?? (typeof type === 'string' ? type : 'any')
  if (typeof additionalProperties === 'object') return `{ [name]: ${notation(additionalProperties, indent)} }`
  const fields = Object.entries(properties ?? {}).map(([name, field]) => {
    const isKept = schema.required?.includes(name)
    const inner = `${indent}  `
    return `${inner}${escaped(nameOf(name))}${isKept ? '' : '?'}: ${notation(field, inner)}${remarkOn(field)}\n`
  })
  return fields.length === 0 ? '{}' : `{\n${fields.join('')}${indent}}`
}

/** For text between tags. */
export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

export function anchorOf(shapeName: string): string {
  return `shape-${shapeName}`
}

const FORMATS: Readonly<Record<string, string>> = { 'date-time': 'time', uuid: 'uuid' }

function linkTo(shapeName: string): string {
  return `<a href="#${anchorOf(shapeName)}">${shapeName}</a>`
}

function listOf(item: string): string {
  return item.includes(' | ') && !item.startsWith('{') ? `(${item})[]` : `${item}[]`
}

function literal(value: unknown): string {
  return escaped(JSON.stringify(value))
}

function nameOf(name: string): string {
  return /^\w+$/.test(name) ? name : JSON.stringify(name)
}

/** What else is known of a field: rules, its default, what it may look like. */
function remarkOn(field: JsonSchema): string {
  const { description = '', examples = [] } = field
  const known = [
    rangeOf(field.minLength, field.maxLength, ' characters'),
    rangeOf(field.minimum, field.maximum, ''),
    ...description.split('; ').filter((rule) => rule !== NO_CONTROL_CHARACTERS),
    field.default === undefined ? '' : `${JSON.stringify(field.default)} by default`,
    // Times and ids all look alike.
    field.format ? '' : examples.map((one) => JSON.stringify(one)).join(', '),
  ].filter((part) => part !== '')
  return known.length === 0 ? '' : ` <i>${escaped(known.join('; '))}</i>`
}

// Said of nearly every text, and no surprise.
const NO_CONTROL_CHARACTERS = 'must not contain control characters'

function rangeOf(min: number | undefined, max: number | undefined, unit: string): string {
  if (max === undefined) return ''
  if (max === Number.MAX_SAFE_INTEGER) return `from ${min ?? 0}`
  return min === undefined && unit ? `at most ${max}${unit}` : `${min ?? 0} to ${max}${unit}`
}
