import type { LineRange } from '../../../storage/logs/log-text.ts'
import type { LogCutLines } from '../../../storage/logs/log-window.ts'
import type { AskedPart } from './asked-log.ts'

/** So many lines are on a page at most. */
export const LINES_A_PAGE = 1_000
/** Of a longer log its end is shown at first. */
const LINES_AT_END = 500
const LINES_BEFORE_MARKED = 20

/** Which lines a page shows; where a line is asked for that is left out, those behind it. */
export function shownRange(
  part: Exclude<AskedPart, { kind: 'search' }>,
  total: number,
  cuts: readonly LogCutLines[],
): LineRange {
  if (total <= LINES_A_PAGE && part.kind !== 'from') return { first: 1, last: Math.max(1, total) }
  const end = { first: Math.max(1, total - LINES_AT_END + 1), last: Math.max(1, total) }
  switch (part.kind) {
    case 'end':
      return end
    case 'from':
      return part.first > total ? end : pageFrom(part.first, cuts)
    case 'marked':
      if (part.lines.first > total) return end
      return pageFrom(Math.max(1, part.lines.first - LINES_BEFORE_MARKED), cuts)
  }
}

export function pageFrom(first: number, cuts: readonly LogCutLines[]): LineRange {
  const cut = cutAt(first, cuts)
  const from = cut ? cut.next : first
  return { first: from, last: from + LINES_A_PAGE - 1 }
}

/** Where the page before that one begins; null at the beginning. */
export function firstOfPageBefore(first: number, cuts: readonly LogCutLines[]): number | null {
  if (first <= 1) return null
  const cut = cutAt(first - 1, cuts)
  return Math.max(1, (cut ? cut.last + 1 : first) - LINES_A_PAGE)
}

/** What is left out where that line would be. */
export function cutAt(number: number, cuts: readonly LogCutLines[]): LogCutLines | undefined {
  return cuts.find(({ last, next }) => number > last && number < next)
}
