import type * as v from 'valibot'
import type { RouteName } from '../../src/http/frame/access.ts'
import { doneShape, type Shape } from '../../src/http/json/shape.ts'

/** What a program may ask a deployment for. The one row left out answers `npm start` only. */
export type ApiRouteName = Exclude<RouteName, 'POST /local/sign-in-links'>

/** The routes under a prefix. */
export type Under<P extends string> = Extract<ApiRouteName, `${string} ${P}${string}`>

export type Body = {
  /** The schema that the handler validates with; null for bodies that are no JSON object of ours. */
  readonly schema: (() => v.GenericSchema) | null
  readonly type?: string
  /** What is taken besides JSON. */
  readonly orForm?: true
  /** An empty body means the defaults. */
  readonly optional?: true
  readonly example: unknown
}

export type Answer = {
  readonly means: string
  /** Media type → the shape of JSON, null for what is no JSON of ours. Empty for an answer without a body. */
  readonly content: Content
}
export type Content = Readonly<Record<string, Shape | null>>

/** What the document says of a route beyond its row in the access table and its schema. */
export type RouteDoc = {
  readonly summary: string
  readonly description?: string
  readonly query?: readonly string[]
  readonly headers?: readonly string[]
  readonly body?: Body
  readonly answers: Readonly<Record<number, Answer>>
  /** Refusals beyond those that its needs and its input bring. */
  readonly refuses?: readonly number[]
  /** How its refusals look, where they are no JSON of ours. */
  readonly refusesIn?: Content
  /** Its answer carries no ETag, so there is no 304. */
  readonly isAlwaysWhole?: true
}

export function json(means: string, shape: Shape): Answer {
  return { means, content: { 'application/json': shape } }
}

export const DONE: Answer = json('It is done.', doneShape)
