import type { Context } from 'hono'
import * as v from 'valibot'
import { maskSecrets } from '../../../domain/access/secret.ts'
import { type ArtifactPlace, artifactPathProblem } from '../../../domain/artifacts/artifact.ts'
import { AppError, type InputProblem, invalidInput } from '../../../domain/error.ts'
import type { AppEnv } from '../open-request.ts'
import { readBody } from './body.ts'

export const MAX_JSON_BYTES = 1_048_576

/** The body as a JSON object of that shape; a 400 names each field and the rule it breaks. */
export async function readJson<S extends v.GenericSchema>(c: Context<AppEnv>, schema: S): Promise<v.InferOutput<S>> {
  return parseInput(schema, jsonOf(await readText(c.req.raw, MAX_JSON_BYTES)))
}

/** As `readJson`, where an empty body means an empty object. */
export async function readOptionalJson<S extends v.GenericSchema>(
  c: Context<AppEnv>,
  schema: S,
): Promise<v.InferOutput<S>> {
  const text = await readText(c.req.raw, MAX_JSON_BYTES)
  return parseInput(schema, text.trim() === '' ? {} : jsonOf(text))
}

/** The path of the first list where an object is wanted, for which valibot takes it; null for none. */
function listForObject(schema: AnySchema, value: unknown, path: string): string | null {
  const within = (inner: AnySchema | undefined, at: unknown, name: string | number) =>
    inner && at !== undefined && at !== null
      ? listForObject(inner, at, path === '' ? `${name}` : `${path}.${name}`)
      : null
  if (schema.wrapped) return listForObject(schema.wrapped, value, path)
  if (schema.item) return Array.isArray(value) ? firstOf(value, (at, i) => within(schema.item, at, i)) : null
  if (!schema.entries && schema.type !== 'record') return null
  if (Array.isArray(value)) return path
  if (typeof value !== 'object' || value === null) return null
  const fields = value as Readonly<Record<string, unknown>>
  return firstOf(Object.keys(schema.entries ?? {}), (name) => within(schema.entries?.[name], fields[name], name))
}

function firstOf<T>(items: readonly T[], find: (item: T, i: number) => string | null): string | null {
  for (const [i, item] of items.entries()) {
    const found = find(item, i)
    if (found !== null) return found
  }
  return null
}

/** What of a schema of valibot tells where its objects are. */
type AnySchema = {
  readonly type?: string
  readonly wrapped?: AnySchema
  readonly item?: AnySchema
  readonly entries?: Readonly<Record<string, AnySchema>>
}

/** One wrong list of thousands must not make an answer of megabytes. */
const MAX_PROBLEMS = 20
const MAX_PATH_LENGTH = 200

export function parseInput<S extends v.GenericSchema>(schema: S, value: unknown): v.InferOutput<S> {
  const list = listForObject(schema as AnySchema, value, '')
  if (list === '') throw invalidInput('', 'The body must be an object')
  if (list !== null) throw invalidInput(list.slice(0, MAX_PATH_LENGTH), 'must be an object')
  const parsed = v.safeParse(schema, value)
  if (parsed.success) return parsed.output
  const problems = parsed.issues.slice(0, MAX_PROBLEMS).map(problemOf)
  const [first] = problems
  const said = first?.path ? `${first.path}: ${first.message}` : (first?.message ?? 'Invalid input')
  throw new AppError('invalid_input', said, { problems })
}

function problemOf(issue: v.BaseIssue<unknown>): InputProblem {
  // The name of an unknown field is the client's, and could be anything.
  const path = maskSecrets(v.getDotPath(issue) ?? '').slice(0, MAX_PATH_LENGTH)
  return path === '' ? { path: '', message: `The body ${ruleOf(issue)}` } : { path, message: ruleOf(issue) }
}

/** The body as text, at most that long; 413 beyond, 400 if it is not UTF-8. */
export async function readText(request: Request, maxBytes: number): Promise<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false })
  let text = ''
  try {
    await readBody(request, maxBytes, (chunk) => {
      text += decoder.decode(chunk, { stream: true })
    })
    return text + decoder.decode()
  } catch (error) {
    if (error instanceof TypeError) throw invalidInput('', 'The body must be UTF-8 text.')
    throw error
  }
}

/** The body's bytes, at most that many; 413 beyond. */
export async function readBytes(request: Request, maxBytes: number): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = []
  let length = 0
  await readBody(request, maxBytes, (chunk) => {
    chunks.push(chunk)
    length += chunk.byteLength
  })
  const bytes = new Uint8Array(length)
  let at = 0
  for (const chunk of chunks) {
    bytes.set(chunk, at)
    at += chunk.byteLength
  }
  return bytes
}

