import { createApp, openRequest } from './app.ts'
import type { Bindings } from './env.ts'
import { jsonFailure } from './http/errors.ts'
import { countRequest } from './http/metrics.ts'
import { logFault } from './http/trace.ts'
import { runDailyTasks } from './storage/daily-tasks.ts'

const app = createApp()

export default {
  async fetch(request, env, ctx): Promise<Response> {
    try {
      const opened = await openRequest(env, ctx)
      const response = await app.fetch(request, opened, ctx)
      countRequest(opened, request.method, response.status)
      return response
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
