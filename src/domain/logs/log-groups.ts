import { withoutPrefixes } from './error-shapes.ts'

/** What a line of a log says of its groups: one begins with that title, one ends, or neither. */
export type GroupMark =
  | { readonly kind: 'none' }
  | { readonly kind: 'begin'; readonly title: string; readonly endsOneBefore: boolean }
  | { readonly kind: 'end'; readonly rest: string }

/** Which CI system's marks are read: Buildkite's `--- ` means too much elsewhere, `--- FAIL: TestX` in Go for one. */
export type MarkedBy = 'buildkite' | 'others'

const NONE: GroupMark = { kind: 'none' }
const BEGIN = /^(?:::group::|##\[group\])(.*)$/
const END = /^(?:::endgroup::|##\[endgroup\])/
// GitLab writes several into one line, each taken away again for the eye.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const SECTION = /^(?:\x1b\[0K)?section_(start|end):\d{1,15}:[\w.-]{1,255}(?:\[[^\]]{0,200}\])?\r?(?:\x1b\[0K)?/
const BUILDKITE = /^(?:---|\+\+\+|~~~) (.*)$/

export function groupMarkOf(text: string, by: MarkedBy): GroupMark {
  if (by === 'buildkite') {
    const [, title] = BUILDKITE.exec(text) ?? []
    if (title !== undefined) return { kind: 'begin', title, endsOneBefore: true }
  }
  // Most lines have none: their times need not be taken away.
  if (!/group|section_/.test(text)) return NONE
  if (text.includes('section_')) return sectionOf(text)
  const line = withoutPrefixes(text)
  const [, title] = BEGIN.exec(line) ?? []
  // Those of GitHub and Azure do not nest.
  if (title !== undefined) return { kind: 'begin', title, endsOneBefore: true }
  return END.test(line) ? { kind: 'end', rest: '' } : NONE
}

function sectionOf(text: string): GroupMark {
  let rest = text
  let ends = false
  for (;;) {
    const [mark = '', kind] = SECTION.exec(rest) ?? []
    if (kind === undefined) return ends ? { kind: 'end', rest } : NONE
    rest = rest.slice(mark.length)
    if (kind === 'start') return { kind: 'begin', title: rest, endsOneBefore: ends }
    ends = true
  }
}

/** Lines with those of a group below its title. */
export type LogNode<L> =
  | { readonly kind: 'line'; readonly line: L }
  | {
      readonly kind: 'group'
      readonly head: L
      readonly nodes: LogNode<L>[]
      /** Whether its end is there too. */
      isEnded: boolean
    }

const MAX_DEPTH = 8

/** The lines as a tree of groups, a title without its mark; a line that only ends one is not there to be read. */
export function grouped<L extends { readonly text: string }>(lines: readonly L[], by: MarkedBy): readonly LogNode<L>[] {
  const top: LogNode<L>[] = []
  const open: (LogNode<L> & { kind: 'group' })[] = []
  const add = (node: LogNode<L>) => (open.at(-1)?.nodes ?? top).push(node)
  const end = () => {
    const ended = open.pop()
    if (ended) ended.isEnded = true
  }
  for (const line of lines) {
    const mark = groupMarkOf(line.text, by)
    switch (mark.kind) {
      case 'none':
        add({ kind: 'line', line })
        break
      case 'end':
        end()
        if (mark.rest.trim() !== '') add({ kind: 'line', line: { ...line, text: mark.rest } })
        break
      case 'begin': {
        if (mark.endsOneBefore) end()
        const head = { ...line, text: mark.title }
        if (open.length === MAX_DEPTH) {
          add({ kind: 'line', line: head })
          break
        }
        const group = { kind: 'group' as const, head, nodes: [], isEnded: false }
        add(group)
        open.push(group)
      }
    }
  }
  return top
}
