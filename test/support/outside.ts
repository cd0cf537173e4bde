import { env } from 'cloudflare:workers'
import type { Outside } from '../../src/actions/deliver.ts'
import { importDataKeys } from '../../src/domain/sealed-text.ts'

// biome-ignore lint/suspicious/noExplicitAny: tests look into bodies whose shape they assert.
export type SentRequest = { url: string; headers: Headers; text: string; json: any }

/** The outside world: it answers as it is told, and keeps what it was sent. */
export async function openOutside(
  answers: readonly (Response | Error)[] = [],
): Promise<Outside & { readonly sent: SentRequest[] }> {
  const sent: SentRequest[] = []
  const left = [...answers]
  return {
    dataKeys: await importDataKeys(env.DATA_KEY),
    allowedHosts: [],
    origin: 'https://builds.example.com',
    sent,
    async fetch(url, init) {
      const text = String(init.body)
      const isJson = text.startsWith('{')
      sent.push({ url, headers: new Headers(init.headers), text, json: isJson ? JSON.parse(text) : null })
      const answer = left.shift() ?? new Response(null, { status: 204 })
      if (answer instanceof Error) throw answer
      return answer
    },
  }
}
