import { appendFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { type LocalServer, makeDemoState, startLocalServer } from '../support/server/local-server.ts'

/** A chat on this machine, and the titles that it took. */
const chat = { isUp: false, refused: 0, hanging: 0, titles: [] as string[], host: '' }
const receiver = createServer(async (request, response) => {
  const { attachments } = (await json(request)) as { attachments: { title: string }[] }
  if (request.url === '/hanging') {
    chat.hanging += 1
    return
  }
  if (chat.isUp) chat.titles.push(...attachments.map(({ title }) => title))
  else chat.refused += 1
  response.writeHead(chat.isUp ? 200 : 500).end()
})

beforeAll(async () => {
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
  chat.host = `127.0.0.1:${(receiver.address() as AddressInfo).port}`
})
afterAll(() => receiver.close())

async function post({ origin, demo }: LocalServer, path: string, body: object) {
  const answer = await fetch(`${origin}/api/buildpass/v1/projects${path}`, {
    method: 'POST',
    headers: { 'Circle-Token': demo.tokens.personal, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  })
  expect(answer.status, await answer.text()).toBe(201)
}

async function report(server: LocalServer, slug: string, id: string, status: string) {
  const pipeline = { external_id: id, branch: 'main', revision: 'b'.repeat(40) }
  const workflow = { external_id: id, name: 'ci' }
  await post(server, `/${slug}/builds`, { external_id: id, status, pipeline, workflow, job: { name: 'test' } })
}

it('a stop of npm start loses no notice, and a receiver that hangs holds up no other', async () => {
  const stateDir = makeDemoState()
  appendFileSync(join(stateDir, '.dev.vars'), `OUTBOUND_PRIVATE_HOSTS="${chat.host}"\n`)
  const first = await startLocalServer({ stateDir })
  for (const slug of ['gh/acme/refused', 'gh/acme/unseen']) {
    await post(first, '', { slug, default_branch: 'main' })
    await post(first, `/${slug}/listeners`, { kind: 'slack', url: `http://${chat.host}/${slug}` })
    await report(first, slug, 'one', 'success')
  }
  await report(first, 'gh/acme/refused', 'two', 'failed')
  await vi.waitFor(() => expect(chat.refused).toBeGreaterThan(0), { timeout: 20_000, interval: 50 })
  await report(first, 'gh/acme/unseen', 'two', 'failed')
  await first.stop()
  expect(chat.titles).toEqual([])
  chat.isUp = true
  const second = await startLocalServer({ stateDir })
  await post(second, '', { slug: 'gh/acme/hanging', default_branch: 'main' })
  await post(second, '/gh/acme/hanging/listeners', { kind: 'slack', url: `http://${chat.host}/hanging` })
  await report(second, 'gh/acme/hanging', 'one', 'success')
  await report(second, 'gh/acme/hanging', 'two', 'failed')
  const broke = ['main of gh/acme/refused broke', 'main of gh/acme/unseen broke']
  await vi.waitFor(() => expect(chat.titles.toSorted()).toEqual(broke), { timeout: 20_000, interval: 50 })
  // Nor does a receiver that hangs, for its fifteen seconds, hold up the others.
  await vi.waitFor(() => expect(chat.hanging).toBe(1), { timeout: 10_000, interval: 50 })
  await report(second, 'gh/acme/unseen', 'three', 'success')
  const fixed = 'main of gh/acme/unseen is fixed'
  await vi.waitFor(() => expect(chat.titles).toContain(fixed), { timeout: 10_000, interval: 50 })
  await second.stop()
})
