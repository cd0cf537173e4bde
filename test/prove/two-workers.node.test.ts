import { cpSync, writeSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { BOUND_MS } from '../../src/domain/access/fence.ts'
import { makeStateDir, runNpmScript } from '../support/server/local-server.ts'
import { serveWorker } from '../support/server/served.ts'
import type { ReplicaState } from './two/second.ts'

const KEY = crypto.randomUUID()
const SLUG = 'gh/acme/two'
const BRANCH = 'seen'
// Between the commit and the answer to the deletion, and in the last request that was still accepted.
const IN_FLIGHT_MS = 1_000

let first: string
let second: string
let personal: string

beforeAll(async () => {
  const [here, there] = [makeStateDir(), makeStateDir()]
  const made = await runNpmScript('create-user', ['ada'], here)
  personal = /bpu_\w{42}/.exec(made.output)?.[0] ?? ''
  // With the database, which the replica of the second goes on from.
  cpSync(here, there, { recursive: true })
  const key = { FORWARD_KEY: KEY }
  first = (await serveWorker({ stateDir: here, entry: 'test/prove/two/first.ts', variables: key })).origin
  const variables = { ...key, FORWARD_URL: `${first}/test-d1` }
  second = (await serveWorker({ stateDir: there, entry: 'test/prove/two/second.ts', variables })).origin
  const { status } = await ask(first, 'POST', '/api/buildpass/v1/projects', { token: personal, json: { slug: SLUG } })
  expect(status).toBe(201)
  await report(first, 'failed')
})

describe('of two workerds that share one D1, of which the second has a replica that is as far behind as its bookmarks allow', () => {
  it.each([
    ['the first', 'the second', () => [first, second] as const],
    ['the second', 'the first', () => [second, first] as const],
  ])(
    'a token deleted on %s is refused on %s within the bound, while it is used there all the time',
    async (_, __, both) => {
      const [here, there] = both()
      const token = await mint(here)
      for (const origin of [here, there]) expect(await read(origin, token.secret)).toBe(200)
      const deleted = await ask(here, 'DELETE', `/api/v1.1/project/${SLUG}/token/${token.id}`, { token: personal })
      const deletedAt = performance.now()
      expect(deleted.status).toBe(200)
      expect(await read(here, token.secret)).toBe(401)
      const acceptedMs = await lastAccepted(there, token.secret, deletedAt)
      tell(
        `refused on ${there === first ? 'the first' : 'the second'} ${(acceptedMs / 1_000).toFixed(2)} s after it was deleted on the other (bound ${BOUND_MS / 1_000} s)`,
      )
      expect(acceptedMs).toBeLessThan(BOUND_MS + IN_FLIGHT_MS)
    },
  )

  it('a token minted on one works at once on the other, and one that both were used to after its deletion on neither', async () => {
    const token = await mint(first)
    expect(await read(second, token.secret)).toBe(200)
    await ask(second, 'DELETE', `/api/v1.1/project/${SLUG}/token/${token.id}`, { token: personal })
    await new Promise((resolve) => setTimeout(resolve, BOUND_MS))
    expect(await read(first, token.secret)).toBe(401)
    expect(await read(second, token.secret)).toBe(401)
  })
})

describe('where statuses and lists come from that replica', () => {
  const badge = async (origin: string) => {
    const answer = await ask(origin, 'GET', `/${SLUG}/tree/${BRANCH}.json`, { token: personal })
    return `${answer.status} ${((await answer.json()) as { message: string }).message}`
  }
  const list = async (origin: string) => {
    const answer = await ask(origin, 'GET', `/api/v1.1/project/${SLUG}/tree/${BRANCH}`, { token: personal })
    return `${answer.status} ${((await answer.json()) as { status: string }[]).map(({ status }) => status).join()}`
  }
  const replica = async (change?: Partial<ReplicaState>): Promise<ReplicaState> => {
    const init = change ? { method: 'POST', body: JSON.stringify(change) } : {}
    const state = await fetch(`${second}/assets/test-replica`, { ...init, headers: { 'Forward-Key': KEY } })
    return (await state.json()) as ReplicaState
  }
  /** How long after a report the second first showed it, in badge and list, which are asked for all the time. */
  const seenAfter = async (was: readonly string[], is: readonly string[]): Promise<number> => {
    const reportedAt = performance.now()
    for (const [i, ask] of [badge, list].entries())
      for (let said = ''; said !== is[i]; ) {
        said = await ask(second)
        expect([was[i], is[i]]).toContain(said)
        const afterMs = performance.now() - reportedAt
        if (said !== is[i]) expect(afterMs).toBeLessThan(BOUND_MS + IN_FLIGHT_MS)
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    return performance.now() - reportedAt
  }

  it('a report on the first is seen on the second within the bound, and one on the second there at once', async () => {
    expect([await badge(second), await list(second)]).toEqual(['200 failing', '200 failed'])
    const { answers } = await replica()
    await report(first, 'success')
    expect([await badge(first), await list(first)]).toEqual(['200 passing', '200 fixed,failed'])
    const afterMs = await seenAfter(['200 failing', '200 failed'], ['200 passing', '200 fixed,failed'])
    const asked = (await replica()).answers - answers
    tell(
      `seen on the second ${(afterMs / 1_000).toFixed(2)} s after a report on the first; ${asked} answers of the replica`,
    )
    expect(asked).toBeGreaterThan(0)
    await report(second, 'failed')
    expect([await badge(second), await list(second)]).toEqual(['200 failing', '200 failed,fixed,failed'])
  })

  it('all of that goes on without the replica', async () => {
    const { answers } = await replica({ isGone: true })
    const was = [await badge(second), await list(second)]
    await report(first, 'success')
    const afterMs = await seenAfter(was, ['200 passing', '200 fixed,failed,fixed,failed'])
    tell(`and ${(afterMs / 1_000).toFixed(2)} s after one while the replica was gone`)
    expect((await replica()).answers).toBe(answers)
  })
})

/** How long after its deletion the token was last accepted; it is used until it has been refused for two seconds. */
async function lastAccepted(origin: string, secret: string, deletedAt: number): Promise<number> {
  let accepted = 0
  for (let refusedSince = 0; refusedSince === 0 || performance.now() - refusedSince < 2_000; ) {
    const status = await read(origin, secret)
    expect([200, 401]).toContain(status)
    if (status === 401) refusedSince ||= performance.now()
    else {
      expect(refusedSince, 'refused once, and then accepted').toBe(0)
      accepted = performance.now() - deletedAt
    }
    if (performance.now() - deletedAt > 60_000) throw new Error('accepted for a minute')
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return accepted
}

async function report(origin: string, status: 'success' | 'failed'): Promise<void> {
  const id = crypto.randomUUID()
  const pipeline = { external_id: id, branch: BRANCH, revision: 'f00d' }
  const json = { external_id: id, pipeline, workflow: { external_id: id, name: 'ci' }, job: { name: 'test' }, status }
  const made = await ask(origin, 'POST', `/api/buildpass/v1/projects/${SLUG}/builds`, { token: personal, json })
  expect(made.status).toBe(201)
}

async function mint(origin: string): Promise<{ id: string; secret: string }> {
  const made = await ask(origin, 'POST', `/api/v1.1/project/${SLUG}/token`, {
    token: personal,
    json: { label: 'two', scope: 'status' },
  })
  const { id, token } = (await made.json()) as { id: string; token: string }
  return { id, secret: token }
}

async function read(origin: string, secret: string): Promise<number> {
  return (await ask(origin, 'GET', `/api/v1.1/project/${SLUG}`, { token: secret })).status
}

function ask(
  origin: string,
  method: string,
  path: string,
  { token, json }: { token: string; json?: unknown },
): Promise<Response> {
  const body = json === undefined ? {} : { body: JSON.stringify(json) }
  return fetch(origin + path, {
    method,
    headers: { 'Circle-Token': token, 'Content-Type': 'application/json' },
    ...body,
  })
}

// Past vitest, which keeps the output of passing tests to itself: the number is the point.
function tell(text: string): void {
  writeSync(2, `${text}\n`)
}
