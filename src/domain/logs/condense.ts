import { type ErrorShape, findShape, type ShapeKind, withoutPrefixes } from './error-shapes.ts'
import { reasonKey } from './reason-key.ts'
import { openShownLines, ownText } from './shown-lines.ts'

/** What is to be seen first of a step's log: its errors, and its end. */
export type Condensed = { readonly lines: readonly CondensedLine[]; readonly totalLines: number }
export type CondensedLine = { readonly number: number; readonly text: string; readonly why: 'error' | 'end' }

export const MAX_LINES = 200
export const MAX_CHARACTERS = 500
export const END_LINES = 30

/** Takes a log's text in pieces, in order; what it holds does not grow with the log. */
export function openCondenser(): { take(text: string): void; close(): Condensed } {
  const recent = openRecentLines()
  const groups = openGroups()
  const lines = openShownLines((text) => {
    const line = recent.add(text)
    const bare = withoutPrefixes(text)
    groups.addBehind(line, bare)
    const found = findShape(bare)
    if (found) {
      line.text = excerpt(text, found.found)
      const before = recent.before(line, found.shape.before)
      groups.open({ shape: found.shape, bare, lines: [...before, line], head: line, missing: found.shape.after })
    }
  })
  return {
    take(text) {
      const known = recent.count()
      lines.take(text)
      recent.keepBehind(known)
      groups.keep()
    },
    close() {
      lines.close()
      return { lines: chosenLines(groups.close(), recent.end()), totalLines: recent.count() }
    },
  }
}

/** A line of the log; once `isKept` its text is cut, and no slice of the piece that it came in. */
type Line = { readonly number: number; text: string; isKept: boolean }

/** A line of an error's shape with those around it that belong to it. */
type OpenGroup = {
  readonly shape: ErrorShape
  readonly bare: string
  readonly lines: Line[]
  readonly head: Line
  /** How many lines are still to come. */
  missing: number
}
type Group = { readonly key: string; readonly head: Line; readonly lines: readonly Line[] }

function keep(line: Line): void {
  if (line.isKept) return
  line.text = ownText(excerpt(line.text, ''))
  line.isKept = true
}

/** The start and the end of a text, since a cause comes last, or the place in it where `found` is and the end. */
function excerpt(text: string, found: string): string {
  if (text.length <= MAX_CHARACTERS) return text
  const at = text.indexOf(found)
  const isFar = at + Math.min(found.length, 100) > MAX_CHARACTERS - TAIL_CHARACTERS - 1
  const start = isFar ? `…${text.slice(at - 100)}` : text
  if (start.length <= MAX_CHARACTERS) return start.toWellFormed()
  const head = start.slice(0, MAX_CHARACTERS - TAIL_CHARACTERS - 1)
  return `${head.toWellFormed()}…${start.slice(-TAIL_CHARACTERS).toWellFormed()}`
}

const TAIL_CHARACTERS = 150

/** The last lines of the log. */
function openRecentLines() {
  const ring: Line[] = []
  /** Of blank lines after each other one: however many there are, they do not push the last words out. */
  const ending: Line[] = []
  let total = 0

  function last(wanted: number, upTo: number): Line[] {
    const lines: Line[] = []
    for (let number = Math.max(1, upTo - wanted + 1); number <= upTo; number++) {
      const line = ring[number % RING]
      if (line) lines.push(line)
    }
    return lines
  }

  return {
    add(text: string): Line {
      total += 1
      const line = { number: total, text, isKept: false }
      ring[total % RING] = line
      if (text.trim() !== '' || ending.at(-1)?.text.trim() !== '') ending.push(line)
      if (ending.length > END_LINES) ending.shift()
      return line
    },
    count: () => total,
    before: (line: Line, wanted: number) => last(wanted, line.number - 1),
    /** Lets go of the piece of text that the lines behind `number` came in. */
    keepBehind(number: number): void {
      for (const line of last(Math.min(RING, total - number), total)) keep(line)
      for (const line of ending) keep(line)
    },
    end(): readonly Line[] {
      for (const line of ending) keep(line)
      return ending
    },
  }
}

/** Holds the end of the log, and what may stand before or behind an error. */
const RING = 32

/** The first groups of a kind, and the last of those that came behind them. */
type KeptGroups = { readonly first: Group[]; readonly last: Group[]; firstLines: number }
/** Apart from the others: those whose own line a few had before them, as each try of one that is retried has. */
type GroupKind = ShapeKind | 'repeated'
type Groups = Readonly<Record<GroupKind, KeptGroups>>

