/** Why somebody is refused, as a closed list: the `code` of every JSON refusal. What each means on the wire is in http/frame/answers/errors. */
export const ERROR_CODES = [
  'login_required',
  'invalid_token',
  'expired_token',
  'early_token',
  'query_token_refused',
  'invalid_signature',
  'permission_denied',
  'project_not_found',
  'build_not_found',
  'job_not_found',
  'pipeline_not_found',
  'workflow_not_found',
  'run_not_found',
  'organization_not_found',
  'artifact_not_found',
  'upload_not_found',
  'pack_not_found',
  'env_var_not_found',
  'dispatch_target_not_found',
  'listener_not_found',
  'share_not_found',
  'test_not_found',
  'usage_not_found',
  'step_not_found',
  'log_not_found',
  'token_not_found',
  'user_not_found',
  'route_not_found',
  'method_not_allowed',
  'invalid_input',
  'digest_mismatch',
  'conflict',
  'right_changed',
  'project_exists',
  'webhook_exists',
  'last_admin',
  'limit_reached',
  'already_expired',
  'other_pipeline',
  'other_bytes',
  'pack_broken',
  'missing_parts',
  'other_parts',
  'upload_complete',
  'log_offset',
  'log_differs',
  'log_complete',
  'no_dispatch_target',
  'cannot_cancel',
  'nothing_to_run',
  'other_repository',
  'webhook_not_found',
  'publisher_not_found',
  'done_before',
  'length_required',
  'too_large',
  'client_gone',
  'path_too_long',
  'unsupported_media_type',
  'headers_too_large',
  'precondition_failed',
  'range_not_satisfiable',
  'too_many_requests',
  'unavailable',
  'not_configured',
  'not_implemented',
  'internal_error',
] as const
export type ErrorCode = (typeof ERROR_CODES)[number]

/** One thing that is wrong with an input: where (a dotted path) and the rule it breaks. */
export type InputProblem = { readonly path: string; readonly message: string }

/** A refusal that the client gets, thrown by http alone. `message` may be shown; the cause is for the log. */
export class AppError extends Error {
  readonly code: ErrorCode
  readonly problems: readonly InputProblem[]
  readonly headers: Readonly<Record<string, string>>
  /** The offset of a log that is wanted next. */
  readonly offset: number | undefined

  constructor(
    code: ErrorCode,
    message?: string,
    more: {
      problems?: readonly InputProblem[]
      headers?: Record<string, string>
      offset?: number
      cause?: unknown
    } = {},
  ) {
    // A refusal is no bug: nobody reads its stack, and taking it costs more than the answer.
    const { stackTraceLimit } = Error
    Error.stackTraceLimit = 0
    super(message ?? code, { cause: more.cause })
    Error.stackTraceLimit = stackTraceLimit
    this.code = code
    this.problems = more.problems ?? []
    this.headers = more.headers ?? {}
    this.offset = more.offset
  }
}

/** A 400 that names the field and the rule. */
export function invalidInput(path: string, message: string): AppError {
  return new AppError('invalid_input', path === '' ? message : `${path}: ${message}`, { problems: [{ path, message }] })
}

let invalidTokenMade: AppError | undefined

/** The refusal of what is no token: always the same one, since making an error costs more than all else in that answer. */
export function invalidToken(): AppError {
  invalidTokenMade ??= new AppError('invalid_token')
  return invalidTokenMade
}
