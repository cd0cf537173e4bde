/**
 * Branches, or paths of files: a name; a name with one `*`, which stands for anything within its part; or a folder and `/**`,
 * for all that is in it.
 */
export type Pattern = string

export const MAX_PATTERNS = 10
const MAX_PATTERN_LENGTH = 250

/** What is wrong with text that is to be a pattern; null when nothing is. */
export function patternProblem(text: string): string | null {
  if (text === '') return 'must not be empty'
  if (text.length > MAX_PATTERN_LENGTH) return `must be at most ${MAX_PATTERN_LENGTH} characters long`
  if (/\p{Cc}/u.test(text)) return 'must not contain control characters'
  if (text.includes('?')) return 'must not contain "?": one "*" stands for anything'
  const stars = text.endsWith('/**') && text.length > 3 ? text.slice(0, -3) : text.replace('*', '')
  return stars.includes('*') ? 'must have one "*", or end with a folder and "/**"' : null
}

/** A pattern taken apart: what stands before the star and behind it, and how far it reaches. */
export type PatternParts = {
  readonly head: string
  readonly tail: string
  readonly reach: 'itself' | 'part' | 'folder'
}

export function partsOfPattern(pattern: Pattern): PatternParts {
  if (pattern.endsWith('/**')) return { head: pattern.slice(0, -2), tail: '', reach: 'folder' }
  const star = pattern.indexOf('*')
  if (star < 0) return { head: pattern, tail: '', reach: 'itself' }
  return { head: pattern.slice(0, star), tail: pattern.slice(star + 1), reach: 'part' }
}

/** Whether one of the patterns is of that name, in its letter case. */
export function matchesAny(patterns: readonly Pattern[], name: string): boolean {
  return patterns.some((pattern) => {
    const { head, tail, reach } = partsOfPattern(pattern)
    if (reach === 'itself') return name === head
    if (!name.startsWith(head) || !name.endsWith(tail) || name.length < head.length + tail.length) return false
    const middle = name.slice(head.length, name.length - tail.length)
    return reach === 'folder' ? middle !== '' : !middle.includes('/')
  })
}
