import { afterEach, describe, expect, it, vi } from 'vitest'
import { triggerPipeline } from '../../src/actions/dispatch-builds.ts'
import { sendMessage } from '../../src/actions/send-message.ts'
import { INSTANCE } from '../../src/domain/access/actor.ts'
import { readTraffic } from '../../src/outside/analytics.ts'
import { askOutside } from '../../src/outside/ask.ts'
import { findGithubAccount } from '../../src/outside/github.ts'
import { findKeys } from '../../src/outside/key-sets.ts'
import { putDispatchTarget } from '../../src/storage/projects/dispatch-targets.ts'
import { seedProject } from '../support/seed/seed.ts'
import { openOutside, outsideOf } from '../support/worker/outside.ts'
import { openTestStores } from '../support/worker/stores.ts'

const URL_ = 'https://elsewhere.example.com/secret-path'
const MIB = 1024 * 1024
const BOXES = { boxMs: 300, maxBytes: 1_000 }

afterEach(() => {
  vi.restoreAllMocks()
})

function answering(answer: () => Response | Promise<Response>) {
  return vi.spyOn(globalThis, 'fetch').mockImplementation(async () => answer())
}

/** A body without a length that goes on for ever, a chunk each time that somebody reads. */
function endless(chunk: Uint8Array, everyMs = 0) {
  const given = { bytes: 0, isCanceled: false }
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (everyMs > 0) await new Promise((resolve) => setTimeout(resolve, everyMs))
      given.bytes += chunk.length
      controller.enqueue(chunk)
    },
    cancel() {
      given.isCanceled = true
    },
  })
  return { body, given }
}

describe("somebody else's server", () => {
  it('is asked as we are called, and its words are given whole', async () => {
    const asked = answering(() => new Response('grüße', { status: 201, headers: { 'X-Id': '7' } }))
    const { status, headers, text } = await askOutside(URL_, {
      method: 'POST',
      body: 'b',
      headers: { A: 'c' },
      ...BOXES,
    })
    expect([status, headers.get('X-Id'), text]).toEqual([201, '7', 'grüße'])
    const [url, init] = asked.mock.calls[0] ?? []
    expect([url, init]).toEqual([
      URL_,
      expect.objectContaining({ method: 'POST', body: 'b', headers: { A: 'c', 'User-Agent': 'Buildpass' } }),
    ])
  })

  it('is read up to the size of its box, whatever it says of its length', async () => {
    for (const headers of [new Headers(), new Headers({ 'Content-Length': '5' })]) {
      const { body, given } = endless(new Uint8Array(100).fill(0x61))
      answering(() => new Response(body, { headers }))
      expect((await askOutside(URL_, BOXES)).text).toBeNull()
      expect(given.bytes).toBeLessThan(3_000)
      expect(given.isCanceled).toBe(true)
    }
    answering(() => new Response('a'.repeat(1_000)))
    expect((await askOutside(URL_, BOXES)).text).toHaveLength(1_000)
  })

  it('has its time, for the answer and all of its body together', async () => {
    answering(() => new Promise<Response>(() => {}))
    await expect(askOutside(URL_, BOXES)).rejects.toMatchObject({ name: 'TimeoutError' })
    const { body } = endless(new Uint8Array([0x61]), 50)
    answering(() => new Response(body))
    const startedAt = Date.now()
    expect(await askOutside(URL_, BOXES)).toMatchObject({ status: 200, text: null })
    expect(Date.now() - startedAt).toBeLessThan(10_000)
  })

  it('that breaks off, or speaks no UTF-8, has said nothing', async () => {
    const broken = new ReadableStream({
      pull(controller) {
        controller.error(new Error('connection lost'))
      },
    })
    for (const body of [broken, new Uint8Array([0xff, 0xfe])]) {
      answering(() => new Response(body))
      expect(await askOutside(URL_, BOXES)).toMatchObject({ status: 200, text: null })
    }
  })

  it('that answers no success is not read', async () => {
    for (const status of [302, 404, 500]) {
      answering(() => new Response('never mind', { status, headers: { Location: 'https://10.0.0.1/' } }))
      expect(await askOutside(URL_, BOXES)).toMatchObject({ status, text: null })
    }
  })

  it('is named in errors by its host alone', async () => {
    answering(() => new Promise<Response>(() => {}))
    const error = await askOutside(URL_, BOXES).catch(String)
    expect(error).toContain('elsewhere.example.com')
    expect(error).not.toContain('secret-path')
  })
})

/** Everything that makes us ask somebody else. */
const ASKERS: Record<string, () => Promise<unknown>> = {
  "an issuer's keys": async () => findKeys(outsideOf(await openTestStores()), { url: URL_, form: 'jwks' }, 'a'),
  'the keys of secret scanning': async () =>
    findKeys(outsideOf(await openTestStores()), { url: URL_, form: 'github' }, 'a'),
  'GitHub at a sign-in': () => {
    const app = { clientId: 'a', clientSecret: 'b', orgs: [], logins: [], url: new URL(URL_).origin, apiUrl: URL_ }
    return findGithubAccount(app, { code: 'c', verifier: 'd', redirectUri: 'https://builds.test' })
  },
  'Analytics Engine': () => readTraffic({ accountId: 'a', apiToken: 'b', dataset: 'c' }, 1, Date.now()),
  'a dispatch target': deliverOnce,
}

async function deliverOnce(): Promise<unknown> {
  const answer = vi.mocked(globalThis.fetch).getMockImplementation()
  const stores = await openTestStores()
  const project = await seedProject(stores.db)
  const settings = await openOutside()
  if (answer) vi.mocked(globalThis.fetch).mockImplementation(answer)
  const target = { kind: 'webhook', url: URL_, sendEnvVars: false, workflowName: 'w', jobName: 'j' } as const
  await putDispatchTarget(
    stores,
    project.id,
    { target, secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', keys: settings.dataKeys },
    INSTANCE,
  )
  const trigger = { ref: { branch: 'main' }, revision: null, jobName: null, parameters: {}, actor: null }
  await triggerPipeline(stores, project, trigger, INSTANCE)
  return sendMessage(stores, settings, stores.queued[0] ?? '')
}

describe.each(Object.keys(ASKERS))('%s', (name) => {
  const run = () => ASKERS[name]?.().catch(() => 'refused')

  it('is read as little as 40 MiB as it is for ever', async () => {
    const bodies: { bytes: number; isCanceled: boolean }[] = []
    const asked = answering(() => {
      const { body, given } = endless(new Uint8Array(65_536).fill(0x20))
      bodies.push(given)
      return new Response(body)
    })
    await run()
    expect(asked).toHaveBeenCalled()
    for (const { bytes, isCanceled } of bodies) {
      expect(bytes).toBeLessThan(2 * MIB)
      expect(isCanceled).toBe(true)
    }
  })

  it('leads nowhere else by a redirect, and what was under way is let go', async () => {
    const asked = answering(() => new Response(null, { status: 307, headers: { Location: 'https://10.0.0.1/' } }))
    await run()
    expect(asked).toHaveBeenCalled()
    for (const [url, init] of asked.mock.calls) {
      expect(String(url)).not.toContain('10.0.0.1')
      expect(init).toMatchObject({ redirect: 'manual', signal: { aborted: true } })
    }
  })
})
