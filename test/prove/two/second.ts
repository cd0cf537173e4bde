import type { Bindings } from '../../../src/env.ts'
import worker from '../../../src/index.ts'
import { forwardedD1 } from './forwarded-d1.ts'

type Env = Bindings & { readonly FORWARD_KEY: string; readonly FORWARD_URL: string }

// One object for the isolate's life: the Worker parses its settings once for each.
let joined: Bindings | undefined

/** Another data centre: its own KV, cache and isolates, and the D1 of the first. */
export default {
  fetch(request: Parameters<typeof worker.fetch>[0], env: Env, ctx: ExecutionContext): Response | Promise<Response> {
    joined ??= { ...env, DB: forwardedD1(env.FORWARD_URL, env.FORWARD_KEY) }
    return worker.fetch(request, joined, ctx)
  },
  // What is told the outside is the first one's work.
  async queue(): Promise<void> {},
}
