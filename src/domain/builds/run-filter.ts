import { wordTable } from '../formats/word-table.ts'
import { RUN_STATUS, type WantedProgress } from './progress.ts'

/** What a search for runs narrows them to; null for any. `progress` is `none` for a status that no run here ever has. */
export type RunFilter = {
  readonly branch: string | null
  readonly revision: string | null
  readonly progress: WantedProgress | 'none' | null
}

export type ReadFilter =
  | { readonly kind: 'filter'; readonly filter: RunFilter }
  | { readonly kind: 'bad'; readonly problem: string }

type Field = 'branch' | 'revision' | 'status'
const FIELDS = wordTable<Field>({
  'pipeline.git.branch': 'branch',
  'pipeline.git.revision': 'revision',
  'pipeline.status': 'status',
})

export const FILTER_RULE = `must be comparisons like pipeline.git.branch == "main", of ${[...FIELDS.keys()].join(', ')}, joined by " and "`

const COMPARISON = /\s*([a-z._]{1,40})\s*==\s*"((?:[^"\\]|\\.)*)"\s*/y
const JOINT = /and(?=\s)/y

/** The expression of CircleCI's `runs/search`, as far as its clients write it; texts are quoted as Go quotes them (`%q`). */
export function parseRunFilter(text: string): ReadFilter {
  if (text === '') return { kind: 'filter', filter: { branch: null, revision: null, progress: null } }
  const values: Partial<Record<Field, string>> = {}
  for (let at = 0; ; ) {
    COMPARISON.lastIndex = at
    const [whole, name = '', quoted = ''] = COMPARISON.exec(text) ?? []
    const field = FIELDS.get(name)
    const value = unquoted(quoted)
    if (whole === undefined || field === undefined || value === null) return bad(FILTER_RULE)
    if (values[field] !== undefined) return bad(`must name ${name} once`)
    values[field] = value
    at += whole.length
    if (at === text.length) break
    JOINT.lastIndex = at
    if (!JOINT.test(text)) return bad(FILTER_RULE)
    at = JOINT.lastIndex
  }
  const { branch = null, revision = null, status } = values
  if (status === undefined) return { kind: 'filter', filter: { branch, revision, progress: null } }
  const progress = RUN_STATUS.get(status)
  if (!progress) return bad(`pipeline.status must be one of ${[...RUN_STATUS.keys()].join(', ')}`)
  return { kind: 'filter', filter: { branch, revision, progress } }
}

function bad(problem: string): ReadFilter {
  return { kind: 'bad', problem }
}

const ESCAPE = /\\(?:x[0-9a-f]{2}|u[0-9a-f]{4}|U[0-9a-f]{8}|.)/gs
const CHARACTERS = wordTable({
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '"': '"',
})

/** The text between the quotes of a Go string; null where an escape is none of Go's. */
function unquoted(quoted: string): string | null {
  let isGo = true
  const text = quoted.replace(ESCAPE, (sequence) => {
    const character = characterOf(sequence.slice(1))
    isGo &&= character !== null
    return character ?? ''
  })
  return isGo ? text : null
}

function characterOf(sequence: string): string | null {
  if (sequence.length === 1) return CHARACTERS.get(sequence) ?? null
  const code = Number.parseInt(sequence.slice(1), 16)
  // Go writes a byte that is no part of a character as \x80 to \xff.
  if (sequence.startsWith('x') && code > 0x7f) return null
  return code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) ? String.fromCodePoint(code) : null
}
