import type { AppError, ErrorCode } from '../../../domain/error.ts'
import { isServerFault } from '../../../domain/request-counts.ts'
import type { RefusalJson } from './refusal-shape.ts'

type WireError = { readonly status: number; readonly message: string }

/** The status and message of each refusal. Details are in the log only. docs/api.md has this table. */
export const ERRORS: Record<ErrorCode, WireError> = {
  login_required: { status: 401, message: 'You must log in first.' },
  invalid_token: { status: 401, message: 'Invalid API token.' },
  expired_token: { status: 401, message: 'API token expired.' },
  early_token: { status: 401, message: 'API token is not valid yet.' },
  query_token_refused: { status: 401, message: 'Tokens in the URL are not accepted here.' },
  invalid_signature: { status: 401, message: 'Invalid signature.' },
  permission_denied: { status: 403, message: 'Permission denied' },
  project_not_found: { status: 404, message: 'Project not found' },
  build_not_found: { status: 404, message: 'Build not found' },
  job_not_found: { status: 404, message: 'Job not found' },
  pipeline_not_found: { status: 404, message: 'Pipeline not found' },
  workflow_not_found: { status: 404, message: 'Workflow not found' },
  run_not_found: { status: 404, message: 'Run not found' },
  organization_not_found: { status: 404, message: 'Organization not found' },
  artifact_not_found: { status: 404, message: 'Artifact not found' },
  upload_not_found: { status: 404, message: 'Upload not found' },
  pack_not_found: { status: 404, message: 'Pack not found' },
  env_var_not_found: { status: 404, message: 'Environment variable not found' },
  dispatch_target_not_found: { status: 404, message: 'Dispatch target not found' },
  listener_not_found: { status: 404, message: 'Listener not found' },
  share_not_found: { status: 404, message: 'Share link not found' },
  step_not_found: { status: 404, message: 'Step not found' },
  log_not_found: { status: 404, message: 'Log not found' },
  usage_not_found: {
    status: 404,
    message: 'No machine of this server ran the job, so nobody measured what it used.',
  },
  test_not_found: { status: 404, message: 'Test not found' },
  token_not_found: { status: 404, message: 'Token not found' },
  user_not_found: { status: 404, message: 'User not found' },
  webhook_not_found: { status: 404, message: 'Webhook not found' },
  publisher_not_found: { status: 404, message: 'Publisher not found' },
  route_not_found: { status: 404, message: 'Not found' },
  method_not_allowed: { status: 405, message: 'Method not allowed' },
  invalid_input: { status: 400, message: 'Invalid input' },
  digest_mismatch: { status: 400, message: 'The digest does not match the bytes that were sent.' },
  done_before: { status: 409, message: 'This was done before.' },
  conflict: { status: 409, message: 'Conflict' },
  right_changed: {
    status: 409,
    message: 'Your right to do this changed meanwhile, and nothing was done: try again.',
  },
  project_exists: { status: 409, message: 'slug: there is a project of that name already' },
  webhook_exists: { status: 409, message: 'source: this project has a secret for it already; rotate that one' },
  last_admin: { status: 409, message: 'A project needs at least one admin: give somebody else the role first.' },
  limit_reached: { status: 409, message: 'There are as many as there can be: delete some first.' },
  already_expired: { status: 409, message: 'This token has expired already: create a new one.' },
  other_pipeline: { status: 409, message: 'external_id: belongs to a build of another pipeline of this project' },
  other_bytes: { status: 409, message: 'path: this build has other bytes there' },
  missing_parts: { status: 409, message: 'parts: some are not sent yet' },
  other_parts: { status: 409, message: 'parts: one was sent by two senders at once; send all parts again' },
  upload_complete: { status: 409, message: 'upload: is complete already' },
  log_offset: { status: 409, message: 'offset: bytes before it are missing' },
  log_differs: { status: 409, message: 'offset: the log has other bytes there' },
  log_complete: { status: 409, message: 'The log has ended already.' },
  no_dispatch_target: {
    status: 409,
    message: 'This project has no dispatch target, so nothing here can start or stop its builds.',
  },
  cannot_cancel: { status: 409, message: 'The project’s dispatch target cannot be told to stop this run.' },
  nothing_to_run: { status: 409, message: 'This workflow has no job to run again.' },
  pack_broken: {
    status: 422,
    message: 'The zip that this file is in has other bytes there than its directory says.',
  },
  other_repository: { status: 422, message: 'The payload is about another repository.' },
  not_implemented: { status: 501, message: 'This server cannot do that.' },
  precondition_failed: { status: 412, message: 'This is not the version that was asked for.' },
  length_required: { status: 411, message: 'Content-Length is required.' },
  // The status that nginx uses for it; only the log shows it.
  client_gone: { status: 499, message: 'The connection ended before the request body did.' },
  too_large: { status: 413, message: 'Request body is too large.' },
  path_too_long: { status: 414, message: 'The URL is too long.' },
  unsupported_media_type: { status: 415, message: 'Unsupported Content-Type.' },
  headers_too_large: { status: 431, message: 'The request headers are too large.' },
  range_not_satisfiable: { status: 416, message: 'Range not satisfiable' },
  too_many_requests: { status: 429, message: 'Too many requests.' },
  unavailable: { status: 503, message: 'Token verification is temporarily unavailable.' },
  not_configured: { status: 503, message: 'This server is not set up for it.' },
  internal_error: { status: 500, message: 'Internal error' },
}

