import type { Context } from 'hono'
import { AppError, type ErrorCode } from '../../../domain/error.ts'
import { ERRORS, jsonRefused, messageOf, statusOf } from '../../frame/answers/errors.ts'
import type { AppEnv } from '../../frame/open-request.ts'
import type { Refusals, Refuse } from '../../frame/route.ts'
import type { ErrorType, V3RefusalJson } from './refusal-shape.ts'

/** Refuses as CircleCI v3 does: `error` for its clients, and `message` beside it, which layers before it answer with. */
export const V3_REFUSALS: Refusals = { refuse: refuseAsV3, fail: (c) => refuseAsV3(c, new AppError('internal_error')) }

/** The same, where a project that is not there, or not for the asker, is a thing of that kind to whoever asks by its id. */
export function refusingAs(absent: ErrorCode): Refusals {
  const refuse: Refuse = (c, error) => refuseAsV3(c, error.code === 'project_not_found' ? new AppError(absent) : error)
  return { ...V3_REFUSALS, refuse }
}

function refuseAsV3(c: Context<AppEnv>, refused: AppError): Response {
  const error = asV3(refused)
  const { code, problems } = error
  const status = statusOf(code)
  const [problem] = problems
  const message = messageOf(error)
  const body: V3RefusalJson = {
    error: {
      type: TYPES[status] ?? (status >= 500 ? 'internal_error' : 'validation_error'),
      id: c.env.trace.id,
      // Its command shows both, with a colon between them.
      title: ERRORS[code].message.replace(/\.$/, ''),
      detail: message === ERRORS[code].message ? undefined : message,
      source: problem?.path ? { pointer: `/${problem.path.replaceAll('.', '/')}` } : undefined,
    },
    message,
    code,
  }
  return jsonRefused(error, body)
}

/** Clients of v3 ask again after a 5xx other than 501, and show what a 409 says. */
function asV3(error: AppError): AppError {
  return error.code === 'no_dispatch_target' ? new AppError('not_implemented', messageOf(error)) : error
}

const TYPES: Readonly<Record<number, ErrorType>> = {
  401: 'unauthorized',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  409: 'conflict',
  429: 'rate_limited',
  501: 'not_implemented',
  503: 'unavailable',
}
