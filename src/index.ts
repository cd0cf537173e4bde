import { deliver } from './actions/deliver.ts'
import { createApp, openRequest } from './app.ts'
import type { UpkeepStep } from './domain/upkeep.ts'
import type { Bindings, OpenRequest } from './env.ts'
import { jsonFailure } from './http/errors.ts'
import { countRequest } from './http/metrics.ts'
import { requestLineOf } from './http/request-line.ts'
import { logFault } from './http/trace.ts'
import type { OutboxMessage } from './storage/stores.ts'
import { planUpkeep, runUpkeep } from './storage/upkeep.ts'

const app = createApp()

export default {
  fetch(request, env, ctx): Response | Promise<Response> {
    try {
      const opened = openRequest(env, ctx)
      const answered =
        opened instanceof Promise ? opened.then((ready) => answer(request, ready, ctx)) : answer(request, opened, ctx)
      return answered instanceof Promise ? answered.catch(failed) : answered
    } catch (error) {
      return failed(error)
    }
  },

  async scheduled(_controller, env, ctx): Promise<void> {
    const { stores } = await openRequest(env, ctx)
    await planUpkeep(stores)
  },

  async queue(batch, env, ctx): Promise<void> {
    const { stores, settings } = await openRequest(env, ctx)
    await Promise.all(
      batch.messages.map(async (message) => {
        if ('task' in message.body) {
          if (await runUpkeep(stores, message.body)) message.ack()
          else message.retry({ delaySeconds: UPKEEP_RETRY_SECONDS })
          return
        }
        const delivery = await deliver(stores, settings, message.body.id)
        if (delivery.kind === 'again') message.retry({ delaySeconds: delivery.afterSeconds })
        else message.ack()
      }),
    )
  },
} satisfies ExportedHandler<Bindings, OutboxMessage | UpkeepStep>

const UPKEEP_RETRY_SECONDS = 60

/** Answers and counts; without a wait where the handler needs none. */
function answer(request: Request, opened: OpenRequest, ctx: ExecutionContext): Response | Promise<Response> {
  const response = app.fetch(request, opened, ctx)
  return response instanceof Promise
    ? response.then((settled) => counted(request, opened, settled))
    : counted(request, opened, response)
}

function counted(request: Request, opened: OpenRequest, response: Response): Response {
  countRequest(opened, requestLineOf(request).method, response.status)
  return response
}

function failed(error: unknown): Response {
  logFault('bug', error)
  return jsonFailure()
}
