import { createApp, openRequest } from './app.ts'
import type { Bindings } from './env.ts'
import { jsonFailure } from './http/errors.ts'
import { logFault } from './http/trace.ts'
import { runDailyTasks } from './storage/daily-tasks.ts'

const app = createApp()

export default {
  async fetch(request, env, ctx): Promise<Response> {
    try {
      return await app.fetch(request, await openRequest(env, ctx), ctx)
    } catch (error) {
      logFault('bug', error)
      return jsonFailure()
    }
  },

  async scheduled(_controller, env, ctx): Promise<void> {
    const { stores } = await openRequest(env, ctx)
    await runDailyTasks(stores)
  },
} satisfies ExportedHandler<Bindings>
