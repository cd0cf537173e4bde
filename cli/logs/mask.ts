import { type Alphabet, JWT, PRIVATE_KEY, TOKEN_SHAPES, type TokenShape } from './secret-shapes.ts'

/** Replaces secrets in a stream of bytes by `***`, also those that are cut by the borders of its chunks. */
export type Masker = {
  /** What can be shown by now: what may be the beginning of a secret is held back. It is good until the next call. */
  readonly push: (chunk: Uint8Array) => readonly Uint8Array[]
  /** The rest. */
  readonly end: () => readonly Uint8Array[]
  /** Bytes are missing before the next: what they may have begun is not shown. */
  readonly skip: () => void
}

/** The shortest value that can be masked: that of `--mask`. */
export const MIN_MASKED_LENGTH = 4

const MASK = Buffer.from('***')

type Pattern = { readonly bytes: Buffer } & (
  | { readonly kind: 'value' }
  | { readonly kind: 'token'; readonly shape: TokenShape }
  | { readonly kind: 'jwt' }
  | { readonly kind: 'private_key' }
)

/** Where a secret ends; `open` is what it may go on with where that is the end of what is there. */
type Found = { readonly end: number; readonly open: Alphabet | null }

/** What is found at a place: nothing, a secret, or a beginning that more bytes have to decide. */
type Verdict = Found | 'nothing' | 'undecided'

/** Masks these values, each of at least `MIN_MASKED_LENGTH` bytes, and what is shaped like a known secret. */
export function openMasker(values: readonly Uint8Array[]): Masker {
  const search = searchFor(patternsFor(values))
  /** Bytes that are held back, or hidden already, and are looked at again together with the next. */
  let held = Buffer.alloc(0)
  /** Room for what is held back together with the next bytes. */
  let room = Buffer.alloc(0)
  /** How many of the held bytes are hidden or shown already. */
  let settled = 0
  /** What secrets that reached the end of the bytes may go on with. */
  let open: readonly Alphabet[] = []
  let lastByte = 0

  function take(bytes: Buffer, fresh: number, isEnd: boolean): readonly Uint8Array[] {
    const runs = runsIn(bytes)
    const shown: Uint8Array[] = []
    /** Up to where bytes were shown or hidden. */
    let at = settled
    const stillOpen: Alphabet[] = []
    const hide = (end: number, goesOn: Alphabet | null) => {
      at = Math.max(at, end)
      if (goesOn && end === bytes.length && !stillOpen.includes(goesOn)) stillOpen.push(goesOn)
    }
    for (const alphabet of open) hide(runs.endOf(alphabet, fresh, lastByte), alphabet)
    let from = 0
    let undecidedAt = -1
    for (;;) {
      const candidate = search.next(bytes, from)
      if (candidate === -1) break
      const verdict = verdictOn(search.patternsAt(bytes, candidate), { bytes, at: candidate, runs, isEnd })
      if (verdict === 'undecided') {
        undecidedAt = candidate
        break
      }
      if (verdict !== 'nothing') {
        if (candidate >= at) {
          if (candidate > at) shown.push(bytes.subarray(at, candidate))
          shown.push(MASK)
        }
        hide(verdict.end, verdict.open)
      }
      from = candidate + 1
    }
    const keep = isEnd ? bytes.length : undecidedAt !== -1 ? undecidedAt : search.firstBeginning(bytes, from)
    if (keep > at) {
      shown.push(bytes.subarray(at, keep))
      at = keep
    }
    open = stillOpen
    if (bytes.length > 0) lastByte = bytes[bytes.length - 1] ?? 0
    held = Buffer.from(bytes.subarray(keep))
    settled = at - keep
    return shown
  }

  return {
    push(chunk) {
      const fresh = held.length
      if (fresh === 0) return take(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength), 0, false)
      const length = fresh + chunk.byteLength
      if (room.length < length) room = Buffer.allocUnsafeSlow(length)
      room.set(held)
      room.set(chunk, fresh)
      return take(room.subarray(0, length), fresh, false)
    },
    end: () => take(held, held.length, true),
    skip() {
      held = Buffer.alloc(0)
      settled = 0
      // Only a key has more than one line.
      open = [PRIVATE_KEY.rest]
      lastByte = 0
    },
  }
}

