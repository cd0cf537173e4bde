import type { Context } from 'hono'
import { AppError, ERROR_CODES, type ErrorCode } from '../../domain/error.ts'
import type { AppEnv } from '../frame/open-request.ts'
import { publicOriginOf } from '../frame/request/origin.ts'
import type { App } from '../frame/route.ts'

/** Asks a route of ours as whoever asks us, and gives its JSON; what it refuses is thrown as it refused it. */
export type ReadApi = {
  readonly json: <T>(path: string, body?: object) => Promise<T>
  /** A text, or the part of it that a `Range` asks for. */
  readonly text: (path: string, range?: string) => Promise<PartOfText>
  /** The lines of an answer one after the other; what comes behind the last one that is taken is not read. */
  readonly lines: (path: string) => AsyncIterable<string>
}

/** `before`: how many bytes stand before it. */
export type PartOfText = { readonly text: string; readonly before: number }

/**
 * Reads our own API with the token of the request: which project, run or log it opens is decided by the route that answers,
 * as for everybody else.
 */
export function openReadApi(app: App, c: Context<AppEnv>): ReadApi {
  const own: Record<string, string> = { 'Content-Type': 'application/json' }
  for (const name of ['Authorization', 'Circle-Token', 'CF-Connecting-IP']) {
    const value = c.req.header(name)
    if (value !== undefined) own[name] = value
  }
  const origin = publicOriginOf(c)
  const ask = async (path: string, body?: object, more: Readonly<Record<string, string>> = {}): Promise<Response> => {
    const headers = new Headers({ ...own, ...more })
    const init = body ? { method: 'POST', headers, body: JSON.stringify(body) } : { headers }
    // Its line of the log has the id of the request, and its own route.
    const response = await app.fetch(
      new Request(origin + path, init),
      { ...c.env, trace: { ...c.env.trace } },
      c.executionCtx,
    )
    if (response.ok) return response
    throw await refusalIn(response)
  }
  return {
    json: async (path, body) => (await ask(path, body)).json(),
    text: async (path, range) => {
      const response = await ask(path, undefined, range === undefined ? {} : { Range: range })
      const [, before = '0'] = /^bytes (\d+)-/.exec(response.headers.get('Content-Range') ?? '') ?? []
      return { text: await response.text(), before: Number(before) }
    },
    lines: async function* (path) {
      const { body } = await ask(path)
      let held = ''
      // Ending early cancels the answer.
      for await (const text of body?.pipeThrough(new TextDecoderStream()) ?? []) {
        const lines = (held + text).split('\n')
        held = lines.pop() ?? ''
        yield* lines
      }
      if (held !== '') yield held
    },
  }
}

async function refusalIn(response: Response): Promise<AppError> {
  const { code, message } = (await response.json()) as { code?: string; message?: string }
  // A badge refuses in its own shape, without a code.
  const fallback = response.status === 403 ? 'permission_denied' : response.status === 404 ? 'project_not_found' : null
  const known = ERROR_CODES.find((one): one is ErrorCode => one === code) ?? fallback
  if (!known) throw new Error(`a route of ours refused with ${response.status} and no code`)
  return new AppError(known, message)
}
