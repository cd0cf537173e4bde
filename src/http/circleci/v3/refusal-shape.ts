import * as v from 'valibot'
import { ERROR_CODES } from '../../../domain/error.ts'
import { type JsonOf, maybe, named, object, oneOf, text } from '../../json/shape.ts'

/** What kind of error it is, in CircleCI v3. */
export const ERROR_TYPES = [
  'validation_error',
  'unauthorized',
  'forbidden',
  'not_found',
  'method_not_allowed',
  'conflict',
  'rate_limited',
  'not_implemented',
  'unavailable',
  'internal_error',
] as const

export const v3RefusalShape = named(
  'V3Refusal',
  object({
    error: object({
      type: v.pipe(oneOf(ERROR_TYPES), v.examples(['not_found'])),
      id: text('9e3f6f1b0c7a4d21-AMS'),
      title: text('Run not found'),
      detail: maybe(text('filter[run_id]: is required')),
      source: maybe(object({ pointer: text('/scope/project_ids') })),
    }),
    message: text('Run not found'),
    code: v.pipe(oneOf(ERROR_CODES), v.examples(['run_not_found'])),
  }),
)

export type V3RefusalJson = JsonOf<typeof v3RefusalShape>
export type ErrorType = V3RefusalJson['error']['type']
