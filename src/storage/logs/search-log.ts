import type { Stores } from '../stores.ts'
import { atMost } from './log-window.ts'
import { type LogPart, placedMembers, readMembers } from './read-log.ts'

/** A line in which a text was found, once however often it is there. */
export type LogHit = {
  readonly number: number
  readonly before: string
  readonly found: string
  readonly after: string
}

export type LogSearch = {
  readonly hits: readonly LogHit[]
  /** The lines that were searched; null where none were left. Of a last one of many megabytes it may be the beginning alone. */
  readonly searched: { readonly first: number; readonly last: number; readonly isLastCut: boolean } | null
  /** Where to go on; null where the end of the log was reached. */
  readonly next: number | null
}

const MAX_SEARCHED_BYTES = 16 * 1024 * 1024
const MAX_OBJECTS = 20
const MAX_HITS = 100
const MAX_HELD_CHARACTERS = 64 * 1024
const [BEFORE, AFTER] = [80, 160]

/** Searches lines from `from` on, whatever the case of letters; of a long log a stretch at a time. */
export async function searchLog(
  stores: Pick<Stores, 'artifacts' | 'warn'>,
  parts: readonly LogPart[],
  { text, from }: { readonly text: string; readonly from: number },
): Promise<LogSearch> {
  const behind = placedMembers(parts).filter(({ newlinesBefore, newlines }) => newlinesBefore + newlines >= from - 1)
  const keys = [...new Set(behind.map(({ objectKey }) => objectKey))].slice(0, MAX_OBJECTS)
  const members = atMost(
    behind.filter(({ objectKey }) => keys.includes(objectKey)),
    MAX_SEARCHED_BYTES,
  )
  const wanted = inLowerCase(text)
  const hits: LogHit[] = []
  let decoder = new TextDecoder()
  let held = ''
  let number = (members[0]?.newlinesBefore ?? 0) + 1
  let nextOffset = members[0]?.offset ?? 0

  /** Finds it in whole lines, the first of which is the current one, and gives what is behind the last line feed. */
  function take(raw: string, isEnd: boolean): void {
    const plain = withoutSequences(raw)
    const lower = inLowerCase(plain)
    let at = 0
    let line = number
    for (let found = lower.indexOf(wanted); found >= 0 && hits.length < MAX_HITS; found = lower.indexOf(wanted, at)) {
      line += newlines(plain, at, found)
      const start = plain.lastIndexOf('\n', found) + 1
      const end = endOf(plain, found)
      if (line >= from && hits.at(-1)?.number !== line)
        hits.push(hitAt(plain, line, { start, found, end, length: text.length }))
      at = end
    }
    number += newlines(plain, 0, plain.length)
    held = isEnd ? '' : raw.slice(raw.lastIndexOf('\n') + 1).slice(-MAX_HELD_CHARACTERS)
  }

  let isFull = false
  for await (const { member, bytes } of readMembers(stores, members)) {
    if (member.offset > nextOffset) {
      decoder = new TextDecoder()
      held = ''
      number = member.newlinesBefore + 1
    }
    nextOffset = member.offset + member.sizeBytes
    take(held + decoder.decode(bytes, { stream: true }), false)
    isFull = hits.length >= MAX_HITS
    if (isFull) break
  }
  const lastMember = members.at(-1)
  const isAll = members.length === behind.length && !isFull
  const whole = isFull ? (hits.at(-1)?.number ?? from) : lastLineOf(lastMember, isAll, held)
  const isLastCut = !isAll && whole < from
  const last = isLastCut ? from : whole
  const searched = members.length === 0 || last < from ? null : { first: from, last, isLastCut }
  return { hits, searched, next: isAll ? null : last + 1 }
}

function lastLineOf(
  member: { readonly newlinesBefore: number; readonly newlines: number } | undefined,
  isAll: boolean,
  held: string,
): number {
  if (!member) return 0
  // The last line may go on behind what was read: then it is searched anew, unless it is all that was.
  return member.newlinesBefore + member.newlines + (isAll && held !== '' ? 1 : 0)
}

function hitAt(
  text: string,
  number: number,
  {
    start,
    found,
    end,
    length,
  }: { readonly start: number; readonly found: number; readonly end: number; readonly length: number },
): LogHit {
  const from = Math.max(start, found - BEFORE)
  const to = Math.min(end, found + length + AFTER)
  return {
    number,
    before: `${from > start ? '…' : ''}${text.slice(from, found).toWellFormed()}`,
    found: text.slice(found, found + length),
    after: `${text.slice(found + length, to).toWellFormed()}${to < end ? '…' : ''}`,
  }
}

function endOf(text: string, from: number): number {
  const end = text.indexOf('\n', from)
  return end < 0 ? text.length : end
}

function newlines(text: string, from: number, to: number): number {
  let count = 0
  for (let at = text.indexOf('\n', from); at >= 0 && at < to; at = text.indexOf('\n', at + 1)) count++
  return count
}

// As a whole by a pattern, since anser takes seconds for as much.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const SEQUENCES = /\x1b\[[0-?]*[ -/]*[@-~]/g

function withoutSequences(text: string): string {
  return text.replace(SEQUENCES, '').replaceAll('\r', ' ')
}

/** Of the same length: one letter alone has a lower case of two. */
function inLowerCase(text: string): string {
  return text.replaceAll('İ', 'i').toLowerCase()
}
