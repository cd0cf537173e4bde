import type { Bindings } from '../../../src/env.ts'
import worker from '../../../src/index.ts'
import { type Statement, viewOf } from '../replicas/replicated-d1.ts'
import { forwardedD1, type Logged } from './forwarded-d1.ts'

type Env = Bindings & { readonly FORWARD_KEY: string; readonly FORWARD_URL: string }

// One object for the isolate's life: the Worker parses its settings once for each.
let joined: Bindings | undefined

/** What the replica is doing, and how many questions it has answered. */
export type ReplicaState = { isGone: boolean; answers: number }
const replica: ReplicaState = { isGone: false, answers: 0 }

/**
 * A session of this centre's replica, its own D1: it has what the bookmark asks for and nothing newer, however long ago that was.
 */
function openReplica({ DB, FORWARD_URL, FORWARD_KEY }: Env, bookmark: string) {
  async function catchUp(): Promise<void> {
    const applied = await DB.prepare('select coalesce(max(number), 0) from test_applied').raw<[number]>()
    const has = applied[0]?.[0] ?? 0
    if (has >= Number(bookmark)) return
    const headers = { 'Forward-Key': FORWARD_KEY }
    const log = await fetch(`${FORWARD_URL}/log`, { method: 'POST', headers, body: String(has) })
    const entries = (await log.json<Logged>()).slice(0, Number(bookmark) - has)
    for (const [i, { statements }] of entries.entries()) await apply(has + i + 1, statements)
  }
  /** Once, whichever requests try. */
  async function apply(number: number, statements: readonly Statement[]): Promise<void> {
    const first = DB.prepare('insert into test_applied (number) values (?)').bind(number)
    const others = statements.map(({ sql, params }) => DB.prepare(sql).bind(...params))
    await DB.batch([first, ...others]).catch((error) => {
      if (!String(error).includes('test_applied.number')) throw error
    })
  }
  return viewOf(async (_, run) => {
    if (replica.isGone) throw new Error('D1_ERROR: no such replica')
    await catchUp()
    const rows = await run(DB)
    replica.answers += 1
    return rows
  })
}

/** Another data centre: its own KV, cache and isolates, the D1 of the first, and a replica of that. */
export default {
  async fetch(request: Parameters<typeof worker.fetch>[0], env: Env, ctx: ExecutionContext): Promise<Response> {
    if (new URL(request.url).pathname === '/assets/test-replica') {
      if (request.headers.get('Forward-Key') !== env.FORWARD_KEY) return new Response(null, { status: 403 })
      if (request.method === 'POST') Object.assign(replica, await request.json())
      return Response.json(replica)
    }
    if (!joined) {
      await env.DB.prepare('create table if not exists test_applied (number integer primary key)').run()
      joined ??= { ...env, DB: forwardedD1(env.FORWARD_URL, env.FORWARD_KEY, (bookmark) => openReplica(env, bookmark)) }
    }
    return worker.fetch(request, joined, ctx)
  },
  // What is told the outside is the first one's work.
  async queue(): Promise<void> {},
}
