import { env } from 'cloudflare:workers'
import { expect, it } from 'vitest'
import { sendMail } from '../../src/outside/mail.ts'

const from = 'buildpass@example.com'
const mail = { subject: 'main of gh/acme/web broke', text: 'Failed: test (42)\n' }

it('a mail is one that Cloudflare’s binding takes', async () => {
  await expect(sendMail({ binding: env.EMAIL, from }, 'ada@example.com', mail)).resolves.toBeUndefined()
})

it('a mail waits for its answer 15 seconds at most', async () => {
  const binding = { send: () => new Promise<never>(() => {}) }
  const { setTimeout } = globalThis
  // The clock of that one wait goes a thousand times as fast.
  globalThis.setTimeout = ((run: () => void, ms: number) => setTimeout(run, ms / 1_000)) as typeof setTimeout
  try {
    await expect(sendMail({ binding, from }, 'ada@example.com', mail)).rejects.toThrow('longer than 15000 ms')
  } finally {
    globalThis.setTimeout = setTimeout
  }
})
