import { doDeferred } from './actions/do-deferred.ts'
import { checkPipeline } from './actions/notices/check-pipeline.ts'
import { requeueAll, requeueLost } from './actions/requeue-lost.ts'
import { planUpkeep, runUpkeep } from './actions/run-daily-tasks.ts'
import { sendMessage } from './actions/send-message.ts'
import { createApps, openRequest } from './app.ts'
import type { UpkeepStep } from './domain/upkeep.ts'
import type { Bindings } from './env.ts'
import { jsonFailure } from './http/frame/answers/errors.ts'
import { countRequest } from './http/frame/metrics.ts'
import type { OpenRequest } from './http/frame/open-request.ts'
import { isForReports } from './http/frame/request/origin.ts'
import { rawPathOf } from './http/frame/request/raw-path.ts'
import { requestLineOf } from './http/frame/request/request-line.ts'
import { logFault, REQUEST_ID, requestIdOf, startTrace, type Trace } from './http/frame/trace.ts'
import { answerHot } from './http/hot.ts'
import { tellChanges } from './storage/edge/changes.ts'
import type { OutboxMessage, Stores } from './storage/stores.ts'

const appFor = createApps()

export default {
  fetch(request, env, ctx): Response | Promise<Response> {
    const trace = startTrace(Date.now(), requestIdOf(request))
    try {
      const bindings = openRequest(env, ctx, trace)
      if (bindings instanceof Promise)
        return bindings
          .then((ready) => assetFor(request, env, ready) ?? answer(request, ready, ctx))
          .catch(failing(trace))
      // A promise around it would cost a third of what a warm badge does.
      const hot = answerHot(request, bindings)
      if (hot) return counted(request, bindings, hot)
      return assetFor(request, env, bindings) ?? answer(request, bindings, ctx).catch(failing(trace))
    } catch (error) {
      return failing(trace)(error)
    }
  },

  async scheduled({ cron }, env, ctx): Promise<void> {
    const trace = startTrace(Date.now(), crypto.randomUUID(), 'cron')
    try {
      const { stores } = await openRequest(env, ctx, trace)
      await (CRONS.get(cron) ?? planUpkeep)(stores)
    } catch (error) {
      logFault(trace, 'bug', error)
      throw error
    }
  },

  async queue(batch, env, ctx): Promise<void> {
    const work = Promise.all(batch.messages.map((message) => take(message, env, ctx)))
    // Under `npm start` a batch comes when the one before is done: a receiver that hangs would keep all others waiting.
    const isAlone = env.LOCAL_CONTROL_KEY && batch.messages.every(({ body }) => !('task' in body))
    if (isAlone) ctx.waitUntil(work)
    else await work
  },
} satisfies ExportedHandler<Bindings, OutboxMessage | UpkeepStep>

/** What comes more often than the daily upkeep, by its line in wrangler.toml; `npm start` says that its queue begins anew. */
const CRONS: ReadonlyMap<string, (stores: Stores) => Promise<void>> = new Map([
  ['*/15 * * * *', requeueLost],
  ['npm start', requeueAll],
])

const RETRY_SECONDS = 60

/** Does what a message asks for. One that fails comes again, and does not make those beside it come again. */
async function take(message: Message<OutboxMessage | UpkeepStep>, env: Bindings, ctx: ExecutionContext): Promise<void> {
  const { body } = message
  const trace = startTrace(Date.now(), message.id, 'task' in body ? `upkeep ${body.task}` : 'message')
  try {
    const { stores, settings } = await openRequest(env, ctx, trace)
    if ('task' in body) {
      trace.projectId = body.project ?? null
      if (await runUpkeep(stores, body)) message.ack()
      else message.retry({ delaySeconds: RETRY_SECONDS })
      return
    }
    if ('deferred' in body) {
      trace.projectId = body.deferred.kind === 'reports' ? body.deferred.projectId : null
      await doDeferred(stores, body.deferred).finally(() => tellChanges(stores))
      message.ack()
      return
    }
    if ('pipeline' in body) {
      await checkPipeline(stores, body.pipeline)
      message.ack()
      return
    }
    const sent = await sendMessage(stores, settings, body.id)
    // As another message: the queue drops one that came twenty times.
    if (sent.kind === 'again') await env.OUTBOX.send(body, { delaySeconds: sent.afterSeconds })
    message.ack()
  } catch (error) {
    logFault(trace, 'bug', error)
    message.retry({ delaySeconds: RETRY_SECONDS })
  }
}

/** Stylesheet, script and icons come first on our own hosts; on those of reports these paths are the reports'. */
function assetFor(request: Request, { ASSETS }: Bindings, { settings }: OpenRequest): Promise<Response> | null {
  if (!ASSETS || isForReports(settings, request)) return null
  const path = rawPathOf(request)
  return path.startsWith('/assets/') || path === '/favicon.ico' ? ASSETS.fetch(request) : null
}

async function answer(request: Request, bindings: OpenRequest, ctx: ExecutionContext): Promise<Response> {
  const response = await appFor(request, bindings).fetch(request, bindings, ctx)
  await tellChanges(bindings.stores)
  return counted(request, bindings, response)
}

function counted(request: Request, bindings: OpenRequest, response: Response): Response {
  countRequest(bindings, requestLineOf(request).method, response.status)
  return response
}

function failing(trace: Trace): (error: unknown) => Response {
  return (error) => {
    logFault(trace, 'bug', error)
    const response = jsonFailure(trace.id)
    response.headers.set(REQUEST_ID, trace.id)
    return response
  }
}
