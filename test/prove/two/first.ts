import type { Bindings } from '../../../src/env.ts'
import worker from '../../../src/index.ts'
import type { Forwarded } from './forwarded-d1.ts'

type Env = Bindings & { readonly FORWARD_KEY: string }

/** The first data centre: the Worker as it is, and beside it its D1 for the second one, on loopback and behind a key. */
export default {
  ...worker,
  async fetch(request: Parameters<typeof worker.fetch>[0], env: Env, ctx: ExecutionContext): Promise<Response> {
    if (new URL(request.url).pathname !== '/test-d1') return worker.fetch(request, env, ctx)
    if (request.headers.get('Forward-Key') !== env.FORWARD_KEY) return new Response(null, { status: 403 })
    const { statements, arrays } = await request.json<Forwarded>()
    const bound = statements.map(({ sql, params }) => env.DB.prepare(sql).bind(...params))
    try {
      const [only] = bound
      return Response.json(arrays && only ? await only.raw() : await env.DB.batch(bound))
    } catch (error) {
      return new Response(error instanceof Error ? error.message : String(error), { status: 500 })
    }
  },
}
