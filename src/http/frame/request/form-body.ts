import type { Context } from 'hono'
import type * as v from 'valibot'
import type { AppEnv } from '../open-request.ts'
import { jsonOf, MAX_JSON_BYTES, parseInput, readText } from './input.ts'

/**
 * The body of a call that scripts make by hand: JSON, whatever its Content-Type says (curl's default is a form's), a
 * form with `build_parameters[NAME]=value` as CircleCI documents it, or nothing, which means an empty object.
 */
export async function readJsonOrForm<S extends v.GenericSchema>(
  c: Context<AppEnv>,
  schema: S,
): Promise<v.InferOutput<S>> {
  const text = (await readText(c.req.raw, MAX_JSON_BYTES)).trim()
  if (text === '') return parseInput(schema, {})
  const isForm = c.req.header('Content-Type')?.startsWith('application/x-www-form-urlencoded') && !/^[{["]/.test(text)
  return parseInput(schema, isForm ? formOf(text) : jsonOf(text))
}

/** `a=1&b[c]=2` as `{a: '1', b: {c: '2'}}`: one level deep, without a prototype to reach. */
export function formOf(text: string): Record<string, string | Record<string, string>> {
  const form: Record<string, string | Record<string, string>> = Object.create(null)
  for (const [key, value] of new URLSearchParams(text)) {
    const [, name, inner] = /^([^[\]]+)\[([^[\]]+)\]$/.exec(key) ?? []
    if (name === undefined || inner === undefined) {
      form[key] = value
      continue
    }
    const fields = form[name]
    if (typeof fields === 'object') fields[inner] = value
    else form[name] = Object.assign(Object.create(null), { [inner]: value })
  }
  return { ...form }
}
