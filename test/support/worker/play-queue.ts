import { expect } from 'vitest'
import { checkPipeline } from '../../../src/actions/notices/check-pipeline.ts'
import type { SendSettings } from '../../../src/actions/notices/send-request.ts'
import { sendMessage } from '../../../src/actions/send-message.ts'
import { countQueries, FREE_QUERIES } from './free-plan.ts'
import type { TestStores } from './stores.ts'

type Due = { readonly at: number; readonly message: { readonly id: string } | { readonly pipeline: string } }

/** The outbox's queue on the clock of the stores: messages come when they are due, and again where they ask for it. */
export function createQueue(stores: TestStores, settings: SendSettings) {
  const waiting: Due[] = []
  const take = () => {
    const at = stores.clock.now
    for (const id of stores.queued.splice(0)) waiting.push({ at, message: { id } })
    for (const pipeline of stores.checks.splice(0)) waiting.push({ at: at + 2_000, message: { pipeline } })
  }
  const nextBefore = (until: number) => {
    take()
    waiting.sort((one, other) => one.at - other.at)
    const [next] = waiting
    return next && next.at <= until ? waiting.shift() : undefined
  }
  const work = async (due: Due) => {
    const queries = countQueries(stores)
    await handle(due)
    expect(await queries()).toBeLessThanOrEqual(FREE_QUERIES)
  }
  const handle = async ({ message }: Due) => {
    if ('pipeline' in message) {
      await checkPipeline(stores, message.pipeline)
      return
    }
    const outcome = await sendMessage(stores, settings, message.id)
    if (outcome.kind === 'again') waiting.push({ at: stores.clock.now + outcome.afterSeconds * 1000, message })
  }
  return {
    waiting,
    /** Lets that much time pass, with all that comes due meanwhile. */
    async pass(ms: number): Promise<void> {
      const until = stores.clock.now + ms
      for (let next = nextBefore(until); next; next = nextBefore(until)) {
        stores.clock.now = Math.max(stores.clock.now, next.at)
        await work(next)
      }
      stores.clock.now = until
    },
  }
}
