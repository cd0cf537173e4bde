import { deliver } from './actions/deliver.ts'
import { createApp, openRequest } from './app.ts'
import type { Bindings } from './env.ts'
import { jsonFailure } from './http/errors.ts'
import { countRequest } from './http/metrics.ts'
import { logFault } from './http/trace.ts'
import { runDailyTasks } from './storage/daily-tasks.ts'
import type { OutboxMessage } from './storage/stores.ts'

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

  async queue(batch, env, ctx): Promise<void> {
    const { stores, settings } = await openRequest(env, ctx)
    const { dataKeys, allowedHosts, publicOrigin } = settings
    const outside = {
      dataKeys,
      allowedHosts,
      origin: publicOrigin,
      fetch: (url: string, init: RequestInit) => fetch(url, init),
    }
    await Promise.all(
      batch.messages.map(async (message) => {
        const delivery = await deliver(stores, outside, message.body.id)
        if (delivery.kind === 'again') message.retry({ delaySeconds: delivery.afterSeconds })
        else message.ack()
      }),
    )
  },
} satisfies ExportedHandler<Bindings, OutboxMessage>