function patternsFor(values: readonly Uint8Array[]): readonly Pattern[] {
  const distinct = new Map(values.map((value) => [Buffer.from(value).toString('latin1'), Buffer.from(value)]))
  return [
    ...[...distinct.values()].map((bytes) => ({ kind: 'value', bytes }) as const),
    ...TOKEN_SHAPES.flatMap((shape) =>
      shape.prefixes.map((prefix) => ({ kind: 'token', shape, bytes: Buffer.from(prefix) }) as const),
    ),
    ...JWT.prefixes.map((prefix) => ({ kind: 'jwt', bytes: Buffer.from(prefix) }) as const),
    { kind: 'private_key', bytes: Buffer.from(PRIVATE_KEY.prefix) },
  ]
}

type Search = {
  /** The next place at which a pattern may begin, of those whose first bytes are all there; -1 where there is none. */
  readonly next: (bytes: Buffer, from: number) => number
  readonly patternsAt: (bytes: Buffer, at: number) => readonly Pattern[]
  /** The first place, near the end, from which on the bytes may be the beginning of a pattern; else the end. */
  readonly firstBeginning: (bytes: Buffer, from: number) => number
}

const WINDOW = MIN_MASKED_LENGTH
const NONE: readonly Pattern[] = []

/**
 * Wu and Manber's search for many patterns at once: the last two bytes of a window of four say how far no pattern can
 * begin. So most bytes are never looked at, however many patterns there are.
 */
function searchFor(patterns: readonly Pattern[]): Search {
  const leaps = new Uint8Array(65_536).fill(WINDOW - 1)
  const byLastPair = new Map<number, Pattern[]>()
  const byFirstByte = new Map<number, Pattern[]>()
  for (const pattern of patterns) {
    const { bytes } = pattern
    if (bytes.length < WINDOW) throw new Error(`a masked value has fewer than ${WINDOW} bytes`)
    for (let end = 2; end <= WINDOW; end++) {
      const pair = pairAt(bytes, end - 2)
      leaps[pair] = Math.min(leaps[pair] ?? 0, WINDOW - end)
    }
    addTo(byLastPair, pairAt(bytes, WINDOW - 2), pattern)
    addTo(byFirstByte, bytes[0] ?? 0, pattern)
  }
  return {
    next(bytes, from) {
      const last = bytes.length - WINDOW
      let at = from
      while (at <= last) {
        const leap = leaps[((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number)] as number
        if (leap === 0) return at
        at += leap
      }
      return -1
    },
    patternsAt: (bytes, at) => byLastPair.get(pairAt(bytes, at + WINDOW - 2)) ?? NONE,
    firstBeginning(bytes, from) {
      for (let at = Math.max(from, bytes.length - WINDOW + 1); at < bytes.length; at++) {
        const rest = bytes.subarray(at)
        const isBeginning = (pattern: Pattern) => pattern.bytes.subarray(0, rest.length).equals(rest)
        if (byFirstByte.get(bytes[at] ?? 0)?.some(isBeginning)) return at
      }
      return bytes.length
    },
  }
}

function pairAt(bytes: Buffer, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0)
}

function addTo(table: Map<number, Pattern[]>, key: number, pattern: Pattern): void {
  const list = table.get(key)
  if (list) list.push(pattern)
  else table.set(key, [pattern])
}

type Place = { readonly bytes: Buffer; readonly at: number; readonly runs: Runs; readonly isEnd: boolean }