const CHALLENGE: Partial<Record<ErrorCode, string>> = {
  login_required: 'Bearer',
  invalid_token: 'Bearer error="invalid_token"',
  expired_token: 'Bearer error="invalid_token"',
  early_token: 'Bearer error="invalid_token"',
  query_token_refused: 'Bearer error="invalid_token"',
}

/** Basic authentication: the token is the user name, with any password (RFC 7617). */
const BASIC = 'Basic realm="Buildpass", charset="UTF-8"'

const RETRY_AFTER_SECONDS: Partial<Record<ErrorCode, string>> = { too_many_requests: '10', unavailable: '5' }

export function statusOf(code: ErrorCode): number {
  return ERRORS[code].status
}

/** The message of a refusal. */
export function messageOf(error: AppError): string {
  return error.message === error.code ? ERRORS[error.code].message : error.message
}

/**
 * The headers of every answer with this refusal, in any format. `offersBasic` is for routes that are read by tools which
 * send a user name only when asked; on others a browser would ask its user for one.
 */
export function refusalHeaders(error: AppError, { offersBasic = false } = {}): Record<string, string> {
  const challenge = CHALLENGE[error.code]
  const retryAfter = RETRY_AFTER_SECONDS[error.code]
  return {
    'Cache-Control': 'no-store',
    ...(challenge ? { 'WWW-Authenticate': offersBasic ? `${challenge}, ${BASIC}` : challenge } : {}),
    ...(retryAfter ? { 'Retry-After': retryAfter } : {}),
    ...error.headers,
  }
}

/**
 * A refusal as `{"message", "code"}`, with `errors` where an input broke rules, and `request_id` where the fault is ours, so
 * that users can report it. All answers have the id in a header. CircleCI's clients read `message`, so it stays first.
 */
export function jsonRefusal(error: AppError, requestId: string): Response {
  const message = messageOf(error)
  const status = statusOf(error.code)
  const body: RefusalJson = {
    message,
    code: error.code,
    errors: error.problems.length > 0 ? error.problems : undefined,
    offset: error.offset,
    request_id: isServerFault(status) ? requestId : undefined,
  }
  return jsonRefused(error, body)
}

/** A refusal in JSON, in the shape of whoever asks: programs and pages of any origin may read it. */
export function jsonRefused(error: AppError, body: object): Response {
  return Response.json(body, {
    status: statusOf(error.code),
    headers: {
      ...refusalHeaders(error),
      'X-Content-Type-Options': 'nosniff',
      'Access-Control-Allow-Origin': '*',
      'Referrer-Policy': 'no-referrer',
    },
  })
}

/** The answer to a request that ran into a bug. */
export function jsonFailure(requestId: string): Response {
  const { status, message } = ERRORS.internal_error
  const body: RefusalJson = { message, code: 'internal_error', request_id: requestId }
  return Response.json(body, {
    status,
    headers: { 'Cache-Control': 'no-store', 'Referrer-Policy': 'no-referrer' },
  })
}