function openGroups() {
  const kept: Groups = { reason: noneKept(), summary: noneKept(), sign: noneKept(), repeated: noneKept() }
  const seen = openCounts()
  const ownLines = openCounts()
  let open: OpenGroup[] = []
  let hasNew = false

  function admit({ shape, bare, lines, head }: OpenGroup): void {
    // In a box of terraform's the first line says little.
    const telling = shape.telling ?? (head.text.trimStart().startsWith('│') ? 3 : 0)
    const behind = lines.slice(lines.indexOf(head) + 1).map(({ text }) => text)
    const place = placeOf(shape, bare, behind[0] ?? '')
    const end = behind.at(-1) ?? ''
    // Of what ends by itself the end tells most.
    const told = telling === 0 ? [] : [...behind.slice(0, telling), end]
    const ownLine = reasonKey(bare, shape.endsUnindented ? [end] : [])
    const key = told.length === 0 && place === '' ? ownLine : `${reasonKey(bare, told)}${place}`
    if (seen.add(key) > 1) return
    const kind = ownLines.add(ownLine) > FEW_OF_A_LINE ? 'repeated' : shape.kind
    hasNew = true
    const { first, last } = kept[kind]
    if (kept[kind].firstLines < MAX_LINES) {
      kept[kind].firstLines += lines.length
      first.push({ key, head, lines })
    } else {
      last.push({ key, head, lines })
      if (last.length > LAST_GROUPS) last.shift()
    }
  }

  /** Lets go of the pieces of text that the lines came in. */
  function keepNew(): void {
    if (!hasNew) return
    for (const { first, last } of Object.values(kept)) {
      for (const { lines } of [...first, ...last]) for (const line of lines) keep(line)
    }
    hasNew = false
  }

  return {
    open(group: OpenGroup): void {
      if (group.missing === 0) admit(group)
      else open.push(group)
    },
    /** Gives a line to the groups that it stands behind. */
    addBehind(line: Line, bare: string): void {
      if (open.length === 0) return
      for (const group of open) {
        group.lines.push(line)
        if (group.lines.length > MAX_GROUP_LINES) group.lines.splice(GROUP_HEAD, 1)
        const isEnd = group.shape.endsUnindented && bare.trim() !== '' && indentOf(bare) <= indentOf(group.bare)
        group.missing = isEnd ? 0 : group.missing - 1
        if (group.missing === 0) admit(group)
      }
      open = open.filter(({ missing }) => missing > 0)
    },
    keep: keepNew,
    close(): Groups {
      for (const group of open) admit(group)
      open = []
      keepNew()
      return kept
    },
  }
}

/** Where the error is, for the same error at another place is another one. */
function placeOf({ place }: ErrorShape, bare: string, below: string): string {
  switch (place) {
    case undefined:
      return ''
    case 'own line':
      return ownText(bare.slice(0, MAX_CHARACTERS))
    case 'line below':
      return below.trimStart().startsWith('-->') ? ownText(below.trim()) : ''
  }
}

/** How often each of the last 5,000 different texts came, or of a few more. */
function openCounts() {
  let recent = new Map<string, number>()
  let older = recent
  return {
    add(text: string): number {
      const count = (recent.get(text) ?? older.get(text) ?? 0) + 1
      if (recent.size >= COUNTED_TEXTS) {
        older = recent
        recent = new Map()
      }
      recent.set(text, count)
      return count
    },
  }
}

const COUNTED_TEXTS = 5_000
/** So many errors of one line that differ in what stands around it are as good as errors of other lines. */
const FEW_OF_A_LINE = 4
/** Of a longer group the lines in the middle are left out. */
const MAX_GROUP_LINES = 24
const GROUP_HEAD = 8
const LAST_GROUPS = 60

function indentOf(text: string): number {
  return text.length - text.trimStart().length
}

function noneKept(): KeptGroups {
  return { first: [], last: [], firstLines: 0 }
}

/** What is taken in which order, and up to how many lines: the first reason matters most, then the last. */
const TURNS: readonly { readonly kind: GroupKind; readonly from: 'first' | 'last'; readonly lines: number }[] = [
  { kind: 'reason', from: 'first', lines: 100 },
  { kind: 'reason', from: 'last', lines: 25 },
  { kind: 'summary', from: 'last', lines: 8 },
  { kind: 'summary', from: 'first', lines: 8 },
  { kind: 'sign', from: 'first', lines: 15 },
  { kind: 'sign', from: 'last', lines: 10 },
  { kind: 'reason', from: 'first', lines: MAX_LINES },
  { kind: 'repeated', from: 'last', lines: 25 },
  { kind: 'repeated', from: 'first', lines: MAX_LINES },
  { kind: 'summary', from: 'first', lines: MAX_LINES },
  { kind: 'reason', from: 'last', lines: MAX_LINES },
  { kind: 'sign', from: 'first', lines: MAX_LINES },
]

function chosenLines(groups: Groups, end: readonly Line[]): CondensedLine[] {
  const chosen = new Map<number, CondensedLine>()
  for (const line of end) chosen.set(line.number, shown(line, 'end'))
  const taken = new Set<string>()
  for (const { kind, from, lines } of TURNS) {
    let room = Math.min(lines, MAX_LINES - chosen.size)
    // The newest first of the last.
    for (const group of from === 'first' ? groups[kind].first : groups[kind].last.toReversed()) {
      if (taken.has(group.key)) continue
      const added = group.lines.filter(({ number }) => !chosen.has(number)).length
      if (added > room && group.lines.length > 1 && room > 0 && !chosen.has(group.head.number)) {
        // No room for what is around it.
        chosen.set(group.head.number, shown(group.head, 'error'))
        room -= 1
      } else if (added <= room) {
        for (const line of group.lines) chosen.set(line.number, shown(line, 'error'))
        taken.add(group.key)
        room -= added
      }
    }
  }
  return [...chosen.values()].sort((a, b) => a.number - b.number)
}

function shown({ number, text }: Line, why: CondensedLine['why']): CondensedLine {
  return { number, text, why }
}
