import * as v from 'valibot'
import { shareWork, withinMs } from './shared-work.ts'
import type { Stores } from './stores.ts'

/** The public keys of an issuer (RFC 7517), as it serves them. */
export type KeySet = { readonly keys: readonly Record<string, unknown>[] }

const FRESH_MS = 10 * 60_000
/** For how long keys go on when the issuer cannot be asked for newer ones. */
const STALE_MS = 60 * 60_000
/** How often an issuer is asked at most, whatever key ids somebody makes up. */
const COOLDOWN_MS = 30_000
const FETCH_BOX_MS = 3_000
const MAX_KEYS_BYTES = 256 * 1024
const MAX_KEYS = 100

let schema: v.GenericSchema<unknown, KeySet> | undefined
const keySetSchema = () => v.object({ keys: v.pipe(v.array(v.looseObject({})), v.maxLength(MAX_KEYS)) })

/**
 * The keys of an issuer, one of which is wanted by its id: from memory while fresh, and asked for anew when the id is
 * not among them. Throws when they cannot be had.
 */
export async function findIssuerKeys(stores: Stores, url: string, kid: string | null): Promise<KeySet> {
  const { memory, now, warn } = stores
  const kept = memory.issuerKeys.get(url)
  const age = kept ? now() - kept.fetchedAt : Number.POSITIVE_INFINITY
  if (kept && age < FRESH_MS && (has(kept.set, kid) || age < COOLDOWN_MS)) return kept.set
  try {
    return await shareWork(memory, stores, `keys ${url}`, async () => {
      const set = await fetchKeys(url)
      memory.issuerKeys.set(url, { set, fetchedAt: now() })
      return set
    })
  } catch (error) {
    if (!kept || age >= STALE_MS || !has(kept.set, kid)) throw error
    warn('issuer_keys_unreadable', error)
    return kept.set
  }
}

function has({ keys }: KeySet, kid: string | null): boolean {
  return kid === null || keys.some((key) => key.kid === kid)
}

async function fetchKeys(url: string): Promise<KeySet> {
  const stop = new AbortController()
  try {
    const text = await withinMs(FETCH_BOX_MS, 'the issuer', readBounded(url, stop.signal))
    schema ??= keySetSchema()
    return v.parse(schema, JSON.parse(text))
  } finally {
    // What is still under way then is not wanted.
    stop.abort()
  }
}

async function readBounded(url: string, signal: AbortSignal): Promise<string> {
  // A redirect could lead anywhere, so it is an answer like any other that is not 200.
  const response = await fetch(url, { signal, redirect: 'manual', headers: { Accept: 'application/json' } })
  if (response.status !== 200) throw new Error(`the issuer's keys answered ${response.status}`)
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false })
  let length = 0
  let text = ''
  for await (const chunk of response.body ?? []) {
    length += chunk.byteLength
    if (length > MAX_KEYS_BYTES) throw new Error(`the issuer's keys are larger than ${MAX_KEYS_BYTES} bytes`)
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}
