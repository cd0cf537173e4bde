import * as v from 'valibot'
import { askJson } from './ask.ts'

/** A public key as its owner serves it, and the id by which signatures name it. */
export type PublicKey = Readonly<Record<string, unknown>> & { readonly kid?: unknown }

/** An address of keys: a key set (RFC 7517), or GitHub's list of the keys of its secret scanning. */
export type KeySource = { readonly url: string; readonly form: 'jwks' | 'github' }

/** What an isolate keeps of one address. Plain data: a promise belongs to the request that made it. */
export type KeptKeys = {
  /** The keys that were read last. */
  readonly keys: readonly PublicKey[]
  readonly readAt: number
  /** When the address was last asked, and with which result. */
  readonly askedAt: number
  readonly outcome: 'asking' | 'read' | 'failed'
}

/** What a look-up needs of its isolate and its request. */
export type Outside = {
  readonly keySets: { get(url: string): KeptKeys | undefined; set(url: string, kept: KeptKeys): void }
  readonly now: () => number
  readonly waitUntil: (work: Promise<unknown>) => void
  readonly warn: (event: string, error: unknown) => void
}

const FRESH_MS = 10 * 60_000
/** How long keys are used while no newer ones can be read, and so how long a withdrawn key may pass. */
const KEPT_MS = 60 * 60_000
/** An address is asked at most this often, whatever it answers and whatever key ids tokens name. */
const COOLDOWN_MS = 30_000
const BOX_MS = 3_000
/** A request for keys that has not ended by then was cancelled with the request that made it. */
const LOST_MS = 2 * BOX_MS
const MAX_BYTES = 256 * 1024
const MAX_KEYS = 100

/**
 * The keys at an address, for the one with id `kid`: from memory while they are fresh, and read again when that one is not
 * among them. A failed read keeps the old keys. Throws when there are none, or the wanted one may be new.
 */
export async function findKeys(outside: Outside, source: KeySource, kid: string | null): Promise<readonly PublicKey[]> {
  const { keySets, now } = outside
  const known = keySets.get(source.url)
  if (known && has(known, kid) && now() - known.readAt < (isDue(known, now()) ? FRESH_MS : KEPT_MS)) return known.keys
  if (isDue(known, now())) await ask(outside, source)
  else if (known?.outcome === 'asking') await othersAsk(outside, source)
  const kept = keySets.get(source.url)
  if (kept && now() - kept.readAt < KEPT_MS && (kept.outcome === 'read' || has(kept, kid))) return kept.keys
  throw new Error(`the keys at ${new URL(source.url).host} cannot be read at the moment`)
}

function has({ keys }: KeptKeys, kid: string | null): boolean {
  return keys.length > 0 && (kid === null || keys.some((key) => key.kid === kid))
}

function isDue(known: KeptKeys | undefined, now: number): boolean {
  return !known || now - known.askedAt >= (known.outcome === 'asking' ? LOST_MS : COOLDOWN_MS)
}

/** Reads the keys. Memory says so before it begins, so that no other request does the same. */
async function ask({ keySets, now, waitUntil, warn }: Outside, source: KeySource): Promise<void> {
  const { keys, readAt } = keySets.get(source.url) ?? { keys: [], readAt: Number.NEGATIVE_INFINITY }
  const askedAt = now()
  keySets.set(source.url, { keys, readAt, askedAt, outcome: 'asking' })
  const asking = readKeys(source).then(
    (read) => keySets.set(source.url, { keys: read, readAt: now(), askedAt, outcome: 'read' }),
    (error) => {
      warn('keys_unreadable', error)
      // Otherwise another request has read newer keys.
      if (keySets.get(source.url)?.askedAt === askedAt)
        keySets.set(source.url, { keys, readAt, askedAt, outcome: 'failed' })
    },
  )
  waitUntil(asking)
  await asking
}

const LOOK_AGAIN_MS = 50

/** Waits until another request has read the keys, by looking into memory. */
async function othersAsk({ keySets }: Outside, { url }: KeySource): Promise<void> {
  for (let waited = 0; waited < BOX_MS && keySets.get(url)?.outcome === 'asking'; waited += LOOK_AGAIN_MS)
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS))
}

async function readKeys({ url, form }: KeySource): Promise<readonly PublicKey[]> {
  const answer = await askJson(url, { headers: { Accept: 'application/json' }, boxMs: BOX_MS, maxBytes: MAX_BYTES })
  return KEYS_IN[form](answer)
}

const KEYS_IN: Record<KeySource['form'], (answer: unknown) => readonly PublicKey[]> = {
  jwks: (answer) => v.parse(v.object({ keys: listOf(v.looseObject({})) }), answer).keys,
  // GitHub Docs, "Secret scanning partner program".
  github: (answer) => {
    const key = v.object({ key_identifier: v.string(), key: v.string() })
    const { public_keys } = v.parse(v.object({ public_keys: listOf(key) }), answer)
    return public_keys.map(({ key_identifier, key }) => ({ kid: key_identifier, pem: key }))
  },
}

/** A list with at least one key: an empty list is a fault, and does not replace good keys. */
function listOf<T>(key: v.GenericSchema<unknown, T>) {
  return v.pipe(v.array(key), v.minLength(1), v.maxLength(MAX_KEYS))
}
