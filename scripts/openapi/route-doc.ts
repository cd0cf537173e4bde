import type * as v from 'valibot'
import type { RouteName } from '../../src/http/access.ts'

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
  /** application/json unless said otherwise; null for an answer without a body. */
  readonly type?: string | null
  readonly example?: unknown
}

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
}

export function json(means: string, example?: unknown): Answer {
  return example === undefined ? { means } : { means, example }
}

export const DONE: Answer = json('It is done.', { message: 'ok' })

export const IDS = {
  project: '018f3c1e-6d3a-7c54-9d8e-2b1f0a4c7e11',
  pipeline: '5034460f-c7c4-4c43-9457-de07e2029e7b',
  workflow: 'fda08377-fe7e-46b1-8992-3a7aaecac9c3',
  job: '8a2b1c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d',
  token: '2f1b6c9e-0d4a-4b7e-9a35-6c8d7e5f4a3b',
} as const

export const PAGE = (item: unknown) => ({ items: [item], next_page_token: null })
