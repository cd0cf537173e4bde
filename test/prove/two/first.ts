import type { Bindings } from '../../../src/env.ts'
import worker from '../../../src/index.ts'
import { numberWrites, type Primary, sessionsOf } from '../replicas/replicated-d1.ts'
import type { Forwarded, Logged } from './forwarded-d1.ts'

type Env = Bindings & { readonly FORWARD_KEY: string }

// One for the isolate's life: the Worker parses its settings once for each, and whoever follows reads the log.
let joined: { readonly env: Bindings; readonly primary: Primary } | undefined

function join(env: Env) {
  if (joined) return joined
  const primary = numberWrites(env.DB, Date.now)
  joined = { primary, env: { ...env, DB: sessionsOf(primary) } }
  return joined
}

/** The first data centre: the Worker as it is, and beside it its D1 for the second one, on loopback and behind a key. */
export default {
  async fetch(request: Parameters<typeof worker.fetch>[0], env: Env, ctx: ExecutionContext): Promise<Response> {
    const { pathname } = new URL(request.url)
    const { primary, env: own } = join(env)
    if (!pathname.startsWith('/test-d1')) return worker.fetch(request, own, ctx)
    if (request.headers.get('Forward-Key') !== env.FORWARD_KEY) return new Response(null, { status: 403 })
    if (pathname === '/test-d1/log') return Response.json(primary.since(await request.text()) satisfies Logged)
    const { statements, arrays } = await request.json<Forwarded>()
    const bound = statements.map(({ sql, params }) => primary.prepare(sql).bind(...params))
    try {
      const [only] = bound
      const rows = arrays && only ? await only.raw() : await primary.batch(bound)
      return Response.json(rows, { headers: { Bookmark: primary.bookmark() } })
    } catch (error) {
      return new Response(error instanceof Error ? error.message : String(error), { status: 500 })
    }
  },
  queue: (batch: Parameters<typeof worker.queue>[0], env: Env, ctx: ExecutionContext) =>
    worker.queue(batch, join(env).env, ctx),
}