/** Of all patterns that may begin there the longest; more bytes may show a longer one. */
function verdictOn(patterns: readonly Pattern[], place: Place): Verdict {
  let longest: Found | null = null
  let isUndecided = false
  for (const pattern of patterns) {
    const verdict = verdictOf(pattern, place)
    if (verdict === 'undecided') isUndecided = true
    else if (verdict !== 'nothing' && (longest === null || verdict.end > longest.end)) longest = verdict
  }
  if (isUndecided && !place.isEnd) return 'undecided'
  return longest ?? 'nothing'
}

function verdictOf(pattern: Pattern, place: Place): Verdict {
  const { bytes, at } = place
  const end = at + pattern.bytes.length
  const isHere = compared(bytes, at, pattern.bytes)
  if (isHere !== true) return isHere === false ? 'nothing' : 'undecided'
  switch (pattern.kind) {
    case 'value':
      return { end, open: null }
    case 'token':
      return tokenFrom(end, pattern.shape, place)
    case 'jwt':
      return jwtFrom(end, place)
    case 'private_key':
      return privateKeyFrom(end, place)
  }
}

/** Whether the expected bytes stand there; null where what is there is their beginning, and ends. */
function compared(bytes: Buffer, at: number, expected: Buffer): boolean | null {
  const length = Math.min(expected.length, bytes.length - at)
  // A call of `compare` costs more than the few bytes that are looked at before most places turn out to be others.
  const first = Math.min(length, FIRST_BYTES)
  for (let index = 0; index < first; index++) if (bytes[at + index] !== expected[index]) return false
  if (length > first && bytes.compare(expected, first, length, at + first, at + length) !== 0) return false
  return length === expected.length ? true : null
}

const FIRST_BYTES = 16

function tokenFrom(body: number, { alphabet, min, max }: TokenShape, { bytes, runs }: Place): Verdict {
  const runEnd = runs.endOf(alphabet, body)
  if (runEnd - body < min) return runEnd === bytes.length ? 'undecided' : 'nothing'
  return max === undefined ? { end: runEnd, open: alphabet } : { end: Math.min(runEnd, body + max), open: null }
}

function jwtFrom(start: number, { bytes, runs }: Place): Verdict {
  const headerEnd = runs.endOf(JWT.header, start)
  if (headerEnd - start > JWT.maxHeaderBytes) return 'nothing'
  const hasNext = compared(bytes, headerEnd, JWT.next)
  if (hasNext !== true) return hasNext === false ? 'nothing' : 'undecided'
  return { end: runs.endOf(JWT.rest, headerEnd), open: JWT.rest }
}

function privateKeyFrom(start: number, { bytes, runs }: Place): Verdict {
  const labelEnd = runs.endOf(PRIVATE_KEY.label, start)
  if (labelEnd - start > PRIVATE_KEY.maxLabelBytes) return 'nothing'
  const hasDashes = compared(bytes, labelEnd, PRIVATE_KEY.dashes)
  if (hasDashes !== true) return hasDashes === false ? 'nothing' : 'undecided'
  if (!PRIVATE_KEY.isSecret(bytes.toString('latin1', start, labelEnd))) return 'nothing'
  return { end: runs.endOf(PRIVATE_KEY.rest, labelEnd), open: PRIVATE_KEY.rest }
}

type Runs = {
  /** Where the bytes of an alphabet that begin there end. Each is looked at once, however many places are asked for. */
  readonly endOf: (alphabet: Alphabet, from: number, byteBefore?: number) => number
}

function runsIn(bytes: Buffer): Runs {
  const known = new Map<Alphabet, { from: number; end: number }>()
  return {
    endOf(alphabet, from, byteBefore = 0) {
      const last = known.get(alphabet)
      if (last && from >= last.from && from <= last.end) return last.end
      let end = from
      let before = byteBefore
      for (; end < bytes.length; end++) {
        const byte = bytes[end] as number
        const kind = alphabet[byte]
        if (kind === 0 || (kind === 2 && before !== COLON)) break
        before = byte
      }
      known.set(alphabet, { from, end })
      return end
    },
  }
}

const COLON = 0x3a