const COUNT_SHAPE = /^[0-9]{1,9}$/

/** A whole number from the query within bounds; `fallback` when it is not there. */
export function queryCount(
  c: Context<AppEnv>,
  name: string,
  { min, max, fallback }: { min: number; max: number; fallback: number },
): number {
  const text = c.req.query(name)
  if (text === undefined) return fallback
  const count = COUNT_SHAPE.test(text) ? Number(text) : Number.NaN
  if (count >= min && count <= max) return count
  throw invalidInput(name, `must be a whole number from ${min} to ${max}`)
}

/** The most pages of a list that are reached by their numbers: no link leads beyond. */
export const MAX_PAGE = 10_000

/** A page of a list, from 1. */
export function queryPage(c: Context<AppEnv>, name: string, max = MAX_PAGE): number {
  return queryCount(c, name, { min: 1, max, fallback: 1 })
}

/** A text from the query; null when it is not there or empty, which clients send for "any". */
export function queryText(c: Context<AppEnv>, name: string): string | null {
  return c.req.query(name) || null
}

/** `true` or `false` from the query; false when it is not there. */
export function queryFlag(c: Context<AppEnv>, name: string): boolean {
  const text = c.req.query(name)
  if (text === undefined || text === 'false') return false
  if (text === 'true') return true
  throw invalidInput(name, 'must be true or false')
}

/** A whole number from the path, written in the one way in which our addresses have it; else null. */
export function numberOnPath(text: string): number | null {
  return /^(?:0|[1-9][0-9]{0,8})$/.test(text) ? Number(text) : null
}

/** A build number from the path; what cannot be one is the number of no build. */
export function buildNumOf(params: { readonly num: string }): number {
  const num = numberOnPath(params.num)
  if (num === null) throw new AppError('build_not_found')
  return num
}

/** The number of a test from the path; what cannot be one is the number of no test. */
export function testIdOf(params: { readonly id: string }): number {
  const id = numberOnPath(params.id)
  if (id === null) throw new AppError('test_not_found')
  return id
}

// Each skipped row is read: whoever holds a badge's token must not have a million of them read by one request.
export const MAX_OFFSET = 10_000

/** v1.1 paging: `limit` 1–100 (30) unless the list has bounds of its own, `offset` 0–10,000 (0). */
export function pageOf(
  c: Context<AppEnv>,
  { max, fallback }: { readonly max: number; readonly fallback: number } = { max: 100, fallback: 30 },
): { readonly limit: number; readonly offset: number } {
  return {
    limit: queryCount(c, 'limit', { min: 1, max, fallback }),
    offset: queryCount(c, 'offset', { min: 0, max: MAX_OFFSET, fallback: 0 }),
  }
}

export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw invalidInput('', 'The body must be valid JSON.')
  }
}

/** Valibot's wording for structure, ours (given with each schema) for the rest. */
function ruleOf(issue: v.BaseIssue<unknown>): string {
  if (issue.type === 'strict_object')
    return issue.expected === 'never'
      ? 'is not a known field'
      : issue.received === 'undefined'
        ? 'is required'
        : 'must be an object'
  if (issue.received === 'undefined' && issue.kind === 'schema') return 'is required'
  return issue.message
}

export const MAX_BRANCH_LENGTH = 1_024

/** The branch on the path, percent-decoded; it may hold slashes, and none at its end (git-check-ref-format). */
export function branchOf({ branch }: { readonly branch: string }): string {
  return checkedBranch(branch.replace(/\/$/, ''))
}

export function checkedBranch(branch: string): string {
  if (branch.length > MAX_BRANCH_LENGTH)
    throw invalidInput('branch', `must be at most ${MAX_BRANCH_LENGTH} characters long`)
  return branch
}

/** The node index and the artifact path on the path. */
export function artifactPlaceOf(params: { readonly node: string; readonly path: string }): ArtifactPlace {
  const nodeIndex = numberOnPath(params.node)
  if (nodeIndex === null) throw new AppError('artifact_not_found')
  return { nodeIndex, path: artifactPathOf(params) }
}

/** The artifact path on the path, percent-decoded segment by segment. */
export function artifactPathOf({ path }: { readonly path: string }): string {
  const problem = artifactPathProblem(path)
  if (problem) throw invalidInput('path', problem)
  return path
}
