import * as v from 'valibot'
import { ERROR_CODES } from '../../../domain/error.ts'
import { type JsonOf, list, maybe, named, object, oneOf, text, whole } from '../../json/shape.ts'

export const refusalShape = named(
  'Refusal',
  object({
    message: text('Project not found'),
    code: v.pipe(oneOf(ERROR_CODES), v.examples(['project_not_found'])),
    errors: maybe(list(object({ path: text('label'), message: text('is required') }))),
    /** Of a log: where the next bytes belong. */
    offset: maybe(whole(4_096)),
    request_id: maybe(text('9e3f6f1b0c7a4d21-AMS')),
  }),
)

export type RefusalJson = JsonOf<typeof refusalShape>
