import * as v from 'valibot'
import { askJson } from './ask.ts'

/** A public key as its owner serves it, and the id by which signatures name it. */
export type PublicKey = Readonly<Record<string, unknown>> & { readonly kid?: unknown }

/** Where keys are: a key set (RFC 7517), or GitHub's list of those that its secret scanning signs with. */
export type KeySource = { readonly url: string; readonly form: 'jwks' | 'github' }

/** What an isolate keeps of one address. Plain data: a promise belongs to the request that made it. */
export type KeptKeys = {
  /** Those that were read last. */
  readonly keys: readonly PublicKey[]
  readonly readAt: number
  /** When it was last asked, and what came of that. */
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
/** For how long good keys go on while no newer ones can be read: a key that was withdrawn meanwhile passes no longer than this. */
const KEPT_MS = 60 * 60_000
/** How often an address is asked at most, however that goes and whatever key ids somebody makes up. */
const COOLDOWN_MS = 30_000
const BOX_MS = 3_000
/** An ask that has not ended by then went down with its request. */
const LOST_MS = 2 * BOX_MS
const MAX_BYTES = 256 * 1024
const MAX_KEYS = 100

/**
 * The keys at an address, one of which is wanted by its id: from memory while fresh, and asked for anew when that one is
 * not among them. A failed ask loses no good keys. Throws when they cannot be had, or the wanted one might be new.
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

/** Said in memory before it begins, so that whoever comes meanwhile does not ask, too. */
async function ask({ keySets, now, waitUntil, warn }: Outside, source: KeySource): Promise<void> {
  const { keys, readAt } = keySets.get(source.url) ?? { keys: [], readAt: Number.NEGATIVE_INFINITY }
  const askedAt = now()
  keySets.set(source.url, { keys, readAt, askedAt, outcome: 'asking' })
  const asking = readKeys(source).then(
    (read) => keySets.set(source.url, { keys: read, readAt: now(), askedAt, outcome: 'read' }),
    (error) => {
      warn('keys_unreadable', error)
      // Else another asked since, and knows better.
      if (keySets.get(source.url)?.askedAt === askedAt)
        keySets.set(source.url, { keys, readAt, askedAt, outcome: 'failed' })
    },
  )
  waitUntil(asking)
  await asking
}

const LOOK_AGAIN_MS = 50

/** Waits, by looking into memory, until another request has asked. */
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

/** No owner of keys has none: an empty list is a fault of theirs, and loses no good ones. */
function listOf<T>(key: v.GenericSchema<unknown, T>) {
  return v.pipe(v.array(key), v.minLength(1), v.maxLength(MAX_KEYS))
}
