import { copyFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { BOUND_MS } from '../../src/domain/access/fence.ts'
import { makeStateDir, runNpmScript } from '../support/server/local-server.ts'
import { serveWorker } from '../support/server/served.ts'

const KEY = crypto.randomUUID()
const SLUG = 'gh/acme/two'
// Between the commit and the answer to the deletion, and in the last request that was still accepted.
const IN_FLIGHT_MS = 1_000

let first: string
let second: string
let personal: string

beforeAll(async () => {
  const [here, there] = [makeStateDir(), makeStateDir()]
  const made = await runNpmScript('create-user', ['ada'], here)
  personal = /bpu_\w{42}/.exec(made.output)?.[0] ?? ''
  copyFileSync(join(here, '.dev.vars'), join(there, '.dev.vars'))
  const key = { FORWARD_KEY: KEY }
  first = (await serveWorker({ stateDir: here, entry: 'test/prove/two/first.ts', variables: key })).origin
  const variables = { ...key, FORWARD_URL: `${first}/test-d1` }
  second = (await serveWorker({ stateDir: there, entry: 'test/prove/two/second.ts', variables })).origin
  const { status } = await ask(first, 'POST', '/api/buildpass/v1/projects', { token: personal, json: { slug: SLUG } })
  expect(status).toBe(201)
})

describe('of two workerds that share one D1 and nothing else', () => {
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
