import { env } from 'cloudflare:workers'
import { vi } from 'vitest'
import type { SendSettings } from '../../../src/actions/notices/send-request.ts'
import { createRecentMap } from '../../../src/domain/formats/recent-map.ts'
import { importDataKeys } from '../../../src/domain/formats/sealed-text.ts'
import type { KeptKeys, Outside } from '../../../src/outside/key-sets.ts'
import type { Stores } from '../../../src/storage/stores.ts'

// biome-ignore lint/suspicious/noExplicitAny: tests look into bodies whose shape they assert.
export type SentRequest = { url: string; headers: Headers; text: string; json: any }

/** The outside world: it answers as it is told, and keeps what it was sent. To be ended by `vi.restoreAllMocks`. */
export async function openOutside(
  answers: readonly (Response | Error)[] | ((url: string) => Response | Error) = [],
): Promise<SendSettings & { readonly sent: SentRequest[] }> {
  const sent: SentRequest[] = []
  const left = typeof answers === 'function' ? [] : [...answers]
  vi.spyOn(globalThis, 'fetch').mockImplementation(async (url, init) => {
    const text = String(init?.body)
    const isJson = text.startsWith('{')
    sent.push({ url: String(url), headers: new Headers(init?.headers), text, json: isJson ? JSON.parse(text) : null })
    const next = typeof answers === 'function' ? answers(String(url)) : left.shift()
    const answer = next ?? new Response(null, { status: 204 })
    if (answer instanceof Error) throw answer
    return answer
  })
  const origin = 'https://builds.example.com'
  const dataKeys = await importDataKeys(env.DATA_KEY)
  return { dataKeys, allowedHosts: [], publicOrigin: origin, linkOrigin: origin, mailer: null, sent }
}

/** What one isolate knows of others' servers: nothing yet. */
export function outsideOf({ now, waitUntil, warn }: Stores): Outside {
  return { keySets: createRecentMap<KeptKeys>(50), now, waitUntil, warn }
}
