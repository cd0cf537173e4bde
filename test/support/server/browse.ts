import { newFormId } from '../../../src/http/web/frame/form-id.ts'
import { freshAddress } from '../sign/addresses.ts'
import { ask, ORIGIN } from '../worker/client.ts'

export type Asking = {
  readonly session?: { readonly cookie: string; readonly formToken: string }
  readonly token?: string | null
  /** Sent as a form of our own page sends it; without, a GET. */
  readonly form?: Record<string, string>
  readonly headers?: Record<string, string>
}

/** Asks for a page as a browser does, without following redirects. */
export function browse(path: string, { session, token = null, form, headers = {} }: Asking = {}): Promise<Response> {
  const own: Record<string, string> = session ? { form_token: session.formToken, once: newFormId() } : {}
  const fields = form && new URLSearchParams({ ...own, ...form })
  return ask(path, {
    method: form ? 'POST' : 'GET',
    token,
    headers: {
      Accept: 'text/html',
      // Each test file's browsers are one machine to the rate limit unless they say otherwise.
      'CF-Connecting-IP': freshAddress(),
      ...(session ? { Cookie: session.cookie } : {}),
      ...(form ? { Origin: ORIGIN, 'Sec-Fetch-Site': 'same-origin' } : {}),
      ...(fields ? { 'Content-Type': 'application/x-www-form-urlencoded' } : {}),
      ...headers,
    },
    ...(fields ? { body: fields.toString() } : {}),
  })
}
